"""One crawl of a site at a time: what a site asks of its visitors holds over all of them together.

What is locked are registered domains, since two declared sites may share hosts. On one machine by flock(2) on a file
beside the spool, so the kernel frees the locks of a process that died; among machines by leases in the lake
(`flows.siteleases`), taken once the machine's own lock is held. A live crawl waits for a backfill, whose windows are
short, and leaves a site to another live crawl; a backfill waits for both. A live crawl lets a site go when its results
are published: until then the next one would ask for the same pages again, and could not know how many the day has seen.
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
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from crawlers.urlkey import registered_domain
from flows.lake.store import ObjectStore
from flows.siteleases import SiteLeases

BACKFILL_SECONDS = 300.0
"""How long a live crawl waits for a backfill's window; then the site's turn comes with the next run."""
POLL_SECONDS, LEASE_POLL_SECONDS = 0.2, 2.0
"""Between two looks at the locks of this machine, and at the leases in the lake."""
CRAWL, BACKFILL = "crawl", "backfill"

log = logging.getLogger(__name__)


class DomainLocks:
    """The domains this process holds."""

    def __init__(self, spool: Path, kind: str, store: ObjectStore | None) -> None:
        """`kind` is `CRAWL` or `BACKFILL`; `store` is the lake's, None where no other machine can be at it."""
        self._folder = _folder(spool)
        self._kind = kind
        self._held: dict[str, int] = {}
        self._leases = SiteLeases(store, _machine(self._folder), kind) if store else None

    def take(self, domains: Collection[str], *, seconds: float) -> set[str]:
        """Take what can be taken within the time. Returns the domains held now. Raises LakeError."""
        _allow_files(len(domains))
        deadline = time.monotonic() + seconds
        waiting = sorted(domains)
        while waiting:
            locked = [domain for domain in waiting if self._try(domain)]
            holders = {domain: self._holder(domain) for domain in waiting if domain not in locked}
            refused = self._leases.take(locked) if locked and self._leases else {}
            for domain in refused:
                self._unlock(domain)
            holders |= refused
            waiting = [domain for domain in holders if not (self._kind == CRAWL and holders[domain] == CRAWL)]
            if not waiting or time.monotonic() >= deadline:
                break
            time.sleep(LEASE_POLL_SECONDS if refused else POLL_SECONDS)
        return set(self._held)

    def release(self, domain: str) -> None:
        """Let a domain go; nothing happens where it isn't held."""
        if domain in self._held:
            if self._leases:
                self._leases.let_go(domain)
            self._unlock(domain)

    def release_all(self) -> None:
        """Let all domains go."""
        if self._leases:
            self._leases.end()
        for domain in list(self._held):
            self._unlock(domain)

    def _unlock(self, domain: str) -> None:
        os.close(self._held.pop(domain))

    def _try(self, domain: str) -> bool:
        descriptor = os.open(self._path(domain), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.truncate(descriptor, 0)
        os.write(descriptor, self._kind.encode())
        self._held[domain] = descriptor
        return True

    def _holder(self, domain: str) -> str:
        return self._path(domain).read_text("ascii", "replace")

    def _path(self, domain: str) -> Path:
        return self._folder / f"{domain}.lock"


class SiteLocks:
    """The sites this process holds: those all of whose domains it holds."""

    def __init__(self, locks: DomainLocks, sites: Mapping[str, Collection[str]]) -> None:
        """`sites`: what is to be held, ids with their domains."""
        self._locks = locks
        self._domains = {site: {registered_domain(domain) for domain in domains} for site, domains in sites.items()}

    def take(self, seconds: float) -> set[str]:
        """Take what can be taken within the time. Returns the ids of the sites held now. Raises LakeError."""
        held = self._locks.take(set().union(*self._domains.values()), seconds=seconds)
        for site in [site for site, domains in self._domains.items() if not domains <= held]:
            self.release(site)
        return set(self._domains)

    def release(self, site: str) -> None:
        """Let a site go; nothing happens where it isn't held. Domains that another one needs are kept."""
        let_go = self._domains.pop(site, set())
        for domain in let_go.difference(*self._domains.values()):
            self._locks.release(domain)


@contextlib.contextmanager
def sites_held(
    spool: Path, sites: Mapping[str, Collection[str]], kind: str, *, seconds: float, store: ObjectStore | None = None
) -> Iterator[tuple[SiteLocks, set[str]]]:
    """Hold the sites (ids with their domains) that can be had within the time; gives the locks and the sites held."""
    domains = DomainLocks(spool, kind, store)
    locks = SiteLocks(domains, sites)
    try:
        yield locks, locks.take(seconds)
    finally:
        domains.release_all()


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
