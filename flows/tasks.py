"""Where heavy pieces of work are done: in this process, or by the workers of a cluster.

A piece is a site's pages of a run, or a window of a backfill: seconds to minutes of work, never a page. Pieces are
begun in order and finished in order, so what is published doesn't hang on which worker was quicker.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from flows.errors import PresslakeError

W = TypeVar("W")
R = TypeVar("R")
K = TypeVar("K")
R_co = TypeVar("R_co", covariant=True)

KINDS = ("local", "dask", "ray")
"""Values of PRESSLAKE_TASKS."""
AHEAD = 16
"""Pieces begun before the oldest one is finished, at most: workers have enough to do, and memory is bounded."""


class ClusterError(PresslakeError):
    """The workers, or their scheduler, are gone. Nothing is lost: the next run does what was under way."""


class Promise(Protocol[R_co]):
    """A piece that was begun."""

    def ready(self) -> bool:
        """Whether its result is here."""

    def result(self) -> R_co:
        """Its result, waited for. What the piece raised comes out of it."""


class Tasks(Protocol):
    """Does pieces elsewhere."""

    def submit(self, stage: str, subject: str, function: Callable[[W], R], work: W) -> Promise[R]:
        """Begin a piece: `function`, importable by name, of `work`. Both `work` and the result can be pickled."""


@dataclass(frozen=True)
class Done(Generic[R]):
    """A piece that was done at once."""

    value: R | None = None
    error: Exception | None = None

    def ready(self) -> bool:
        """See Promise.ready."""
        return True

    def result(self) -> R:
        """See Promise.result."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]


def do_here(work: Callable[[], R]) -> Done[R]:
    """The piece, done now; an error waits for whoever asks for the result."""
    try:
        return Done(work())
    except Exception as error:
        return Done(error=error)


def in_order(begun: Iterable[tuple[K, Promise[R]]], ahead: int = AHEAD) -> Iterator[tuple[K, Promise[R]]]:
    """The pieces in the order in which they were begun; no more than `ahead` wait at a time."""
    waiting: deque[tuple[K, Promise[R]]] = deque()
    for piece in begun:
        waiting.append(piece)
        while waiting and (len(waiting) > ahead or waiting[0][1].ready()):
            yield waiting.popleft()
    yield from waiting
