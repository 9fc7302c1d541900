"""A run killed at any moment and started again leaves exactly the rows of one that nothing disturbed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows import pipeline
from flows.lake import open_lake
from flows.lake.batches import ORDER
from flows.lake.quarantine import QUARANTINE
from flows.lake.query import rows
from infra.demo import DemoWeb
from tests.conftest import ROOT
from tests.e2e.support import content, quick_sites, settings

SITES = ("harbour-broadcast", "tidewater-notes")
TABLES = ("articles", "revisions", "copies")
MOMENTS = (
    "crawl:1",
    "crawl:4",
    "archive",
    "extract",
    "decide",
    "written-ahead",
    *(f"table:{t.name}" for t in ORDER if t is not QUARANTINE),
    "published",
)


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


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_and_run_again(
    moment: str, web: DemoWeb, sites: Path, undisturbed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", web.proxy_url)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    again = settings(tmp_path, sites)
    command = [sys.executable, "-m", "tests.e2e.killed", moment, again.lake, str(again.spool), str(sites)]
    killed = subprocess.run(command, check=False, timeout=120, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    before = len(web.requests)
    summary = pipeline.ingest(again)
    pages = [request.url for request in web.requests[before:] if "/news/" in request.url]

    assert summary.recovered, "the killed run's work was taken up"
    for table in TABLES:
        assert content(again.lake, table) == undisturbed[table], table
    stored = "SELECT count(*) AS n FROM fetches WHERE outcome = 'new' GROUP BY url HAVING count(*) > 1"
    assert rows(open_lake(again.lake), stored) == [], "no article is counted as new twice"
    assert not list(again.spool.iterdir()), "nothing is left in the spool"
    if not moment.startswith("crawl"):
        assert not pages, "nothing that was fetched is fetched again"
