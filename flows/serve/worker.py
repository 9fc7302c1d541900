"""The worker: registers the deployments with Prefect, catches up what was missed, and starts a process for each run."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.schedules import Cron, Interval, Schedule
from prefect.types.entrypoint import EntrypointType

from crawlers.declarations import DeclarationError, load_sites
from flows.backfill_flow import backfill
from flows.deployments import PUBLISH_LIMIT, SKIP, Deployment, deployments
from flows.ingest import ingest
from flows.serve.recovery import TAG, Served, bury, catch_up, replace, watch_for_the_dead
from flows.settings import from_environment

FLOWS: Mapping[str, Flow[..., Any]] = {"ingest": ingest, "backfill": backfill}
LOOK_SECONDS = 60.0
"""How often the declarations are looked at for cadences that are new or gone."""

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
        crashed = await bury(client) if alone else []
        if not alone:
            await watch_for_the_dead(client)
    served = await _register(runner, {})
    async with get_client() as client:
        await catch_up(client, served, await replace(client, crashed, served))
    print(_told(served), flush=True)
    looking = asyncio.create_task(_keep_registered(runner, served))
    try:
        await runner.start()
    finally:
        looking.cancel()


async def _register(runner: Runner, served: Served) -> dict[str, tuple[Deployment, UUID]]:
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


def _told(served: Served) -> str:
    names: Sequence[str] = sorted(served)
    return f"presslake: serving {', '.join(names)}"
