"""The Prefect flow `ingest`: a thin wrapper that gives `flows.pipeline.ingest` its tasks, state and artifact."""

import random
import time
from typing import Any

from prefect import flow, get_run_logger
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from crawlers.declarations import load_sites
from flows import pipeline
from flows.after_run import after_run
from flows.deployments import group_of
from flows.lake import open_lake
from flows.prefect_steps import PrefectSteps
from flows.prefect_tasks import cluster_tasks, task_runner
from flows.settings import from_environment
from flows.summary import RunSummary

_finished: list[RunSummary] = []
"""The summary of the run in this process, once it has one: a failed flow's state carries none."""


def _run_name() -> str:
    """`ingest bbc, tagesschau`, `ingest 12 sites`, `ingest all sites`, `ingest sites of every 1h`."""
    sites, cadence = flow_run.parameters.get("sites"), flow_run.parameters.get("cadence")
    if not sites and cadence:
        return f"ingest sites of every {cadence}"
    return f"ingest {'all sites' if not sites else ', '.join(sites) if len(sites) <= 3 else f'{len(sites)} sites'}"


@flow(name="ingest", flow_run_name=_run_name, validate_parameters=True, task_runner=task_runner())
def ingest(
    sites: list[str] | None = None,
    limit: int | None = None,
    cadence: str | None = None,
    zone: str = "UTC",
    jitter: float = 0.0,
) -> State[Any]:
    """Crawl sites and publish what is new.

    Args:
        sites: Ids of the sites, as `presslake sites list` prints them; none means all that are declared.
        limit: Most article pages a site, in place of each site's own limit.
        cadence: Only sites whose declarations have this cadence, e.g. 15m or 1h; not where sites are named.
        zone: Time zone of the sites of a cadence in cron's form.
        jitter: Seconds that a scheduled run waits at most before it begins.

    """
    settings = from_environment()
    if cadence and not sites:
        found = load_sites(settings.sites).values()
        sites = [site.id for site in found if group_of(site) == (cadence, zone)]
        if not sites:
            return Completed(message=f"no site has the cadence {cadence} any more")
    if jitter and _is_scheduled():
        time.sleep(random.uniform(0, jitter))  # noqa: S311 - spread of load, not cryptography
    summary = pipeline.ingest(settings, sites, limit=limit, steps=PrefectSteps(), tasks=cluster_tasks(settings))
    _finished.append(summary)
    lake = open_lake(settings.lake)
    report = after_run(lake, spool=settings.spool, events=True)
    return _finish(summary, f"{lake.root}/{report}" if report else None)


def ingest_here(sites: list[str] | None, limit: int | None) -> tuple[State[Any], RunSummary | None]:
    """Run the flow in this process: its state, and its summary (None where it came to none)."""
    _finished.clear()
    state: State[Any] = ingest(sites=sites, limit=limit, return_state=True)
    return state, _finished[-1] if _finished else None


def _is_scheduled() -> bool:
    """Whether the schedule began this run: whoever asked for one doesn't want to wait."""
    context = FlowRunContext.get()
    return bool(context and context.flow_run and context.flow_run.auto_scheduled)


def _finish(summary: RunSummary, report: str | None) -> State[Any]:
    logger = get_run_logger()
    for site in summary.sites:
        counts = ", ".join(f"{count} {outcome}" for outcome, count in site.outcomes.most_common())
        logger.info("%s: %s; %d discovered: %s", site.site, site.state, site.discovered, counts or "nothing new")
    description = f"Run {summary.run_id}: {summary.message()}"
    if report:
        description += f"\n\nReport: [{report}]({report})"
    create_table_artifact(key="ingest-summary", table=summary.table(), description=description)
    if summary.state == "ok":
        return Completed(message=summary.message(), data=summary.to_dict())
    # A state of its own name: partly failed runs stand out, and alerts on failed runs include them.
    return Failed(
        name="Failed" if summary.state == "failed" else "PartlyFailed",
        message=summary.message(),
    )
