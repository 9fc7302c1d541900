"""The far end of the pool: a process that reads tasks from stdin and writes results to stdout.

Frames are eight bytes of length (big endian) and a pickle. The parent is the same program and user;
nothing else ever writes to the pipe.
"""

import contextlib
import logging
import os
import pickle
import resource
import signal
import struct
import sys
import warnings
from typing import Any, BinaryIO

LENGTH = struct.Struct(">Q")
GRACE = 3.0
"""Seconds after the longest a task may take at which the kernel ends a worker whose parent is no more."""

MEMORY_LIMIT = 6 * 1024**3
"""Bytes of address space a worker may take; a page that wants more ends as EXTRACT_FAILED or EXTRACT_CRASHED."""


def frame(message: object) -> bytes:
    """A message as it goes over the pipe."""
    payload = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(payload)) + payload


def read_frame(stream: BinaryIO) -> Any:
    """The next message; raises EOFError where the stream ends."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    payload = stream.read(length)
    if len(payload) < length:
        raise EOFError
    return pickle.loads(payload)  # noqa: S301 - from our own parent


def main() -> None:
    """Serve tasks `(function, arguments, limit in seconds)` until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    # Not a Python handler: a regular expression gone wild never gives Python a chance to run one.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints must not end up among the results
    tasks = sys.stdin.buffer
    _write(out, frame("ready"))
    while True:
        try:
            function, arguments, limit = read_frame(tasks)
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_REAL, limit + GRACE)
        try:
            result = frame(function(*arguments))
        except MemoryError:
            result = frame(MemoryError("out of memory"))
        _write(out, result)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _write(out: Any, data: bytes) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[out.write(view) :]
    except BrokenPipeError:
        os._exit(0)
