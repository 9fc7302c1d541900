"""The supervisor: starts server and worker, restarts the one that dies, and stops both in order. No Prefect here."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flows.errors import PresslakeError, SettingsError
from flows.serve.output import pass_on

START_SECONDS, EXTERNAL_SECONDS = 120.0, 30.0
"""How long a server may take to answer: one that we start, and one that should be there."""
WORKER_STOP_SECONDS = 45.0
"""A crawl takes some ten seconds to close its files; what isn't closed then is taken up by the next run."""
SERVER_STOP_SECONDS = 15.0
LONGEST_PAUSE = 60.0
HEALTHY_SECONDS = 60.0
"""A child that lived so long begins again with short pauses when it dies."""

_SERVER = {
    # Without this the UI asks port 4200 of the browser's own machine.
    "PREFECT_SERVER_UI_API_URL": "/api",
    # By default a server forgets at its end who holds which slot: runs that outlive it would be stopped for that.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
}

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Child:
    """A process that is started again when it dies."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    log: Path | None = None
    """Where its output goes; None: to ours."""
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    deaths: int = 0
    again_at: float = 0.0

    def start(self) -> None:
        """Start it, in a session of its own: Ctrl-C in the terminal is for us to handle."""
        command = [sys.executable, "-m", "flows.serve.child", str(os.getpid()), *self.arguments]
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(self.log.open("ab")) if self.log else subprocess.PIPE
            self.process = subprocess.Popen(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if self.process.stdout is not None:
            threading.Thread(target=pass_on, args=(self.process.stdout,), daemon=True).start()
        self.started = time.monotonic()

    def look(self, say: Callable[[str], None]) -> None:
        """Start it again where it died; the pause before grows while it keeps dying."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.again_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        _kill_group(self.process.pid)
        self.deaths = 1 if now - self.started > HEALTHY_SECONDS else self.deaths + 1
        pause = min(LONGEST_PAUSE, 2.0 ** (self.deaths - 1))
        self.process, self.again_at = None, now + pause
        where = f"; see {self.log}" if self.log else ""
        say(f"the {self.name} ended with {_how(code)} and is started again in {pause:.0f} s{where}")

    def stop(self, seconds: float) -> None:
        """SIGTERM, then SIGKILL to it and what it started."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        _kill_group(self.process.pid)
        self.process.wait()


@dataclass
class Supervisor:
    """Server and worker."""

    say: Callable[[str], None]
    host: str = "127.0.0.1"
    port: int = 4200
    runs: int = 4
    """Most runs at once."""
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    server: Child | None = field(default=None, init=False)
    worker: Child | None = field(default=None, init=False)
    _asked: bool = field(default=False, init=False)

    @property
    def external(self) -> str | None:
        """The API of a Prefect server there is already."""
        return self.environment.get("PREFECT_API_URL") or None

    @property
    def api(self) -> str:
        """The API in use."""
        return self.external or f"http://{self.host}:{self.port}/api"

    @property
    def ui(self) -> str:
        """Where the UI is."""
        return self.api.removesuffix("/").removesuffix("/api")

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM. Raises SettingsError or PresslakeError where it can't begin."""
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._begin()
            while not self._asked:
                for child in filter(None, (self.server, self.worker)):
                    child.look(self.say)
                time.sleep(0.2)
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, *_: object) -> None:
        if self._asked:  # twice: somebody is in a hurry
            raise KeyboardInterrupt
        self._asked = True

    def _begin(self) -> None:
        environment = quiet(self.environment)
        if self.external is None:
            home = Path(environment.setdefault("PREFECT_HOME", str(_state_home(environment))))
            home.mkdir(parents=True, exist_ok=True)
            _free_port(self.host, self.port)
            ours = environment | _SERVER
            self.server = Child("server", ["server", self.host, str(self.port)], ours, home / "server.log")
            self.say(f"starting the Prefect server (database and log in {home})")
            self.server.start()
        self._wait()
        if self._asked:
            return
        self.say(f"Prefect UI: {self.ui}")
        share = "shared" if self.external else "alone"
        self.worker = Child("worker", ["worker", str(self.runs), share], environment | {"PREFECT_API_URL": self.api})
        self.worker.start()

    def _wait(self) -> None:
        deadline = time.monotonic() + (EXTERNAL_SECONDS if self.server is None else START_SECONDS)
        while not self._asked and not _answers(f"{self.api}/health"):
            if self.server and self.server.process and (code := self.server.process.poll()) is not None:
                raise PresslakeError(f"the Prefect server ended with {_how(code)}; see {self.server.log}")
            if time.monotonic() > deadline:
                raise PresslakeError(
                    f"no Prefect server answers at {self.api}; start it, correct PREFECT_API_URL, or leave that unset "
                    "to have one started here"
                )
            time.sleep(0.2)

    def _end(self) -> None:
        if self.worker:
            self.say("stopping: runs are told to close; what they fetched is kept for the next run")
            self.worker.stop(WORKER_STOP_SECONDS)
        if self.server:
            self.server.stop(SERVER_STOP_SECONDS)
        self.say("stopped")


def _kill_group(leader: int) -> None:
    """End what a child left behind: runs without their worker would be doubled by the next one's."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def quiet(environment: dict[str, str]) -> dict[str, str]:
    """The environment for Prefect: nothing reports home, and loopback is asked without a proxy."""
    made = {
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_CLI_COLORS": "false",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",  # flows.serve.recovery.BEAT_SECONDS, whose import is slow
    } | environment
    made |= {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [host for host in made.get(name, "").split(",") if host]
        made[name] = ",".join(dict.fromkeys([*hosts, "127.0.0.1", "localhost"]))
    return made


def _state_home(environment: dict[str, str]) -> Path:
    root = environment.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(root).expanduser() / "presslake" / "prefect"


def _free_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"{host}:{port} can't be had ({error.strerror}): choose another with --port, or set "
                f"PREFECT_API_URL=http://{host}:{port}/api if a Prefect server is there"
            ) from error


def _answers(url: str) -> bool:
    try:
        with _DIRECT.open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"status {code}"
