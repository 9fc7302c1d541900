"""The recorded news web: its server, and declarations for its hosts, made by looking at them."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq

from crawlers.fetching import PoliteFetcher
from crawlers.survey import Survey, declaration_path, declaration_toml, survey
from tests.conftest import SHARED

NEWSWEB = SHARED / "newsweb"


@contextmanager
def serving(log: Path) -> Iterator[str]:
    """The recorded web as a forward proxy on a free port; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(NEWSWEB / "serve.py"), str(NEWSWEB / "newsweb.parquet")]
    with subprocess.Popen([*command, "--port", str(port), "--log", str(log)], stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline(), "the recorded web did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def hosts() -> dict[str, int]:
    """Recorded articles by host; one address of taz.de is recorded twice."""
    return {
        entry["host"]: entry["articles"] - (entry["host"] == "taz.de")
        for entry in json.loads((NEWSWEB / "newsweb.json").read_text())
    }


def declare(folder: Path) -> None:
    """Write a declaration for every host, as `presslake sites add` does; goes through the proxy of the environment.

    The pages are years old and the server is ours: no delays, no limit of age.
    """

    def look(host: str) -> Survey:
        return survey(f"http://{host}/", PoliteFetcher(delay=0.0, pause=lambda _: None))

    taken: set[str] = set()
    with ThreadPoolExecutor(8) as threads:
        for found in threads.map(look, hosts()):
            path = declaration_path(found, folder, taken)
            taken.add(path.stem)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(declaration_toml(found, settings={"delay": 0.0, "max_age_days": 3650}), "utf-8")


def article_urls() -> set[str]:
    """The addresses of all recorded article pages."""
    table = pq.read_table(NEWSWEB / "newsweb.parquet", columns=["url", "headers"])
    found = set()
    for row in table.to_pylist():
        path = row["url"].partition("://")[2].partition("/")[2]
        made = ("robots.txt", "feed.xml", "about", "section/", "section-")
        if path and not path.startswith(made) and "html" in dict(row["headers"]).get("Content-Type", ""):
            found.add(row["url"].split("#")[0])
    return found


def bodies() -> dict[str, bytes]:
    """What the server answers, by address."""
    table = pq.read_table(NEWSWEB / "newsweb.parquet", columns=["url", "body"])
    return {row["url"].partition("#")[0]: row["body"] for row in table.to_pylist()}


def requests(log: Path) -> list[dict[str, object]]:
    """The server's request log."""
    time.sleep(0.1)
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
