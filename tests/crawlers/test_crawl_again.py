"""What later runs make of what earlier ones saw: three runs over some papers, each of its own kind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crawlers.crawl import SiteReport, read_log
from crawlers.model import Fetch
from schemas import Outcome
from tests.crawlers.crawling import KNOWN, articles, known_rows, newspaper, now, outcomes, run, site
from tests.crawlers.faultweb.pages import feed
from tests.crawlers.faultweb.server import Reply, Seen, Web

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Crawled:
    """One paper in one run."""

    report: SiteReport
    asked: list[Seen]

    @property
    def fetches(self) -> list[Fetch]:
        return read_log(self.report.log).fetches

    @property
    def articles(self) -> list[Fetch]:
        return articles(self.report)

    @property
    def feed(self) -> Fetch:
        (found,) = [fetch for fetch in self.fetches if fetch.kind == "feed"]
        return found

    def paths(self, prefix: str = "/") -> list[str]:
        return [seen.path for seen in self.asked if seen.path.startswith(prefix)]


@dataclass(frozen=True)
class Paper:
    """A paper: what it answers, by run; what each run is told of the ones before; its declaration."""

    answer: Callable[[Seen, int], Reply]
    known: list[Callable[[list[Crawled]], Rows]]
    """For the second run, the third …; there are no further runs."""
    fields: Callable[[str, int], dict[str, Any]] = field(default=lambda host, turn: {"feeds": (f"http://{host}/feed",)})


def _all(before: list[Crawled]) -> Rows:
    """What the lake has after the runs so far."""
    return known_rows(fetch for crawled in before for fetch in crawled.fetches)


def _etags(seen: Seen, _: int) -> Reply:
    if seen.headers.get("if-none-match") == '"1"':
        return Reply(304)
    reply = newspaper(3)(seen)
    if reply.status == 200:
        reply.headers["ETag"] = '"1"'
    return reply


def _two_hours_old(before: list[Crawled]) -> Rows:
    """An hour after publication each article is due for another look, also when no source lists it."""
    long_ago = now() - timedelta(hours=1, minutes=55)
    return known_rows(before[0].fetches, fetched_at=long_ago, lead_published_at=long_ago)


def _liar(seen: Seen, _: int) -> Reply:
    if seen.path != "/feed":
        return newspaper(0)(seen)
    if "if-none-match" in seen.headers:
        return Reply(304)
    body = feed((f"http://{seen.host}/news/{n}" for n in range(4)), start=now() - timedelta(hours=30))
    return Reply(body=body, headers={"ETag": '"same"'})


def _lied_to(before: list[Crawled]) -> Rows:
    """A day ago it answered 304, and of the fourth article, as old as the others, we know nothing."""
    told = [fetch for fetch in before[0].fetches if not fetch.url.endswith("/3")]
    return known_rows(told, fetched_at=now() - timedelta(hours=25), outcome="not_modified")


def _gap(seen: Seen, turn: int) -> Reply:
    listed = range(10) if turn == 1 else range(100, 110)
    return newspaper(0, lambda seen: _listing(seen, listed))(seen)


def _listing(seen: Seen, listed: range) -> Reply | None:
    return Reply(body=feed(f"http://{seen.host}/news/{n}" for n in listed)) if seen.path == "/feed" else None


def _index(seen: Seen, turn: int) -> Reply:
    recent, old = (now() - timedelta(hours=3)).isoformat(), (now() - timedelta(days=90)).isoformat()
    base = f"http://{seen.host}"
    if seen.headers.get("if-none-match") and seen.path == "/index.xml":
        return Reply(304)
    if seen.path == "/index.xml":
        dated = [("new", recent), ("old", old)]
        maps = "".join(f"<sitemap><loc>{base}/{n}.xml</loc><lastmod>{at}</lastmod></sitemap>" for n, at in dated)
        maps += "<sitemap><loc>http://elsewhere.example/x.xml</loc></sitemap>"
        return Reply(body=f"<sitemapindex>{maps}</sitemapindex>".encode(), headers={"ETag": '"1"'})
    if seen.path == "/new.xml":
        return Reply(body=f"<urlset><url><loc>{base}/news/{turn}</loc></url></urlset>".encode())
    return newspaper(0)(seen)


def _quiet(before: list[Crawled]) -> Rows:
    """Its feed was looked at an hour ago, and has had nothing new for twenty."""
    at = now() - timedelta(hours=1)
    looks: Rows = [{"at": at - timedelta(hours=20), "outcome": "read", "detail": "3 entries, 0 known"}]
    looks += [{"at": at - timedelta(hours=10), "outcome": "not_modified"}, {"at": at, "outcome": "not_modified"}]
    return known_rows(before[0].fetches, fetched_at=at, history=looks)


PAPERS = {
    "conditional": Paper(_etags, [_all, _two_hours_old]),
    "left": Paper(
        lambda seen, turn: newspaper(6 if turn == 1 else 0)(seen),
        [_all],
        lambda host, turn: {"feeds": (f"http://{host}/feed",), "max_pages": 2 if turn == 1 else 200},
    ),
    "liar": Paper(_liar, [_lied_to, _all]),
    "gap": Paper(_gap, [_all]),
    "index": Paper(_index, [_all], lambda host, turn: {"sitemaps": (f"http://{host}/index.xml",)}),
    "quiet": Paper(lambda seen, turn: newspaper(3)(seen), [_quiet]),
}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Crawled]]:
    """The runs of each paper."""
    folder, names, turn = tmp_path_factory.mktemp("again"), list(PAPERS), 0
    done: dict[str, list[Crawled]] = {name: [] for name in names}
    with Web(lambda seen: PAPERS[names[web.hosts.index(seen.host)]].answer(seen, turn), ports=len(names)) as web:
        hosts = dict(zip(names, web.hosts, strict=True))
        for turn in range(1, 4):
            taking = [name for name in names if turn <= 1 + len(PAPERS[name].known)]
            sites = [site(hosts[name], name, **PAPERS[name].fields(hosts[name], turn)) for name in taking]
            rows = [row for name in taking if turn > 1 for row in PAPERS[name].known[turn - 2](done[name])]
            pq.write_table(pa.Table.from_pylist(rows, KNOWN), folder / f"{turn}.parquet")
            web.requests.clear()
            reports = run(folder / str(turn), *sites, known=folder / f"{turn}.parquet")
            for name in taking:
                asked = [seen for seen in web.requests if seen.host == hosts[name]]
                done[name].append(Crawled(reports[name], asked))
    return done


def test_conditional_requests(crawled: dict[str, list[Crawled]]) -> None:
    first, second, third = crawled["conditional"]
    assert {fetch.etag for fetch in first.fetches if fetch.kind != "robots"} == {'"1"'}

    assert second.paths() == ["/feed"]
    assert {fetch.kind: fetch.outcome for fetch in second.fetches} == {"feed": Outcome.NOT_MODIFIED}
    assert second.report.state == "ok"

    assert outcomes(third.articles) == {Outcome.NOT_MODIFIED: 3}
    assert {fetch.etag for fetch in third.articles} == {'"1"'}
    assert all(fetch.warc is None for fetch in third.articles)


def test_what_earlier_runs_left_is_taken_up_again(crawled: dict[str, list[Crawled]]) -> None:
    first, second = crawled["left"]
    assert outcomes(first.articles) == {Outcome.NEW: 2, Outcome.OVER_BUDGET: 4}
    assert [fetch.url[-1] for fetch in first.articles if fetch.outcome == Outcome.NEW] == ["0", "1"]  # the newest
    assert outcomes(second.articles) == {Outcome.NEW: 4}
    pages = first.paths("/news/") + second.paths("/news/")
    assert len(set(pages)) == len(pages) == 6


def test_a_304_liar_is_found_out_and_remembered(crawled: dict[str, list[Crawled]]) -> None:
    _, second, third = crawled["liar"]
    assert (second.feed.outcome, second.feed.etag) == (Outcome.READ, "")
    assert "answered 304 though" in (second.feed.detail or "")
    assert [seen.headers.get("if-none-match") for seen in third.asked if seen.path == "/feed"] == [None]
    assert third.feed.etag == ""


def test_a_gap_between_two_looks_raises_an_alarm(crawled: dict[str, list[Crawled]]) -> None:
    first, second = crawled["gap"]
    assert first.feed.detail == "10 entries, 0 known"
    assert second.report.state == "partial"
    assert "articles may have been missed since" in (second.report.problem or "")
    assert outcomes(second.articles) == {Outcome.NEW: 10}


def test_sitemaps_of_an_index_are_pruned_by_date_and_looked_at_when_it_is_unchanged(
    crawled: dict[str, list[Crawled]],
) -> None:
    first, second = crawled["index"]
    assert {fetch.url.rpartition("/")[2]: fetch.outcome for fetch in first.fetches if fetch.kind == "sitemap"} == {
        "index.xml": Outcome.READ,
        "new.xml": Outcome.READ,
        "old.xml": Outcome.OUT_OF_RANGE,
        "x.xml": Outcome.OFF_SITE,
    }
    assert first.report.state == "ok"
    got = {fetch.url.rpartition("/")[2]: fetch.outcome for fetch in second.fetches if fetch.kind != "robots"}
    assert got == {"index.xml": Outcome.NOT_MODIFIED, "new.xml": Outcome.READ, "2": Outcome.NEW}


def test_a_quiet_feed_rests(crawled: dict[str, list[Crawled]]) -> None:
    _, second = crawled["quiet"]
    assert second.asked == []
    assert (second.feed.outcome, second.feed.attempts) == (Outcome.KNOWN, 0)
    assert "looked at again from" in (second.feed.detail or "")
    assert second.report.state == "ok"
