"""A backfill killed at any moment and started again leaves what an undisturbed one leaves."""

import dataclasses
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.backfill import run as backfills
from flows.backfill.request import Request, make_source
from flows.backfill.run import Report
from flows.backfill.warc import WarcSource
from flows.lake import open_lake
from flows.lake.query import rows
from flows.settings import Settings
from tests.conftest import ROOT, SHARED
from tests.e2e.support import content
from tests.flows.backfill import gazette
from tests.flows.backfill.support import outcomes, settings_for

TABLES = ("articles", "revisions", "copies", "fetches")
STEP = 6_000
MOMENTS = ("page:7", "table:articles", "published")


def die(settings: Settings, moment: str, places: list[str], *, step: int = STEP, undeclared: bool = False) -> None:
    """Run a backfill that is killed at the moment."""
    command = [
        sys.executable, "-m", "tests.flows.backfill.killed", moment, settings.lake, str(settings.spool),
        str(settings.sites), str(step), "yes" if undeclared else "no", *places,
    ]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    killed = subprocess.run(command, check=False, timeout=240, capture_output=True, text=True, env=environment)
    assert killed.returncode == -signal.SIGKILL, killed.stderr


def run(settings: Settings, places: list[str], *, step: int = STEP, undeclared: bool = False) -> Report:
    """Run it to its end."""
    source = make_source(settings, Request("warc", places=places, undeclared=undeclared))
    assert isinstance(source, WarcSource)
    return backfills.run(settings, dataclasses.replace(source, window_bytes=step))


def stored(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """What the lake holds, without what depends on when."""
    return {table: content(settings.lake, table) for table in TABLES}


@pytest.fixture(scope="module")
def warc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    stories = [story for story in gazette.past(20) if story.status == 200]
    records = gazette.captures(stories, datetime(2024, 3, 2, tzinfo=UTC))
    return gazette.write_warc(tmp_path_factory.mktemp("warc") / "in.warc.gz", records)


@pytest.fixture(scope="module")
def undisturbed(warc: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, dict[str, int]]:
    folder = tmp_path_factory.mktemp("undisturbed")
    settings = settings_for(folder, gazette.declare(folder / "sites"))
    report = run(settings, [str(warc)])
    assert report.windows > 2
    return stored(settings), outcomes(report)


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_and_run_again(moment: str, warc: Path, undisturbed: Any, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, gazette.declare(tmp_path / "sites"))
    die(settings, moment, [str(warc)])
    report = run(settings, [str(warc)])
    assert report.state == "ok"
    assert (stored(settings), outcomes(report)) == undisturbed
    assert not list(settings.spool.iterdir())
    twice = "SELECT count(*) AS n FROM fetches GROUP BY run_id, site, kind, url HAVING count(*) > 1"
    assert rows(open_lake(settings.lake), twice) == []


@pytest.mark.long
@pytest.mark.shared
def test_cc_news_killed_twice_on_the_way(tmp_path: Path) -> None:
    files = sorted(str(path) for path in (SHARED / "newsweb").glob("CC-NEWS-2024*.warc.gz"))
    sites = gazette.declare(tmp_path / "sites")
    whole, settings = settings_for(tmp_path / "whole", sites), settings_for(tmp_path / "cut", sites)
    expected = run(whole, files, step=1 << 20, undeclared=True)
    die(settings, "page:30", files, step=1 << 20, undeclared=True)
    die(settings, "published", files, step=1 << 20, undeclared=True)
    report = run(settings, files, step=1 << 20, undeclared=True)
    assert outcomes(report) == outcomes(expected)
    assert outcomes(report) == {"gone": 1, "new": 40, "not_html": 1}
    assert report.damaged == {}
    assert stored(settings) == stored(whole)
