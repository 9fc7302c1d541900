"""Runs a backfill from WARC in this process and kills it with SIGKILL at a named moment.

    python -m tests.flows.backfill.killed MOMENT LAKE SPOOL SITES WINDOW_BYTES UNDECLARED WARC…

Moments: `page:N` (N pages are extracted), `archive`, `decide`, `written-ahead`, `table:NAME` (before the commit of that
table), `published` (before the window is noted as done); each in the second window.
"""

import dataclasses
import sys
from pathlib import Path
from typing import Any

from flows import publish
from flows.backfill import run as backfills
from flows.backfill import state, warc
from flows.backfill.request import Request, make_source
from flows.lake import batches
from flows.pipeline import Watch
from flows.settings import Settings
from tests.e2e.killed import die, die_before

windows = 0


def in_second_window(function: Any, instead: Any) -> Any:
    """The function, and its replacement from the second window on."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return (function if windows < 2 else instead)(*args, **kwargs)

    return call


def arrange(moment: str) -> Watch:
    """Put death where it is asked for."""
    pages = 0

    def page() -> None:
        nonlocal pages
        pages += 1
        if moment.startswith("page:") and pages >= int(moment.removeprefix("page:")):
            die()

    match moment.split(":"):
        case ["archive"]:
            warc.archive_site = in_second_window(warc.archive_site, die)  # type: ignore[attr-defined]
        case ["decide"]:
            publish.decide_batch = in_second_window(publish.decide_batch, die)  # type: ignore[attr-defined]
        case ["written-ahead"]:
            batches._commit = in_second_window(batches._commit, die)
        case ["table", name]:
            batches.append = in_second_window(batches.append, die_before(name, batches.append))  # type: ignore[attr-defined]
            batches.merge = in_second_window(batches.merge, die_before(name, batches.merge))  # type: ignore[attr-defined]
        case ["published"]:
            state.note_done = in_second_window(state.note_done, die)
    return Watch(page=page)


def count(*_: Any) -> None:
    """A window begins."""
    global windows
    windows += 1


if __name__ == "__main__":
    moment, lake, spool, sites, step, undeclared, *places = sys.argv[1:]
    settings = Settings(lake, Path(spool), Path(sites), processes=2)
    source = make_source(settings, Request("warc", places=places, undeclared=undeclared == "yes"))
    assert isinstance(source, warc.WarcSource)
    source = dataclasses.replace(source, window_bytes=int(step))
    backfills.run(settings, source, watch=arrange(moment), on_window=count)
    sys.exit(f"still alive after {moment}")
