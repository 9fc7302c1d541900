import json
import multiprocessing
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.lake import Lake, open_lake
from flows.lake.batches import Batch, complete, publish
from flows.lake.maintain import GRACE, maintain
from flows.lake.postings import POSTINGS, forget_cached
from flows.lake.query import rows
from flows.lake.tables import ROW_GROUP, append, committed, open_table
from schemas import ARTICLES, REVISIONS, RUNS, TABLES
from tests.flows.lake.rows import NOW, article_row, batch_rows, run_row, table
from tests.flows.lake.test_batches import ids

NONE = timedelta(0)


def filled(lake: Lake, batches: int = 6) -> Lake:
    for number in range(batches):
        sites = {"site": f"site-{(number * 5) % 7}", "run_id": f"r{number}"}
        articles = [article_row(number * 10 + n, **sites) for n in range(3)]
        content = batch_rows(run_id=f"r{number}") | {
            REVISIONS.name: table(REVISIONS, *articles),
            ARTICLES.name: table(ARTICLES, *articles, delete=False),
        }
        publish(lake, lambda content=content, number=number: Batch(f"r{number}", content))  # type: ignore[misc]
    return lake


def test_many_small_files_become_one_sorted_file_that_readers_can_filter(one_lake: Lake) -> None:
    filled(one_lake, 4)
    before = {name: rows(one_lake, f"SELECT * FROM {name} ORDER BY ALL") for name in TABLES}
    care = {care.table: care for care in maintain(one_lake).tables}
    assert (care["articles"].files_before, care["articles"].files_after) == (4, 1)
    assert (care["revisions"].files_after, care["runs"].files_after, care["revisions"].removed_files) == (1, 1, 0)
    assert {name: rows(one_lake, f"SELECT * FROM {name} ORDER BY ALL") for name in TABLES} == before

    snapshot = open_table(one_lake, REVISIONS).to_pyarrow_dataset()
    sites = snapshot.to_table(columns=["site"])["site"].to_pylist()
    assert sites == sorted(sites)
    assert snapshot.to_table(filter=pads.field("site") == sites[0]).num_rows == sites.count(sites[0]) > 0
    assert committed(one_lake, RUNS) == complete(one_lake) == 4, "what is committed is still known"
    filled(one_lake, 1)
    assert committed(one_lake, RUNS) == 5


def test_files_written_by_compaction_hold_plain_strings(tmp_path: Path) -> None:
    """Arrow's string_view would break filters of readers on pyarrow datasets."""
    lake = filled(open_lake(str(tmp_path)))
    maintain(lake)
    for name in ("articles", "revisions", "runs", "fetches"):
        for uri in open_table(lake, TABLES[name]).file_uris():
            assert "string_view" not in str(pq.read_schema(uri))


def test_files_are_laid_out_for_readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """zstd, row groups of a bearable size, statistics to skip them by, dictionaries; sorted keys as differences."""
    monkeypatch.setitem(ROW_GROUP, "revisions", 8)
    lake = filled(open_lake(str(tmp_path)))
    keys = pa.table({"key": range(100), "part": [1] * 100, "doc": [1] * 100, "date": [NOW.date()] * 100})
    append(lake, POSTINGS, keys.cast(POSTINGS.schema), 9)
    maintain(lake)
    [uri] = open_table(lake, REVISIONS).file_uris()
    about = pq.ParquetFile(uri).metadata
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    assert [group.num_rows for group in groups] == [8, 8, 2]
    site = about.schema.to_arrow_schema().get_field_index("site")
    spans = [(group.column(site).statistics.min, group.column(site).statistics.max) for group in groups]
    assert all(before[1] <= after[0] for before, after in pairwise(spans)), "row groups of one site lie together"
    assert {group.column(site).compression for group in groups} == {"ZSTD"}
    assert "RLE_DICTIONARY" in groups[0].column(site).encodings
    [uri] = open_table(lake, POSTINGS).file_uris()
    assert pq.ParquetFile(uri).metadata.row_group(0).column(0).encodings == ("RLE", "DELTA_BINARY_PACKED")


def test_a_second_round_finds_nothing_to_do(tmp_path: Path) -> None:
    lake = filled(open_lake(str(tmp_path)))
    maintain(lake)
    files = open_table(lake, REVISIONS).file_uris()
    assert all(care.files_before == care.files_after for care in maintain(lake).tables)
    assert open_table(lake, REVISIONS).file_uris() == files


def test_old_files_leave_after_the_retention_and_not_before(tmp_path: Path) -> None:
    lake = filled(open_lake(str(tmp_path)))
    reader = open_table(lake, REVISIONS).to_pyarrow_dataset()
    orphan = tmp_path / "tables/revisions/date=2026-01-31/part-of-a-killed-writer.parquet"
    orphan.write_bytes(b"x")
    maintain(lake)
    assert reader.count_rows() == 18, "a reader on the snapshot before compaction goes on"
    assert orphan.exists()
    care = {care.table: care for care in maintain(lake, retention=NONE).tables}
    assert care["revisions"].removed_files == 7
    assert not orphan.exists()
    assert (
        len(list((tmp_path / "tables/revisions").rglob("*.parquet")))
        - len(list((tmp_path / "tables/revisions/_delta_log").rglob("*.parquet")))
        == 1
    )


def test_leftovers_go_on_the_second_look_and_what_a_batch_needs_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = filled(open_lake(str(tmp_path)), 2)
    lake.store.put("state/rows/killed/revisions.parquet", b"x")
    lake.store.put("state/rows/needed/runs.parquet", _parquet_of_runs())
    (tmp_path / "state/rows/.part-old").write_bytes(b"half")
    decision = {"sequence": 3, "run_id": "r9", "decided_at": datetime.now(UTC).isoformat()}
    lake.store.put_if_absent(
        "state/batches/000000000003.json",
        json.dumps(decision | {"rows": {"runs": "state/rows/needed/runs.parquet"}}).encode(),
    )
    now = datetime.now(UTC)
    assert maintain(lake, now=now).orphans == 0, "it may be a publisher about to decide"
    assert maintain(lake, now=now + GRACE / 2).orphans == 0
    assert maintain(lake, now=now + GRACE * 2).orphans == 2
    assert list(lake.store.names("state/rows/")) == ["state/rows/needed/runs.parquet"]
    assert not (tmp_path / "state/rows/.part-old").exists()
    assert complete(lake) == 3
    assert rows(lake, "SELECT run_id FROM runs WHERE run_id = 'r9'") == [{"run_id": "r9"}]


def _parquet_of_runs() -> bytes:
    import io

    pq.write_table(table(RUNS, run_row("r9")), sink := io.BytesIO())
    return sink.getvalue()


def test_records_of_batches_go_after_a_month_but_never_the_last(tmp_path: Path) -> None:
    lake = filled(open_lake(str(tmp_path)), 4)
    assert maintain(lake).batches == 0
    assert maintain(lake, now=datetime.now(UTC) + timedelta(days=31)).batches == 3
    assert list(lake.store.names("state/batches/")) == ["state/batches/000000000004.json"]
    assert publish(lake, lambda: Batch("next", batch_rows(99, run_id="next"))) == 5


def test_local_copies_of_postings_that_were_compacted_away_go(
    s3_lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    old = tmp_path / "cache/presslake/postings" / s3_lake.root.removeprefix("s3://") / "state/postings/date=x/a.parquet"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"x")
    now = datetime.now(UTC)
    assert forget_cached(s3_lake, now, GRACE) == 0
    assert forget_cached(s3_lake, now + GRACE * 2, GRACE) == 1
    assert not old.exists()


def _write(root: str, writer: int, count: int) -> None:
    lake = open_lake(root)
    for number in range(count):
        run = f"w{writer}-{number}"
        first = article_row(writer * 1000 + number, run_id=run)
        content = batch_rows(run_id=run) | {REVISIONS.name: table(REVISIONS, first)}
        again = [first, article_row(writer * 1000, revision=number + 1, run_id=run)][: 1 + bool(number)]
        content[ARTICLES.name] = table(ARTICLES, *again, delete=False)
        publish(lake, lambda run=run, content=content: Batch(run, content))  # type: ignore[misc]


def test_maintenance_beside_writers_and_a_reader_loses_and_doubles_nothing(tmp_path: Path) -> None:
    lake = filled(open_lake(str(tmp_path)), 1)
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(str(tmp_path), n + 1, 8)) for n in range(2)]
    for writer in writers:
        writer.start()
    rounds, seen = 0, 0
    until = time.monotonic() + 200
    while any(writer.is_alive() for writer in writers) and time.monotonic() < until:
        reader = open_table(lake, REVISIONS).to_pyarrow_dataset()
        count = reader.count_rows()
        maintain(lake)
        rounds += 1
        assert count >= seen, "rows never disappear"
        assert reader.to_table().num_rows == count, "a snapshot stays readable while its files are replaced"
        seen = count
    for writer in writers:
        writer.join(5)
        assert writer.exitcode == 0
    assert rounds > 1
    maintain(lake)
    assert Counter(Counter(ids(lake, "revisions")).values()) == {1: 19}
    assert Counter(Counter(ids(lake, "articles")).values()) == {1: 19}
    assert rows(lake, "SELECT max(revision) AS r FROM articles WHERE article_id = ?", [f"{1000:032x}"]) == [{"r": 8}]
    assert rows(lake, "SELECT count(*) AS n, count(DISTINCT run_id) AS d FROM runs") == [{"n": 17, "d": 17}]


def test_the_command_tells_what_it_did(tmp_path: Path) -> None:
    filled(open_lake(str(tmp_path)))
    result = CliRunner().invoke(cli, ["--lake", str(tmp_path), "maintain", "--json"], standalone_mode=False)
    assert result.exit_code == 0, result.output
    care = {care["table"]: care for care in json.loads(result.stdout)["tables"]}
    assert care["revisions"]["files_after"] == 1
    assert "6 → 1 files" in result.stderr
