"""One crawl of a site at a time on this machine: what a site asks of its visitors holds over all of them together.

Locks are flock(2) on a file per site beside the spool, so the kernel frees those of a process that died. A live crawl
waits for a backfill, whose windows are short, and leaves a site to another live crawl; a backfill waits for both.
"""

import contextlib
import fcntl
import logging
import os
import resource
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from crawlers.crawl import SiteReport

BACKFILL_SECONDS = 300.0
"""How long a live crawl waits for a backfill's window; then the site's turn comes with the next run."""
POLL_SECONDS = 0.2
CRAWL, BACKFILL = "crawl", "backfill"

log = logging.getLogger(__name__)


class SiteLocks:
    """The sites this process holds."""

    def __init__(self, spool: Path, kind: str) -> None:
        """`kind` is `CRAWL` or `BACKFILL`."""
        self._folder = _folder(spool)
        self._kind = kind
        self._held: dict[str, int] = {}

    def take(self, sites: Sequence[str], *, seconds: float) -> set[str]:
        """Take what can be taken within the time. Returns the sites held now."""
        _allow_files(len(sites))
        deadline = time.monotonic() + seconds
        waiting = list(sites)
        while waiting:
            waiting = [site for site in waiting if not self._try(site)]
            if self._kind == CRAWL:
                waiting = [site for site in waiting if self._holder(site) != CRAWL]
            if not waiting or time.monotonic() >= deadline:
                break
            time.sleep(POLL_SECONDS)
        return set(self._held)

    def releasing(self, reports: Iterable[SiteReport]) -> Iterator[SiteReport]:
        """The reports, each site let go as its crawl has ended."""
        for report in reports:
            self.release(report.site)
            yield report

    def release(self, site: str) -> None:
        """Let a site go; nothing happens where it isn't held."""
        descriptor = self._held.pop(site, None)
        if descriptor is not None:
            os.close(descriptor)

    def release_all(self) -> None:
        """Let all sites go."""
        for site in list(self._held):
            self.release(site)

    def _try(self, site: str) -> bool:
        descriptor = os.open(self._folder / f"{site}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.truncate(descriptor, 0)
        os.write(descriptor, self._kind.encode())
        self._held[site] = descriptor
        return True

    def _holder(self, site: str) -> str:
        return (self._folder / f"{site}.lock").read_text("ascii", "replace")


@contextlib.contextmanager
def sites_held(spool: Path, sites: Sequence[str], kind: str, *, seconds: float) -> Iterator[tuple[SiteLocks, set[str]]]:
    """Hold the sites, those that can be had within the time; gives the locks and the sites held."""
    locks = SiteLocks(spool, kind)
    try:
        yield locks, locks.take(sites, seconds=seconds)
    finally:
        locks.release_all()


def _folder(spool: Path) -> Path:
    """Beside the spool, or in it where its parent isn't ours to write to."""
    beside = spool.with_name(f"{spool.name}.locks")
    try:
        beside.mkdir(parents=True, exist_ok=True)
    except PermissionError:
        beside = spool / ".locks"
        beside.mkdir(parents=True, exist_ok=True)
    return beside


def _allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 512
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
