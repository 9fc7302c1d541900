"""The recorded news web: its server, and declarations for its hosts."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq

from tests.conftest import SHARED

NEWSWEB = SHARED / "newsweb"
_SOURCES = {
    "feed": 'feeds = ["http://{host}/feed.xml"]',
    "news_sitemap": 'news_sitemaps = ["http://{host}/news-sitemap.xml"]',
    "sitemap_index": 'sitemaps = ["http://{host}/sitemap-index.xml"]',
    "sections": 'sections = ["http://{host}/", "http://{host}/section/news"]',
}


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


def declare(folder: Path, modes: set[str]) -> dict[str, int]:
    """Write a declaration for every host that is discovered in one of these ways. Returns articles by host."""
    hosts = {}
    for entry in json.loads((NEWSWEB / "newsweb.json").read_text()):
        host, mode = entry["host"], entry["mode"]
        if mode not in modes:
            continue
        hosts[host] = entry["articles"]
        path = folder / "zz" / f"{host.replace('.', '-')}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f'name = "{host}"\nurl = "http://{host}/"\nlanguage = "en"\ndomains = ["{host}"]\n'
            f"{_SOURCES[mode].format(host=host)}\ndelay = 0.0\nmax_age_days = 3650\n"
        )
    return hosts


def article_urls(hosts: set[str]) -> set[str]:
    """The addresses of all recorded article pages on these hosts."""
    table = pq.read_table(NEWSWEB / "newsweb.parquet", columns=["url", "headers", "body"])
    found = set()
    for row in table.to_pylist():
        host, _, path = row["url"].partition("://")[2].partition("/")
        made = ("robots.txt", "feed.xml", "about", "section/", "section-")
        content_type = dict(row["headers"]).get("Content-Type", "")
        if host in hosts and path and not path.startswith(made) and "html" in content_type:
            found.add(row["url"].split("#")[0])
    return found


def requests(log: Path) -> list[dict[str, object]]:
    """The server's request log."""
    time.sleep(0.1)
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
