"""A survey written as a declaration."""

from pathlib import Path

import pytest

from crawlers.declarations import load_site
from crawlers.survey import declaration_path, declaration_toml, proposed_id, survey
from tests.crawlers.survey.web import HOME, NOW, Web, alternate, rss, urlset


def test_the_declaration_written_is_one_that_loads(tmp_path: Path) -> None:
    web = Web(
        {
            HOME: alternate("/all.rss").replace("The  Paper", "The &quot;Paper&quot; \\ é &#x7f;"),
            f"{HOME}all.rss": rss("one"),
            f"{HOME}robots.txt": f"Sitemap: {HOME}sitemap.xml",
            f"{HOME}sitemap.xml": urlset("old", news=False),
        }
    )
    found = survey(HOME, web, now=NOW)
    path = declaration_path(found, tmp_path, taken=("other",))
    assert path == tmp_path / "at" / "paper.toml"
    path.parent.mkdir()
    path.write_text(
        declaration_toml(found, settings={"delay": 2.5, "max_pages": 7, "policy": "skip"}), encoding="utf-8"
    )
    site = load_site(path)
    assert (site.id, site.country, site.language, site.name) == ("paper", "at", "de", 'The "Paper" \\ é')
    assert (site.feeds, site.sitemaps, site.verified) == ((f"{HOME}all.rss",), (), True)
    assert (site.delay, site.max_pages, site.policy) == (2.5, 7, "skip")
    assert f'#     "{HOME}sitemap.xml",' in path.read_text(encoding="utf-8")


def test_nothing_found_is_no_declaration() -> None:
    found = survey(HOME, Web({}), now=NOW)
    assert [problem.code for problem in found.problems] == ["gone", "no_source", "not_stated"]
    with pytest.raises(ValueError, match="nothing found"):
        declaration_toml(found)


@pytest.mark.parametrize(
    ("host", "taken", "expected"),
    [
        ("www.bbc.co.uk", (), "bbc"),
        ("www.bbc.com", ("bbc",), "bbc-com"),
        ("www.bbc.com", ("bbc", "bbc-com"), "bbc-2"),
        ("de.euronews.com", (), "de-euronews"),
        ("name.blogspot.com", (), "name"),
        ("xn--zeitng-6ya.example", (), "xn-zeitng-6ya"),
        ("127.0.0.1", (), "127-0-0-1"),
        ("localhost", (), "localhost"),
        ("", (), "site"),
    ],
)
def test_proposed_id(host: str, taken: tuple[str, ...], expected: str) -> None:
    assert proposed_id(host, taken) == expected
