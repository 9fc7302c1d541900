"""The stages as Prefect tasks, so that the Prefect UI tells the story: `extract tagesschau`, `publish 3 sites`.

One task per site and stage, never per page: a task costs milliseconds and floods the server's queue.
The work is handed over as a closure, so nothing of it (paths, settings, credentials' names) becomes a task
parameter that the server would store.
"""

from collections.abc import Callable
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

T = TypeVar("T")


class PrefectSteps:
    """Runs each stage as a task run of the flow run that is going on."""

    def run(self, stage: str, subject: str, work: Callable[[], T]) -> T:
        """See flows.steps.Steps.run."""

        @task(name=stage, task_run_name=f"{stage} {subject}", cache_policy=NO_CACHE, persist_result=False)
        def step() -> T:
            return work()

        return step()
