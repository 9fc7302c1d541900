import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.declarations import Site, load_site, parse_site
from crawlers.discovery import discover
from crawlers.fetching import FetchedDocument, PoliteFetcher
from crawlers.survey import check, declaration_path, declaration_toml, proposed_id, survey
from crawlers.survey.words import guess_language
from crawlers.urlkey import url_key
from schemas import Outcome

NOW = datetime(2025, 3, 2, 18, tzinfo=UTC)
HOME = "https://www.paper.example/"


class Web:
    """A web of a few documents, by address; everything else is gone."""

    def __init__(self, documents: dict[str, str | Outcome]):
        self.documents = documents
        self.asked: list[str] = []

    def __call__(self, url: str) -> FetchedDocument:
        self.asked.append(url)
        found = self.documents.get(url, Outcome.GONE)
        if isinstance(found, Outcome):
            return FetchedDocument(url, url, found, f"it is {found}")
        if found.startswith("-> "):
            target = self(found[3:])
            return FetchedDocument(url, target.final_url, target.outcome, target.detail, body=target.body)
        return FetchedDocument(url, url, Outcome.READ, body=found.encode())


def rss(*paths: str, date: str = "Sun, 02 Mar 2025 12:00:00 GMT", host: str = "https://www.paper.example") -> str:
    items = "".join(
        f"<item><title>About {path}</title><link>{host}/{path}</link><pubDate>{date}</pubDate></item>" for path in paths
    )
    return f"<rss><channel><title>Paper: all</title><language>en-gb</language>{items}</channel></rss>"


def urlset(*paths: str, news: bool = True) -> str:
    entries = "".join(
        f"<url><loc>https://www.paper.example/{path}</loc><lastmod>2025-03-02T12:00:00Z</lastmod>"
        + ("<n:news xmlns:n='x'><n:publication_date>2025-03-02T12:00:00Z</n:publication_date></n:news>" if news else "")
        + "</url>"
        for path in paths
    )
    return f"<urlset>{entries}</urlset>"


def index(**changed: str) -> str:
    entries = (
        f"<sitemap><loc>https://www.paper.example/{name}.xml</loc><lastmod>{when}</lastmod></sitemap>"
        for name, when in changed.items()
    )
    return f"<sitemapindex>{''.join(entries)}</sitemapindex>"


FRONT = """<html lang="de-AT"><head><title>Paper</title><meta property="og:site_name" content="The  Paper">{}</head>
<body><nav><a href="/world">World</a><a href="/about">About</a></nav>
<article><h2><a href="/river-rises-after-days-of-rain">River rises after days of rain</a></h2></article>
</body></html>"""


def alternate(*paths: str) -> str:
    return FRONT.format("".join(f'<link rel="alternate" type="application/rss+xml" href="{path}">' for path in paths))


def declared(web: Web, url: str = HOME) -> dict[str, list[str]]:
    found = survey(url, web, now=NOW)
    return {field: [report.url for report in reports] for field, reports in found.declared.items()}


def test_what_is_made_for_news_is_declared() -> None:
    web = Web(
        {
            HOME: alternate("/all.rss", "/sport.rss", "/gone.rss", "/page.rss"),
            f"{HOME}all.rss": rss("story-one", "story-two"),
            f"{HOME}sport.rss": rss("story-two"),
            f"{HOME}page.rss": "<!doctype html><title>Moved</title>",
            f"{HOME}robots.txt": f"Sitemap: {HOME}sitemap.xml\nSitemap: {HOME}news.xml",
            f"{HOME}news.xml": urlset("story-three"),
            f"{HOME}sitemap.xml": index(y2024="2024-12-31", y2025="2025-03-02"),
            f"{HOME}y2025.xml": urlset("story-one", news=False),
            f"{HOME}y2024.xml": urlset("old-story", news=False),
        }
    )
    found = survey(HOME, web, now=NOW)
    assert {field: [report.url for report in reports] for field, reports in found.declared.items()} == {
        "feeds": [f"{HOME}all.rss"],  # the other one says nothing more
        "news_sitemaps": [f"{HOME}news.xml"],
    }
    assert [report.url for report in found.sitemaps] == [f"{HOME}sitemap.xml"]
    assert (found.name, found.language, found.country, found.domain) == ("The Paper", "de", "at", "paper.example")
    feed = found.feeds[0]
    assert (len(feed.leads), feed.newest, feed.format) == (2, datetime(2025, 3, 2, 12, tzinfo=UTC), "rss")
    assert feed.samples == ("About story-one", "About story-two")
    assert [(problem.code, problem.url) for problem in found.problems] == [
        ("gone", f"{HOME}gone.rss"),
        ("not_a_feed", f"{HOME}page.rss"),
    ]
    assert len(web.asked) == len(set(web.asked))


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ({HOME: FRONT, f"{HOME}feed": rss("one")}, {"feeds": [f"{HOME}feed"]}),
        ({HOME: FRONT, f"{HOME}feed": "<html>", f"{HOME}rss.xml": rss("one")}, {"feeds": [f"{HOME}rss.xml"]}),
        ({HOME: FRONT + "<a href='/my.rss'>RSS</a>", f"{HOME}my.rss": rss("one")}, {"feeds": [f"{HOME}my.rss"]}),
        (
            # What is announced as a feed is a page that lists feeds.
            {
                HOME: FRONT + "<a href='/rss/'>RSS</a>",
                f"{HOME}rss/": "<html><a href='/rss/all.xml'>All</a><a href='/rss/sport.xml'>Sport</a></html>",
                f"{HOME}rss/all.xml": rss("one", "two"),
                f"{HOME}rss/sport.xml": rss("three"),
            },
            {"feeds": [f"{HOME}rss/all.xml", f"{HOME}rss/sport.xml"]},
        ),
        (
            {HOME: FRONT, f"{HOME}feed": "<a href='/feeds/all.rss'>All</a>", f"{HOME}feeds/all.rss": rss("one")},
            {"feeds": [f"{HOME}feeds/all.rss"]},
        ),
        ({HOME: FRONT, f"{HOME}news-sitemap.xml": urlset("one")}, {"news_sitemaps": [f"{HOME}news-sitemap.xml"]}),
        ({HOME: FRONT, f"{HOME}sitemap.xml": urlset("one", news=False)}, {"sitemaps": [f"{HOME}sitemap.xml"]}),
        ({f"{HOME}sitemap.xml": urlset("one")}, {"news_sitemaps": [f"{HOME}sitemap.xml"]}),  # no front page at all
        (
            # A news sitemap inside the general index is declared by itself, one that carries a date is not.
            {
                f"{HOME}robots.txt": f"Sitemap: {HOME}index.xml",
                f"{HOME}index.xml": index(news="2025-03-02", pages="2025-03-02"),
                f"{HOME}news.xml": urlset("one"),
                f"{HOME}pages.xml": urlset("about", news=False),
            },
            {"news_sitemaps": [f"{HOME}news.xml"]},
        ),
        (
            {
                f"{HOME}robots.txt": f"Sitemap: {HOME}index.xml",
                f"{HOME}index.xml": index(news1="2025-03-02", news2="2025-03-01"),
                f"{HOME}news1.xml": urlset("one"),
                f"{HOME}news2.xml": urlset("two"),
            },
            {"news_sitemaps": [f"{HOME}index.xml"]},
        ),
        (
            # Index of indexes.
            {
                f"{HOME}robots.txt": f"Sitemap: {HOME}index.xml",
                f"{HOME}index.xml": index(years="2025-03-02"),
                f"{HOME}years.xml": index(months="2025-03-02"),
                f"{HOME}months.xml": urlset("one", news=False),
            },
            {"sitemaps": [f"{HOME}index.xml"]},
        ),
        (
            # Nothing but pages: those with articles of their own.
            {
                HOME: FRONT,
                f"{HOME}world": "<h3><a href='/dam-holds-for-the-moment'>Dam holds for the moment</a></h3>",
            },
            {"sections": [HOME, f"{HOME}world"]},
        ),
        ({HOME: "<html><p>Nothing.</p></html>"}, {}),
        ({HOME: Outcome.ROBOTS}, {}),
        ({}, {}),
    ],
)
def test_wherever_articles_are_announced(documents: dict[str, str | Outcome], expected: dict[str, list[str]]) -> None:
    assert declared(Web(documents)) == expected


def test_an_index_that_names_itself_in_a_ring_ends() -> None:
    web = Web({f"{HOME}sitemap.xml": index(other="2025-03-02"), f"{HOME}other.xml": index(sitemap="2025-03-02")})
    assert declared(web) == {}
    assert len(web.asked) < 40


def test_what_leads_away_or_has_died_is_not_declared() -> None:
    web = Web(
        {
            HOME: alternate("/podcast.rss", "/dead.rss", "/all.rss"),
            f"{HOME}podcast.rss": rss("one", "two", host="https://audio.example"),
            f"{HOME}dead.rss": rss("three", date="Mon, 20 Jan 2020 12:00:00 GMT"),
            f"{HOME}all.rss": rss("four"),
        }
    )
    assert declared(web) == {"feeds": [f"{HOME}all.rss"]}
    web.documents[f"{HOME}all.rss"] = Outcome.GONE
    assert declared(web) == {"feeds": [f"{HOME}dead.rss"]}  # better than nothing, and it is told


def test_a_bare_host_is_enough_and_the_home_page_may_be_elsewhere() -> None:
    web = Web({"https://paper.example": f"-> {HOME}", HOME: alternate("/all.rss"), f"{HOME}all.rss": rss("one")})
    found = survey("paper.example", web, now=NOW)
    assert found.url == HOME
    assert [report.url for report in found.feeds] == [f"{HOME}all.rss"]


def test_what_the_front_page_does_not_say_is_asked_of_an_article() -> None:
    feed = rss("one").replace("<language>en-gb</language>", "")
    web = Web({HOME: "<p>", f"{HOME}feed": feed, f"{HOME}one": "<html lang='pt_BR'>"})
    found = survey(HOME, web, now=NOW)
    assert (found.language, found.country, found.name) == ("pt", "br", "Paper: all")
    del web.documents[f"{HOME}one"]
    found = survey(HOME, web, now=NOW)
    assert (found.language, found.country) == (None, "zz")
    assert "not_stated" in {problem.code for problem in found.problems}
    assert 'language = "en"  # not stated by the site: please check' in declaration_toml(found)


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


def site(**sources: list[str]) -> Site:
    values = {"name": "P", "url": HOME, "language": "en", **sources}
    return parse_site(values, Path("sites/gb/paper.toml"))


@pytest.mark.parametrize(
    ("document", "codes"),
    [
        (rss("one"), []),
        (Outcome.GONE, ["gone"]),
        (Outcome.ROBOTS, ["robots"]),
        (Outcome.TIMED_OUT, ["unreachable"]),
        (Outcome.REFUSED, ["unreachable"]),
        (Outcome.EMPTY_BODY, ["empty"]),
        ("<!doctype html><title>Sorry</title>", ["not_a_feed"]),
        (rss(), ["empty"]),
        (rss("one", date="Mon, 20 Jan 2025 12:00:00 GMT"), ["stale"]),
        (rss("one", date="Sun, 02 Feb 2025 12:00:00 GMT"), []),
        (rss("one", date="Sun, 02 Mar 2025 12:00:00"), ["no_zone"]),
        (rss("one", date=""), []),
        (rss("one", host="https://other.example"), ["off_site"]),
        (rss("one", host="mailto:x"), ["flawed"]),
        (rss("one")[:-12], ["incomplete"]),
    ],
)
def test_check_says_what_is_wrong(document: str | Outcome, codes: list[str]) -> None:
    problems = check(site(feeds=[f"{HOME}feed"]), Web({f"{HOME}feed": document, f"{HOME}one": "<html>"}), now=NOW)
    assert [problem.code for problem in problems] == codes
    assert all(problem.url == f"{HOME}feed" and problem.text for problem in problems)


def test_check_looks_at_every_source_with_the_sites_zone() -> None:
    zoneless = rss("one", date="Sun, 02 Mar 2025 12:00:00")
    documents = {"feed": zoneless, "news.xml": urlset("one"), "world": FRONT, "one": "<html>"}
    web = Web({HOME + path: document for path, document in documents.items()})
    paper = site(feeds=[f"{HOME}feed"], news_sitemaps=[f"{HOME}news.xml"], sections=[f"{HOME}world", f"{HOME}sport"])
    assert [problem.code for problem in check(paper, web, now=NOW)] == ["no_zone", "gone"]
    zoned = parse_site({"name": "P", "url": HOME, "language": "en", "timezone": "Europe/London",
                        "feeds": [f"{HOME}feed"]}, Path("sites/gb/paper.toml"))  # fmt: skip
    assert check(zoned, web, now=NOW) == []


def test_check_fetches_an_article_the_newest_first() -> None:
    older = urlset("two").replace("12:00:00Z</n:", "11:00:00Z</n:")
    web = Web({f"{HOME}news.xml": older, f"{HOME}feed": rss("one"), f"{HOME}one": Outcome.ROBOTS})
    paper = site(feeds=[f"{HOME}feed"], news_sitemaps=[f"{HOME}news.xml"])
    problems = check(paper, web, now=NOW)
    assert web.asked[2:] == [f"{HOME}one", f"{HOME}two"]
    assert [(problem.code, problem.url) for problem in problems] == [("article", f"{HOME}two")]
    web.documents[f"{HOME}two"] = "<html>"
    assert check(paper, web, now=NOW) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The river has risen after days of rain, and the mayor says that it is not over for the town.", "en"),
        ("Der Fluss ist nach Tagen des Regens gestiegen, und die Stadt hat sich mit Sand darauf eingestellt.", "de"),
        ("Le niveau de la rivière est monté dans la nuit, et les habitants des quais ont été évacués.", "fr"),
        ("El río ha crecido por la lluvia y los vecinos de la costa se han ido con sus familias a una escuela.", "es"),
        ("O rio subiu com a chuva e os moradores da costa foram para uma escola no centro, que não tem vaga.", "pt"),
        ("Řeka se po dešti zvedla a starosta je na břehu s hasiči, kteří do noci plnili pytle pískem pro město.", "cs"),
        ("川の水位が雨で上がり、町は避難を呼びかけた。市長は警戒を続けるよう求めた。", "ja"),
        ("강물이 불어나 주민들이 대피했다. 시장은 경계를 늦추지 말라고 당부했다.", "ko"),
        ("河水因大雨上涨，市长要求居民继续保持警惕，学校已经关闭，交通受到影响。", "zh"),
        ("Річка піднялася після дощів, і мер просить мешканців їхати до школи в центрі.", "uk"),
        ("Река поднялась после дождей, и мэр просит жителей прийти в школу в центре.", "ru"),
        ("ارتفع منسوب النهر بعد أيام من المطر، وطلب العمدة من السكان البقاء في المدارس.", "ar"),
        ("4711 0815 2025-03-02", None),
        ("Kwik lorem foo bar baz qux quux corge grault garply waldo fred plugh xyzzy thud", None),
        ("", None),
    ],
)  # fmt: skip
def test_guess_language(text: str, expected: str | None) -> None:
    assert guess_language(text) == expected


SHARED = Path(__file__).parents[2].parent / "shared" / "newsweb"


@pytest.fixture
def newsweb(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The recorded news web behind a proxy on loopback; gives its log of requests."""
    if not (SHARED / "newsweb.parquet").exists():
        pytest.skip(f"no recorded news web at {SHARED}")
    log = tmp_path / "requests.jsonl"
    command = [sys.executable, SHARED / "serve.py", SHARED / "newsweb.parquet", "--port", "0", "--log", log]
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = _address(server)
        monkeypatch.setenv("http_proxy", address)
        yield log
        server.kill()


def _address(server: "subprocess.Popen[str]") -> str:
    """Where the proxy listens. It was told any port and says which pages, not where: the system knows."""
    assert server.stdout is not None
    server.stdout.readline()
    for line in Path(f"/proc/{server.pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in _open_files(server.pid):
            return f"http://127.0.0.1:{int(fields[1].partition(':')[2], 16)}"
    raise AssertionError("the proxy listens nowhere")


def _open_files(pid: int) -> set[str]:
    return {str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()}


def _all_leads(site: Site, fetch: Callable[[str], FetchedDocument]) -> set[str]:
    """Keys of everything a site's declared sources lead to."""
    kinds = {"feed": site.feeds, "sitemap": (*site.news_sitemaps, *site.sitemaps), "section": site.sections}
    waiting = [(url, kind) for kind, urls in kinds.items() for url in urls]
    keys: set[str] = set()
    for url, kind in waiting:
        document = fetch(url)
        found = discover(document.body, url=document.final_url, kind=kind, content_type=document.content_type)
        keys |= {url_key(lead.url) for lead in found.leads}
        waiting += [(sub.url, sub.kind) for sub in found.sub_sources if (sub.url, sub.kind) not in waiting]
    return keys


@pytest.mark.shared
def test_every_article_of_the_recorded_news_web_is_found(newsweb: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    hosts = json.loads((SHARED / "newsweb.json").read_text())
    pages = pq.read_table(SHARED / "newsweb.parquet", columns=["url", "body"]).to_pylist()
    recorded = [url_key(page["url"]) for page in pages if len(page["body"]) > 5000]
    assert len(recorded) == sum(host["articles"] for host in hosts)
    articles = set(recorded)  # one was recorded twice

    def look(host: str) -> tuple[str, set[str]]:
        fetch = PoliteFetcher(pause=lambda seconds: None)  # nobody is behind the proxy to be spared
        found = survey(f"http://{host}/", fetch)
        path = declaration_path(found, tmp_path / "sites")
        return host, _all_leads(parse_site(tomllib.loads(declaration_toml(found)), path), fetch)

    with ThreadPoolExecutor(12) as threads:
        leads = dict(threads.map(look, [host["host"] for host in hosts]))
    found = set().union(*leads.values())
    assert articles - found == set()
    assert found - articles == set()
    asked = [json.loads(line) for line in newsweb.read_text().splitlines()]
    assert not [request for request in asked if "/private/" in request["url"]]
    assert all(request["user_agent"].startswith("presslake/") for request in asked)
