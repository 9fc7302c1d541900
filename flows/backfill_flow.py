"""The Prefect flow `backfill`: `flows.backfill` with typed parameters, so that the UI has a form for it."""

import contextlib
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from prefect import flow, get_run_logger
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import DeploymentStatus, State
from prefect.exceptions import ObjectNotFound
from prefect.runtime import deployment as served
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from prefect.utilities.urls import url_for
from pydantic import Field

from flows.backfill import run as backfills
from flows.backfill.model import Window
from flows.backfill.request import Request, make_source
from flows.backfill.run import Budget, Plan, Report
from flows.backfill.windows import parse_span
from flows.errors import SettingsError
from flows.lake import open_lake
from flows.prefect_steps import PrefectSteps
from flows.prefect_tasks import cluster_tasks, reachable_server, task_runner
from flows.settings import from_environment

SourceName = Literal["sitemaps", "warc", "cc-news", "reextract"]


DEPLOYMENT = "backfill/backfill"
LESS_URGENT = 10
"""What is added to the niceness of a backfill's processes: live crawls have the processor first."""


def _run_name() -> str:
    """`backfill cc-news bbc 2024-03-01 to 2024-03-07`."""
    asked = flow_run.parameters
    sites = asked.get("sites") or []
    what = ", ".join(sites) if 0 < len(sites) <= 3 else f"{len(sites)} sites" if sites else "all sites"
    dates = f" {asked.get('since') or 'ever'} to {asked.get('until') or 'now'}"
    return f"{'plan ' if asked.get('plan_only') else ''}backfill {asked['source']} {what}{dates}"


@flow(name="backfill", flow_run_name=_run_name, validate_parameters=True, task_runner=task_runner())
def backfill(
    source: SourceName,
    sites: list[str] = [],  # noqa: B006 - Prefect makes a form of it, and a copy for each run
    since: date | None = None,
    until: date | None = None,
    zone: str = "UTC",
    published_since: date | None = None,
    published_until: date | None = None,
    places: list[str] = [],  # noqa: B006 - Prefect makes a form of it, and a copy for each run
    hosts: list[str] = [],  # noqa: B006 - Prefect makes a form of it, and a copy for each run
    undeclared: bool = False,
    outcomes: list[str] = [],  # noqa: B006 - Prefect makes a form of it, and a copy for each run
    plan_only: bool = False,
    retry_failed: bool = False,
    pages: Annotated[int, Field(ge=1)] | None = None,
    hours: Annotated[float, Field(gt=0)] | None = None,
) -> State[Any]:
    """Bring in articles of the past, window by window. Run again with the same parameters, it does what is left.

    Args:
        source: Where from: the sites' own sitemaps, WARC files, Common Crawl's CC-NEWS, or our own archive again.
        sites: Ids of declared sites; none means all.
        since: First day: of publication for sitemaps, of capture for WARC and CC-NEWS, of fetch for reextract.
        until: Last day, itself included.
        zone: IANA time zone of the days, e.g. Europe/Berlin.
        published_since: For warc and cc-news: first day of publication, for all the articles say.
        published_until: For warc and cc-news: last day of publication.
        places: For warc: paths, patterns, directories, s3://bucket/prefix and https:// addresses.
        hosts: For warc and cc-news: only these hosts and their subdomains.
        undeclared: For warc and cc-news: pages of hosts without a declaration, too.
        outcomes: For reextract: only pages that ended so; none means published ones and those in quarantine.
        plan_only: Show what would happen; change nothing.
        retry_failed: Try again what failed, and only that.
        pages: Stop after about so many pages; the rest is kept for the next run.
        hours: Stop after so many hours; the rest is kept for the next run.

    """
    request = Request(
        source,
        tuple(sites),
        _text(since),
        _text(until),
        zone,
        tuple(places),
        tuple(hosts),
        undeclared,
        tuple(outcomes),
        retry_failed=retry_failed,
        published_since=_text(published_since),
        published_until=_text(published_until),
    )
    if served.id:  # so this is a process of its own
        os.nice(LESS_URGENT)
    settings = from_environment()
    made = make_source(settings, request)
    if plan_only:
        return _planned(backfills.plan(open_lake(settings.lake), made))
    progress = _Progress()
    report = backfills.run(
        settings,
        made,
        budget=Budget(pages, hours),
        steps=PrefectSteps(),
        tasks=cluster_tasks(settings),
        on_window=progress.on_window,
    )
    progress.end(report)
    return _finish(report)


def backfill_from(request: Request, pages: int | None, hours: float | None, *, here: bool = False) -> tuple[str, str]:
    """Run the flow for a request of the command line: by its deployment where that is served, else (and with `here`
    in any case) here and now.

    Returns a state (`ok`, `partial`, `failed`; `ok` for a run that was handed over) and a line for the operator.
    """
    since, until = _days(request.since, request.until, request.zone)
    first, last = _days(request.published_since, request.published_until, request.zone)
    parameters: dict[str, Any] = {
        "source": request.source,
        "sites": list(request.sites),
        "since": _text(since),
        "until": _text(until),
        "zone": request.zone,
        "published_since": _text(first),
        "published_until": _text(last),
        "places": [_place(place) for place in request.places],
        "hosts": list(request.hosts),
        "undeclared": request.undeclared,
        "outcomes": list(request.outcomes),
        "retry_failed": request.retry_failed,
        "pages": pages,
        "hours": hours,
    }
    with reachable_server(from_environment()):
        return _hand_over(parameters, here)


def _hand_over(parameters: dict[str, Any], here: bool) -> tuple[str, str]:
    with contextlib.suppress(ObjectNotFound), get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name(DEPLOYMENT)
        if deployment.status == DeploymentStatus.READY and not here:
            run = client.create_flow_run_from_deployment(deployment.id, parameters=parameters, tags=["command-line"])
            return "ok", f"handed over as {run.name}: {url_for(run) or run.id}"
    state: State[Any] = backfill(**parameters, return_state=True)
    told = "ok" if state.is_completed() else "partial" if state.name == "PartlyFailed" else "failed"
    return told, state.message or ""


def _place(place: str) -> str:
    """A place as it is called from any directory: the server's worker runs in one of its own."""
    return place if "://" in place else str(Path(place).expanduser().absolute())


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _days(since: str | None, until: str | None, name: str) -> tuple[date | None, date | None]:
    """A span as its first and its last day. Raises SettingsError where it isn't whole days."""
    zone = UTC if name == "UTC" else ZoneInfo(name)
    try:
        span = parse_span(since, until, zone)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    first, after = span.since.astimezone(zone), span.until.astimezone(zone)
    midnight = datetime.min.time()
    if (since and first.time() != midnight) or (until and after.time() != midnight):
        raise SettingsError("the Prefect flow takes whole days: --since and --until without a time")
    return (
        first.date() if since else None,
        after.date() - timedelta(days=1) if until else None,
    )


class _Progress:
    """The run's bar in the Prefect UI; moved once a window."""

    def __init__(self) -> None:
        self._artifact: UUID | None = None

    def on_window(self, window: Window, number: int, count: int) -> None:
        done = 100.0 * (number - 1) / count
        get_run_logger().info("window %d of %d: %s", number, count, window.label)
        if self._artifact is None:
            found = create_progress_artifact(progress=done, key="backfill-progress", description=window.label)
            assert isinstance(found, UUID)
            self._artifact = found
        else:
            update_progress_artifact(self._artifact, done, description=window.label)

    def end(self, report: Report) -> None:
        if self._artifact is not None:
            done = 100.0 * report.done / max(1, report.windows)
            update_progress_artifact(self._artifact, done, description=report.message())


def _planned(plan: Plan) -> State[Any]:
    rows: list[dict[str, Any]] = [
        {
            "window": window.label,
            "pages": window.pages,
            "bytes": window.size,
            "seconds": round(window.seconds),
            "state": "done" if window.name in plan.done else "to do",
        }
        for window in plan.windows[:500]
    ]
    message = f"{len(plan.left)} of {len(plan.windows)} windows to do"
    notes = "\n".join(f"- {note}" for note in plan.notes)
    create_table_artifact(key="backfill-plan", table=rows, description=f"Job {plan.job}: {message}\n\n{notes}")
    return Completed(message=message)


def _finish(report: Report) -> State[Any]:
    logger = get_run_logger()
    for label, why in report.failed.items():
        logger.warning("%s: %s", label, why)
    create_table_artifact(
        key="backfill-summary", table=report.table(), description=f"Job {report.job}: {report.message()}"
    )
    if report.state == "ok" or (report.stopped and not report.failed):
        return Completed(message=report.message(), data=report.to_dict())
    return Failed(
        name="Failed" if report.state == "failed" else "PartlyFailed",
        message=report.message(),
    )
