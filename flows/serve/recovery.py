"""What runs that died leave in Prefect: their state, their slots, their work. And runs that were never begun.

Prefect frees a dead run's slot of its deployment by itself when the slot's lease runs out (five minutes), if the
server still knows the lease; the run stays `Running` for ever. Where we alone serve a Prefect server, a worker that
starts knows better: whatever is said to run has no process. On a server that others use, too, runs beat, and Prefect
marks those as crashed that stopped.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.states import Cancelled, Crashed

from flows.deployments import PUBLISH_LIMIT, Deployment
from flows.serve.schedule import missed

TAG = "presslake"
"""Of our deployments, and so of their runs."""
CATCH_UP, INSTEAD = "catch-up", "instead"
"""Tags of runs: for one or more that were missed; in place of one that crashed, which happens once."""
BEAT_SECONDS = 30
"""Between signs of life of a run; Prefect allows no less."""
DEAD_SECONDS = 150
"""A run without sign of life for so long is dead."""

_GOING = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
_OURS = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))

Served = Mapping[str, tuple[Deployment, UUID]]
"""Deployments by name, with their ids."""


async def bury(client: PrefectClient) -> list[FlowRun]:
    """Mark runs as crashed (or cancelled, where that was asked for) whose process is gone, and free all slots.

    Only where no run can be alive: before the one worker of a server begins. Returns those that crashed.
    """
    states = FlowRunFilterState(type=FlowRunFilterStateType(any_=list(_GOING)))
    crashed = []
    for run in await client.read_flow_runs(deployment_filter=_OURS, flow_run_filter=FlowRunFilter(state=states)):
        if run.state_type == StateType.CANCELLING:
            await client.set_flow_run_state(run.id, Cancelled(), force=True)
            continue
        await client.set_flow_run_state(run.id, Crashed(message="its process is gone"), force=True)
        crashed.append(run)
    # A server that lost its leases counts slots as taken that nobody holds.
    names = [PUBLISH_LIMIT]
    for deployment in await client.read_deployments(deployment_filter=_OURS):
        limit = deployment.global_concurrency_limit
        names += [limit.name] if limit is not None and limit.active_slots else []
    for name in names:
        await client.update_global_concurrency_limit(name, GlobalConcurrencyLimitUpdate(active_slots=0))
    return crashed


async def replace(client: PrefectClient, crashed: Iterable[FlowRun], served: Served) -> set[UUID]:
    """Start a run in place of each that crashed, once: it takes up what was fetched. Returns their deployments."""
    replaced: set[UUID] = set()
    known = {deployment_id for _, deployment_id in served.values()}
    for run in crashed:
        if INSTEAD in run.tags or run.deployment_id not in known:
            print(f"presslake: {run.name} was cut short; the next run takes up what it fetched", flush=True)
            continue
        other = await client.create_flow_run_from_deployment(
            run.deployment_id, parameters=run.parameters, tags=[INSTEAD], idempotency_key=f"instead-of-{run.id}"
        )
        replaced.add(run.deployment_id)
        print(f"presslake: {run.name} was cut short; started as {other.name}", flush=True)
    return replaced


async def catch_up(client: PrefectClient, served: Served, but: Collection[UUID] = ()) -> None:
    """Start one run of each deployment, `but` some, that missed any while nobody served it, or that never ran."""
    now = datetime.now(UTC)
    for name, (deployment, deployment_id) in served.items():
        last = await _last_due(client, deployment_id)
        due = await missed(deployment, last, now)
        if due is None or deployment_id in but:
            continue
        key = f"catch-up-{deployment_id}-{due.isoformat() if last else f'first-{due:%Y-%m-%dT%H}'}"
        run = await client.create_flow_run_from_deployment(deployment_id, idempotency_key=key, tags=[CATCH_UP])
        if run.state_type != StateType.SCHEDULED:  # it has been tried: the next one is the schedule's
            continue
        why = f"missed its run of {due:%Y-%m-%d %H:%M} UTC" if last else "runs for the first time"
        print(f"presslake: {name} {why}: started as {run.name}", flush=True)


def dead_runs() -> AutomationCore:
    """The automation that marks our runs as crashed which give no sign of life: their slots are free then."""
    return AutomationCore(
        name="presslake-dead-runs",
        description="Marks runs as crashed whose process is gone, so that their slots are free.",
        trigger=EventTrigger(
            posture=Posture.Proactive,
            after={"prefect.flow-run.heartbeat"},
            expect={
                "prefect.flow-run.heartbeat",
                "prefect.flow-run.Completed",
                "prefect.flow-run.Failed",
                "prefect.flow-run.PartlyFailed",
                "prefect.flow-run.Cancelled",
                "prefect.flow-run.Crashed",
            },
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            match_related=ResourceSpecification({"prefect.resource.id": f"prefect.tag.{TAG}"}),
            for_each={"prefect.resource.id"},
            threshold=1,
            within=timedelta(seconds=DEAD_SECONDS),
        ),
        actions=[
            ChangeFlowRunState(state=StateType.CRASHED, name=None, message="it gives no sign of life", force=False)
        ],
    )


async def watch_for_the_dead(client: PrefectClient) -> None:
    """See to it that the server has the automation `dead_runs`, once."""
    wanted = dead_runs()
    found = await client.read_automations_by_name(wanted.name)
    if not found:
        await client.create_automation(wanted)


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
