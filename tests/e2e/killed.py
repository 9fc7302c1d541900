"""Runs `ingest`, or only what publishes an earlier run's pages, in this process and kills it at a named moment.

    python -m tests.e2e.killed ingest|resume MOMENT LAKE SPOOL SITES

Moments: `crawl:N` (N pages are fetched), `crawled` (all are), `archive`, `extract`, `decide`, `written-ahead`,
`table:NAME` (before the commit of that table), `published` (before the spool is cleared).
"""

import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from crawlers.crawl import Progress
from flows import pipeline, publish, spool, stages
from flows.lake import batches
from flows.settings import Settings


def die(*_: Any, **__: Any) -> Any:
    """As a machine does: without a word."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_crawled(_: Any, run: Any, directory: Any, reports: Iterable[Any], *__: Any) -> None:
    """In place of `Pipeline.take`: death when every site's crawl has ended."""
    list(reports)
    die()


def die_late(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, but death at the end of its first call."""

    def call(*args: Any, **kwargs: Any) -> Any:
        function(*args, **kwargs)
        die()

    return call


def die_before(table: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, but death where it is about to commit this table."""

    def call(lake: Any, contract: Any, *args: Any) -> Any:
        if contract.name == table:
            die()
        return function(lake, contract, *args)

    return call


def arrange(moment: str) -> pipeline.Watch:
    """Put death where it is asked for."""
    pages: dict[str, int] = {}

    def crawled(progress: Progress) -> None:
        pages[progress.site] = progress.fetched
        if sum(pages.values()) >= int(moment.partition(":")[2]):
            die()

    match moment.split(":"):
        case ["crawl", _]:
            return pipeline.Watch(crawl=crawled)
        case ["crawled"]:
            pipeline.Pipeline.take = die_crawled  # type: ignore[assignment]
        case ["archive"]:
            pipeline.archive_site = die_late(stages.archive_site)  # type: ignore[attr-defined]
        case ["extract"]:
            return pipeline.Watch(page=die)
        case ["decide"]:
            publish.decide_batch = die  # type: ignore[attr-defined]
        case ["written-ahead"]:
            batches._commit = die
        case ["table", name]:
            batches.append = die_before(name, batches.append)  # type: ignore[attr-defined]
            batches.merge = die_before(name, batches.merge)  # type: ignore[attr-defined]
        case ["published"]:
            spool.remove = die
    return pipeline.Watch()


if __name__ == "__main__":
    what, moment, lake, spool_folder, sites = sys.argv[1:]
    watch = arrange(moment)
    settings = Settings(lake, Path(spool_folder), Path(sites), processes=1)
    if what == "ingest":
        pipeline.ingest(settings, watch=watch)
    else:
        with pipeline.open_pipeline(settings, watch=watch) as opened:
            pipeline.resume(opened, settings)
    sys.exit(f"still alive after {moment}")
