"""Runs a backfill window by window: what is done is left alone, what fails holds up nothing else."""

import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from crawlers.extract.templates import Lesson
from flows import spool
from flows.away import SentWindow, gather_away
from flows.backfill import state
from flows.backfill.blobs import SourceError
from flows.backfill.books import teach
from flows.backfill.model import Gathered, Portable, Seated, Source, Taken, Window, job_id
from flows.errors import PresslakeError
from flows.lake import Lake
from flows.pipeline import Pipeline, Watch, open_pipeline, resume
from flows.publish import Run, publish_sites
from flows.settings import Settings
from flows.steps import Steps
from flows.summary import RunSummary, SiteSummary
from flows.tasks import Promise, Tasks, do_here, in_order
from schemas.outcomes import HARMLESS, Outcome

ROUND = 16
"""Windows that are extracted with the same templates: what one of them teaches counts for the next round.

So a window's result hangs neither on how many are done at a time nor on which is done first.
"""

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
    tasks: Tasks | None = None,
    on_window: Callable[[Window, int, int], None] | None = None,
) -> Report:
    """Do the windows that are left, in order. `on_window` is told each window, its number and how many there are.

    With `tasks`, windows of sources that ask no site are gathered by workers elsewhere; they are published from here,
    in order, so the lake is the same as without. Raises SettingsError; LakeError or PublishError where the lake
    fails: run again, and it goes on from there. A window whose source fails is reported and stays to be done.
    """
    begun = time.monotonic()
    with open_pipeline(settings, steps, watch, tasks) as pipeline:
        resume(pipeline, settings)
        todo = plan(pipeline.lake, source)
        state.note_job(pipeline.lake, todo.job, source.spec())
        report = Report(todo.job, len(todo.windows))
        work = _Work(pipeline, settings, source, report, budget or Budget(), begun)
        numbered = list(enumerate(todo.windows, 1))
        for start in range(0, len(numbered), ROUND):
            left = [
                (number, window) for number, window in numbered[start : start + ROUND] if window.name not in todo.done
            ]
            work.do_round(left, on_window)
            if report.stopped:
                break
        return _told(pipeline.lake, report, todo.windows, time.monotonic() - begun)


@dataclass(frozen=True)
class _Begun:
    window: Window
    run_id: str
    directory: Path
    """Held by `lock`."""
    lock: contextlib.ExitStack


@dataclass
class _Work:
    """One call's way through the windows."""

    pipeline: Pipeline
    settings: Settings
    source: Source
    report: Report
    budget: Budget
    begun: float
    """When it began, by the monotonic clock."""

    def do_round(
        self, windows: Sequence[tuple[int, Window]], on_window: Callable[[Window, int, int], None] | None
    ) -> None:
        """Do the windows, and learn what they teach when all are through: until then templates stay as they are."""
        lessons: list[tuple[str, Lesson | None]] = []
        with contextlib.ExitStack() as locks:
            for begun, piece in in_order(self._begin(windows, locks, on_window)):
                self._finish(begun, piece, lessons)
                begun.lock.close()
        teach(self.pipeline.lake, lessons)

    def _begin(
        self,
        windows: Sequence[tuple[int, Window]],
        locks: contextlib.ExitStack,
        on_window: Callable[[Window, int, int], None] | None,
    ) -> Iterator[tuple[_Begun, Promise[Gathered | Taken]]]:
        for number, window in windows:
            self.report.stopped = _spent(self.budget, self.report.pages, time.monotonic() - self.begun)
            if self.report.stopped:
                return
            if on_window:
                on_window(window, number, self.report.windows)
            run_id = f"{self.report.job}-{window.name}"
            begun = _Begun(window, run_id, self.settings.spool / run_id, locks.enter_context(contextlib.ExitStack()))
            if begun.lock.enter_context(spool.held(begun.directory)):
                yield begun, self._piece(begun)
            else:
                self.report.failed[window.label] = "another process is at it"

    def _piece(self, begun: _Begun) -> Promise[Gathered | Taken]:
        source, pipeline, window = self.source, self.pipeline, begun.window
        if isinstance(source, Seated):
            return do_here(partial(source.take, pipeline, window, begun.run_id, begun.directory))
        assert isinstance(source, Portable)
        if pipeline.away is not None:
            work = SentWindow(pipeline.away.place, source.portion(window), window, begun.run_id, pipeline.sites)
            return pipeline.away.tasks.submit("extract", window.label, gather_away, work)
        gather = partial(source.gather, pipeline, window, begun.run_id, begun.directory)
        return do_here(partial(pipeline.step, "extract", window.label, gather))

    def _finish(
        self, begun: _Begun, piece: Promise[Gathered | Taken], lessons: list[tuple[str, Lesson | None]]
    ) -> None:
        window, report = begun.window, self.report
        try:
            taken = piece.result()
            if isinstance(taken, Gathered):
                lessons += taken.lessons
                taken = self._publish(begun, taken)
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
                state.note_done(self.pipeline.lake, report.job, window, taken)
                report.worked += 1
            else:
                report.failed[window.label] = _why(taken)
        spool.remove(begun.directory)

    def _publish(self, begun: _Begun, gathered: Gathered) -> Taken:
        assert isinstance(self.source, Portable)
        taken = Taken(passed=gathered.passed, damaged=gathered.damaged, pages=gathered.pages)
        if self.pipeline.away is not None:
            for _ in range(gathered.pages):
                self.pipeline.watch.page()
        for layer, results in enumerate(gathered.layers):
            run_id = f"{begun.run_id}-{layer}" if layer else begun.run_id
            taken.run_ids.append(run_id)
            run = Run(run_id, self.source.run_kind, datetime.now(UTC))
            publish = partial(publish_sites, self.pipeline.lake, run, results)
            taken.sites += self.pipeline.step("publish", begun.window.label, publish)
        return taken


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
