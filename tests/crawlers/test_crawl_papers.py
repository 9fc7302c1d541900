"""Papers with peculiarities of all kinds, crawled at once: what each is asked for, and what comes of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from crawlers.crawl import Limits, SiteReport, read_log
from crawlers.model import Fetch
from schemas import Outcome
from tests.crawlers.crawling import articles, now, outcomes, run, site
from tests.crawlers.faultweb.pages import article, feed, small
from tests.crawlers.faultweb.server import Reply, Seen, Web

LIMITS = Limits(timeout=1.0, backoff=0.02, attempts=2, failures_in_a_row=4, depth=5)


def _news(seen: Seen, count: int, **changed: Reply) -> Reply:
    """A paper with a feed of `count` articles; `changed` are answers of its articles, by `n` and number."""
    if seen.path == "/feed":
        return Reply(body=feed(f"http://{seen.host}/news/{n}" for n in range(count)))
    if seen.path.startswith("/news/"):
        number = seen.path.rsplit("/", 1)[1]
        return changed.get(f"n{number}") or Reply(body=article(int(number)))
    return Reply(404, b"no")


def _busy(seen: Seen) -> Reply:
    return Reply(429, b"", headers={"Retry-After": "7200"}) if seen.path.startswith("/news/") else _news(seen, 9)


def _broken(seen: Seen) -> Reply:
    return Reply(cut="reset") if seen.path.startswith("/news/") else _news(seen, 20)


def _cookies(seen: Seen) -> Reply:
    if seen.path == "/news/0" and "seen=1" not in seen.headers.get("cookie", ""):
        return Reply(302, headers={"Location": "/gate"})
    if seen.path == "/gate":
        return Reply(302, headers={"Location": "/news/0", "Set-Cookie": "seen=1; Path=/"})
    return _news(seen, 1)


def _variants(seen: Seen) -> Reply:
    if seen.path != "/feed":
        return _news(seen, 0)
    base = f"http://{seen.host}"
    urls = [f"{base}/news/1", f"{base}/news/1?utm_source=x", f"{base}/news/1/amp", f"{base}/news/1",
            "http://elsewhere.example/a", "ftp://127.0.0.1/x", f"{base}/news/2"]  # fmt: skip
    old = feed([f"{base}/news/3"], start=now() - timedelta(days=40)).decode()
    items = old[old.index("<item>") : old.index("</channel>")]
    return Reply(body=feed(urls).decode().replace("</channel>", items + "</channel>").encode())


def _short_links(seen: Seen) -> Reply:
    if seen.path == "/feed":
        return Reply(body=feed(f"http://{seen.host}/news/{n}" for n in (5, 1)))
    return _news(seen, 0, n5=Reply(301, headers={"Location": "/news/1"}))


def _calendar(seen: Seen) -> Reply:
    """Every page has new articles and a next page."""
    if not seen.path.startswith("/calendar/"):
        return _news(seen, 0)
    day = int(seen.path.rsplit("/", 1)[1])
    links = "".join(
        f'<article><h2><a href="/news/{day * 10 + n}">The council met again about bridge {n}, day {day}</a></h2>'
        f"<p>{n} hours ago the council met.</p></article>"
        for n in range(8)
    )
    head = "<html><head><title>Calendar</title></head>"
    following = f'<a rel="next" href="/calendar/{day + 1}">Next</a>'
    return Reply(body=f"{head}<body><main>{links}</main>{following}</body></html>".encode())


FORWARD = small("Moving", "…", '<meta http-equiv="refresh" content="0; url=/news/7">')
PAPERS: dict[str, Callable[[Seen], Reply]] = {
    "busy": _busy,
    "broken": _broken,
    "cookies": _cookies,
    "variants": _variants,
    "refresh": partial(_news, count=1, n0=Reply(body=FORWARD)),
    "short-links": _short_links,
    "calendar": _calendar,
}


@dataclass(frozen=True)
class Crawled:
    """What came of one paper."""

    report: SiteReport
    asked: list[Seen]
    base: str

    @property
    def articles(self) -> list[Fetch]:
        return articles(self.report)

    def paths(self, prefix: str) -> list[str]:
        return [seen.path for seen in self.asked if seen.path.startswith(prefix)]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Crawled]]:
    names = list(PAPERS)
    with (
        Web(lambda seen: PAPERS[names[web.hosts.index(seen.host)]](seen), ports=len(names)) as web,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("PRESSLAKE_CONTACT", "https://example.org/bot")
        sites = []
        for name, host in zip(names, web.hosts, strict=True):
            feeds = {"feeds": (f"http://{host}/feed",)}
            calendar = {"sections": (f"http://{host}/calendar/0",), "max_pages": 3}
            sites.append(site(host, name, concurrency=1, **(calendar if name == "calendar" else feeds)))
        reports = run(tmp_path_factory.mktemp("papers"), *sites, limits=LIMITS)
        yield {
            name: Crawled(reports[name], [seen for seen in web.requests if seen.host == host], f"http://{host}")
            for name, host in zip(names, web.hosts, strict=True)
        }


def test_a_host_that_asks_for_hours_is_left_alone(crawled: dict[str, Crawled]) -> None:
    paper = crawled["busy"]
    assert outcomes(paper.articles) == {Outcome.REFUSED: 1, Outcome.NOT_FETCHED: 8}
    assert len(paper.paths("/news/")) == 1


def test_a_host_that_only_fails_is_left_alone(crawled: dict[str, Crawled]) -> None:
    paper = crawled["broken"]
    got = outcomes(paper.articles)
    assert set(got) == {Outcome.CONNECTION_FAILED, Outcome.NOT_FETCHED}
    assert got.total() == 20
    assert 4 <= got[Outcome.CONNECTION_FAILED] <= 5  # what was on the way when the fourth failed
    assert len(paper.paths("/news/")) <= 5 * LIMITS.attempts


def test_cookies_set_by_a_redirect_are_sent_back(crawled: dict[str, Crawled]) -> None:
    (fetch,) = crawled["cookies"].articles
    assert (fetch.outcome, fetch.attempts) == (Outcome.NEW, 3)


def test_variants_off_site_and_old(crawled: dict[str, Crawled]) -> None:
    paper = crawled["variants"]
    got = outcomes(paper.articles)
    assert got[Outcome.NEW] == 2
    assert got[Outcome.OFF_SITE] == 1
    assert got[Outcome.OUT_OF_RANGE] == 1
    assert paper.paths("/news/3") == []
    assert len(paper.paths("/news/1")) == 1


def test_meta_refresh_is_followed(crawled: dict[str, Crawled]) -> None:
    paper = crawled["refresh"]
    (fetch,) = paper.articles
    assert (fetch.outcome, fetch.final_url) == (Outcome.NEW, f"{paper.base}/news/7")


def test_redirects_to_another_lead_are_not_fetched_twice(crawled: dict[str, Crawled]) -> None:
    paper = crawled["short-links"]
    assert outcomes(paper.articles) == {Outcome.DUPLICATE_URL: 1, Outcome.NEW: 1}
    assert len(paper.paths("/news/1")) == 1


def test_a_redirect_that_is_not_followed_is_archived_once(crawled: dict[str, Crawled]) -> None:
    paper = crawled["short-links"]
    (fetch,) = [fetch for fetch in paper.articles if fetch.outcome == Outcome.DUPLICATE_URL]
    assert (fetch.status, fetch.warc, fetch.final_url) == (301, None, f"{paper.base}/news/1")
    with paper.report.warcs[0].open("rb") as file:
        records = ArchiveIterator(file, WarcRecordType.response)
        assert [record.headers["WARC-Target-URI"] for record in records].count(fetch.url) == 1


def test_endless_pages_are_bounded(crawled: dict[str, Crawled]) -> None:
    paper = crawled["calendar"]
    assert 2 <= len(paper.paths("/calendar/")) <= LIMITS.depth + 1
    sections = [fetch for fetch in read_log(paper.report.log).fetches if fetch.kind == "section"]
    assert outcomes(sections)[Outcome.OVER_BUDGET] == 1
    got = outcomes(paper.articles)
    assert got[Outcome.NEW] == 3
    assert got[Outcome.OVER_BUDGET] == got.total() - 3 > 0


def test_the_user_agent_names_the_operator(crawled: dict[str, Crawled]) -> None:
    agents = {seen.headers["user-agent"] for paper in crawled.values() for seen in paper.asked}
    assert len(agents) == 1
    agent = agents.pop()
    assert agent.startswith("presslake/")
    assert agent.endswith(" (+https://example.org/bot)")
