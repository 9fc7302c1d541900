import json
from pathlib import Path

import duckdb
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.errors import LakeError
from flows.lake import Lake, open_lake
from flows.lake import export as exporting
from flows.lake.batches import Batch, publish
from flows.lake.card import NAME
from flows.lake.export import export
from flows.lake.query import rows
from schemas import ARTICLES, COPIES, REVISIONS, RUNS
from tests.flows.lake.rows import article_row, batch_rows, copy_row, run_row, table
from tests.flows.lake.test_maintain import filled


def test_a_snapshot_has_the_rows_of_the_tables_and_is_read_by_plain_parquet(tmp_path: Path) -> None:
    lake = filled(open_lake(str(tmp_path / "lake")))
    manifest = export(lake, open_lake(str(tmp_path / "out")).store)
    found = duckdb.sql(
        f"SELECT article_id, site, date FROM read_parquet('{tmp_path}/out/latest/articles/*/*.parquet', "
        "hive_partitioning = true) ORDER BY article_id"
    )
    assert found.fetchall() == [
        tuple(row.values()) for row in rows(lake, "SELECT article_id, site, date FROM articles ORDER BY article_id")
    ]
    described = manifest["tables"]["articles"]
    assert described["rows"] == 18
    assert [file["rows"] for file in described["files"]] == [18]
    file = tmp_path / "out" / described["files"][0]["path"]
    assert file.stat().st_size == described["files"][0]["bytes"]
    assert pq.read_schema(file).metadata[b"presslake.version"] == ARTICLES.version.encode()
    sites = pads.dataset(file).to_table()["site"].to_pylist()
    assert sites == sorted(sites)


def test_readers_are_switched_at_once_and_may_finish(tmp_path: Path) -> None:
    lake, out = filled(open_lake(str(tmp_path / "lake")), 1), tmp_path / "out"
    target = open_lake(str(out)).store
    first = export(lake, target)["snapshot"]
    filled(lake, 1)
    (out / "snapshots/notes").mkdir()
    (out / "snapshots/notes/mine.txt").write_text("not ours")
    second = export(lake, target)["snapshot"]
    assert (out / "latest").resolve() == (out / second).resolve()
    assert (out / first).is_dir(), "the one before stays"
    third = export(lake, target)["snapshot"]
    assert sorted(path.name for path in (out / "snapshots").iterdir()) == sorted(
        [second.split("/")[1], third.split("/")[1], "notes"]
    )


def test_an_export_that_dies_leaves_readers_what_they_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake, out = filled(open_lake(str(tmp_path / "lake")), 1), tmp_path / "out"
    target = open_lake(str(out)).store
    manifest = export(lake, target)
    with monkeypatch.context() as patched:
        patched.setattr(exporting, "_write", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            export(lake, target)
    assert json.loads((out / "manifest.json").read_text()) == manifest
    assert list((out / "latest/articles").rglob("*.parquet"))


def test_all_tables_are_of_one_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that is half in when the export looks is either exported whole or not at all."""
    lake = filled(open_lake(str(tmp_path / "lake")), 1)
    original, late = exporting.open_table, []

    def opening(lake_: Lake, contract):  # type: ignore[no-untyped-def]
        handle = original(lake_, contract)
        if contract.name == RUNS.name and not late:  # another publisher, just after we looked at runs
            late.append(1)
            first = article_row(77, run_id="late")
            content = batch_rows(run_id="late") | {
                REVISIONS.name: table(REVISIONS, first),
                ARTICLES.name: table(ARTICLES, first, delete=False),
                COPIES.name: table(COPIES, copy_row(78, of=77), delete=False),
                RUNS.name: table(RUNS, run_row("late")),
            }
            publish(lake, lambda: Batch("late", content))
        return handle

    monkeypatch.setattr(exporting, "open_table", opening)
    manifest = export(lake, open_lake(str(tmp_path / "out")).store, ["articles", "copies"])
    assert manifest["batch"] == 2
    assert (manifest["tables"]["articles"]["rows"], manifest["tables"]["copies"]["rows"]) == (4, 1)


def test_a_foreign_manifest_is_not_overwritten(tmp_path: Path) -> None:
    lake = filled(open_lake(str(tmp_path / "lake")), 1)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/manifest.json").write_text("[1]")
    with pytest.raises(LakeError, match="no manifest of ours"):
        export(lake, open_lake(str(tmp_path / "out")).store)


def test_the_command_exports_into_the_lake_wherever_it_is(lake: Lake) -> None:
    filled(lake, 2)
    result = CliRunner().invoke(cli, ["--lake", lake.root, "export", "--table", "articles", "--json"])
    assert result.exit_code == 0, result.output
    manifest = json.loads(lake.store.get("export/manifest.json") or b"")
    assert list(manifest["tables"]) == ["articles"]
    for file in manifest["tables"]["articles"]["files"]:
        assert lake.store.size(f"export/{file['path']}") == file["bytes"]


def test_the_card_says_what_is_in_the_lake(tmp_path: Path) -> None:
    lake = filled(open_lake(str(tmp_path)), 6)
    result = CliRunner().invoke(cli, ["--lake", lake.root, "maintain"])
    assert result.exit_code == 0, result.output
    card = (lake.store.get(NAME) or b"").decode()
    assert "18 articles of 6 sites (18 revisions; 0 articles repeat others)" in card
    assert "published 2026-01-31 to 2026-01-31" in card
    assert "| 2026-01-31 | 18 | 6 |" in card
    assert "| unknown | 18 |" in card
    assert "| `published_at` | 100.0% |" in card
    assert "| `section` | 0.0% |" in card
    assert f"| `articles` | {ARTICLES.version} | 18 | 1 |" in card
