"""The race that tells whether a store keeps its promises: what the lake's batches and tables rest on.

Servers that pass every test of one client may still lose acknowledged writes among several. So real processes
race here, with the very code that publishes, in a scratch folder that is removed afterwards.
"""

import hashlib
import multiprocessing
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import SpawnContext
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any, Protocol
from uuid import uuid4

import pyarrow as pa
from deltalake import CommitProperties, write_deltalake
from deltalake.exceptions import DeltaError

from flows.errors import LakeError, PresslakeError
from flows.lake.lake import Lake, open_lake
from flows.lake.local_store import LocalStore
from flows.lake.tables import open_table
from schemas.table import Field, Table

_LARGE = 17 << 20
"""Bytes of the large object: more than one part of boto3's 8 MiB."""
_PATIENCE = 120.0
"""Seconds that racers wait for each other."""
_PROBE = Table(
    "probe",
    "1.0.0",
    "Rows of a race.",
    (
        Field("writer", pa.int32(), "Who wrote the row.", nullable=False),
        Field("number", pa.int32(), "Its count.", nullable=False),
    ),
    key=(),
    partition_by=(),
)


@dataclass(frozen=True)
class Finding:
    """One promise and whether the store kept it."""

    promise: str
    kept: bool
    detail: str
    seconds: float


class _Barrier(Protocol):
    def wait(self, timeout: float | None = None) -> int: ...

    def abort(self) -> None: ...


def check(lake: Lake, *, writers: int = 8, names: int = 100, commits: int = 10) -> Iterator[Finding]:
    """Try the store's promises one after another; a Finding each. Nothing is left behind.

    Raises LakeError where the store can't be reached at all, and for a scratch folder that can't be removed.
    """
    with _scratch(lake) as scratch:
        yield _timed("an object reads back as written, and no more once deleted", lambda: _read_back(scratch))
        yield _timed("listings are complete, at once", lambda: _listing(scratch))
        yield _timed("large objects arrive whole", lambda: _large(scratch))
        yield _timed("of writers at once, one wins a name", lambda: _race_names(scratch, writers, names))
        yield _timed("commits of all writers survive", lambda: _race_commits(scratch, writers, commits))


def _timed(promise: str, run: Callable[[], str | None]) -> Finding:
    """`run` gives None where the promise was kept, else what happened instead."""
    begun = time.monotonic()
    try:
        broken = run()
    except (PresslakeError, DeltaError, OSError) as error:
        broken = f"stopped by {type(error).__name__}: {error}"
    return Finding(promise, broken is None, broken or "", time.monotonic() - begun)


@contextmanager
def _scratch(lake: Lake) -> Iterator[Lake]:
    scratch = open_lake(f"{lake.root}/presslake-check-{uuid4().hex[:12]}")
    try:
        yield scratch
    finally:
        if isinstance(scratch.store, LocalStore):
            shutil.rmtree(scratch.store.directory, ignore_errors=True)
        else:
            for name in list(scratch.store.names("")):
                scratch.store.delete(name)


def _read_back(lake: Lake) -> str | None:
    for number in range(20):
        name, first, second = f"read/{number}", os.urandom(1000), os.urandom(2000)
        lake.store.put(name, first)
        if lake.store.get(name) != first or lake.store.size(name) != len(first):
            return f"{name} did not read back as written"
        lake.store.put(name, second)
        if lake.store.get(name) != second:
            return f"{name} still read as before after it was replaced"
        with lake.store.open(name, 500) as stream:
            if stream.read() != second[500:]:
                return f"{name} read from byte 500 on is not what was written"
        if lake.store.put_if_absent(name, first) or lake.store.get(name) != second:
            return f"{name} was overwritten by a write that was to create it only (If-None-Match is ignored)"
        lake.store.delete(name)
        if lake.store.get(name) is not None:
            return f"{name} could be read after it was deleted"
    return None


def _listing(lake: Lake) -> str | None:
    wanted = [f"list/{number:03d}" for number in range(40)]
    for count, name in enumerate(wanted, 1):
        lake.store.put(name, b"x")
        if (found := list(lake.store.names("list/"))) != wanted[:count]:
            return f"{len(found)} of {count} objects were listed"
    for name in wanted[::2]:
        lake.store.delete(name)
    if (found := list(lake.store.names("list/"))) != wanted[1::2]:
        return f"{len(found)} objects were listed where {len(wanted) // 2} are left"
    return None


def _large(lake: Lake) -> str | None:
    data = os.urandom(1 << 20) * (_LARGE >> 20)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large"
        path.write_bytes(data)
        lake.store.put_file("large", path)
    found = lake.store.get("large") or b""
    if hashlib.sha256(found).digest() != hashlib.sha256(data).digest():
        return f"an object of {len(data)} bytes came back different ({len(found)} bytes)"
    return None


def _race_names(lake: Lake, writers: int, names: int) -> str | None:
    won = _race(_create, lake, writers, names)
    winners = Counter(number for numbers in won for number in numbers)
    several = sum(count > 1 for count in winners.values())
    nobody = names - len(winners)
    if several or nobody:
        return (
            f"of {names} names {several} had more than one winner and {nobody} had none: "
            "conditional writes (If-None-Match: *) can't be trusted"
        )
    for writer, numbers in enumerate(won):
        if wrong := [number for number in numbers if lake.store.get(f"race/{number}") != _mark(writer, number)]:
            return f"{len(wrong)} objects hold something else than their winner wrote"
    return None


def _race_commits(lake: Lake, writers: int, commits: int) -> str | None:
    open_table(lake, _PROBE)
    acknowledged = {pair for pairs in _race(_commit, lake, writers, commits) for pair in pairs}
    rows = open_table(lake, _PROBE).to_pyarrow_table().to_pylist()
    found = Counter((row["writer"], row["number"]) for row in rows)
    lost, doubled = len(acknowledged - set(found)), sum(count > 1 for count in found.values())
    if lost or doubled:
        return f"of {len(acknowledged)} acknowledged commits {lost} were lost and {doubled} came twice"
    if len(acknowledged) < writers * commits:
        return f"only {len(acknowledged)} of {writers * commits} commits were accepted"
    return None


def _race(work: Callable[..., list[Any]], lake: Lake, writers: int, count: int) -> list[list[Any]]:
    """What each of several processes got done. They wait for each other before each try."""
    context: SpawnContext = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(writers), context.Queue()
    racers = [
        context.Process(target=_racer, args=(work, lake.root, n, count, barrier, results), daemon=True)
        for n in range(writers)
    ]
    for racer in racers:
        racer.start()
    try:
        found = dict(results.get(timeout=_PATIENCE * 5) for _ in racers)
    finally:
        for racer in racers:
            racer.join(10)
            racer.kill()
    if problems := [value for value in found.values() if isinstance(value, str)]:
        raise LakeError(problems[0])
    return [found[writer] for writer in range(writers)]


def _racer(work: Callable[..., list[Any]], root: str, writer: int, count: int, barrier: _Barrier, results: Any) -> None:
    try:
        results.put((writer, work(open_lake(root), writer, count, barrier)))
    except BrokenBarrierError:
        results.put((writer, []))
    except Exception as error:
        barrier.abort()
        results.put((writer, f"{type(error).__name__}: {error}"))


def _create(lake: Lake, writer: int, count: int, barrier: _Barrier) -> list[int]:
    won = []
    for number in range(count):
        barrier.wait(_PATIENCE)
        if lake.store.put_if_absent(f"race/{number}", _mark(writer, number)):
            won.append(number)
    return won


def _commit(lake: Lake, writer: int, count: int, barrier: _Barrier) -> list[tuple[int, int]]:
    barrier.wait(_PATIENCE)
    for number in range(count):
        rows = pa.Table.from_pylist([{"writer": writer, "number": number}], schema=_PROBE.schema)
        properties = CommitProperties(max_commit_retries=1_000)
        write_deltalake(open_table(lake, _PROBE), rows, mode="append", commit_properties=properties)
    return [(writer, number) for number in range(count)]


def _mark(writer: int, number: int) -> bytes:
    return f"{writer} was here at {number}".encode()
