"""Runs a backfill window by window: what is done is left alone, what fails holds up nothing else."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from flows import spool
from flows.backfill import state
from flows.backfill.blobs import SourceError
from flows.backfill.model import Source, Taken, Window, job_id
from flows.errors import PresslakeError
from flows.lake import Lake
from flows.pipeline import Pipeline, Watch, open_pipeline, resume
from flows.settings import Settings
from flows.steps import Steps
from flows.summary import RunSummary, SiteSummary
from schemas.outcomes import HARMLESS, Outcome

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Budget:
    """What one call may use; a window that was begun is finished."""

    pages: int | None = None
    hours: float | None = None


@dataclass(frozen=True)
class Plan:
    """What a backfill would do."""

    job: str
    windows: Sequence[Window]
    done: frozenset[str]
    notes: Sequence[str] = ()

    @property
    def left(self) -> list[Window]:
        """Windows still to do."""
        return [window for window in self.windows if window.name not in self.done]


@dataclass
class Report:
    """What a backfill has come to: all of it, earlier calls included."""

    job: str
    windows: int
    done: int = 0
    worked: int = 0
    """Windows done by this call."""
    failed: dict[str, str] = field(default_factory=dict)
    """Windows that could not be done now, and why."""
    stopped: str | None = None
    """Why this call ended before the last window."""
    sites: list[SiteSummary] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)
    damaged: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    pages: int = 0
    """Pages of this call."""

    @property
    def outcomes(self) -> Counter[Outcome]:
        """Pages by outcome, over all windows that are done."""
        return sum((site.outcomes for site in self.sites), Counter())

    @property
    def state(self) -> str:
        """`ok`; `partial` where windows failed or are left; `failed` where none could be done."""
        if self.failed and not self.done:
            return "failed"
        return "partial" if self.failed or self.done < self.windows else "ok"

    def message(self) -> str:
        """One line."""
        outcomes = self.outcomes
        text = (
            f"{self.done} of {self.windows} windows done; {sum(outcomes.values())} pages: {outcomes[Outcome.NEW]} new, "
            f"{outcomes[Outcome.REVISED]} revised, {outcomes[Outcome.UNCHANGED]} unchanged"
        )
        if self.failed:
            text += f"; {len(self.failed)} windows failed and stay to be done"
        if self.damaged:
            text += f"; {sum(self.damaged.values())} records could not be read"
        return text + (f"; stopped: {self.stopped}" if self.stopped else "")

    def to_dict(self) -> dict[str, Any]:
        """For `--json`."""
        summary = RunSummary(self.job, datetime.now(UTC), self.sites).to_dict()
        return {
            "job": self.job,
            "state": self.state,
            "windows": self.windows,
            "done": self.done,
            "failed": self.failed,
            "stopped": self.stopped,
            "outcomes": {str(outcome): count for outcome, count in sorted(self.outcomes.items())},
            "passed": dict(sorted(self.passed.items())),
            "damaged": dict(sorted(self.damaged.items())),
            "seconds": round(self.seconds, 1),
            "pages": self.pages,
            "sites": summary["sites"],
        }

    def table(self) -> list[dict[str, str | int]]:
        """Rows by outcome, for an artifact."""
        rows: list[dict[str, str | int]] = [
            {"what": str(outcome), "pages": count, "note": "" if outcome in HARMLESS else "look at"}
            for outcome, count in self.outcomes.most_common()
        ]
        rows += [{"what": f"passed over: {name}", "pages": n, "note": ""} for name, n in self.passed.most_common()]
        rows += [{"what": f"damaged: {name}", "pages": n, "note": "look at"} for name, n in self.damaged.most_common()]
        return rows + [{"what": f"window {name}", "pages": 0, "note": why} for name, why in self.failed.items()]


def plan(lake: Lake, source: Source) -> Plan:
    """What is to do and what is done already; nothing is changed."""
    job = job_id(source)
    windows = source.windows()
    return Plan(job, windows, frozenset(state.done_windows(lake, job)), source.notes())


def run(
    settings: Settings,
    source: Source,
    *,
    budget: Budget | None = None,
    steps: Steps | None = None,
    watch: Watch | None = None,
    on_window: Callable[[Window, int, int], None] | None = None,
) -> Report:
    """Do the windows that are left, in order. `on_window` is told each window, its number and how many there are.

    Raises SettingsError; LakeError or PublishError where the lake fails: run again, and it goes on from there. A
    window whose source fails is reported and stays to be done.
    """
    begun = time.monotonic()
    with open_pipeline(settings, steps, watch) as pipeline:
        resume(pipeline, settings)
        todo = plan(pipeline.lake, source)
        state.note_job(pipeline.lake, todo.job, source.spec())
        report = Report(todo.job, len(todo.windows))
        limit = budget or Budget()
        for number, window in enumerate(todo.windows, 1):
            if window.name in todo.done:
                continue
            report.stopped = _spent(limit, report.pages, time.monotonic() - begun)
            if report.stopped:
                break
            if on_window:
                on_window(window, number, len(todo.windows))
            _do(pipeline, settings, source, todo.job, window, report)
        return _told(pipeline.lake, report, todo.windows, time.monotonic() - begun)


def _do(pipeline: Pipeline, settings: Settings, source: Source, job: str, window: Window, report: Report) -> None:
    run_id = f"{job}-{window.name}"
    directory = settings.spool / run_id
    with spool.held(directory) as free:
        if not free:
            report.failed[window.label] = "another process is at it"
            return
        try:
            taken = source.take(pipeline, window, run_id, directory)
        except SourceError as error:
            report.failed[window.label] = str(error)
        except PresslakeError:
            raise
        except Exception as error:  # one window's failure must not hold up the others; it is named in the report
            log.exception("window %s broke", window.name)
            report.failed[window.label] = f"{type(error).__name__}: {error}"
        else:
            report.pages += taken.pages
            if taken.complete:
                state.note_done(pipeline.lake, job, window, taken)
                report.worked += 1
            else:
                report.failed[window.label] = _why(taken)
        spool.remove(directory)


def _told(lake: Lake, report: Report, windows: Sequence[Window], seconds: float) -> Report:
    done = state.done_windows(lake, report.job)
    total = state.read_done(lake, report.job, [window.name for window in windows if window.name in done])
    return replace(
        report,
        done=sum(window.name in done for window in windows),
        sites=total.sites,
        passed=total.passed,
        damaged=total.damaged,
        seconds=seconds,
    )


def _why(taken: Taken) -> str:
    return "; ".join(site.problem for site in taken.sites if site.problem) or "not everything could be fetched"


def _spent(budget: Budget, pages: int, seconds: float) -> str | None:
    if budget.pages is not None and pages >= budget.pages:
        return f"the budget of {budget.pages} pages is used"
    if budget.hours is not None and seconds >= budget.hours * 3600:
        return f"the budget of {budget.hours:g} hours is used"
    return None
