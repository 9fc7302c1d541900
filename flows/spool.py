"""The spool: a local directory per run that holds fetched pages until their results are in the lake.

A run holds a lock on its directory (flock, released by the kernel however the process dies), so whoever
comes next can tell a run that is going on from one that was killed, and takes up only the latter's work.
"""

import contextlib
import fcntl
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

_LOCK = "lock"

log = logging.getLogger(__name__)


@contextlib.contextmanager
def held(directory: Path) -> Iterator[bool]:
    """Hold the run's directory, made where it is missing; gives False where another process holds it."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / _LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def left_behind(spool: Path) -> list[Path]:
    """Directories of runs, oldest first (run ids begin with their start). Some may be held by a live run."""
    if not spool.is_dir():
        return []
    return sorted(path for path in spool.iterdir() if path.is_dir() and not path.name.startswith("."))


def remove(directory: Path) -> None:
    """Delete a run's directory, its results being in the lake."""
    shutil.rmtree(directory, ignore_errors=True)
    if directory.exists():
        log.warning("%s could not be removed; its results are published, delete it by hand", directory)
