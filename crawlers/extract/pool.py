"""Worker processes with a time limit per task: what hangs or crashes is replaced, the rest goes on.

The limit is of time in which a task could run: what it waits for a processor on a busy machine isn't counted (where
the system tells), so that a page's outcome depends on the page.

Workers are plain child processes on pipes, not `multiprocessing`: no fork of a process with threads,
no re-import of the caller's main module, and a worker can be killed without harm to its brothers.
A worker whose parent dies ends at once when idle (its stdin closes) and by the kernel's timer when busy.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from pickle import loads
from types import TracebackType
from typing import Any, Generic, TypeVar

from crawlers.extract.worker import LENGTH, frame

Task = TypeVar("Task")

STRETCH = 5
"""Times its limit that a task may take by the clock, at most, where the machine has no processor for it."""

BOOT_LIMIT = 120.0
"""Seconds a worker may take to start; importing takes one second on a quiet machine."""

BOOT = (
    "import gc, sys; gc.disable(); sys.path[:] = {path!r}; from crawlers.extract.worker import main; "
    "gc.freeze(); gc.enable(); main()"
)
"""What is imported stays: a collector that walks over it meanwhile, and ever again, takes a quarter of the start."""


class PoolError(RuntimeError):
    """Workers cannot be started at all."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The task ran into its limit and its worker was killed."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Crashed:
    """The task's worker died; `reason` names the signal or exit status."""

    reason: str


@dataclass(slots=True)
class _Slot(Generic[Task]):
    task: Task
    arguments: tuple[Any, ...]
    done: bool = False
    result: Any = None


@dataclass(slots=True)
class _Worker:
    process: "subprocess.Popen[bytes]"
    deadline: float
    ready: bool = False
    begun: float = 0.0
    waited: float = 0.0
    """When its task began, and the seconds it had waited for a processor until then."""
    slot: Any = None
    buffer: bytearray = field(default_factory=bytearray)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


class Pool:
    """A number of workers that serve one stream of tasks at a time. Use as a context manager."""

    def __init__(self, processes: int, limit: float, *, window: int = 32) -> None:
        """`limit` is the time a task may run, in seconds; `window` the tasks held in memory at once."""
        self.limit = limit
        self.window = max(window, 1)
        self.size = max(1, processes)
        self._workers: list[_Worker] = []
        self._selector = selectors.DefaultSelector()
        self._failed_boots = 0

    def __enter__(self) -> "Pool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill all workers; safe to call twice."""
        for worker in list(self._workers):
            self._drop(worker)
        self._selector.close()

    def map(
        self, function: Callable[..., Any], jobs: Iterable[tuple[Task, tuple[Any, ...]]]
    ) -> Iterator[tuple[Task, Any]]:
        """Tasks with their results, in input order: what the function returned, or TimedOut, or Crashed.

        A job is a task, which stays here, and the arguments for the function (importable by name). Jobs are
        taken from the input no more than `window` ahead of the results.
        """
        pending: deque[_Slot[Task]] = deque()
        waiting: deque[_Slot[Task]] = deque()
        source = iter(jobs)
        exhausted = False
        while True:
            while not exhausted and len(pending) < self.window:
                try:
                    task, arguments = next(source)
                except StopIteration:
                    exhausted = True
                    break
                slot = _Slot(task, arguments)
                pending.append(slot)
                waiting.append(slot)
            if not pending:
                return
            self._keep_staffed(len(waiting))
            self._hand_out(waiting, function)
            while pending and pending[0].done:
                slot = pending.popleft()
                yield slot.task, slot.result
            if pending and not (pending[0].done):
                self._listen()

    def _keep_staffed(self, waiting: int) -> None:
        busy = sum(1 for worker in self._workers if worker.slot is not None)
        while len(self._workers) < min(self.size, busy + waiting):
            if self._failed_boots > 3:
                raise PoolError("extraction workers die while starting")
            process = subprocess.Popen(
                [sys.executable, "-c", BOOT.format(path=sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            assert process.stdout is not None
            os.set_blocking(process.stdout.fileno(), False)
            worker = _Worker(process, time.monotonic() + BOOT_LIMIT)
            self._workers.append(worker)
            self._selector.register(process.stdout, selectors.EVENT_READ, worker)

    def _hand_out(self, waiting: "deque[_Slot[Any]]", function: Callable[..., Any]) -> None:
        for worker in list(self._workers):
            if not waiting:
                return
            if not worker.ready or worker.slot is not None:
                continue
            slot = waiting.popleft()
            worker.slot = slot
            try:
                assert worker.process.stdin is not None
                worker.process.stdin.write(frame((function, slot.arguments, STRETCH * self.limit)))
                worker.process.stdin.flush()
            except OSError:
                self._lost(worker)
                continue
            worker.begun, worker.waited = time.monotonic(), waited(worker.process.pid)
            worker.deadline = worker.begun + self.limit

    def _listen(self) -> None:
        now = time.monotonic()
        busy = [worker for worker in self._workers if worker.slot is not None or not worker.ready]
        wait = min((worker.deadline for worker in busy), default=now) - now
        for key, _ in self._selector.select(max(0.0, wait)):
            self._receive(key.data)
        now = time.monotonic()
        for worker in busy:
            if worker in self._workers and (worker.slot is not None or not worker.ready) and worker.deadline <= now:
                self._expire(worker, now)

    def _receive(self, worker: _Worker) -> None:
        assert worker.process.stdout is not None
        while True:
            try:
                data = os.read(worker.process.stdout.fileno(), 1 << 20)
            except BlockingIOError:
                break
            if not data:
                self._lost(worker)
                return
            worker.buffer += data
        if len(worker.buffer) < LENGTH.size:
            return
        (length,) = LENGTH.unpack_from(worker.buffer)
        if len(worker.buffer) < LENGTH.size + length:
            return
        message = loads(bytes(worker.buffer[LENGTH.size :]))  # noqa: S301 - from our own child
        worker.buffer.clear()
        if not worker.ready:
            worker.ready = True
            self._failed_boots = 0
        elif worker.slot is not None:
            worker.slot.result, worker.slot.done = message, True
            worker.slot = None

    def _expire(self, worker: _Worker, now: float) -> None:
        if worker.slot is not None:
            starved = min(waited(worker.process.pid) - worker.waited, (STRETCH - 1) * self.limit)
            worker.deadline = worker.begun + self.limit + starved
            if worker.deadline > now:
                return
            worker.slot.result, worker.slot.done = TimedOut(self.limit), True
        else:
            self._failed_boots += 1
        self._drop(worker)

    def _lost(self, worker: _Worker) -> None:
        slot = worker.slot
        # A worker that closed its pipe is on its way out: its own status says more than our kill.
        self._drop(worker, patience=1.0)
        if slot is None:
            self._failed_boots += 0 if worker.ready else 1
            return
        code = worker.process.returncode
        if code == -signal.SIGALRM:
            slot.result = TimedOut(self.limit)
        elif code is not None and code < 0:
            slot.result = Crashed(f"worker killed by {_signal_name(-code)}")
        else:
            slot.result = Crashed(f"worker ended with status {code}")
        slot.done = True

    def _drop(self, worker: _Worker, patience: float = 0.0) -> None:
        self._workers.remove(worker)
        if worker.process.stdout is not None:
            self._selector.unregister(worker.process.stdout)
        if patience:
            with contextlib.suppress(subprocess.TimeoutExpired):
                worker.process.wait(timeout=patience)
        worker.kill()


def waited(process: int) -> float:
    """Seconds that a process has been ready to run and waited for a processor; 0 where the system doesn't tell.

    From Linux's scheduler statistics (`sched-stats` in the kernel's documentation), in nanoseconds.
    """
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text("ascii").split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
