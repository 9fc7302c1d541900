"""What the parts of a backfill tell each other: a source with its windows, and what a window came to."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from crawlers.extract.templates import Lesson
from flows.pipeline import Pipeline
from flows.stages import SiteResult
from flows.summary import SiteSummary


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a backfill that is done as a whole, or not at all."""

    name: str
    """Unique in its job and the same in every run of it; part of run ids and object names."""
    label: str
    """For people."""
    pages: int | None = None
    """Pages to extract or fetch; None where nobody has counted."""
    size: int = 0
    """Bytes to read."""
    seconds: float = 0.0
    """Time that politeness takes, at least."""


@dataclass(slots=True)
class Taken:
    """What a window came to."""

    run_ids: list[str] = field(default_factory=list)
    """Runs that hold its rows."""
    sites: list[SiteSummary] = field(default_factory=list)
    """What this process published; empty where that was done before."""
    passed: Counter[str] = field(default_factory=Counter)
    """Records and addresses that were none of our business, by reason."""
    damaged: Counter[str] = field(default_factory=Counter)
    """Records that could not be read, by reason."""
    pages: int = 0
    """Pages extracted or fetched now."""
    complete: bool = True
    """False where something is left for another try."""


@dataclass(slots=True)
class Gathered:
    """What a window holds, before anything of it is published."""

    layers: list[list[SiteResult]] = field(default_factory=list)
    """Results by site; the first look at an address is in the first layer, a second one in the second."""
    passed: Counter[str] = field(default_factory=Counter)
    """As in Taken; `damaged` and `pages`, too."""
    damaged: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    lessons: list[tuple[str, Lesson | None]] = field(default_factory=list)
    """What its pages teach of their sites' layouts, in order; None: a page that no template explained."""


class Source(Protocol):
    """Where a backfill takes its pages from."""

    @property
    def kind(self) -> str:
        """`warc`, `sitemaps` or `reextract`."""

    def spec(self) -> dict[str, Any]:
        """What makes this job itself: the same again is the same job, and what of it is done is not done again."""

    def windows(self) -> Sequence[Window]:
        """The windows, in order. Raises SettingsError, SourceError or LakeError."""

    def notes(self) -> Sequence[str]:
        """What an operator should know before it begins."""


@runtime_checkable
class Seated(Source, Protocol):
    """A source that asks sites, so its windows are taken on this machine, one after the other."""

    def take(self, pipeline: Pipeline, window: Window, run_id: str, directory: Path) -> Taken:
        """Take a window all the way to readers; repeated, it changes nothing.

        `directory` is the window's own part of the spool and goes when it is done.
        """


@runtime_checkable
class Portable(Source, Protocol):
    """A source that asks nobody's patience: its windows can be gathered by any worker, many at a time."""

    @property
    def run_kind(self) -> str:
        """`runs.kind` of what it publishes."""

    def portion(self, window: Window) -> "Portable":
        """The source with what this window needs of it, to be sent to a worker."""

    def gather(self, pipeline: Pipeline, window: Window, run_id: str, directory: Path) -> Gathered:
        """Read and extract a window; its captures go to the lake's archive, nothing else is written.

        The same window, and templates, give the same, whoever does it. `directory` as in Seated.take.
        """


def job_id(source: Source) -> str:
    """Id of the job: its kind and ten hex digits of its specification."""
    text = json.dumps(source.spec(), sort_keys=True, default=str)
    return f"{source.kind}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"
