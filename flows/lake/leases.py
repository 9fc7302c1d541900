"""Leases: who looks after the lake right now, told by objects below `state/leases/`.

Compaction writes files that no commit names until its end, so whoever removes such files at once (`removal`) must know
of it. Publishers need no lease: batches have an order, which tells whose commit can still come.

A lease is an object that its holder rewrites every `BEAT` seconds and removes at its end. What a killed holder leaves
is known by that it does not change: whoever is kept out by it watches it for `DEAD` seconds of its own clock, so
nothing depends on clocks that agree. A holder writes its lease first and looks at the others' then; of two that begin
at once, at least one sees the other (both stores list what was written, at once).
"""

import contextlib
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

from flows.errors import LakeError
from flows.lake.lake import Lake

BEAT = 10.0
"""Seconds between a holder's signs of life."""
DEAD = 60.0
"""Seconds without one after which a holder counts as killed."""
FOLDER = "state/leases/"
CARE = "care"
"""Kind of lease of a holder that bears others beside it."""
REMOVAL = "removal"
"""Kind of lease of a holder that must be alone."""

log = logging.getLogger(__name__)


@contextlib.contextmanager
def lease(lake: Lake, kind: str) -> Iterator[str]:
    """Hold a lease while the context lasts; gives its name.

    `REMOVAL` is alone or not at all, any number of `CARE` may be held at once. Raises LakeError, with who holds the
    other one, where that is at work; the remains of a killed holder are removed, after a minute's look.
    """
    name = f"{FOLDER}{kind}-{uuid4().hex}.json"
    stop, since = threading.Event(), f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"

    def beat() -> None:
        while not stop.wait(BEAT):
            with contextlib.suppress(LakeError):  # the next beat may get through
                lake.store.put(name, _sign(since))

    lake.store.put(name, _sign(since))
    heart = threading.Thread(target=beat, name="lease", daemon=True)
    heart.start()
    try:
        alone(lake, name)
        yield name
    finally:
        stop.set()
        heart.join(DEAD)
        with contextlib.suppress(LakeError):  # it then dies of age
            lake.store.delete(name)


def alone(lake: Lake, name: str) -> None:
    """Make sure that no other holder is in the way of this lease. Raises LakeError where one is at work."""
    if lake.store.get(name) is None:
        raise LakeError("this process slept so long that its lease on the lake was taken from it; run it again")
    kinds = (CARE, REMOVAL) if name.startswith(FOLDER + REMOVAL) else (REMOVAL,)
    for other in [one for kind in kinds for one in lake.store.names(f"{FOLDER}{kind}-") if one != name]:
        seen = lake.store.get(other)
        if seen is None:
            continue
        if _beats(lake, other, seen):
            holder = json.loads(seen)
            raise LakeError(
                f"{holder['what']} is at work on this lake (on {holder['host']}, process {holder['process']}, since "
                f"{holder['since']}). Run this again when it has ended; a killed one is recognised within {DEAD:.0f} s."
            )
        log.warning("%s was left by a killed process and is removed", other)
        lake.store.delete(other)


def _beats(lake: Lake, name: str, seen: bytes) -> bool:
    """Whether the holder gives a sign of life; False once it has gone or has been silent for `DEAD` seconds."""
    until = time.monotonic() + DEAD
    while time.monotonic() < until:
        time.sleep(min(1.0, DEAD / 10))
        now = lake.store.get(name)
        if now != seen:
            return now is not None
    return False


def _sign(since: str) -> bytes:
    holder = {
        "what": "presslake maintain or takedown",
        "host": socket.gethostname(),
        "process": os.getpid(),
        "since": since,
        "sign": uuid4().hex,
    }
    return json.dumps(holder).encode()
