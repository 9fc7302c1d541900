"""What of the children's output an operator is shown."""

import atexit
import os
import sys
from collections.abc import Iterable, Iterator

_DESTRUCTORS = (b"nanobind: ", b" - leaked ", b" - ... skipped remainder", b"See https://nanobind.")
"""What libraries say at the exit of every run."""
_FAILED_RUN = b"prefect.exceptions.FailedRun:"
"""How Prefect ends the process of a run that ended as failed, which the line before has told."""
_ENGINE = b"Engine execution exited with unexpected exception"


def hush_destructors() -> None:
    """Keep from standard error what libraries say while the interpreter is torn down.

    Called before Prefect is imported: handlers at exit run in reverse order, so this one comes last.
    """
    atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno()))


def pass_on(lines: Iterable[bytes]) -> None:
    """Pass on what a child and its runs print, line by line, but for noise."""
    for line in worth_telling(lines):
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


def worth_telling(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines without those that come with every run, or with every run that failed."""
    held: list[bytes] = []  # a traceback, until its last line tells what it is
    for line in lines:
        if line.startswith(_DESTRUCTORS) or _ENGINE in line:
            continue
        if line.startswith(b"Traceback "):
            yield from held
            held = [line]
        elif held and line.startswith(b" "):
            held.append(line)
        elif held:
            if not line.startswith(_FAILED_RUN):
                yield from held
                yield line
            held = []
        else:
            yield line
    yield from held
