"""The same ingest and the same backfill by two worker processes of a Dask cluster and by one process: row by row."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.backfill import run as backfills
from flows.backfill.request import Request, make_source
from flows.backfill.warc import WarcSource
from flows.lake import open_lake
from flows.lake.query import rows
from flows.pipeline import ingest
from flows.settings import Settings
from infra.demo import DemoWeb
from schemas import TABLES
from tests.conftest import ROOT
from tests.e2e.support import content, quick_sites
from tests.flows.backfill import gazette

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler and two workers, started as an operator does; gives the scheduler's address."""
    dask = pytest.importorskip("distributed") and [sys.executable, "-m", "dask"]
    folder = tmp_path_factory.mktemp("cluster")
    file, log = folder / "scheduler.json", (folder / "log").open("wb")
    environment = {**os.environ, "PRESSLAKE_PROCESSES": "1", "PYTHONPATH": str(ROOT)}
    quiet = {"stdout": log, "stderr": log, "cwd": folder, "env": environment}
    where = ["--scheduler-file", str(file), "--no-dashboard"]
    processes = [
        subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", *where], **quiet),  # type: ignore[call-overload]
        subprocess.Popen(  # type: ignore[call-overload]
            [*dask, "worker", *where, "--host", "127.0.0.1", "--nworkers", "2", "--nthreads", "1"], **quiet
        ),
    ]
    from distributed import Client

    deadline = time.monotonic() + 60
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    with Client(scheduler_file=str(file)) as client:
        client.wait_for_workers(2, timeout=60)
        yield client.scheduler.address
    for process in reversed(processes):
        process.send_signal(signal.SIGTERM)
    for process in processes:
        process.wait(20)
    log.close()


@pytest.fixture(scope="module")
def prefect_server() -> Iterator[None]:
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


def _settings(folder: Path, sites: Path) -> Settings:
    return Settings(str(folder / "lake"), folder / "spool", sites, processes=1, allow_private=True)


def _on_the_cluster(settings: Settings, address: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The same settings for a flow, as an operator's environment has them."""
    for name, value in {
        "LAKE": settings.lake, "SPOOL": settings.spool, "SITES": settings.sites, "PROCESSES": 1, "ALLOW_PRIVATE": 1,
        "TASKS": "dask", "TASKS_ADDRESS": address,
    }.items():  # fmt: skip
        monkeypatch.setenv(f"PRESSLAKE_{name}", str(value))
    return replace(settings, tasks="dask", tasks_address=address)


def _same(one: Settings, other: Settings) -> None:
    for table in TABLES:
        found = content(one.lake, table)
        assert found or table == "copies", table
        assert content(other.lake, table) == found, table


def test_an_ingest_comes_to_the_same(
    cluster: str, prefect_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.ingest import ingest as flow
    from flows.prefect_tasks import task_runner

    sites = quick_sites(tmp_path / "sites")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    here, there = _settings(tmp_path / "here", sites), _settings(tmp_path / "there", sites)
    with DemoWeb() as web:
        monkeypatch.setenv("http_proxy", web.proxy_url)
        for moment in (1, 2):
            web.go_to_moment(moment)
            ingest(here, limit=6)
            settings = _on_the_cluster(there, cluster, monkeypatch)
            state = flow.with_options(task_runner=task_runner(settings))(limit=6, return_state=True)
            assert state.is_completed(), state.message
    _same(here, there)
    took = "SELECT count(*) FILTER (least(fetch_seconds, archive_seconds, extract_seconds) > 0 AND dedupe_seconds > 0 "
    took += "AND publish_seconds > 0) AS timed, count(*) AS runs FROM runs"
    assert rows(open_lake(there.lake), took) == [{"timed": 8, "runs": 8}], "two ingests of four sites, each stage timed"


def test_a_backfill_comes_to_the_same(
    cluster: str, prefect_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.backfill_flow import backfill as flow
    from flows.prefect_tasks import task_runner

    sites = gazette.declare(tmp_path / "sites")
    first = datetime(2024, 3, 2, 6, tzinfo=UTC)
    stories = [story for story in gazette.past(20) if story.status == 200]
    later = [replace(story, edition=2) for story in stories[::3]]
    captures = [*gazette.captures(stories, first), *gazette.captures(later, first + timedelta(days=1))]
    warc = gazette.write_warc(tmp_path / "in" / "one.warc.gz", captures)
    monkeypatch.setattr(backfills, "ROUND", 3)
    monkeypatch.setattr("flows.backfill.request.WarcSource", lambda *given: WarcSource(*given, window_bytes=7_000))
    here, there = _settings(tmp_path / "here", sites), _settings(tmp_path / "there", sites)
    report = backfills.run(here, make_source(here, Request("warc", places=[str(warc)])))
    assert report.windows > backfills.ROUND
    settings = _on_the_cluster(there, cluster, monkeypatch)
    state = flow.with_options(task_runner=task_runner(settings))("warc", places=[str(warc)], return_state=True)
    assert state.is_completed(), state.message
    lake = open_lake(here.lake)
    assert rows(lake, "SELECT count(*) AS n FROM articles WHERE revision = 2") == [{"n": len(later)}]
    assert rows(lake, "SELECT count(*) > 0 AS trusted FROM articles WHERE template IS NOT NULL") == [{"trusted": True}]
    _same(here, there)
