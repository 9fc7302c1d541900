"""Small parts of the crawl: addresses, headers, the log, what is known."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crawlers.crawl import read_log
from crawlers.model import Fetch, WarcRef
from crawlers.spider.addresses import is_public, refusal
from crawlers.spider.comeback import LONGEST, come_back_at, from_words, host_key, in_words, retry_after
from crawlers.spider.known import read_known
from crawlers.spider.log import LogWriter
from schemas import Outcome
from tests.crawlers.crawling import write_known

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("2002:7f00:1::", False),
        ("ff02::1", False),
        ("example.org", False),
        ("", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) == public


def test_behind_a_proxy_names_are_the_proxys_business(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "http://10.0.0.1/"
    assert refusal(url, allow_private=False) is not None
    assert refusal(url, allow_private=True) is None
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:3128")
    assert refusal(url, allow_private=False) is None
    assert refusal("https://10.0.0.1/", allow_private=False) is not None
    monkeypatch.setenv("no_proxy", "10.0.0.1")
    assert refusal(url, allow_private=False) is not None
    assert refusal("ftp://example.org/", allow_private=True) is not None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("9" * 400, float("inf")),
        ("Mon, 15 Jun 2026 12:01:30 GMT", 90.0),
        ("Mon, 15 Jun 2026 11:00:00 GMT", 0.0),
        ("Mon, 15 Jun 2026 14:01:30 +0200", 90.0),
        ("Mon, 99 Jun 2026", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://Example.org/a", "example.org"),
        ("http://example.org:80/a", "example.org"),
        ("https://example.org:8443/", "example.org:8443"),
        ("http://example.org:99999/", "example.org"),
    ],
)
def test_host_key(url: str, key: str) -> None:
    assert host_key(url) == key


def _fetch(url: str, outcome: Outcome = Outcome.NOT_FETCHED, **more: object) -> Fetch:
    return Fetch("s", "article", url, url, outcome, NOW, **more)  # type: ignore[arg-type]


def test_log_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "s.jsonl"
    stored = _fetch(
        "u1",
        Outcome.NEW,
        detail='"quoted" \u2028 \ud800',
        lead_published_at=NOW,
        attempts=2,
        warc=WarcRef("archive/x.warc.gz", 7, "sha1:A"),
    )
    writer = LogWriter(path)
    writer.leads([_fetch("u1"), _fetch("u2", lead_title="T\nx")])
    writer.fetch(stored, wire_bytes=99)
    writer.fetches([_fetch("u3", Outcome.OFF_SITE)])
    writer.close()
    log = read_log(path)
    assert [(fetch.url, fetch.outcome) for fetch in log.fetches] == [
        ("u1", Outcome.NEW),
        ("u2", Outcome.NOT_FETCHED),
        ("u3", Outcome.OFF_SITE),
    ]
    assert log.fetches[0] == stored
    assert log.fetches[1].lead_title == "T\nx"
    assert (log.requests, log.body_bytes, log.unreadable) == (2, 99, 0)


def test_a_torn_log_is_read_up_to_the_tear_and_written_on(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "s.jsonl"
    writer = LogWriter(path)
    writer.leads([_fetch("u1"), _fetch("u2")])
    writer.close()
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        log = read_log(path)
        lines = whole[:cut].count(b"\n")
        assert len(log.fetches) in (lines, lines + 1)
        assert log.unreadable <= 1
    path.write_bytes(whole[:-20])
    writer = LogWriter(path)
    writer.leads([_fetch("u3")])
    writer.close()
    log = read_log(path)
    assert [fetch.url for fetch in log.fetches] == ["u1", "u3"]
    assert log.unreadable == 1


def test_known_is_read_for_the_jobs_sites(tmp_path: Path) -> None:
    fetches = [
        Fetch("a", "article", "http://x/1?utm_source=f", "x/1", Outcome.DUPLICATE_URL, NOW + timedelta(hours=1)),
        Fetch("a", "article", "http://x/1", "x/1", Outcome.NEW, NOW, etag="e", attempts=1),
        Fetch("a", "feed", "http://x/feed", "x/feed", Outcome.READ, NOW, last_modified="m", attempts=1),
        Fetch("a", "robots", "http://x/robots.txt", "x/robots.txt", Outcome.GONE, NOW, attempts=1),
        Fetch("b", "article", "http://y/1", "y/1", Outcome.NEW, NOW, attempts=1),
    ]
    known = read_known(write_known(tmp_path / "k.parquet", fetches), ["a", "c"])
    assert set(known) == {"a", "c"}
    assert known["a"].articles["x/1"].etag == "e"
    assert known["a"].sources["http://x/feed"].last_modified == "m"
    assert known["a"].robots["http://x/robots.txt"].outcome == Outcome.GONE
    assert not known["c"].articles


def test_known_rows_that_make_no_sense_are_left_out(tmp_path: Path) -> None:
    rows = {"site": ["a"] * 3, "kind": ["article"] * 3, "url": ["u"] * 3, "url_key": ["u1", "u2", "u3"],
            "outcome": ["new", "from_the_future", "new"], "fetched_at": [NOW, NOW, None]}  # fmt: skip
    pq.write_table(pa.table(rows), tmp_path / "k.parquet")
    assert list(read_known(tmp_path / "k.parquet", ["a"])["a"].articles) == ["u1"]
    with pytest.raises(OSError, match="nothing"):
        read_known(tmp_path / "nothing.parquet", ["a"])


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0, NOW),
        (3600.0, NOW + timedelta(hours=1)),
        (0.2, NOW + timedelta(seconds=1)),  # never early
        (1e9, NOW + LONGEST),
        (float("inf"), NOW + LONGEST),
    ],
)
def test_when_a_host_may_be_asked_again(seconds: float, expected: datetime) -> None:
    assert come_back_at(seconds, NOW) == expected
    words = f"status 429; {in_words('a.example:8080', expected)}"
    assert from_words(words) == ("a.example:8080", expected)


def test_other_details_tell_of_no_wish() -> None:
    assert from_words(None) is None
    assert from_words("status 429") is None
    assert from_words("a.example: asks to come back after lunch") is None


def test_a_wish_survives_a_kill_by_the_leads_that_had_to_wait(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "a.jsonl"
    writer = LogWriter(path)
    urls = ["http://busy.example/1", "http://other.example/2"]
    writer.leads(Fetch("a", "article", url, url, Outcome.NOT_FETCHED, NOW) for url in urls)
    writer.wait("busy.example", NOW)
    writer.wait("busy.example", NOW + timedelta(minutes=9))
    writer.close()
    log = read_log(path)
    assert [from_words(fetch.detail) for fetch in log.fetches] == [("busy.example", NOW + timedelta(minutes=9)), None]
    assert log.unreadable == 0
