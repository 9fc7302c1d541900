"""What a worker of a cluster does: pieces of work with its own handle on the lake and its own extraction processes.

A piece needs nothing of the machine it was sent from: pages are read from the lake's archive, credentials and
PRESSLAKE_PROCESSES are the worker's own. Only results go back; what is published, and when, is decided there.
"""

import contextlib
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crawlers.declarations import Site
from crawlers.extract import Pool, TemplateBook
from crawlers.model import Fetch
from flows.lake import Lake, open_lake
from flows.lake.local_store import LocalStore
from flows.settings import Settings, from_environment
from flows.stages import Extraction, extract_fetches

if TYPE_CHECKING:
    from flows.backfill.model import Gathered, Portable, Window

_mine = threading.local()
"""A worker's extraction processes: they serve one stream of pages at a time, so each thread has its own."""


@dataclass(frozen=True)
class Place:
    """What a worker must be told of the run it works for."""

    lake: str
    page_timeout: float
    """Seconds."""
    processes: int | None
    """Extraction processes of a worker; None: as its own environment says."""


@dataclass(frozen=True)
class SitePages:
    """A site's pages of a run."""

    place: Place
    name: str
    fetches: Mapping[int, Fetch]
    """By position in the crawl log; their segments are in the lake's archive."""
    site: Site | None
    templates: TemplateBook


@dataclass(frozen=True)
class SentWindow:
    """A window of a backfill, with as much of its source as it needs."""

    place: Place
    source: "Portable"
    window: "Window"
    run_id: str
    sites: Mapping[str, Site]


def place_of(settings: Settings, lake: Lake) -> Place:
    """What workers are told of these settings."""
    return Place(lake.root, settings.page_timeout, None if settings.tasks_address else 1)


def extract_away(work: SitePages) -> Extraction:
    """Extract a site's pages, with what `flows.stages.extract_fetches` gives on the spot.

    Raises LakeError where the archive can't be read.
    """
    lake = open_lake(work.place.lake)
    files = {fetch.warc.file for fetch in work.fetches.values() if fetch.warc}
    with _segments(lake, files) as root:
        return extract_fetches(work.name, work.fetches, root, _pool(work.place), work.site, work.templates)


def gather_away(work: SentWindow) -> "Gathered":
    """Gather a window, as its source does on the spot; its captures go to the lake's archive from here."""
    from flows.pipeline import Pipeline, Watch
    from flows.steps import PlainSteps

    lake = open_lake(work.place.lake)
    pipeline = Pipeline(lake, _pool(work.place), work.sites, PlainSteps(), Watch())
    with tempfile.TemporaryDirectory(prefix="presslake-") as directory:
        return work.source.gather(pipeline, work.window, work.run_id, Path(directory))


@contextlib.contextmanager
def _segments(lake: Lake, names: Set[str]) -> Iterator[Path]:
    """A directory with these archive objects under their names: the lake's own where it is on disk."""
    if isinstance(lake.store, LocalStore):
        yield lake.store.directory
        return
    with tempfile.TemporaryDirectory(prefix="presslake-") as directory:
        for name in sorted(names):
            path = Path(directory) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with lake.store.open(name) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
        yield Path(directory)


def _pool(place: Place) -> Pool:
    """The thread's extraction processes, kept from piece to piece: they take a second to start."""
    processes = place.processes or from_environment().processes
    wanted = processes, place.page_timeout
    if getattr(_mine, "wanted", None) != wanted:
        if hasattr(_mine, "pool"):
            _mine.pool.close()
        _mine.pool, _mine.wanted = Pool(processes, place.page_timeout), wanted
    pool: Pool = _mine.pool
    return pool
