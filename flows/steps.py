"""How the stages are run: plainly, or as Prefect tasks. The stages know nothing of either."""

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Steps(Protocol):
    """Runs one stage for one site or batch and tells whoever watches of it."""

    def run(self, stage: str, subject: str, work: Callable[[], T]) -> T:
        """Do `work` as the step `stage` of `subject` (a site, or how many) and give its result.

        What `work` raises comes out unchanged.
        """


class PlainSteps:
    """Runs the stages in this process with no record but the log."""

    def run(self, stage: str, subject: str, work: Callable[[], T]) -> T:
        """See Steps.run."""
        return work()
