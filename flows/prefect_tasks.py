"""Pieces of work on a cluster: the flows' task runner, Prefect's own for Dask or Ray.

A piece and its result travel as compressed pickles, opaque to Prefect, which would else walk through every row of
them. Neither is kept anywhere: a piece that is lost is done again by the next run.
"""

import contextlib
import contextvars
import os
import pickle
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from prefect.futures import PrefectFuture
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.task_runners import TaskRunner

from flows.errors import SettingsError
from flows.serve.supervisor import quiet
from flows.settings import Settings, from_environment
from flows.tasks import ClusterError, Tasks

W = TypeVar("W")
R = TypeVar("R")

WORKERS_SECONDS = 60.0
"""How long a cluster may take until it has a worker."""


def task_runner(settings: Settings | None = None) -> TaskRunner[Any] | None:
    """The task runner that the settings (None: of the environment) ask for; None for Prefect's own threads.

    Raises SettingsError where the package for it isn't installed.
    """
    asked = settings or from_environment()
    try:
        if asked.tasks == "dask":
            from prefect_dask.task_runners import DaskTaskRunner

            if asked.tasks_address:
                return DaskTaskRunner(address=asked.tasks_address)
            # Worker processes of this machine, as many as extraction would have.
            local = {"n_workers": asked.processes, "threads_per_worker": 1, "processes": True}
            return DaskTaskRunner(cluster_kwargs={**local, "host": "127.0.0.1", "dashboard_address": None})
        if asked.tasks == "ray":
            from prefect_ray import RayTaskRunner

            here = {"num_cpus": asked.processes, "include_dashboard": False}
            return cast("TaskRunner[Any]", RayTaskRunner(asked.tasks_address, None if asked.tasks_address else here))
    except ImportError as error:
        raise SettingsError(
            f"PRESSLAKE_TASKS={asked.tasks} needs a package that isn't here: pip install 'presslake[{asked.tasks}]'"
        ) from error
    return None


def cluster_tasks(settings: Settings) -> Tasks | None:
    """The workers of the flow run that is going on; None where the settings want the work done in its own process.

    Raises SettingsError where the cluster can't be reached or has no worker.
    """
    if settings.tasks == "local":
        return None
    context = FlowRunContext.get()
    if context is None:
        raise SettingsError(f"PRESSLAKE_TASKS={settings.tasks} is for the Prefect flows; this is none")
    if settings.tasks == "dask":
        where = settings.tasks_address or "this machine"
        try:
            cast("Any", context.task_runner).client.wait_for_workers(1, timeout=WORKERS_SECONDS)
        except (OSError, TimeoutError) as error:
            raise SettingsError(f"the Dask cluster at {where} has no worker that answers: {error}") from error
    return PrefectTasks()


@contextlib.contextmanager
def reachable_server(settings: Settings) -> Iterator[None]:
    """A Prefect server that the workers can reach: the one that is set, else one for this run on this machine.

    Raises SettingsError for a cluster elsewhere without a server, and where none can be started.
    """
    if PREFECT_API_URL.value() or settings.tasks == "local":
        yield
        return
    if settings.tasks_address:
        raise SettingsError(
            f"the workers at {settings.tasks_address} report to a Prefect server: set PREFECT_API_URL to one that "
            "they and this machine reach (prefect server start --host 0.0.0.0)"
        )
    from prefect.server.api.server import SubprocessASGIServer

    os.environ.update(quiet(dict(os.environ)))
    server = SubprocessASGIServer()
    try:
        server.start(timeout=120)
    except RuntimeError as error:
        raise SettingsError(f"no Prefect server could be started for this run: {error} Set PREFECT_API_URL.") from error
    try:
        with temporary_settings({PREFECT_API_URL: server.api_url}):
            yield
    finally:
        server.stop()


class PrefectTasks:
    """Submits each piece as a task to the task runner of the flow run that is going on when it is made."""

    def __init__(self) -> None:
        # A task sent from within another one would take that one's closure along: lake handles, open pipes.
        self._context = contextvars.copy_context()

    def submit(self, stage: str, subject: str, function: Callable[[W], R], work: W) -> "_Promise[R]":
        """See flows.tasks.Tasks.submit."""
        sent = piece.with_options(name=stage, task_run_name=f"{stage} {subject}")
        return _Promise(self._context.run(sent.submit, _packed((function, work))))


@task(name="piece", cache_policy=NO_CACHE, persist_result=False)
def piece(packed: bytes) -> bytes:
    """A piece on its worker."""
    function, work = _unpacked(packed)
    return _packed(function(work))


@dataclass(frozen=True)
class _Promise(Generic[R]):
    future: PrefectFuture[bytes]

    def ready(self) -> bool:
        """See flows.tasks.Promise.ready."""
        # Ray's references can't be asked so; they are waited for in order, which comes to the same.
        done = getattr(getattr(self.future, "wrapped_future", None), "done", None)
        return bool(done()) if done is not None else False

    def result(self) -> R:
        """See flows.tasks.Promise.result."""
        try:
            return cast("R", _unpacked(self.future.result()))
        except CancelledError as error:
            raise ClusterError(f"the cluster was lost while work was under way ({error}); run again") from error


def _packed(value: object) -> bytes:
    return zlib.compress(pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL), 1)


def _unpacked(data: bytes) -> Any:
    return pickle.loads(zlib.decompress(data))  # noqa: S301 - from our own workers, which run our own code
