"""Articles per second from a WARC file to the lake on one process, beside what one would pick instead.

    python -m tests.bench.bench_backfill [--rounds 3]

The file is the recorded CC-NEWS one where it is beside the repository, else one made of the test paper's stories.
Beside it, where they are installed (NEWSPLEASE_PYTHON and FUNDUS_PYTHON name interpreters that have them, else this
one is tried): news-please's `from_warc` on each record (what it wants to look up on the network is refused at once,
which only makes it faster), fundus's CC-NEWS source on the same file. Both give articles in memory; ours are archived,
compared with all others and published besides.
"""

import argparse
import dataclasses
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from flows.backfill import run as backfills
from flows.backfill.request import Request, make_source
from flows.settings import Settings
from schemas import Outcome
from tests.conftest import SHARED
from tests.flows.backfill import gazette

NEWSPLEASE = """
import socket, sys, time
def refuse(*a, **k):
    raise OSError("no network in a benchmark")
socket.getaddrinfo = socket.create_connection = refuse
from newsplease import NewsPlease
from warcio.archiveiterator import ArchiveIterator
begun, found = time.monotonic(), 0
with open(sys.argv[1], "rb") as stream:
    for record in ArchiveIterator(stream):
        if record.rec_type == "response" and record.http_headers.get_statuscode() == "200":
            try:
                article = NewsPlease.from_warc(record)
                found += bool(article and article.maintext)
            except Exception:
                pass
print(found, time.monotonic() - begun)
"""

MOST_SECONDS = 600

FUNDUS = """
import functools, http.server, sys, threading, time
from pathlib import Path
from fundus import PublisherCollection
from fundus.scraping.html import CCNewsSource
from fundus.scraping.scraper import CCNewsScraper
from fundus.scraping.filter import Requires
path = Path(sys.argv[1])
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(path.parent))
handler.log_message = lambda *a: None
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_address[1]}/{path.name}"
begun, found = time.monotonic(), 0
scraper = CCNewsScraper(CCNewsSource(*PublisherCollection, warc_path=url))
for article in scraper.scrape(error_handling="suppress", extraction_filter=Requires("title", "body")):
    found += bool(article)
print(found, time.monotonic() - begun)
"""


def other(name: str, module: str, script: str, path: Path) -> tuple[int, float] | None:
    """Articles and seconds of another tool on one process; None where it isn't installed."""
    python = os.environ.get(f"{name.upper()}_PYTHON", sys.executable)
    there = subprocess.run([python, "-c", f"import {module}"], check=False, capture_output=True)
    if there.returncode:
        print(f"{name}: not installed, skipped")
        return None
    environment = os.environ | {"no_proxy": "127.0.0.1"}
    try:
        done = subprocess.run(
            [python, "-c", script, str(path)],
            check=False, capture_output=True, text=True, env=environment, timeout=MOST_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        print(f"{name}: took longer than {MOST_SECONDS} s")
        return None
    if done.returncode:
        print(f"{name}: failed: {done.stderr.strip().splitlines()[-1:]}")
        return None
    found, seconds = done.stdout.split()[-2:]
    return int(found), float(seconds)


def ours(path: Path, folder: Path) -> tuple[int, float]:
    """Articles and seconds of a backfill into an empty lake, on one extraction process."""
    shutil.rmtree(folder, ignore_errors=True)
    settings = Settings(str(folder / "lake"), folder / "spool", gazette.declare(folder / "sites"), processes=1)
    begun = time.monotonic()
    report = backfills.run(settings, make_source(settings, Request("warc", places=[str(path)], undeclared=True)))
    return report.outcomes[Outcome.NEW], time.monotonic() - begun


def warc(folder: Path) -> Path:
    """The file to read."""
    recorded = sorted((SHARED / "newsweb").glob("CC-NEWS-2019*.warc.gz"))
    if recorded:
        return recorded[0]
    stories = [dataclasses.replace(story, status=200) for story in gazette.past(200)]
    return gazette.write_warc(folder / "made.warc.gz", gazette.captures(stories, datetime.now(UTC)))


def main() -> None:
    """Print medians and the ratio to each of the others."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        path = warc(Path(folder))
        print(f"{path.name}, one process, {rounds} rounds, medians")
        speeds: dict[str, float] = {}
        tools = {
            "presslake": lambda: ours(path, Path(folder) / "ours"),
            "newsplease": lambda: other("newsplease", "newsplease, warcio", NEWSPLEASE, path),
            "fundus": lambda: other("fundus", "fundus", FUNDUS, path),
        }
        for name, tool in tools.items():
            results = [found for _ in range(rounds) if (found := tool()) is not None]
            if results:
                speeds[name] = statistics.median(count / seconds for count, seconds in results)
                print(f"{name}: {results[0][0]} articles, {speeds[name]:.1f} a second")
        for name in sorted(set(speeds) - {"presslake"}):
            print(f"presslake / {name}: {speeds['presslake'] / speeds[name]:.2f}")


if __name__ == "__main__":
    main()
