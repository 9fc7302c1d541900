"""`presslake serve` as an operator has it: started, a run seen, the backfill's form, stopped with Ctrl-C."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.errors import PresslakeError, SettingsError
from flows.lake import open_lake
from flows.lake.query import rows
from flows.serve.output import worth_telling
from flows.serve.supervisor import Child, Supervisor, quiet
from infra.demo import DemoWeb
from tests.conftest import ROOT
from tests.e2e.support import quick_sites

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
    return found


class Api:
    """Prefect's API, asked without Prefect."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}/api"

    def __call__(self, path: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            self.root + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with DIRECT.open(request, timeout=10) as answer:
            return json.load(answer)


def eventually(what: Callable[[], Any], log: Path, seconds: float = 90) -> Any:
    """What comes true within the time; the log is shown where it doesn't."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            if found := what():
                return found
        time.sleep(0.5)
    raise AssertionError(f"not within {seconds} s:\n{log.read_text()[-4000:]}")


@contextlib.contextmanager
def served(tmp_path: Path, sites: Path, proxy: str, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A running `presslake serve`; stopped with Ctrl-C."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PRESSLAKE_SITES": str(sites),
        "PRESSLAKE_LAKE": str(tmp_path / "lake"),
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "http_proxy": proxy,
    }
    command = [sys.executable, "-m", "flows.cli", "serve", "--port", str(port)]
    with (tmp_path / "serve.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(90)


def worker_of(supervisor: int) -> int:
    """The process id of the worker; 0 where there is none just now."""
    for child in Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split():
        if b"\0worker\0" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    return 0


def begun(spool: Path) -> str | None:
    """The run that has fetched an article and isn't through."""
    logs = [log for log in spool.glob("*/logs/harbour-broadcast.jsonl") if '"outcome": "new"' in log.read_text()]
    return logs[0].parent.parent.name if logs else None


@pytest.mark.long
def test_serve(tmp_path: Path) -> None:
    """The first run is killed with its worker; another takes its place, its slot and its work."""
    sites = quick_sites(tmp_path / "sites", ("harbour-broadcast", "tidewater-notes"))
    for path in sites.rglob("*.toml"):
        path.write_text(path.read_text() + 'cadence = "1h"\n')
    slow = next(sites.rglob("harbour-broadcast.toml"))
    slow.write_text(slow.read_text().replace("delay = 0.0", "delay = 2.0"))
    port = free_port()
    api, log = Api(port), tmp_path / "serve.log"

    def runs(state: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = api("/flow_runs/filter", {"sort": "EXPECTED_START_TIME_ASC"})
        return [run for run in found if run["state_name"] == state]

    with DemoWeb() as web, served(tmp_path, sites, web.proxy_url, port) as process:
        cut = eventually(lambda: begun(tmp_path / "lake" / "state" / "spool"), log)
        slow.write_text(slow.read_text().replace("delay = 2.0", "delay = 0.0"))
        os.kill(worker_of(process.pid), signal.SIGKILL)
        done = eventually(lambda: runs("Completed"), log)
        assert "new articles" in done[0]["state"]["message"]
        assert [run["state"]["message"] for run in runs("Crashed")] == ["its process is gone"]
        assert not runs("Running")
        limits = api("/v2/concurrency_limits/filter", {})
        assert [(one["limit"], one["active_slots"]) for one in limits] == [(1, 0)] * 3, "nothing holds a slot"
        taken_up = "SELECT site, new > 0 AS new FROM runs WHERE run_id = ? AND site = 'harbour-broadcast'"
        assert rows(open_lake(str(tmp_path / "lake")), taken_up, [cut]) == [{"site": "harbour-broadcast", "new": True}]
        # The server's scheduler works: further runs stand in the calendar.
        assert eventually(lambda: runs("Scheduled"), log)
        (form,) = [one for one in api("/deployments/filter", {}) if one["name"] == "backfill"]
        fields = form["parameter_openapi_schema"]["properties"]
        assert fields["source"]["enum"] == ["sitemaps", "warc", "cc-news", "reextract"]
        assert {fields["since"]["anyOf"][0]["format"], fields["plan_only"]["type"]} == {"date", "boolean"}
        with DIRECT.open(f"http://127.0.0.1:{port}/", timeout=10) as page:
            assert b"<html" in page.read(2000).lower()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    said = log.read_text()
    assert f"Prefect UI: http://127.0.0.1:{port}" in said
    assert "the worker ended with signal SIGKILL" in said
    assert said.rstrip().endswith("stopped")
    with pytest.raises(OSError, match=r"refused|urlopen"):
        api("/flow_runs/filter", {})


def test_a_port_that_is_taken_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        supervisor = Supervisor(lambda text: None, port=taken.getsockname()[1])
        supervisor.environment["PREFECT_HOME"] = str(tmp_path)
        with pytest.raises(SettingsError, match="--port"):
            supervisor.run()


def test_a_server_that_should_be_there_and_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.serve.supervisor.EXTERNAL_SECONDS", 0.1)
    environment = {"PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api"}
    with pytest.raises(PresslakeError, match="no Prefect server answers"):
        Supervisor(lambda text: None, environment=environment).run()


def test_a_child_that_dies_is_started_again_with_growing_pauses(tmp_path: Path) -> None:
    told: list[str] = []
    child = Child("worker", ["no-such-role"], {"PYTHONPATH": str(ROOT)}, tmp_path / "log")
    child.start()
    for _ in range(3):
        assert child.process is not None
        child.process.wait(30)
        child.look(told.append)
        assert child.process is None
        child.again_at = 0.0
        child.look(told.append)
    child.stop(5)
    assert [text.partition(" again in ")[2].partition(";")[0] for text in told] == ["1 s", "2 s", "4 s"]


def test_an_operator_sees_what_is_worth_telling() -> None:
    said = """12:00:27 | INFO | Finished in state PartlyFailed('one site failed')
12:00:27 | ERROR | Flow run 'eel' - Engine execution exited with unexpected exception
Traceback (most recent call last):
  File "engine.py", line 1, in run
    raise
prefect.exceptions.FailedRun: one site failed
 - leaked type "Engine"
nanobind: leaked 6 types!
Traceback (most recent call last):
  File "sites.py", line 7, in read
OSError: no space left
Traceback (most recent call last):
  File "cut short
""".splitlines(keepends=True)
    told = [line.decode() for line in worth_telling(line.encode() for line in said)]
    assert told == [said[0], *said[8:]]


def test_loopback_is_asked_without_a_proxy_and_nothing_reports_home() -> None:
    made = quiet({"no_proxy": "intranet.example"})
    assert made["no_proxy"] == "intranet.example,127.0.0.1,localhost"
    assert (made["DO_NOT_TRACK"], made["PREFECT_SERVER_ANALYTICS_ENABLED"]) == ("1", "false")
