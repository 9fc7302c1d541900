"""What a crawl is told of its URLs: the latest look, and what earlier looks learned."""

from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq

from flows.lake import open_lake
from flows.lake.batches import Batch, publish
from flows.lake.known import published_sites, write_known
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
    path = write_known(open_lake(str(tmp_path / "lake")), ["a"], tmp_path / "known.parquet")
    assert pq.read_table(path).num_rows == 0
