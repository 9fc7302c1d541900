"""The stages as Prefect tasks, so that the Prefect UI tells the story: `extract tagesschau`, `publish 3 sites`.

One task per site and stage, never per page: a task costs milliseconds and floods the server's queue.
The work is handed over as a closure, so nothing of it (paths, settings, credentials' names) becomes a task
parameter that the server would store.
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.concurrency.sync import concurrency

from flows.deployments import PUBLISH_LIMIT

T = TypeVar("T")

LEASE_SECONDS = 60.0
"""How long the slot of a dead run stays taken; a living one renews it."""


class PrefectSteps:
    """Runs each stage as a task run of the flow run that is going on."""

    def run(self, stage: str, subject: str, work: Callable[[], T]) -> T:
        """See flows.steps.Steps.run."""
        # Where the operator has such a limit, one batch is published at a time; its slot is leased, so that a run that
        # dies gives it back. Without it, batches still come one after the other, by trying again.
        limits = [PUBLISH_LIMIT] if stage == "publish" else []

        @task(name=stage, task_run_name=f"{stage} {subject}", cache_policy=NO_CACHE, persist_result=False)
        def step() -> T:
            with concurrency(limits, occupy=1, lease_duration=LEASE_SECONDS) if limits else nullcontext():
                return work()

        return step()
