"""What a crawl is told of its URLs: the latest look, and what earlier looks learned."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from crawlers.spider.known import SiteKnown, read_known
from flows.lake import open_lake
from flows.lake.batches import Batch, publish
from flows.lake.known import LOOKS, published_sites, restraints, write_known
from flows.lake.ledger import enter
from schemas import FETCHES, RUNS
from tests.flows.lake.rows import NOW, fetch_row, run_row, table


def test_the_latest_look_and_what_earlier_ones_learned(tmp_path: Path) -> None:
    lake = open_lake(str(tmp_path / "lake"))
    rows = [
        fetch_row(1, etag='"a"', article_id="f" * 32, lead_title="One"),
        fetch_row(1, outcome="server_error", status=500, fetched_at=NOW + timedelta(hours=1)),
        fetch_row(1, outcome="over_budget", attempts=0, fetched_at=NOW + timedelta(hours=2)),
        fetch_row(2, outcome="not_fetched", attempts=0),
        fetch_row(3, site="other"),
    ]
    batch = {FETCHES.name: table(FETCHES, *rows), RUNS.name: table(RUNS, run_row())}
    publish(lake, lambda: Batch("r1", batch))
    one, two = pq.read_table(write_known(lake, ["a"], tmp_path / "known.parquet")).to_pylist()
    assert (one["outcome"], one["status"], one["fetched_at"]) == ("server_error", 500, NOW + timedelta(hours=1))
    assert (one["etag"], one["article_id"], one["lead_title"]) == ('"a"', "f" * 32, "One")
    assert (one["stored"], one["looks"]) == (True, 2)
    assert (two["outcome"], two["stored"], two["looks"]) == ("not_fetched", False, 0)
    assert published_sites(lake, "r1") == {"a"}
    assert published_sites(lake, "r2") == set()


def test_an_empty_lake_knows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "known.parquet"
    assert write_known(open_lake(str(tmp_path / "lake")), ["a"], path) is None
    assert pq.read_table(path).num_rows == 0
    assert read_known(None, ["a"]) == read_known(path, ["a"]) == {"a": SiteKnown()}


def test_what_a_crawl_must_hold_back_from(tmp_path: Path) -> None:
    lake = open_lake(str(tmp_path / "lake"))
    hours = timedelta(hours=1)

    def wish(hour: int, until: int) -> dict[str, Any]:
        words = f"status 429; a.example: asks to come back after {NOW + until * hours:%Y-%m-%dT%H:%M:%SZ}"
        return fetch_row(90 + until, outcome="refused", fetched_at=NOW + hour * hours, detail=words)

    rows = [
        fetch_row(1, fetched_at=NOW - 23 * hours),
        fetch_row(1, fetched_at=NOW - 22 * hours, run_id="r0"),  # asked for twice: two pages
        fetch_row(2, fetched_at=NOW - 25 * hours, date=(NOW - 25 * hours).date()),
        fetch_row(3, outcome="over_budget", attempts=0),
        fetch_row(4, kind="feed"),
        wish(-3, until=-1),
        wish(-2, until=5),
        wish(-1, until=2),
        fetch_row(5, site="b", detail="b.example: asks to come back after 2026-01-30T00:00:00Z"),
    ]
    publish(lake, lambda: Batch("r1", {FETCHES.name: table(FETCHES, *rows), RUNS.name: table(RUNS, run_row())}))
    entry = enter(lake, url="https://a.example/7?utm_source=x", site=None, reason="", now=NOW)
    enter(lake, url=None, site="c", reason="", now=NOW)
    found = restraints(lake, ["a"], NOW)
    assert found.pages_today == {"a": 5}
    assert found.waiting == {"a.example": NOW + 5 * hours}
    assert found.keys == {"a.example/7": "taken down on 2026-01-31"}
    assert found.forbidden("a", "a.example/7") == found.forbidden("c", "c.example/1") == "taken down on 2026-01-31"
    assert set(found.articles) == set(entry.article_ids)
    assert found.forbidden("a", "a.example/8") is None


def test_the_last_looks_at_a_source(tmp_path: Path) -> None:
    lake = open_lake(str(tmp_path / "lake"))
    hour = timedelta(hours=1)
    rows = [
        fetch_row(1, kind="feed", outcome="read", fetched_at=NOW + n * hour, run_id=f"r{n}", detail=f"{n} entries")
        for n in range(LOOKS + 3)
    ]
    rows += [fetch_row(1, kind="feed", outcome="not_fetched", attempts=0, fetched_at=NOW + 99 * hour), fetch_row(2)]
    publish(lake, lambda: Batch("r1", {FETCHES.name: table(FETCHES, *rows), RUNS.name: table(RUNS, run_row())}))
    article, feed = pq.read_table(write_known(lake, ["a"], tmp_path / "known.parquet")).to_pylist()
    assert article["history"] is None
    assert [look["detail"] for look in feed["history"]] == [f"{n} entries" for n in range(3, LOOKS + 3)]
    known = read_known(tmp_path / "known.parquet", ["a"])["a"].sources["https://a.example/1"]
    assert len(known.history) == LOOKS
    assert known.history[-1].at == NOW + (LOOKS + 2) * hour
