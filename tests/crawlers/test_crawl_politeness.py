"""What a crawl asks for, how often, and what it leaves alone."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from crawlers.crawl import Limits, read_log
from schemas import Outcome
from tests.crawlers.crawling import articles, now, outcomes, run, site, write_known
from tests.crawlers.faultweb.pages import ARTICLE, article, feed
from tests.crawlers.faultweb.server import Reply, Seen, Web

PATIENT = Limits(timeout=5.0, backoff=0.05, attempts=3)


def newspaper(count: int, special: Callable[[Seen], Reply | None] = lambda seen: None) -> Callable[[Seen], Reply]:
    """A site with a feed of `count` articles; `special` may answer instead."""

    def handle(seen: Seen) -> Reply:
        if (reply := special(seen)) is not None:
            return reply
        if seen.path == "/feed":
            return Reply(body=feed(f"http://{seen.host}/news/{n}" for n in range(count)))
        if seen.path.startswith("/news/"):
            return Reply(body=article(int(seen.path.rsplit("/", 1)[1])))
        return Reply(404, b"no")

    return handle


def _gaps(requests: list[Seen]) -> list[float]:
    return [later.time - earlier.time for earlier, later in pairwise(requests)]


DELAYS = [
    ("User-agent: *\nDisallow:", 0.3, 0.3),
    ("User-agent: *\nCrawl-delay: 0.4", 0.0, 0.4),
    ("User-agent: presslake\nCrawl-delay: 0.4\n\nUser-agent: *\nCrawl-delay: 9", 0.0, 0.4),
    ("User-agent: *\nRequest-rate: 2/1s", 0.0, 0.5),
]
"""robots.txt, the declaration's delay, the delay to be kept; in seconds."""


def test_delays_are_kept(tmp_path: Path) -> None:
    def special(seen: Seen) -> Reply | None:
        robots = DELAYS[web.hosts.index(seen.host)][0]
        return Reply(body=robots.encode(), content_type="text/plain") if seen.path == "/robots.txt" else None

    with Web(newspaper(3, special), ports=len(DELAYS)) as web:
        sites = [
            site(host, f"s{n}", feeds=(f"http://{host}/feed",), delay=DELAYS[n][1], concurrency=4)
            for n, host in enumerate(web.hosts)
        ]
        reports = run(tmp_path, *sites)
        for n, host in enumerate(web.hosts):
            assert outcomes(articles(reports[f"s{n}"])) == {Outcome.NEW: 3}
            gaps = _gaps([seen for seen in web.requests if seen.host == host])
            assert DELAYS[n][2] - 0.02 <= min(gaps) < DELAYS[n][2] + 0.2


def test_retry_after_holds_the_whole_host(tmp_path: Path) -> None:
    asked: Counter[str] = Counter()

    def special(seen: Seen) -> Reply | None:
        if seen.path.startswith("/news/"):
            asked[seen.host] += 1
            if asked[seen.host] == 2:
                status = 429 if seen.host == web.hosts[0] else 503
                return Reply(status, b"wait", headers={"Retry-After": "2"})
        return None

    with Web(newspaper(6, special), ports=2) as web:
        sites = [site(host, f"s{n}", feeds=(f"http://{host}/feed",), concurrency=1) for n, host in enumerate(web.hosts)]
        reports = run(tmp_path, *sites, limits=PATIENT)
        for one, host in zip(sites, web.hosts, strict=True):
            assert outcomes(articles(reports[one.id])) == {Outcome.NEW: 6}
            pages = [seen for seen in web.requests if seen.path.startswith("/news/") and seen.host == host]
            assert 1.98 <= pages[2].time - pages[1].time < 2.5
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


def test_robots_as_rfc_9309_says(tmp_path: Path) -> None:
    def special(seen: Seen) -> Reply | None:
        if seen.path == "/robots-moved.txt":
            return Reply(body=b"User-agent: *\nDisallow: /news/")
        return ROBOTS[web.hosts.index(seen.host)][0] if seen.path == "/robots.txt" else None

    with Web(newspaper(1, special), ports=len(ROBOTS)) as web:
        sites = [site(host, f"s{n}", feeds=(f"http://{host}/feed",)) for n, host in enumerate(web.hosts)]
        reports = run(tmp_path, *sites)
        got = []
        for n, host in enumerate(web.hosts):
            fetches = {fetch.kind: fetch.outcome for fetch in read_log(reports[f"s{n}"].log).fetches}
            got.append((ROBOTS[n][0], fetches["feed"], fetches.get("article")))
            asked = any(seen.host == host and seen.path.startswith("/news/") for seen in web.requests)
            assert asked == (ROBOTS[n][2] == Outcome.NEW)
        assert got == ROBOTS


def test_conditional_requests(tmp_path: Path) -> None:
    def special(seen: Seen) -> Reply | None:
        if seen.headers.get("if-none-match") == '"1"':
            return Reply(304)
        reply = newspaper(3)(seen)
        if reply.status == 200:
            reply.headers["ETag"] = '"1"'
        return reply

    with Web(special) as web:
        one = site(web.hosts[0], feeds=(web.url("/feed"),))
        first = read_log(run(tmp_path / "1", one)["test"].log).fetches
        assert {fetch.etag for fetch in first if fetch.kind != "robots"} == {'"1"'}

        known = write_known(tmp_path / "1.parquet", first)
        before = len(web.requests)
        second = run(tmp_path / "2", one, known=known)["test"]
        assert [seen.path for seen in web.requests[before:]] == ["/feed"]
        assert {fetch.kind: fetch.outcome for fetch in read_log(second.log).fetches} == {
            "feed": Outcome.NOT_MODIFIED,
        }
        assert second.state == "ok"

        # An hour after publication each article is due for another look, also when no source lists it.
        long_ago = now() - timedelta(hours=1, minutes=55)
        known = write_known(tmp_path / "2.parquet", first, fetched_at=long_ago, lead_published_at=long_ago)
        third = articles(run(tmp_path / "3", one, known=known)["test"])
        assert outcomes(third) == {Outcome.NOT_MODIFIED: 3}
        assert {fetch.etag for fetch in third} == {'"1"'}
        assert all(fetch.warc is None for fetch in third)


def test_what_earlier_runs_left_is_taken_up_again(tmp_path: Path) -> None:
    with Web(newspaper(6)) as web:
        one = site(web.hosts[0], feeds=(web.url("/feed"),))
        first = articles(run(tmp_path / "1", one, limit=2)["test"])
        assert outcomes(first) == {Outcome.NEW: 2, Outcome.OVER_BUDGET: 4}
        assert [fetch.url[-1] for fetch in first if fetch.outcome == Outcome.NEW] == ["0", "1"]  # the newest
        web.handler = newspaper(0, lambda seen: None if seen.path != "/feed" else Reply(body=feed([])))
        known = write_known(tmp_path / "known.parquet", first)
        second = articles(run(tmp_path / "2", one, known=known)["test"])
        assert outcomes(second) == {Outcome.NEW: 4}
        assert len(set(web.paths("/news/"))) == len(web.paths("/news/")) == 6


POLICIES = [("skip", Outcome.OPTED_OUT, False), ("fetch", Outcome.OPTED_OUT, True), ("flag", Outcome.NEW, True)]
"""A site's policy, what becomes of reserved pages, whether they are archived."""


def test_reservations_are_respected(tmp_path: Path) -> None:
    tdmrep = json.dumps([{"location": "/news/2", "tdm-reservation": 1}]).encode()
    special = {
        "/.well-known/tdmrep.json": Reply(body=tdmrep, content_type="application/json"),
        "/news/0": Reply(body=ARTICLE, headers={"TDM-Reservation": "1"}),
        "/news/1": Reply(body=ARTICLE.replace(b"<head>", b'<head><meta name="robots" content="noai">')),
        "/robots.txt": Reply(body=b"User-agent: GPTBot\nDisallow: /news/3\n"),
    }
    with Web(newspaper(5, lambda seen: special.get(seen.path)), ports=len(POLICIES)) as web:
        sites = [
            site(host, policy, feeds=(f"http://{host}/feed",), policy=policy)
            for host, (policy, _, _) in zip(web.hosts, POLICIES, strict=True)
        ]
        reports = run(tmp_path, *sites)
        for host, (policy, outcome, archived) in zip(web.hosts, POLICIES, strict=True):
            got = {fetch.url[-1]: fetch for fetch in articles(reports[policy])}
            assert [(got[n].outcome, got[n].detail) for n in "01234"] == [
                (outcome, "reserved: tdm-reservation=1 (header)"),
                (outcome, "reserved: noai (meta)"),
                (outcome, "reserved: tdm-reservation=1 (tdmrep.json)"),
                (outcome, "reserved: not for GPTBot (robots.txt)"),
                (Outcome.NEW, None),
            ]
            assert [got[n].warc is not None for n in "01"] == [archived] * 2
            asked = {seen.path for seen in web.requests if seen.host == host}
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


def test_a_304_liar_is_found_out_and_remembered(tmp_path: Path) -> None:
    def special(seen: Seen) -> Reply | None:
        if seen.path == "/feed":
            if "if-none-match" in seen.headers:
                return Reply(304)
            body = feed((f"http://{seen.host}/news/{n}" for n in range(4)), start=now() - timedelta(hours=30))
            return Reply(body=body, headers={"ETag": '"same"'})
        return None

    with Web(newspaper(0, special)) as web:
        one = site(web.hosts[0], feeds=(web.url("/feed"),))
        first = read_log(run(tmp_path / "1", one)["test"].log).fetches
        told = [fetch for fetch in first if not fetch.url.endswith("/3")]  # as if it had come later
        day_ago = now() - timedelta(hours=25)
        known = write_known(tmp_path / "1.parquet", told, fetched_at=day_ago, outcome="not_modified")
        second = read_log(run(tmp_path / "2", one, known=known)["test"].log).fetches
        (source,) = [fetch for fetch in second if fetch.kind == "feed"]
        assert source.outcome == Outcome.READ
        assert source.etag == ""
        assert "answered 304 though" in (source.detail or "")

        known = write_known(tmp_path / "2.parquet", [*first, *second])
        web.requests.clear()
        third = read_log(run(tmp_path / "3", one, known=known)["test"].log).fetches
        assert [seen.headers.get("if-none-match") for seen in web.requests if seen.path == "/feed"] == [None]
        assert [fetch.etag for fetch in third if fetch.kind == "feed"] == [""]


def test_a_gap_between_two_looks_raises_an_alarm(tmp_path: Path) -> None:
    listed = range(10)

    def special(seen: Seen) -> Reply | None:
        return Reply(body=feed(f"http://{seen.host}/news/{n}" for n in listed)) if seen.path == "/feed" else None

    with Web(newspaper(0, special)) as web:
        one = site(web.hosts[0], feeds=(web.url("/feed"),))
        first = read_log(run(tmp_path / "1", one)["test"].log).fetches
        assert [fetch.detail for fetch in first if fetch.kind == "feed"] == ["10 entries, 0 known"]
        listed = range(100, 110)
        report = run(tmp_path / "2", one, known=write_known(tmp_path / "known.parquet", first))["test"]
        assert report.state == "partial"
        assert "articles may have been missed since" in (report.problem or "")
        assert outcomes(articles(report)) == {Outcome.NEW: 10}


def test_sitemaps_of_an_index_are_pruned_by_date_and_looked_at_when_it_is_unchanged(tmp_path: Path) -> None:
    recent, old = (now() - timedelta(hours=3)).isoformat(), (now() - timedelta(days=90)).isoformat()

    def special(seen: Seen) -> Reply | None:
        base = f"http://{seen.host}"
        if seen.headers.get("if-none-match") and seen.path == "/index.xml":
            return Reply(304)
        if seen.path == "/index.xml":
            dated = [("new", recent), ("old", old)]
            maps = "".join(f"<sitemap><loc>{base}/{n}.xml</loc><lastmod>{at}</lastmod></sitemap>" for n, at in dated)
            maps += "<sitemap><loc>http://elsewhere.example/x.xml</loc></sitemap>"
            return Reply(body=f"<sitemapindex>{maps}</sitemapindex>".encode(), headers={"ETag": '"1"'})
        if seen.path == "/new.xml":
            return Reply(
                body=f"<urlset><url><loc>{base}/news/{len(web.paths('/new.xml'))}</loc></url></urlset>".encode()
            )
        return None

    with Web(newspaper(0, special)) as web:
        one = site(web.hosts[0], sitemaps=(web.url("/index.xml"),))
        report = run(tmp_path / "1", one)["test"]
        first = read_log(report.log).fetches
        assert {fetch.url.rpartition("/")[2]: fetch.outcome for fetch in first if fetch.kind == "sitemap"} == {
            "index.xml": Outcome.READ,
            "new.xml": Outcome.READ,
            "old.xml": Outcome.OUT_OF_RANGE,
            "x.xml": Outcome.OFF_SITE,
        }
        assert report.state == "ok"
        second = read_log(
            run(tmp_path / "2", one, known=write_known(tmp_path / "k.parquet", first))["test"].log
        ).fetches
        got = {fetch.url.rpartition("/")[2]: fetch.outcome for fetch in second if fetch.kind != "robots"}
        assert got == {"index.xml": Outcome.NOT_MODIFIED, "new.xml": Outcome.READ, "2": Outcome.NEW}
