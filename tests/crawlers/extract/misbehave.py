"""Functions for workers that behave badly, importable by name."""

import os
import signal
import time
from pathlib import Path


def double(number: int) -> int:
    """A well-behaved task."""
    return 2 * number


def hang(number: int) -> int:
    """Never comes back where the number is 3."""
    while number == 3:
        time.sleep(1)
    return number


def long(number: int) -> int:
    """Takes two seconds."""
    time.sleep(2)
    return number


def spin(number: int) -> int:
    """Holds the interpreter lock in C code for ever where the number is 3, as a bad regular expression would."""
    if number == 3:
        import re

        re.match(r"(a+)+$", "a" * 64 + "b")
    return number


def crash(number: int) -> int:
    """Dies of a signal where the number is 3."""
    if number == 3:
        os.kill(os.getpid(), signal.SIGSEGV)
    return number


def leave(number: int) -> int:
    """Ends its process where the number is 3."""
    if number == 3:
        os._exit(7)
    return number


def whoami(number: int) -> int:
    """The worker's process id."""
    time.sleep(0.02)
    return os.getpid()


def forever(path: str) -> None:
    """Notes its process id in a file, then holds the interpreter lock for ever."""
    Path(path).write_text(str(os.getpid()))
    import re

    re.match(r"(a+)+$", "a" * 64 + "b")
