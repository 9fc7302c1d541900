"""The Prefect flow, against a real (temporary) Prefect server."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.lake import open_lake
from flows.lake.query import rows
from infra.demo import DemoWeb
from tests.e2e.support import quick_sites

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def prefect_server() -> Iterator[None]:
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


async def _recorded() -> tuple[list[str], list[str], list[tuple[str, str, str]]]:
    """Names of the task runs, descriptions of the artifacts, and (name, state, message) of the flow runs."""
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        tasks = [run.name for run in await client.read_task_runs()]
        artifacts = [artifact.description or "" for artifact in await client.read_artifacts()]
        flows = [
            (r.name, r.state_name or "", (r.state and r.state.message) or "") for r in await client.read_flow_runs()
        ]
        return tasks, artifacts, flows


def test_a_partly_failed_run_tells_its_story(
    prefect_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.ingest import ingest

    sites = quick_sites(tmp_path / "sites", ("harbour-broadcast", "tidewater-notes"))
    broken = next(sites.rglob("tidewater-notes.toml"))
    broken.write_text(broken.read_text().replace("/feed/atom/", "/no-such-feed/"))
    monkeypatch.setenv("PRESSLAKE_SITES", str(sites))
    monkeypatch.setenv("PRESSLAKE_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    with DemoWeb() as web:
        monkeypatch.setenv("http_proxy", web.proxy_url)
        state = ingest(sites=["harbour-broadcast", "tidewater-notes"], limit=2, return_state=True)

    assert state.name == "PartlyFailed"
    assert "tidewater-notes" in (state.message or "")
    tasks, artifacts, flow_runs = asyncio.run(_recorded())
    assert {"crawl 2 sites", "archive harbour-broadcast", "extract harbour-broadcast"} <= set(tasks)
    assert any(name.startswith("publish") for name in tasks)
    assert any("tidewater-notes" in text for text in artifacts)
    assert [run[:2] for run in flow_runs] == [("ingest harbour-broadcast, tidewater-notes", "PartlyFailed")]
    lake = open_lake(str(tmp_path / "lake"))
    assert rows(lake, "SELECT count(*) AS n FROM articles WHERE site = 'harbour-broadcast'") == [{"n": 2}]
    assert rows(lake, "SELECT state FROM runs WHERE site = 'tidewater-notes'") == [{"state": "failed"}]
