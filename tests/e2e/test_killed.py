"""A run killed at any moment and started again leaves exactly the rows of one that nothing disturbed."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows import pipeline
from flows.lake import open_lake
from flows.lake.batches import ORDER
from flows.lake.quarantine import QUARANTINE
from flows.lake.query import rows
from flows.settings import Settings
from infra.demo import DemoWeb
from tests.conftest import ROOT
from tests.e2e.support import content, quick_sites, settings, whoever_judged

pytestmark = pytest.mark.usefixtures("shared_workers")
SITES = ("harbour-broadcast", "tidewater-notes")
TABLES = ("articles", "revisions", "copies")
TABLES_WRITTEN = tuple(table.name for table in ORDER if table is not QUARANTINE)
INGEST = ("crawl:1", "crawl:4", "archive", "published")
"""Moments at which a whole run is killed, and a whole run follows."""
RESUME = (
    "extract",
    "decide",
    "written-ahead",
    *(f"table:{name}" for name in TABLES_WRITTEN),
)
"""Moments at which the publishing of pages that were crawled is killed, and only that follows."""


@pytest.fixture(scope="module")
def web() -> Iterator[DemoWeb]:
    with DemoWeb() as running:
        yield running


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return quick_sites(tmp_path_factory.mktemp("sites"), SITES)


@pytest.fixture(scope="module")
def undisturbed(web: DemoWeb, sites: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("http_proxy", web.proxy_url)
        pipeline.ingest(settings(folder, sites))
    found = {table: content(str(folder / "lake"), table) for table in TABLES}
    assert len(found["revisions"]) >= 8
    assert found["copies"], "the comparison must include a copy"
    return found


@pytest.fixture(scope="module")
def crawled(web: DemoWeb, sites: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was killed when all its pages were in the spool; to be copied."""
    folder = tmp_path_factory.mktemp("crawled")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("http_proxy", web.proxy_url)
        kill("ingest", "crawled", settings(folder, sites), sites)
    return folder


def kill(what: str, moment: str, chosen: Settings, sites: Path) -> None:
    command = [sys.executable, "-m", "tests.e2e.killed", what, moment, chosen.lake, str(chosen.spool), str(sites)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = subprocess.run(command, check=False, timeout=120, capture_output=True, text=True, env=environment)
    assert killed.returncode == -signal.SIGKILL, killed.stderr


def check(again: Settings, undisturbed: Any, seen: Callable[[Any], Any] = lambda found: found) -> None:
    for table in TABLES:
        assert seen(content(again.lake, table)) == seen(undisturbed[table]), table
    stored = "SELECT count(*) AS n FROM fetches WHERE outcome = 'new' GROUP BY url HAVING count(*) > 1"
    assert rows(open_lake(again.lake), stored) == [], "no article is counted as new twice"
    assert not list(again.spool.iterdir()), "nothing is left in the spool"


@pytest.mark.parametrize("moment", INGEST)
def test_killed_and_run_again(
    moment: str, web: DemoWeb, sites: Path, undisturbed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", web.proxy_url)
    again = settings(tmp_path, sites)
    kill("ingest", moment, again, sites)
    before = len(web.requests)
    summary = pipeline.ingest(again)
    pages = [request.url for request in web.requests[before:] if "/news/" in request.url]
    assert summary.recovered, "the killed run's work was taken up"
    # A site whose crawl was cut short comes in two batches, each with fewer pages to learn from.
    check(again, undisturbed, whoever_judged)
    if not moment.startswith("crawl"):
        assert not pages, "nothing that was fetched is fetched again"


@pytest.mark.parametrize("moment", RESUME)
def test_killed_while_publishing_and_published_again(
    moment: str, crawled: Path, sites: Path, undisturbed: Any, tmp_path: Path, web: DemoWeb
) -> None:
    shutil.copytree(crawled, tmp_path, dirs_exist_ok=True)
    again, before = settings(tmp_path, sites), len(web.requests)
    kill("resume", moment, again, sites)
    with pipeline.open_pipeline(again) as opened:
        assert pipeline.resume(opened, again), "the killed run's work was taken up"
    check(again, undisturbed)
    assert len(web.requests) == before, "nothing is fetched"
