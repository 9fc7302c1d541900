"""The worker: registers the deployments with Prefect, catches up what was missed, and starts a process for each run."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.schedules import Cron, Interval, Schedule
from prefect.states import Crashed
from prefect.types.entrypoint import EntrypointType

from crawlers.declarations import DeclarationError, load_sites
from flows.backfill_flow import backfill
from flows.deployments import PUBLISH_LIMIT, SKIP, Deployment, deployments
from flows.ingest import ingest
from flows.serve.schedule import missed
from flows.settings import from_environment

FLOWS: Mapping[str, Flow[..., Any]] = {"ingest": ingest, "backfill": backfill}
LOOK_SECONDS = 60.0
"""How often the declarations are looked at for cadences that are new or gone."""
TAG = "presslake"

_GOING = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)

log = logging.getLogger(__name__)


class _Runner(Runner):
    """A runner that, told to stop, tells its runs to close and waits for them."""

    def handle_sigterm(self, *_: Any, **__: Any) -> None:
        """See Runner.handle_sigterm, which leaves the runs alone when it is called inside a running loop."""
        loop = asyncio.get_running_loop()
        loop.call_soon_threadsafe(lambda: _kept.add(loop.create_task(self.astop())))


_kept: set["asyncio.Task[None]"] = set()
"""The loop itself holds tasks but weakly."""


def serve(runs: int, *, alone: bool) -> None:
    """Serve the deployments until the process is told to stop; at most `runs` runs at once.

    `alone`: nobody else serves this Prefect server, so runs that it believes to be going on are dead.
    """
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(runs, alone=alone))


async def _serve(runs: int, *, alone: bool) -> None:
    runner = _Runner(name="presslake", pause_on_shutdown=False, limit=runs)
    async with get_client() as client:
        await client.upsert_global_concurrency_limit_by_name(PUBLISH_LIMIT, 1)
        if alone:
            await _bury(client)
    served = await _register(runner, {})
    async with get_client() as client:
        await _catch_up(client, served)
    print(_told(served), flush=True)
    looking = asyncio.create_task(_keep_registered(runner, served))
    try:
        await runner.start()
    finally:
        looking.cancel()


async def _register(
    runner: Runner, served: Mapping[str, tuple[Deployment, UUID]]
) -> dict[str, tuple[Deployment, UUID]]:
    """Register deployments that are new, delete those whose cadence no site has any more."""
    wanted = {one.name: one for one in deployments(load_sites(from_environment().sites).values())}
    found = {name: entry for name, entry in served.items() if name in wanted and entry[0] == wanted[name]}
    for name, one in wanted.items():
        if name not in found:
            found[name] = one, await runner.aadd_deployment(await to_prefect(one))
    async with get_client() as client:
        ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
        for deployment in await client.read_deployments(deployment_filter=ours):
            if deployment.name not in wanted:
                log.info("no site has the cadence of %s any more", deployment.name)
                await client.delete_deployment(deployment.id)
    return found


async def _keep_registered(runner: Runner, served: dict[str, tuple[Deployment, UUID]]) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            served = await _register(runner, served)
        except DeclarationError as error:
            print(f"presslake: {error}; the deployments stay as they are", flush=True)
        except Exception:  # the server may be restarting: the next look finds it again
            log.exception("deployments could not be looked at")


async def to_prefect(deployment: Deployment) -> RunnerDeployment:
    """The deployment as Prefect takes it, with the flow's own form for its parameters."""
    strategy = ConcurrencyLimitStrategy.CANCEL_NEW if deployment.overlap == SKIP else ConcurrencyLimitStrategy.ENQUEUE
    schedule = _schedule(deployment)
    return await FLOWS[deployment.flow].ato_deployment(
        name=deployment.name,
        schedules=[schedule] if schedule else None,
        parameters=deployment.parameters,
        description=deployment.description,
        tags=list(deployment.tags),
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=strategy),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def _schedule(deployment: Deployment) -> Schedule | None:
    cadence = deployment.cadence
    if cadence is None:
        return None
    if cadence.every is not None:
        return Interval(cadence.every, anchor_date=deployment.anchor, timezone="UTC")
    assert cadence.cron is not None
    return Cron(cadence.cron, timezone=deployment.zone)


async def _catch_up(client: PrefectClient, served: Mapping[str, tuple[Deployment, UUID]]) -> None:
    """Start one run of each deployment that missed any while nobody served it, or that never ran."""
    now = datetime.now(UTC)
    for name, (deployment, deployment_id) in served.items():
        last = await _last_due(client, deployment_id)
        due = await missed(deployment, last, now)
        if due is None:
            continue
        key = f"catch-up-{deployment_id}-{due.isoformat() if last else 'first'}"
        run = await client.create_flow_run_from_deployment(deployment_id, idempotency_key=key, tags=["catch-up"])
        why = f"missed its run of {due:%Y-%m-%d %H:%M} UTC" if last else "runs for the first time"
        print(f"presslake: {name} {why}: started as {run.name}", flush=True)


async def _bury(client: PrefectClient) -> None:
    """Mark runs as crashed whose process is gone: they would stay `Running` for ever, and hold their slot."""
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    states = FlowRunFilterState(type=FlowRunFilterStateType(any_=list(_GOING)))
    for run in await client.read_flow_runs(deployment_filter=ours, flow_run_filter=FlowRunFilter(state=states)):
        await client.set_flow_run_state(run.id, Crashed(message="its process is gone"), force=True)
        print(f"presslake: {run.name} was cut short; the next run takes up what it fetched", flush=True)


async def _last_due(client: PrefectClient, deployment_id: UUID) -> datetime | None:
    """When the last run that came to its end was due."""
    ended = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.COMPLETED, StateType.FAILED]))
    runs = await client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment_id])),
        flow_run_filter=FlowRunFilter(state=ended),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=1,
    )
    due = [run.expected_start_time for run in runs if run.expected_start_time is not None]
    # Prefect's own kind of datetime can't be reckoned with.
    return datetime.fromtimestamp(due[0].timestamp(), UTC) if due else None


def _told(served: Mapping[str, tuple[Deployment, UUID]]) -> str:
    names: Sequence[str] = sorted(served)
    return f"presslake: serving {', '.join(names)}"
