"""The stages as Prefect tasks, so that the Prefect UI tells the story: `extract tagesschau`, `publish 3 sites`.

One task per site and stage, never per page: a task costs milliseconds and floods the server's queue.
The work is handed over as a closure, so nothing of it (paths, settings, credentials' names) becomes a task
parameter that the server would store.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.concurrency.sync import concurrency

from flows.deployments import PUBLISH_LIMIT

T = TypeVar("T")

LEASE_SECONDS = 60.0
"""How long the slot of a dead run stays taken; a living one renews it."""
WAIT_SECONDS = 900.0
"""How long a batch waits for its turn at most; no batch takes that long, so the slot is held by nobody."""

log = logging.getLogger(__name__)


class PrefectSteps:
    """Runs each stage as a task run of the flow run that is going on."""

    def run(self, stage: str, subject: str, work: Callable[[], T]) -> T:
        """See flows.steps.Steps.run."""

        @task(name=stage, task_run_name=f"{stage} {subject}", cache_policy=NO_CACHE, persist_result=False)
        def step() -> T:
            return work()

        # The slot is asked for before the task begins: asked for within it, the request meets the server writing down
        # that the task has begun, which SQLite answers with "locked" and Prefect's client with a wait of two seconds.
        with _turn() if stage == "publish" else contextlib.nullcontext():
            return step()


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    """Publish one batch at a time, where the server has such a limit.

    The slot is leased, so that a run that dies gives it back. Without it, batches still come one after the other, by
    trying again, so that a slot which nobody gives back is no reason to hold up all publishing.
    """
    with contextlib.ExitStack() as held:
        slot = concurrency([PUBLISH_LIMIT], 1, timeout_seconds=WAIT_SECONDS, lease_duration=LEASE_SECONDS)
        try:
            held.enter_context(slot)
        except TimeoutError:
            log.warning("nobody gives back the slot of %s; publishing without it", PUBLISH_LIMIT)
        yield
