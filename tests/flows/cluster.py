"""A Dask cluster on this machine, started as an operator starts one (infra/README.md), and settings for flows on it."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flows.settings import Settings
from tests.conftest import ROOT


@contextlib.contextmanager
def dask_cluster(folder: Path, workers: int) -> Iterator[str]:
    """A scheduler and that many workers, a process each; gives the scheduler's address."""
    from distributed import Client

    dask, file = [sys.executable, "-m", "dask"], folder / "scheduler.json"
    environment = {**os.environ, "PRESSLAKE_PROCESSES": "1", "PYTHONPATH": str(ROOT)}
    roles = (
        ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"],
        ["worker", "--host", "127.0.0.1", "--nworkers", str(workers), "--nthreads", "1", "--no-dashboard"],
    )
    with (folder / "log").open("wb") as log, contextlib.ExitStack() as stack:
        for role in roles:
            command = [*dask, *role, "--scheduler-file", str(file)]
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
            stack.callback(_stop, process)
        deadline = time.monotonic() + 60
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        with Client(scheduler_file=str(file)) as client:
            client.wait_for_workers(workers, timeout=60)
            address: str = client.scheduler.address
        yield address


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:  # a nanny on a machine that has too much to do
        process.kill()
        process.wait()


def on_cluster(
    settings: Settings, address: str | None, monkeypatch: pytest.MonkeyPatch, kind: str = "dask"
) -> Settings:
    """The same settings for a flow, in the environment and as they are read from there; workers of its own without
    an address.
    """
    for name, value in {
        "LAKE": settings.lake, "SPOOL": settings.spool, "SITES": settings.sites, "PROCESSES": 1, "ALLOW_PRIVATE": 1,
        "TASKS": kind, "TASKS_ADDRESS": address or "",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"PRESSLAKE_{name}", str(value))
    return replace(settings, tasks=kind, tasks_address=address)
