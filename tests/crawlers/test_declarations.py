from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawlers.cadence import REVISITS
from crawlers.codes import COUNTRIES, LANGUAGES
from crawlers.declarations import SOURCE_FIELDS, DeclarationError, Site, load_site, load_sites, sites_directory
from crawlers.survey.sources import on_site

LEAST = (
    'name = "The Paper"\nurl = "https://www.paper.example/"\nlanguage = "en"\nfeeds = ["https://paper.example/rss"]\n'
)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, name: str = "gb/paper.toml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_least_a_declaration_needs(write: Callable[..., Path]) -> None:
    assert load_site(write(LEAST)) == Site(
        id="paper",
        name="The Paper",
        url="https://www.paper.example/",
        country="gb",
        language="en",
        domains=("paper.example",),
        feeds=("https://paper.example/rss",),
        delay=1.0,
        concurrency=2,
        max_pages=200,
        max_age_days=30,
        verified=False,
    )


def test_everything_a_declaration_can_say(write: Callable[..., Path]) -> None:
    site = load_site(
        write("""
            name = "Die Zeitung"
            url = "http://127.0.0.1:8000/"
            language = "de"
            domains = ["127.0.0.1", "Zeitung.example", "zeitüng.example"]
            news_sitemaps = ["https://zeitung.example/news.xml"]
            sitemaps = ["https://zeitung.example/sitemap.xml"]
            sections = ["https://zeitung.example/politik", "https://zeitung.example/sport"]
            timezone = "Europe/Berlin"
            delay = 0
            concurrency = 4
            max_pages = 50
            max_age_days = 3
            verified = true
            policy = "skip"
            revisits = ["2d", "30m", "6h"]
            pages_per_day = 400
            render = "our.browser:render"
        """)
    )
    assert site.domains == ("127.0.0.1", "zeitung.example", "xn--zeitng-6ya.example")
    assert site.sections == ("https://zeitung.example/politik", "https://zeitung.example/sport")
    assert (site.timezone, site.delay, site.concurrency, site.max_pages) == ("Europe/Berlin", 0.0, 4, 50)
    assert (site.max_age_days, site.verified, site.policy) == (3, True, "skip")
    assert site.revisits == (timedelta(minutes=30), timedelta(hours=6), timedelta(days=2))
    assert (site.pages_per_day, site.render) == (400, "our.browser:render")


def test_articles_are_revisited_as_the_declaration_says(write: Callable[..., Path]) -> None:
    assert load_site(write(LEAST)).revisits == REVISITS
    assert load_site(write(LEAST + "revisits = []")).revisits == ()


@pytest.mark.parametrize(
    ("text", "field", "said"),
    [
        (LEAST + "feed = []", "feed", "did you mean 'feeds'?"),
        (LEAST + 'time-zone = "UTC"', "time-zone", "did you mean 'timezone'?"),
        (LEAST + "news_sitemap = []", "news_sitemap", "did you mean 'news_sitemaps'?"),
        (LEAST + "xyzzy = 1", "xyzzy", "known are name, url"),
        (LEAST + 'id = "paper"', "id", "the name of the file says it"),
        (LEAST + 'country = "gb"', "country", "the folder says it"),
        (LEAST + "[feeds2]\na = 1", "feeds2", "did you mean"),
        (LEAST.replace('name = "The Paper"\n', ""), "name", "is missing"),
        (LEAST.replace('"The Paper"', "7"), "name", "must be text, not a number (7)"),
        (LEAST.replace("The Paper", " "), "name", "must not be empty"),
        (LEAST.replace('"en"', '"eng"'), "language", "ISO 639-1"),
        (LEAST.replace('"en"', '["en"]'), "language", "must be text, not a list"),
        (LEAST.replace("https://www.paper.example/", "www.paper.example"), "url", "must be an http(s) URL"),
        (LEAST.replace("https://www.paper.example/", "ftp://paper.example"), "url", "must be an http(s) URL"),
        (LEAST.replace("https://www.paper.example/", "https://paper.example:x/"), "url", "not a URL"),
        (LEAST.replace("https://www.paper.example/", "https://me:pw@paper.example/"), "url", "without user"),
        (LEAST.replace("paper.example/rss", "paper.example/r s"), "feeds", "spaces"),
        (LEAST.replace('["https://paper.example/rss"]', '"https://paper.example/rss"'), "feeds", "must be a list"),
        (LEAST.replace('["https://paper.example/rss"]', "[1]"), "feeds", "must be text, not a number (1)"),
        (LEAST.replace('/rss"]', '/rss", "https://paper.example/rss"]'), "feeds", "twice"),
        (LEAST.replace('["https://paper.example/rss"]', "[]"), None, "declares no source"),
        (LEAST + 'domains = ["other.example"]', "domains", "don't hold the home page's own host"),
        (LEAST + 'domains = ["https://paper.example"]', "domains", "must be a host"),
        (LEAST + "domains = []", "domains", "must not be empty"),
        (LEAST + 'timezone = "Mars/Phobos"', "timezone", "IANA"),
        (LEAST + 'timezone = "../../etc/passwd"', "timezone", "IANA"),
        (LEAST + 'timezone = "Europe"', "timezone", "IANA"),
        (LEAST + "delay = -1", "delay", "between 0 and 3600"),
        (LEAST + "delay = nan", "delay", "between 0 and 3600"),
        (LEAST + "delay = true", "delay", "number of seconds, not true or false"),
        (LEAST + "concurrency = 0", "concurrency", "between 1 and"),
        (LEAST + "concurrency = 1.5", "concurrency", "whole number"),
        (LEAST + "max_pages = true", "max_pages", "whole number"),
        (LEAST + 'max_age_days = "30"', "max_age_days", "whole number, not text"),
        (LEAST + "verified = 1", "verified", "true or false"),
        (LEAST + 'policy = "ignore"', "policy", "one of skip, fetch, flag"),
        (LEAST + 'revisits = "1h"', "revisits", "must be a list"),
        (LEAST + 'revisits = ["1h", "one day"]', "revisits", "an interval such as '15m', '2h' or '1d', not 'one day'"),
        (LEAST + "revisits = [3600]", "revisits", "must be text, not a number"),
        (LEAST + 'revisits = ["1m"]', "revisits", "from 5m to 365d, not '1m'"),
        (LEAST + 'revisits = ["24h", "1d"]', "revisits", "names '1d' twice"),
        (LEAST + "pages_per_day = 0", "pages_per_day", "between 1 and"),
        (LEAST + 'pages_per_day = "all"', "pages_per_day", "whole number"),
        (LEAST + 'render = "browser"', "render", "must be 'module:function'"),
        (LEAST + 'render = "/bin/sh:-c"', "render", "must be 'module:function'"),
        ("name = ", None, "not TOML"),
        ("a = 1\na = 2", None, "not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_field(
    write: Callable[..., Path], text: str, field: str | None, said: str
) -> None:
    path = write(text)
    with pytest.raises(DeclarationError) as caught:
        load_site(path)
    assert (caught.value.path, caught.value.field) == (path, field)
    assert said in caught.value.problem
    assert str(caught.value).startswith(f"{path}: {field}: " if field else f"{path}: ")


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("gb/The Paper.toml", "id"),
        ("gb/paper_.toml", "id"),
        ("uk/paper.toml", "country"),
        ("GB/paper.toml", "country"),
        ("paper.toml", "country"),
    ],
)
def test_file_and_folder_are_part_of_it(write: Callable[..., Path], name: str, field: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        load_site(write(LEAST, name))
    assert caught.value.field == field


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="can't be read"):
        load_site(tmp_path / "gb" / "none.toml")
    (tmp_path / "gb").mkdir()
    (tmp_path / "gb" / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(DeclarationError, match="not TOML"):
        load_site(tmp_path / "gb" / "latin.toml")


def test_a_directory_is_loaded_by_id(write: Callable[..., Path], tmp_path: Path) -> None:
    write(LEAST, "gb/b.toml")
    write(LEAST, "at/a.toml")
    write("no declaration", "gb/notes.txt")
    assert list(load_sites(tmp_path)) == ["a", "b"]
    twice = write(LEAST, "us/b.toml")
    with pytest.raises(DeclarationError, match=r"'b' is declared in .*gb/b\.toml too") as caught:
        load_sites(tmp_path)
    assert caught.value.path == twice


def test_the_environment_names_another_directory(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(LEAST)
    monkeypatch.setenv("PRESSLAKE_SITES", str(tmp_path))
    assert sites_directory() == tmp_path
    assert list(load_sites()) == ["paper"]
    monkeypatch.setenv("PRESSLAKE_SITES", str(tmp_path / "none"))
    with pytest.raises(DeclarationError, match="no such directory"):
        load_sites()


@pytest.fixture(scope="module")
def shipped() -> dict[str, Site]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PRESSLAKE_SITES", raising=False)
        return load_sites()


def test_the_shipped_declarations_load(shipped: dict[str, Site]) -> None:
    assert len(shipped) >= 24
    assert len({site.language for site in shipped.values()}) >= 8
    assert len({site.country for site in shipped.values()}) >= 8


def test_no_shipped_declaration_repeats_another(shipped: dict[str, Site]) -> None:
    for field in ("name", "url"):
        values = [getattr(site, field) for site in shipped.values()]
        assert len(values) == len(set(values))
    sources = [url for site in shipped.values() for field in SOURCE_FIELDS for url in getattr(site, field)]
    assert len(sources) == len(set(sources))


def test_each_shipped_declaration_is_as_it_should_be(shipped: dict[str, Site]) -> None:
    for site in shipped.values():
        urls = [site.url, *(url for field in SOURCE_FIELDS for url in getattr(site, field))]
        assert all(url.startswith("https://") for url in urls), site.id
        assert site.url.endswith("/"), site.id
        assert site.language in LANGUAGES, site.id
        assert site.country in COUNTRIES, site.id
        assert on_site(site.url, site.domains), site.id
        assert not site.verified, f"{site.id}: verified, but by whom?"
        assert all(urlsplit(url).hostname for url in urls), site.id


def test_each_shipped_declaration_says_that_it_was_not_checked() -> None:
    for path in sites_directory().rglob("*.toml"):
        assert "# Not checked against the live site" in path.read_text(encoding="utf-8"), path


def test_shipped_sites_say_in_which_zone_they_print_times():
    # Al Jazeera, from Doha, writes Greenwich time, which is what is taken where nothing is declared.
    assert [site.id for site in load_sites().values() if site.timezone is None] == ["aljazeera"]
