"""`python -m infra.demo` as a child process."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.infra.client import ask

ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def served(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, running, and what its first line says the proxy is."""
    command = [sys.executable, "-m", "infra.demo", *options]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        try:
            name, _, url = child.stdout.readline().strip().partition("=")
            assert name == "http_proxy"
            yield child, url
        finally:
            child.kill()


def test_serves_logs_and_ends_on_sigterm(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    with served("--moment", "2", "--now", "2026-03-02T18:00:00Z", "--log", str(log)) as (child, proxy):
        url = "http://www.harbour-broadcast.example/news/2026/03/02/swing-bridge-stuck"
        assert ask(proxy, url).status == 200
        child.send_signal(signal.SIGTERM)
        assert child.stdout is not None
        out = child.stdout.read()
        _, err = child.communicate(timeout=20)
    assert (child.returncode, err) == (0, "")
    assert "http://echo-du-canal.example/" in out
    (line,) = log.read_text().splitlines()
    assert json.loads(line).items() >= {"method": "GET", "url": url, "status": 200, "conditional": False}.items()


def test_ends_with_its_parent() -> None:
    with served("--with-parent") as (child, _proxy):
        _, err = child.communicate(timeout=20)
    assert (child.returncode, err) == (0, "")


@pytest.mark.parametrize("option", [("--now", "2026-03-02T18:00:00"), ("--now", "soon"), ("--moment", "3")])
def test_says_what_is_wrong_with_an_option(option: tuple[str, str]) -> None:
    command = [sys.executable, "-m", "infra.demo", *option]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert option[0] in done.stderr
    assert "Traceback" not in done.stderr
