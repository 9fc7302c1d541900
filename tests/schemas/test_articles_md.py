"""The page for readers is what the schemas say, and its recipes run as they stand, without presslake's code."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flows.lake import open_lake
from flows.lake.batches import Batch, publish
from schemas import TABLES
from schemas.markdown import INTRODUCTION, PAGE, render
from schemas.outcomes import MEANING, Outcome
from tests.flows.lake.rows import batch_rows

RECIPES = dict(re.findall(r"```python (\S+)\n(.*?)```", INTRODUCTION.read_text("utf-8"), re.DOTALL))


def test_the_page_is_generated_from_the_schemas() -> None:
    assert PAGE.read_text("utf-8") == render(), "run: python -m schemas.markdown"


def test_every_column_and_outcome_has_a_meaning() -> None:
    assert set(MEANING) == set(Outcome)
    for table in TABLES.values():
        for field in table.schema:
            assert len(field.metadata[b"description"]) > 10, (table.name, field.name)
            assert re.fullmatch(rb"\d+\.\d+\.\d+", field.metadata[b"since"])
        assert set(table.key) | set(table.partition_by) | set(table.sort_by) <= set(table.names)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lake")
    lake = open_lake(str(folder))
    publish(lake, lambda: Batch("r1", batch_rows(1, 2)))
    publish(lake, lambda: Batch("r2", batch_rows(3, run_id="r2")))
    return folder


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_runs_without_our_code(lake: Path, tmp_path: Path, name: str) -> None:
    script = tmp_path / "recipe.py"
    script.write_text(f"LAKE = {str(lake)!r}\nSITE = 'a'\n{RECIPES[name]}")
    for _ in range(3):
        ran = subprocess.run(
            [sys.executable, script], check=False, capture_output=True, text=True, cwd=tmp_path, timeout=60
        )
        # Once in hundreds of runs a library's thread aborts the interpreter after its last line.
        if ran.returncode != -signal.SIGABRT:
            break
    assert ran.returncode == 0, ran.stderr
    assert "Story 1" in ran.stdout or ran.stdout == "2 3\n", ran.stdout
