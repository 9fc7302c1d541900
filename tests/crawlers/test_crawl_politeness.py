"""What a crawl asks for, how often, and what it leaves alone."""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from crawlers.crawl import Limits, SiteReport, read_log
from schemas import Outcome
from tests.crawlers.crawling import articles, newspaper, outcomes, run, site
from tests.crawlers.faultweb.pages import ARTICLE
from tests.crawlers.faultweb.server import Reply, Seen, Web

PATIENT = Limits(timeout=5.0, backoff=0.05, attempts=3)


DELAYS = [
    ("User-agent: *\nDisallow:", 0.3, 0.3),
    ("User-agent: *\nCrawl-delay: 0.4", 0.0, 0.4),
    ("User-agent: presslake\nCrawl-delay: 0.4\n\nUser-agent: *\nCrawl-delay: 9", 0.0, 0.4),
    ("User-agent: *\nRequest-rate: 2/1s", 0.0, 0.5),
]
"""robots.txt, the declaration's delay, the delay to be kept; in seconds."""


BUSY = {
    "429": Reply(429, b"wait", headers={"Retry-After": "2"}),
    "503": Reply(503, b"wait", headers={"Retry-After": "2"}),
}
"""The second page that is asked for, the first time."""


@pytest.fixture(scope="module")
def timed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[SiteReport, list[Seen]]]:
    """Papers whose requests' times matter: report and requests, by id."""
    names = [*(f"delay-{n}" for n in range(len(DELAYS))), *BUSY]
    asked: Counter[str] = Counter()

    def answer(seen: Seen) -> Reply:
        name = names[web.hosts.index(seen.host)]
        if name in BUSY:
            asked[seen.host] += seen.path.startswith("/news/")
            busy = seen.path.startswith("/news/") and asked[seen.host] == 2
            return BUSY[name] if busy else newspaper(6)(seen)
        robots = DELAYS[int(name[-1])][0]
        return Reply(body=robots.encode()) if seen.path == "/robots.txt" else newspaper(3)(seen)

    with Web(answer, ports=len(names)) as web:
        sites = [
            site(host, name, feeds=(f"http://{host}/feed",), delay=delay, concurrency=1 if name in BUSY else 4)
            for name, host, delay in zip(names, web.hosts, [*(delay for _, delay, _ in DELAYS), 0, 0], strict=True)
        ]
        reports = run(tmp_path_factory.mktemp("timed"), *sites, limits=PATIENT)
        return {
            name: (reports[name], [seen for seen in web.requests if seen.host == host])
            for name, host in zip(names, web.hosts, strict=True)
        }


@pytest.mark.parametrize("number", range(len(DELAYS)))
def test_delays_are_kept(timed: dict[str, tuple[SiteReport, list[Seen]]], number: int) -> None:
    report, asked = timed[f"delay-{number}"]
    assert outcomes(articles(report)) == {Outcome.NEW: 3}
    gaps = [later.time - earlier.time for earlier, later in pairwise(asked)]
    # Never shorter; longer by what a busy machine takes, but not by seconds, as the delay of others would be.
    assert DELAYS[number][2] - 0.02 <= min(gaps) < DELAYS[number][2] + 5


@pytest.mark.parametrize("status", list(BUSY))
def test_retry_after_holds_the_whole_host(timed: dict[str, tuple[SiteReport, list[Seen]]], status: str) -> None:
    report, asked = timed[status]
    assert outcomes(articles(report)) == {Outcome.NEW: 6}
    pages = [seen for seen in asked if seen.path.startswith("/news/")]
    assert 1.98 <= pages[2].time - pages[1].time < 20, "not before, and not forgotten"
    assert [seen.path for seen in pages].count(pages[1].path) == 2


ROBOTS: list[tuple[Reply, Outcome, Outcome | None]] = [
    (Reply(404, b"no"), Outcome.READ, Outcome.NEW),
    (Reply(403, b"no"), Outcome.READ, Outcome.NEW),
    (Reply(200, b""), Outcome.READ, Outcome.NEW),
    (Reply(200, b"\xff\xfe\x00binary", content_type="image/png"), Outcome.READ, Outcome.NEW),
    (Reply(302, headers={"Location": "/robots-moved.txt"}), Outcome.READ, Outcome.ROBOTS),
    (Reply(302, headers={"Location": "/robots.txt"}), Outcome.READ, Outcome.NEW),
    (Reply(500, b"oops"), Outcome.SERVER_ERROR, None),
    (Reply(429, b"slow down"), Outcome.REFUSED, None),
    (Reply(cut="reset"), Outcome.CONNECTION_FAILED, None),
    (Reply(delay=9), Outcome.TIMED_OUT, None),
    (Reply(body=b"User-agent: *\nDisallow: /news/*\nAllow: /news/*.html$"), Outcome.READ, Outcome.ROBOTS),
    (Reply(body=b"User-agent: presslake\nDisallow: /\n\nUser-agent: *\nAllow: /"), Outcome.ROBOTS, None),
    (Reply(body=b"User-agent: other\nDisallow: /\n"), Outcome.READ, Outcome.NEW),
]
"""What robots.txt answers; what becomes of the feed; of the article, where the feed may be read."""


POLICIES = [("skip", Outcome.OPTED_OUT, False), ("fetch", Outcome.OPTED_OUT, True), ("flag", Outcome.NEW, True)]
"""A site's policy, what becomes of reserved pages, whether they are archived."""

TDMREP = json.dumps([{"location": "/news/2", "tdm-reservation": 1}]).encode()
RESERVED = {
    "/.well-known/tdmrep.json": Reply(body=TDMREP, content_type="application/json"),
    "/news/0": Reply(body=ARTICLE, headers={"TDM-Reservation": "1"}),
    "/news/1": Reply(body=ARTICLE.replace(b"<head>", b'<head><meta name="robots" content="noai">')),
    "/robots.txt": Reply(body=b"User-agent: GPTBot\nDisallow: /news/3\n"),
}


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[SiteReport, set[str]]]:
    """Papers with rules: report and paths asked for, by id."""
    names = [*(f"robots-{n}" for n in range(len(ROBOTS))), *(policy for policy, _, _ in POLICIES)]

    def answer(seen: Seen) -> Reply:
        place = web.hosts.index(seen.host)
        if place >= len(ROBOTS):
            return newspaper(5, lambda seen: RESERVED.get(seen.path))(seen)
        if seen.path == "/robots-moved.txt":
            return Reply(body=b"User-agent: *\nDisallow: /news/")
        return ROBOTS[place][0] if seen.path == "/robots.txt" else newspaper(1)(seen)

    with Web(answer, ports=len(names)) as web:
        sites = [
            site(host, name, feeds=(f"http://{host}/feed",), **({} if "-" in name else {"policy": name}))
            for name, host in zip(names, web.hosts, strict=True)
        ]
        reports = run(tmp_path_factory.mktemp("ruled"), *sites)
        return {
            name: (reports[name], {seen.path for seen in web.requests if seen.host == host})
            for name, host in zip(names, web.hosts, strict=True)
        }


@pytest.mark.parametrize("number", range(len(ROBOTS)))
def test_robots_as_rfc_9309_says(ruled: dict[str, tuple[SiteReport, set[str]]], number: int) -> None:
    report, asked = ruled[f"robots-{number}"]
    fetches = {fetch.kind: fetch.outcome for fetch in read_log(report.log).fetches}
    assert (fetches["feed"], fetches.get("article")) == ROBOTS[number][1:]
    assert ("/news/0" in asked) == (ROBOTS[number][2] == Outcome.NEW)


@pytest.mark.parametrize(("policy", "outcome", "archived"), POLICIES)
def test_reservations_are_respected(
    ruled: dict[str, tuple[SiteReport, set[str]]], policy: str, outcome: Outcome, archived: bool
) -> None:
    report, asked = ruled[policy]
    got = {fetch.url[-1]: fetch for fetch in articles(report)}
    assert [(got[n].outcome, got[n].detail) for n in "01234"] == [
        (outcome, "reserved: tdm-reservation=1 (header)"),
        (outcome, "reserved: noai (meta)"),
        (outcome, "reserved: tdm-reservation=1 (tdmrep.json)"),
        (outcome, "reserved: not for GPTBot (robots.txt)"),
        (Outcome.NEW, None),
    ]
    assert [got[n].warc is not None for n in "01"] == [archived] * 2
    assert ({"/news/2", "/news/3"} <= asked) == (policy != "skip")


def test_private_addresses_are_never_asked(tmp_path: Path) -> None:
    with Web(newspaper(1)) as web:
        port = web.hosts[0].rpartition(":")[2]
        names = [f"http://127.0.0.1:{port}/feed", f"http://localhost:{port}/feed", f"http://[::1]:{port}/feed",
                 f"http://2130706433:{port}/feed", f"http://127.1:{port}/feed"]  # fmt: skip
        one = site(web.hosts[0], feeds=tuple(names))
        report = run(tmp_path, one, allow_private=False)["test"]
        assert web.requests == []
        assert report.state == "failed"
        fetches = [fetch for fetch in read_log(report.log).fetches if fetch.kind == "feed"]
        assert {fetch.url: fetch.outcome for fetch in fetches} == dict.fromkeys(names, Outcome.UNSAFE_ADDRESS)
