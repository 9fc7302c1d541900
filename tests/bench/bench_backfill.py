"""Articles per second from WARC files to the lake on one process, beside what one would pick instead.

    python -m tests.bench.bench_backfill [--rounds 3]

The files are the recorded CC-NEWS ones where they are beside the repository, else one made of the test paper's stories.
Beside it, where they are installed (NEWSPLEASE_PYTHON and FUNDUS_PYTHON name interpreters that have them, else this
one is tried): news-please's `from_warc` on each record (what it wants to look up on the network is refused at once,
which only makes it faster), fundus's CC-NEWS source on the same files. Both give articles in memory; ours are archived,
compared with all others and published besides. fundus has rules for some publishers and passes over all other pages,
so what it does with a page is told by articles, not by pages. The tools take turns; seconds are of the clock and, as
other work disturbs them less, of the processor, children included.

Interpreters for them: `python -m venv /tmp/n && /tmp/n/bin/pip install news-please`, the same with
`fundus "curl_cffi<0.12"` (fundus 0.5.7 can't be imported with later ones).
"""

import argparse
import dataclasses
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flows.backfill import run as backfills
from flows.backfill.request import Request, make_source
from flows.settings import Settings
from schemas import Outcome
from tests.conftest import SHARED
from tests.flows.backfill import gazette

NEWSPLEASE = """
import socket, sys, time, warnings
warnings.simplefilter("ignore")
def refuse(*a, **k):
    raise OSError("no network in a benchmark")
socket.getaddrinfo = socket.create_connection = refuse
from newsplease import NewsPlease
from warcio.archiveiterator import ArchiveIterator
begun, used, found = time.monotonic(), time.process_time(), 0
for path in sys.argv[1:]:
    for record in ArchiveIterator(open(path, "rb")):
        if record.rec_type == "response" and record.http_headers.get_statuscode() == "200":
            try:
                article = NewsPlease.from_warc(record)
                found += bool(article and article.maintext)
            except Exception:
                pass
print(found, time.monotonic() - begun, time.process_time() - used)
"""

MOST_SECONDS = 600

FUNDUS = """
import functools, http.server, sys, threading, time
from pathlib import Path
from fundus import PublisherCollection
from fundus.scraping.html import CCNewsSource
from fundus.scraping.scraper import CCNewsScraper
from fundus.scraping.filter import Requires
paths = [Path(text) for text in sys.argv[1:]]
class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *a):
        pass
handler = functools.partial(Quiet, directory=str(paths[0].parent))
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
begun, used, found = time.monotonic(), time.process_time(), 0
for path in paths:
    url = f"http://127.0.0.1:{server.server_address[1]}/{path.name}"
    scraper = CCNewsScraper(CCNewsSource(*PublisherCollection, warc_path=url))
    for article in scraper.scrape(error_handling="suppress", extraction_filter=Requires("title", "body")):
        found += bool(article)
print(found, time.monotonic() - begun, time.process_time() - used)
"""


@dataclasses.dataclass(frozen=True)
class Taken:
    """What a tool made of the files, once."""

    articles: int
    seconds: float
    processor: float
    """Seconds of the processor, over all processes."""


def other(name: str, module: str, script: str, paths: list[str]) -> Taken | None:
    """What another tool does on one process; None where it isn't installed."""
    python = os.environ.get(f"{name.upper()}_PYTHON", sys.executable)
    there = subprocess.run([python, "-c", f"import {module}"], check=False, capture_output=True)
    if there.returncode:
        print(f"{name}: not installed, skipped")
        return None
    environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
    try:
        done = subprocess.run(
            [python, "-c", script, *paths],
            check=False, capture_output=True, text=True, env=environment, timeout=MOST_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        print(f"{name}: took longer than {MOST_SECONDS} s")
        return None
    if done.returncode:
        print(f"{name}: failed: {done.stderr.strip().splitlines()[-1:]}")
        return None
    found, seconds, processor = done.stdout.split()[-3:]
    return Taken(int(found), float(seconds), float(processor))


def ours(paths: list[str], folder: Path) -> Taken:
    """A backfill into an empty lake, on one extraction process."""
    shutil.rmtree(folder, ignore_errors=True)
    settings = Settings(str(folder / "lake"), folder / "spool", gazette.declare(folder / "sites"), processes=1)
    begun, used = time.monotonic(), _processor()
    report = backfills.run(settings, make_source(settings, Request("warc", places=paths, undeclared=True)))
    return Taken(report.outcomes[Outcome.NEW], time.monotonic() - begun, _processor() - used)


def _processor() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def warcs(folder: Path) -> list[str]:
    """The files to read."""
    if recorded := sorted((SHARED / "newsweb").glob("CC-NEWS-*.warc.gz")):
        return list(map(str, recorded))
    stories = [dataclasses.replace(story, status=200) for story in gazette.past(200)]
    return [str(gazette.write_warc(folder / "made.warc.gz", gazette.captures(stories, datetime.now(UTC))))]


def main() -> None:
    """Print medians and the ratio to each of the others."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        paths = warcs(Path(folder))
        print(f"{len(paths)} files, one process, medians of {rounds}; articles a second of the clock, of the processor")
        tools: dict[str, Callable[[], Taken | None]] = {
            "presslake": lambda: ours(paths, Path(folder) / "ours"),
            "newsplease": lambda: other("newsplease", "newsplease, warcio", NEWSPLEASE, paths),
            "fundus": lambda: other("fundus", "fundus", FUNDUS, paths),
        }
        results: dict[str, list[Taken]] = {}
        for _ in range(rounds):
            for name in list(tools):
                if (taken := tools[name]()) is None:
                    del tools[name]
                else:
                    results.setdefault(name, []).append(taken)
        speeds = {name: _speeds(found) for name, found in results.items()}
        for name, (clock, processor) in speeds.items():
            print(f"{name}: {results[name][0].articles} articles, {clock:.1f}, {processor:.1f}")
        for name in sorted(set(speeds) - {"presslake"}):
            ratios = [mine / theirs for mine, theirs in zip(speeds["presslake"], speeds[name], strict=True)]
            print(f"presslake / {name}: {ratios[0]:.2f}, {ratios[1]:.2f}")


def _speeds(found: list[Taken]) -> tuple[float, float]:
    clock = statistics.median(taken.articles / taken.seconds for taken in found)
    return clock, statistics.median(taken.articles / taken.processor for taken in found)


if __name__ == "__main__":
    main()
