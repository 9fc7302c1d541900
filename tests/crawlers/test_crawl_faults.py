"""The crawl of a web of faults: every address in exactly one outcome, the right one."""

import random
from pathlib import Path

import pytest

from crawlers.archive import read_fetched
from crawlers.crawl import SiteReport, read_log
from crawlers.model import Page
from schemas import Outcome
from tests.crawlers.crawling import QUICK, articles, outcomes, run, site
from tests.crawlers.faultweb.pages import DECODED, FLAKY, LIMIT, SOURCES, STEADY, FaultPages, expected
from tests.crawlers.faultweb.server import Reply, Seen, Web

LIMITS = QUICK.__class__(
    timeout=2.0,
    backoff=0.02,
    attempts=2,
    failures_in_a_row=10_000,
    body_bytes=LIMIT,
    decoded_bytes=DECODED,
    grace=1.0,
)
EXPENSIVE = ("slow", "silent", "once-busy", "once-limited")
"""Faults that cost a time-out each, or hold their host for a second."""


def _paths(copies: int, seed: int) -> list[str]:
    paths = [f"/a/{fault}/{n}" for fault in [*STEADY, *FLAKY] for n in range(1 if fault in EXPENSIVE else copies)]
    random.Random(seed).shuffle(paths)
    return paths


def _check(report: SiteReport, host: str, paths: list[str], web: Web) -> None:
    fetches = articles(report)
    got = {fetch.url.removeprefix(f"http://{host}"): fetch for fetch in fetches}
    wrong = {
        path: (str(got[path].outcome), got[path].detail, str(expected(path)))
        for path in paths
        if got[path].outcome != expected(path)
    }
    assert wrong == {}
    unsaid = {path for path, fetch in got.items() if fetch.status is None and not (fetch.detail or "").strip(" ;")}
    assert unsaid == set()
    assert not [fetch.detail for fetch in fetches if (fetch.detail or "").endswith(";")]
    assert len(fetches) == len(paths) == sum(outcomes(fetches).values())
    assert report.requests == sum(seen.host == host for seen in web.requests)


@pytest.mark.parametrize(("hosts", "copies"), [(2, 2)])
def test_every_fault_has_its_outcome(tmp_path: Path, hosts: int, copies: int) -> None:
    with Web(lambda seen: pages(seen), ports=hosts) as web:
        pages = FaultPages({host: _paths(copies, n) for n, host in enumerate(web.hosts)})
        sites = [
            site(host, f"s{n}", feeds=(f"http://{host}/feed",), concurrency=8, max_pages=10_000)
            for n, host in enumerate(web.hosts)
        ]
        reports = run(tmp_path, *sites, limits=LIMITS)
        for one, host in zip(sites, web.hosts, strict=True):
            _check(reports[one.id], host, pages.feeds[host], web)
        assert web.paths("/a/disallowed/") == []


def test_faulty_sources(tmp_path: Path) -> None:
    def handle(seen: Seen) -> Reply:
        return SOURCES[web.hosts.index(seen.host)][0] if seen.path == "/feed" else Reply(404, b"no")

    with Web(handle, ports=len(SOURCES)) as web:
        sites = [site(host, f"s{n}", feeds=(f"http://{host}/feed",)) for n, host in enumerate(web.hosts)]
        reports = run(tmp_path, *sites, limits=LIMITS)
    got = []
    for n, (reply, outcome) in enumerate(SOURCES):
        report = reports[f"s{n}"]
        (fetch,) = [fetch for fetch in read_log(report.log).fetches if fetch.kind == "feed"]
        got.append((reply, fetch.outcome))
        assert report.state == ("ok" if outcome == Outcome.READ else "failed")
        assert str(outcome) in (report.problem or "read")
    assert got == SOURCES


def test_what_was_fetched_is_archived_as_it_came(tmp_path: Path) -> None:
    kinds = ["plain", "gzip", "brotli", "zstd", "deflate", "chunked", "wrong-charset"]
    with Web(lambda seen: pages(seen)) as web:
        pages = FaultPages({web.hosts[0]: [f"/a/{kind}/0" for kind in kinds]})
        report = run(tmp_path, site(web.hosts[0], feeds=(web.url("/feed"),)))["test"]
    fetched = [fetch for fetch in articles(report) if fetch.outcome == Outcome.NEW]
    assert len(fetched) == len(kinds)
    for fetch, page in read_fetched(tmp_path, fetched):
        assert isinstance(page, Page)
        kind = fetch.url.split("/")[-2]
        sent = STEADY[kind][0]
        assert fetch.body_bytes == len(sent.body)
        plain = STEADY["plain"][0].body if kind != "wrong-charset" else sent.body
        assert page.body == plain
        assert page.url == fetch.url
        assert page.lead is not None
        assert page.lead.title == fetch.lead_title
    kinds_logged = {fetch.kind for fetch in read_log(report.log).fetches if fetch.warc}
    assert kinds_logged == {"robots", "feed", "article"}
