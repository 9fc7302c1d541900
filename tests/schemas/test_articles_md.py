"""The page for readers is what the schemas say, and its recipes run as they stand, without presslake's code."""

import re
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from flows.lake import open_lake
from flows.lake.batches import Batch, publish
from flows.lake.export import export
from flows.lake.maintain import maintain
from schemas import ARTICLES, COPIES, REVISIONS, TABLES
from schemas.markdown import INTRODUCTION, PAGE, render
from schemas.outcomes import MEANING, Outcome
from tests.flows.lake.rows import article_row, batch_rows, copy_row, table

RECIPES = dict(re.findall(r"```python (\S+)\n(.*?)```", INTRODUCTION.read_text("utf-8"), re.DOTALL))


def test_the_page_is_generated_from_the_schemas() -> None:
    assert PAGE.read_text("utf-8") == render(), "run: python -m schemas.markdown"


def test_every_column_and_outcome_has_a_meaning() -> None:
    assert set(MEANING) == set(Outcome)
    for contract in TABLES.values():
        for field in contract.schema:
            assert len(field.metadata[b"description"]) > 10, (contract.name, field.name)
            assert re.fullmatch(rb"\d+\.\d+\.\d+", field.metadata[b"since"])
        assert set(contract.key) | set(contract.partition_by) | set(contract.sort_by) <= set(contract.names)


def test_readers_are_told_what_each_version_changed() -> None:
    told = set(re.findall(r"^- \*\*(\d+\.\d+\.\d+)\*\*:", PAGE.read_text("utf-8"), re.MULTILINE))
    since = {field.since for contract in TABLES.values() for field in contract.fields}
    assert {contract.version for contract in TABLES.values()} | since <= told, "say it in schemas/introduction.md"


EXPECTED = {
    "time-travel": "3 4",
    "history": "Story 1, corrected",
    "copies": "as printed elsewhere",
    "local-day": "2026-02-01",
    "date-range": "https://a.example/1",
}
"""What the recipe's output has, besides the story's title."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lake")
    lake = open_lake(str(folder))
    publish(lake, lambda: Batch("r1", batch_rows(1, 2)))
    copied = batch_rows(3, run_id="r2")
    copied["articles"] = table(ARTICLES, article_row(3, published_offset=13 * 60), delete=False)
    copied["copies"] = table(COPIES, copy_row(5, of=1), delete=False)
    corrected = article_row(1, revision=2, title="Story 1, corrected", change="correction")
    copied["revisions"] = table(
        REVISIONS, article_row(3), corrected, article_row(5, site="b", text="as printed elsewhere")
    )
    publish(lake, lambda: Batch("r2", copied))
    publish(lake, lambda: Batch("r3", batch_rows(4, run_id="r3")))
    export(lake, open_lake(str(folder / "export")).store)
    return folder


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_runs_without_our_code(lake: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "spark":
        if find_spec("pyspark") is None or shutil.which("java") is None:
            pytest.skip("Spark is not at hand: it needs presslake[spark] and a Java runtime")
        monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    printed = _run(name, lake, tmp_path)
    assert "Story 1" in printed or name == "time-travel", printed
    assert EXPECTED.get(name, "") in printed, printed


def test_what_is_new_since_the_last_read_is_told_once(tmp_path: Path) -> None:
    lake = open_lake(str(tmp_path / "lake"))
    publish(lake, lambda: Batch("r1", batch_rows(1, 2)))
    assert _run("new-since", tmp_path / "lake", tmp_path).count("Story") == 2
    publish(lake, lambda: Batch("r2", batch_rows(3, run_id="r2")))
    publish(lake, lambda: Batch("r3", batch_rows(4, run_id="r3")))
    maintain(lake)
    assert re.findall("Story .", _run("new-since", tmp_path / "lake", tmp_path)) in (
        ["Story 3", "Story 4"],
        ["Story 4", "Story 3"],
    )
    assert _run("new-since", tmp_path / "lake", tmp_path) == ""


def _run(name: str, lake: Path, folder: Path) -> str:
    script = folder / "recipe.py"
    script.write_text(f"LAKE = {str(lake)!r}\nSITE = 'a'\nADDRESS = 'a.example/1'\n{RECIPES[name]}")
    ran = subprocess.run([sys.executable, script], check=False, capture_output=True, text=True, cwd=folder, timeout=60)
    # Once in hundreds of runs a thread of pyarrow aborts the interpreter at its exit, when all is printed.
    assert ran.returncode in (0, -signal.SIGABRT), ran.stderr
    return ran.stdout
