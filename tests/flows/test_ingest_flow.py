"""The Prefect flow, against a real (temporary) Prefect server."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.declarations import load_site
from flows.backfill.request import Request
from flows.deployments import deployments
from flows.lake import Lake, open_lake
from flows.lake.query import rows
from infra.demo import SITES, DemoWeb
from tests.e2e.support import quick_sites
from tests.flows.backfill import gazette

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


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


async def _everything() -> str:
    """All that the server keeps of runs: states, parameters, artifacts, logs."""
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        found = [
            *await client.read_flow_runs(),
            *await client.read_task_runs(),
            *await client.read_artifacts(),
            *await client.read_logs(),
        ]
        return "\n".join(one.model_dump_json() for one in found)


def test_a_partly_failed_run_tells_its_story(
    prefect_server: None, s3_lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.ingest import ingest

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret := "s3cret-that-nobody-may-see")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    sites = quick_sites(tmp_path / "sites", ("harbour-broadcast", "tidewater-notes"))
    broken = next(sites.rglob("tidewater-notes.toml"))
    broken.write_text(broken.read_text().replace("/feed/atom/", "/no-such-feed/"))
    monkeypatch.setenv("PRESSLAKE_SITES", str(sites))
    monkeypatch.setenv("PRESSLAKE_LAKE", s3_lake.root)
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
    assert rows(s3_lake, "SELECT count(*) AS n FROM articles WHERE site = 'harbour-broadcast'") == [{"n": 2}]
    assert rows(s3_lake, "SELECT state FROM runs WHERE site = 'tidewater-notes'") == [{"state": "failed"}]
    kept = asyncio.run(_everything())
    assert "harbour-broadcast" in kept
    assert secret not in kept, "credentials are in nothing that the server keeps"


def test_the_command_line_tells_of_a_run_that_prefect_records(prefect_server: None, tmp_path: Path) -> None:
    from prefect.settings import PREFECT_API_URL

    sites = quick_sites(tmp_path / "sites", ("harbour-broadcast",))
    with DemoWeb() as web:
        own = {"http_proxy": web.proxy_url, "no_proxy": "127.0.0.1,localhost", "PRESSLAKE_SITES": str(sites)}
        own |= {"PREFECT_API_URL": PREFECT_API_URL.value() or "", "PREFECT_HOME": str(tmp_path / "prefect")}
        told = subprocess.run(
            [sys.executable, "-m", "flows.cli", "--lake", str(tmp_path / "lake"), "ingest", "--limit", "2", "--json"],
            check=False,
            env=os.environ | own,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert told.returncode == 0, told.stderr
    (site,) = json.loads(told.stdout)["sites"]
    assert (site["site"], site["new"]) == ("harbour-broadcast", 2)
    assert "Beginning flow run" in told.stderr
    assert "leaked" not in told.stderr, "what the libraries' destructors say is nobody's business"


async def _artifacts() -> dict[str, Any]:
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        return {artifact.key or "": artifact for artifact in await client.read_artifacts()}


def test_a_backfill_has_a_plan_a_bar_and_a_table(
    prefect_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.backfill_flow import backfill, backfill_from

    monkeypatch.setenv("PRESSLAKE_SITES", str(gazette.declare(tmp_path / "sites")))
    monkeypatch.setenv("PRESSLAKE_LAKE", str(tmp_path / "lake"))
    stories = [story for story in gazette.past() if story.published_at.year == 2024 and story.status == 200]
    gazette.write_warc(tmp_path / "in.warc.gz", gazette.captures(stories, datetime(2024, 3, 2, tzinfo=UTC)))
    january = [story.url for story in stories if story.published_at.month == 1]
    asked: dict[str, Any] = {"source": "warc", "published_since": "2024-01-01", "published_until": "2024-01-31"}

    state = backfill(**asked, places=[str(tmp_path / "in.warc.gz")], plan_only=True, return_state=True)
    assert state.message == "1 of 1 windows to do"
    assert "in.warc.gz" in str(asyncio.run(_artifacts())["backfill-plan"].data)
    assert not (tmp_path / "lake" / "tables").exists(), "a plan changes nothing"

    monkeypatch.chdir(tmp_path)
    assert backfill_from(Request(**asked, places=["in.warc.gz"]), None, None)[0] == "ok"
    found = rows(open_lake(str(tmp_path / "lake")), "SELECT url FROM articles ORDER BY url")
    assert [row["url"] for row in found] == sorted(january)
    artifacts = asyncio.run(_artifacts())
    assert artifacts["backfill-progress"].data == 100.0
    assert "out_of_range" in str(artifacts["backfill-summary"].data)


async def _slots(client: Any) -> list[int]:
    return [limit.active_slots for limit in await client.read_global_concurrency_limits()]


async def _as_after_a_lost_machine() -> None:
    from prefect.client.orchestration import get_client
    from prefect.states import Cancelling, Pending, Running

    from flows.deployments import PUBLISH_LIMIT
    from flows.serve.recovery import bury, catch_up, replace, watch_for_the_dead
    from flows.serve.worker import to_prefect

    (hourly, _) = deployments([load_site(SITES / "gb" / "harbour-broadcast.toml")])
    async with get_client() as client:
        await client.upsert_global_concurrency_limit_by_name(PUBLISH_LIMIT, 1)
        made = await (await to_prefect(hourly)).apply()
        begun = await client.create_flow_run_from_deployment(made, parameters={"limit": 7})
        for state in (Pending(), Running()):
            assert (await client.set_flow_run_state(begun.id, state)).status == "ACCEPT"
        asked = await client.create_flow_run_from_deployment(made)
        told = await client.set_flow_run_state(asked.id, Pending())
        assert told.state.name == "Cancelled", "the slot is taken: the run is not doubled"
        assert sorted(await _slots(client)) == [0, 1]

        crashed = await bury(client)
        assert [run.id for run in crashed] == [begun.id]
        assert (await client.read_flow_run(begun.id)).state_name == "Crashed"
        assert await _slots(client) == [0, 0]
        assert await replace(client, crashed, {hourly.name: (hourly, made)}) == {made}
        assert await replace(client, crashed, {hourly.name: (hourly, made)}) == {made}, "the same one"
        (other,) = [run for run in await client.read_flow_runs() if "instead" in run.tags]
        assert other.parameters["limit"] == 7

        for state in (Pending(), Running()):
            assert (await client.set_flow_run_state(other.id, state)).status == "ACCEPT"
        again = await bury(client)
        assert [run.id for run in again] == [other.id]
        assert await replace(client, again, {hourly.name: (hourly, made)}) == set(), "what kills every run ends here"

        await catch_up(client, {hourly.name: (hourly, made)}, {made})
        for _ in range(2):
            await catch_up(client, {hourly.name: (hourly, made)})
        (missed,) = [run for run in await client.read_flow_runs() if "catch-up" in run.tags]
        assert missed.deployment_id == made, "whatever was missed is caught up once"

        last = await client.create_flow_run_from_deployment(made)
        for state in (Pending(), Running(), Cancelling()):
            await client.set_flow_run_state(last.id, state)
        assert await bury(client) == []
        assert (await client.read_flow_run(last.id)).state_name == "Cancelled"
        assert await _slots(client) == [0, 0]

        await watch_for_the_dead(client)
        await watch_for_the_dead(client)
        assert [one.name for one in await client.read_automations()] == ["presslake-dead-runs"]
        await client.delete_deployment(made)


def test_the_dead_hold_no_slots(prefect_server: None) -> None:
    asyncio.run(_as_after_a_lost_machine())


async def _taken(slots: int) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate

    from flows.deployments import PUBLISH_LIMIT

    async with get_client() as client:
        await client.upsert_global_concurrency_limit_by_name(PUBLISH_LIMIT, 1)
        await client.update_global_concurrency_limit(PUBLISH_LIMIT, GlobalConcurrencyLimitUpdate(active_slots=slots))


@pytest.mark.filterwarnings("ignore:Logger 'prefect.task_runs'")
def test_a_slot_that_nobody_gives_back_holds_up_no_batch(
    prefect_server: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from flows import prefect_steps

    monkeypatch.setattr(prefect_steps, "WAIT_SECONDS", 1.0)
    asyncio.run(_taken(1))
    assert prefect_steps.PrefectSteps().run("publish", "3 sites", lambda: 7) == 7
    assert "publishing without it" in caplog.text
    asyncio.run(_taken(0))
    monkeypatch.setattr(prefect_steps, "WAIT_SECONDS", 60.0)
    caplog.clear()
    assert prefect_steps.PrefectSteps().run("publish", "3 sites", lambda: 8) == 8
    assert "publishing without it" not in caplog.text
