"""Which machine crawls which sites: leases in the lake, for what holds over machines that share nothing else.

All leases are one small JSON document, kept as `state/sites/<n>.json` with ever higher numbers: who changes it reads
the highest and writes the next one if that number is free (a hard link on disk, `If-None-Match: *` on S3). So changes
have one order, and each was made knowing all before it.

A holder renews its lease every `RENEW_SECONDS`. One whose renewal is older than `LEASE_SECONDS` by our clock may be
dead, or its clock or ours may be wrong: it is watched for `WATCH_SECONDS` by our own monotonic clock, in which a
living holder renews several times, and only then loses its sites. So clocks that disagree cost time, never politeness.
"""

import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import asdict, dataclass, replace

from flows.errors import LakeError
from flows.lake.store import ObjectStore

RENEW_SECONDS, LEASE_SECONDS, WATCH_SECONDS = 20.0, 90.0, 70.0
KEPT = 50
"""Documents that stay behind the newest: a writer would have to sleep through so many changes to go astray."""
SLOWEST_SECONDS = 60.0
"""A change that took longer is looked at again: others may have gone past what is kept."""
SILENT = "silent"
"""In place of the kind of a crawl that may be dead: whoever waits may have its sites soon."""

_FOLDER = "state/sites/"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lease:
    """What one crawl holds."""

    machine: str
    """Whose locks the sites are under; on one machine, locks of files are what counts."""
    kind: str
    """`crawl` or `backfill`."""
    sites: tuple[str, ...]
    renewed_at: float
    """Seconds since 1970 by the holder's clock."""


Leases = Mapping[str, Lease]
"""Leases by holder."""


class LeaseBook:
    """The document of leases, read and changed."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def read(self) -> Leases:
        """The leases as they are. Raises LakeError."""
        return self._newest()[1]

    def change(self, decide: Callable[[Leases], Leases]) -> Leases:
        """Change the leases by what `decide` makes of them; it is asked again where somebody was faster.

        Returns the leases as they are then. Raises LakeError.
        """
        while True:
            begun = time.monotonic()
            number, leases = self._newest()
            wanted = decide(leases)
            if wanted == leases:
                return leases
            data = json.dumps({holder: asdict(lease) for holder, lease in wanted.items()}).encode()
            if self._store.put_if_absent(_name(number + 1), data) and time.monotonic() - begun < SLOWEST_SECONDS:
                self._store.delete(_name(number + 1 - KEPT))
                return wanted

    def _newest(self) -> tuple[int, Leases]:
        while True:
            names = list(self._store.names(_FOLDER))
            if not names:
                return 0, {}
            data = self._store.get(names[-1])
            if data is not None:  # else it fell behind while we looked
                return int(names[-1].removeprefix(_FOLDER).removesuffix(".json")), _parsed(data, names[-1])


class SiteLeases:
    """The leases of one crawl: taken, renewed by a thread for as long as it holds any, given back."""

    def __init__(self, store: ObjectStore, machine: str, kind: str) -> None:
        """`machine` is the name under which locks of files are shared."""
        self._book = LeaseBook(store)
        self._holder = f"{machine} {os.getpid()} {secrets.token_hex(3)}"
        self._machine, self._kind = machine, kind
        self._sites: set[str] = set()
        self._watched: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def take(self, sites: Collection[str]) -> dict[str, str]:
        """Take those sites that no other machine holds. Returns the others, with the kind of crawl that holds them.

        The caller has the locks of this machine for all of them. Raises LakeError.
        """
        refused: dict[str, str] = {}

        def decide(leases: Leases) -> Leases:
            refused.clear()
            others = {}
            for holder, lease in leases.items():
                if holder != self._holder and (left := self._without(holder, lease, set(sites))).sites:
                    others[holder] = left
                    kind = lease.kind if _is_fresh(lease) else SILENT
                    refused.update({site: kind for site in left.sites if site in sites})
            return others | self._own((self._sites | set(sites)) - refused.keys())

        with self._lock:
            self._book.change(decide)
            self._sites |= set(sites) - refused.keys()
        if self._sites and self._thread is None:
            self._thread = threading.Thread(target=self._renew, name="site leases", daemon=True)
            self._thread.start()
        return refused

    def let_go(self, site: str) -> None:
        """Give a site back; other machines see it at the next renewal."""
        with self._lock:
            self._sites.discard(site)

    def end(self) -> None:
        """Give everything back."""
        with self._lock:
            self._sites.clear()
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            self._write()

    def _without(self, holder: str, lease: Lease, wanted: Set[str]) -> Lease:
        """Another's lease without what of the wanted it holds no more."""
        # We have this machine's locks, so who held these sites here has let go of them, or is dead.
        gone = lease.machine == self._machine or (not wanted.isdisjoint(lease.sites) and self._is_dead(holder, lease))
        return replace(lease, sites=tuple(site for site in lease.sites if site not in wanted)) if gone else lease

    def _is_dead(self, holder: str, lease: Lease) -> bool:
        """Whether the lease has been seen unrenewed for long enough: takes several looks."""
        if _is_fresh(lease):
            return False
        renewed_at, since = self._watched.get(holder, (lease.renewed_at, time.monotonic()))
        if renewed_at != lease.renewed_at:
            log.warning("the clock of %s and ours differ by about %.0f s", holder, time.time() - lease.renewed_at)
            since = time.monotonic()
        self._watched[holder] = lease.renewed_at, since
        return time.monotonic() - since > WATCH_SECONDS

    def _own(self, sites: Collection[str]) -> dict[str, Lease]:
        lease = Lease(self._machine, self._kind, tuple(sorted(sites)), round(time.time(), 3))
        return {self._holder: lease} if sites else {}

    def _renew(self) -> None:
        while not self._ended.wait(RENEW_SECONDS):
            self._write()

    def _write(self) -> None:
        lost: set[str] = set()

        def decide(leases: Leases) -> Leases:
            others = {holder: lease for holder, lease in leases.items() if holder != self._holder}
            lost.clear()
            lost.update(site for lease in others.values() for site in lease.sites if site in self._sites)
            return others | self._own(self._sites - lost)

        with self._lock:
            try:
                self._book.change(decide)
            except LakeError as error:  # the crawl itself will meet the lake soon enough
                log.warning("leases of sites could not be renewed: %s", error)
                return
            self._sites -= lost
        for site in sorted(lost):
            log.warning("%s: our lease could not be renewed for minutes, and another machine crawls it now, too", site)


def _is_fresh(lease: Lease) -> bool:
    return abs(time.time() - lease.renewed_at) < LEASE_SECONDS


def _name(number: int) -> str:
    return f"{_FOLDER}{number:012d}.json"


def _parsed(data: bytes, name: str) -> Leases:
    try:
        return {
            holder: Lease(lease["machine"], lease["kind"], tuple(lease["sites"]), float(lease["renewed_at"]))
            for holder, lease in json.loads(data).items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("%s is no list of leases (%s): nobody holds a site by it", name, error)
        return {}
