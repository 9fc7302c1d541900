"""One crawl of a site at a time: what a site asks of its visitors holds over all of them together.

On one machine by flock(2) on a file per site beside the spool, so the kernel frees the locks of a process that died;
among machines by leases in the lake (`flows.siteleases`), taken once the machine's own lock is held. A live crawl waits
for a backfill, whose windows are short, and leaves a site to another live crawl; a backfill waits for both. A
live crawl lets a site go when its results are published: until then the next one would ask for the same pages again,
and could not know how many the day has seen.
"""

import contextlib
import fcntl
import logging
import os
import resource
import secrets
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from flows.lake.store import ObjectStore
from flows.siteleases import SiteLeases

BACKFILL_SECONDS = 300.0
"""How long a live crawl waits for a backfill's window; then the site's turn comes with the next run."""
POLL_SECONDS, LEASE_POLL_SECONDS = 0.2, 2.0
"""Between two looks at the locks of this machine, and at the leases in the lake."""
CRAWL, BACKFILL = "crawl", "backfill"

log = logging.getLogger(__name__)


class SiteLocks:
    """The sites this process holds."""

    def __init__(self, spool: Path, kind: str, store: ObjectStore | None) -> None:
        """`kind` is `CRAWL` or `BACKFILL`; `store` is the lake's, None where no other machine can be at it."""
        self._folder = _folder(spool)
        self._kind = kind
        self._held: dict[str, int] = {}
        self._leases = SiteLeases(store, _machine(self._folder), kind) if store else None

    def take(self, sites: Sequence[str], *, seconds: float) -> set[str]:
        """Take what can be taken within the time. Returns the sites held now. Raises LakeError."""
        _allow_files(len(sites))
        deadline = time.monotonic() + seconds
        waiting = list(sites)
        while waiting:
            locked = [site for site in waiting if self._try(site)]
            holders = {site: self._holder(site) for site in waiting if site not in locked}
            refused = self._leases.take(locked) if locked and self._leases else {}
            for site in refused:
                self._unlock(site)
            holders |= refused
            waiting = [site for site in holders if not (self._kind == CRAWL and holders[site] == CRAWL)]
            if not waiting or time.monotonic() >= deadline:
                break
            time.sleep(LEASE_POLL_SECONDS if refused else POLL_SECONDS)
        return set(self._held)

    def release(self, site: str) -> None:
        """Let a site go; nothing happens where it isn't held."""
        if site in self._held:
            if self._leases:
                self._leases.let_go(site)
            self._unlock(site)

    def release_all(self) -> None:
        """Let all sites go."""
        if self._leases:
            self._leases.end()
        for site in list(self._held):
            self._unlock(site)

    def _unlock(self, site: str) -> None:
        os.close(self._held.pop(site))

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
def sites_held(
    spool: Path, sites: Sequence[str], kind: str, *, seconds: float, store: ObjectStore | None = None
) -> Iterator[tuple[SiteLocks, set[str]]]:
    """Hold the sites, those that can be had within the time; gives the locks and the sites held."""
    locks = SiteLocks(spool, kind, store)
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


def _machine(folder: Path) -> str:
    """The name under which the locks of this folder are known in the lake, made up once."""
    path = folder / "machine"
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=folder) as made, contextlib.suppress(FileExistsError):
            made.write(f"{socket.gethostname()}-{secrets.token_hex(4)}")
            made.flush()
            os.link(made.name, path)
    return path.read_text()


def _allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 512
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
