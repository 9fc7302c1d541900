"""A lake made by an earlier minor version of the schemas, written by this one, and the other way round."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.lake import open_lake, tables
from flows.lake.batches import Batch, publish
from flows.lake.query import rows
from flows.lake.tables import append, merge, open_table
from flows.rows import run_row
from flows.summary import SiteSummary
from schemas import ARTICLES, REVISIONS, RUNS
from schemas.runs import STAGE_SECONDS
from schemas.table import Field, Table
from tests.flows.lake.rows import article_row, table

MISSING = ("section", "tags")


def older(contract: Table) -> Table:
    return replace(contract, fields=tuple(field for field in contract.fields if field.name not in MISSING))


def test_columns_that_were_added_since_are_added_to_the_tables(tmp_path: Path) -> None:
    lake = open_lake(str(tmp_path))
    append(lake, older(REVISIONS), table(REVISIONS, article_row(1)).drop_columns(list(MISSING)), 1)
    merge(lake, older(ARTICLES), table(ARTICLES, article_row(1), delete=False).drop_columns(list(MISSING)), 1)
    assert "section" not in open_table(lake, ARTICLES).to_pyarrow_dataset().schema.names
    before = rows(lake, "SELECT section, site FROM articles WHERE section IS NULL AND site = 'a'")
    assert before == [{"section": None, "site": "a"}], "readers of ours know the column at once"

    fresh = article_row(2, section="Sport", tags=["a"])
    append(lake, REVISIONS, table(REVISIONS, fresh), 2)
    merge(lake, ARTICLES, table(ARTICLES, fresh, delete=False), 2)
    for name in ("articles", "revisions"):
        found = rows(lake, f"SELECT section, tags FROM {name} ORDER BY article_id")
        assert found == [{"section": None, "tags": None}, {"section": "Sport", "tags": ["a"]}]


def test_a_lake_of_version_1_0_gets_the_times_of_stages(tmp_path: Path) -> None:
    lake = open_lake(str(tmp_path))
    since = {field.name for field in RUNS.fields if field.since == "1.1.0"}
    assert since == {f"{stage}_seconds" for stage in STAGE_SECONDS}
    contract = replace(RUNS, fields=tuple(field for field in RUNS.fields if field.name not in since))
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    row = run_row(SiteSummary("a"), "before", "crawl", now, now)
    append(lake, contract, pa.Table.from_pylist([row], schema=contract.schema), 1)
    assert not since & set(open_table(lake, RUNS).to_pyarrow_dataset().schema.names)
    assert rows(lake, "SELECT extract_seconds FROM runs") == [{"extract_seconds": None}]

    took = SiteSummary("a", fetch_seconds=2.5, extract_seconds=1.0)
    fresh = pa.Table.from_pylist([run_row(took, "after", "crawl", now, now)], schema=RUNS.schema)
    publish(lake, lambda: Batch("after", {"runs": fresh}))
    found = rows(lake, "SELECT run_id, fetch_seconds, dedupe_seconds, publish_seconds FROM runs ORDER BY fetch_seconds")
    assert [(row["run_id"], row["fetch_seconds"], row["dedupe_seconds"]) for row in found] == [
        ("after", 2.5, None), ("before", None, None),
    ]  # fmt: skip
    assert found[0]["publish_seconds"] > 0
    assert found[1]["publish_seconds"] is None


def test_a_lake_of_version_1_1_gets_the_publishers_clock(tmp_path: Path) -> None:
    lake = open_lake(str(tmp_path))
    since = {field.name for field in ARTICLES.fields if field.since == "1.2.0"}
    assert since == {"published_offset", "modified_offset", "modified_source"}
    for contract, add in ((REVISIONS, append), (ARTICLES, merge)):
        before = replace(contract, fields=tuple(field for field in contract.fields if field.name not in since))
        add(
            lake,
            before,
            table(contract, article_row(1), delete=None if contract is REVISIONS else False).drop_columns(
                sorted(since)
            ),
            1,
        )
    assert rows(lake, "SELECT published_offset FROM articles") == [{"published_offset": None}]

    fresh = article_row(2, published_offset=330)
    append(lake, REVISIONS, table(REVISIONS, fresh), 2)
    merge(lake, ARTICLES, table(ARTICLES, fresh, delete=False), 2)
    for name in ("articles", "revisions"):
        found = rows(lake, f"SELECT published_offset FROM {name} ORDER BY article_id")
        assert found == [{"published_offset": None}, {"published_offset": 330}]


def test_rows_decided_by_an_earlier_version_are_completed_by_this_one(tmp_path: Path) -> None:
    lake = open_lake(str(tmp_path))
    append(lake, REVISIONS, table(REVISIONS, article_row(1, section="Sport")), 1)
    append(lake, REVISIONS, table(REVISIONS, article_row(2)).drop_columns(list(MISSING)), 2)
    append(lake, older(REVISIONS), table(REVISIONS, article_row(3)).drop_columns(list(MISSING)), 3)
    found = rows(lake, "SELECT section FROM revisions ORDER BY article_id")
    assert found == [{"section": "Sport"}, {"section": None}, {"section": None}]
    for uri in open_table(lake, REVISIONS).file_uris():
        assert "string_view" not in str(pq.read_schema(uri))


def test_two_writers_that_add_the_same_column_agree(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    lake = open_lake(str(tmp_path))
    append(lake, REVISIONS, table(REVISIONS, article_row(1)), 1)
    newer = replace(REVISIONS, fields=(*REVISIONS.fields, Field("mood", pa.string(), "How it reads.", "9.9.0")))
    original = tables.open_table
    stale = [original(lake, REVISIONS)]
    happy = pa.Table.from_pylist([article_row(2, mood="happy")], schema=newer.schema)
    append(lake, newer, happy, 2)
    monkeypatch.setattr(tables, "open_table", lambda *args: stale.pop() if stale else original(*args))
    append(lake, newer, happy, 3)
    found = original(lake, REVISIONS).to_pyarrow_table(columns=["mood"])["mood"].to_pylist()
    assert sorted(found, key=str) == [None, "happy", "happy"]
