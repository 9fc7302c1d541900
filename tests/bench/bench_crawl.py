"""Pages a second of a crawl against a bare Scrapy spider that fetches the same addresses from the same server.

    python -m tests.bench.bench_crawl [--pages N] [--sites N] [--json]

Three measurements: one site without delay, many sites with a delay of one second, and how long a run over many sites
takes to get going. Then what archive, log, discovery and verdict cost for each page.
"""

import argparse
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from crawlers.archive import ArchiveWriter, Exchange
from crawlers.crawl import Limits, read_log
from crawlers.discovery import discover
from crawlers.model import Fetch
from crawlers.softfail import soft_failure
from crawlers.spider.log import LogWriter
from schemas import Outcome
from tests.crawlers.crawling import articles, now, outcomes, run, site
from tests.crawlers.faultweb.pages import SENTENCE, feed
from tests.crawlers.faultweb.server import Reply, Seen, Web

CONCURRENCY = 8
PARAGRAPHS = 150
"""Of a page: about 20 kB, as news pages come compressed."""


def page(number: int) -> bytes:
    """An article of the usual size."""
    story = "".join(f"<p>{SENTENCE} Paragraph {n} of {number}.</p>\n" for n in range(PARAGRAPHS))
    head = f"<!doctype html><html><head><title>News {number}</title></head>"
    return f"{head}<body><h1>News</h1>{story}</body></html>".encode()


BODY = page(0)


def serve(pipe: Connection, ports: int, pages: int) -> None:
    """A news web in its own process: a feed of `pages` articles on each port. Tells hosts, then when each was asked."""

    def handle(seen: Seen) -> Reply:
        if seen.path == "/feed":
            return Reply(body=feed(f"http://{seen.host}/news/{n}" for n in range(pages)))
        return Reply(body=BODY) if seen.path.startswith("/news/") else Reply(404, b"no")

    with Web(handle, ports=ports) as web:
        pipe.send(web.hosts)
        while pipe.recv():
            first: dict[str, float] = {}
            for seen in web.requests:
                first.setdefault(seen.host, seen.time)
            pipe.send(first)
            web.requests.clear()


BARE = """
import json, sys, time
import scrapy
from scrapy.crawler import CrawlerProcess

urls, delay, concurrency = json.load(sys.stdin)

class Bare(scrapy.Spider):
    name = "bare"
    pages = 0

    async def start(self):
        for url in urls:
            yield scrapy.Request(url, meta={"download_slot": url.split("/")[2]})

    def parse(self, response):
        Bare.pages += 1

process = CrawlerProcess({"LOG_LEVEL": "WARNING", "DOWNLOAD_DELAY": delay, "DOWNLOAD_DELAY_JITTER": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency, "CONCURRENT_REQUESTS": 512, "REMOTE_CONTROL_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False})
process.crawl(Bare)
start = time.perf_counter()
process.start()
print(json.dumps([Bare.pages, time.perf_counter() - start]))
"""


def bare(urls: list[str], delay: float) -> dict[str, float]:
    """A spider with nothing in it but Scrapy."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", BARE],
        input=json.dumps([urls, delay, CONCURRENCY]),
        capture_output=True,
        text=True,
        check=True,
    )
    pages, seconds = json.loads(done.stdout.splitlines()[-1])
    assert pages == len(urls), (pages, len(urls))
    return {"pages": pages, "seconds": seconds, "process_seconds": time.perf_counter() - start}


def ours(hosts: list[str], delay: float, pages: int) -> dict[str, float]:
    """The same pages by a crawl: with robots.txt, feeds, archive and log."""
    sites = [
        site(host, f"s{n}", feeds=(f"http://{host}/feed",), delay=delay, concurrency=CONCURRENCY, max_pages=10**6)
        for n, host in enumerate(hosts)
    ]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        reports = run(Path(folder), *sites, limits=Limits())
        seconds = time.perf_counter() - start
        got: Counter[Outcome] = sum((outcomes(articles(report)) for report in reports.values()), Counter())
        assert got == {Outcome.NEW: pages * len(hosts)}, got
        peak = peak_memory(Path(folder) / "logs" / "crawl.log")
        requests = sum(report.requests for report in reports.values())
    return {"pages": pages * len(hosts), "seconds": seconds, "requests": requests, "peak_mb": peak}


def peak_memory(log: Path) -> float:
    """Peak memory of the crawler process in MB, from what it says of itself."""
    for line in log.read_text().splitlines():
        if "peak memory" in line:
            return float(line.split("peak memory")[1].split()[0])
    return 0.0


def with_server(ports: int, pages: int, measure: Callable[[list[str], Connection], dict[str, Any]]) -> dict[str, Any]:
    """Run a measurement against a server of its own."""
    ours_end, its_end = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(its_end, ports, pages), daemon=True)
    server.start()
    try:
        return measure(ours_end.recv(), ours_end)
    finally:
        ours_end.send(False)
        server.join(5)
        server.kill()


def throughput(ports: int, pages: int, delay: float) -> dict[str, Any]:
    """Ours and the bare spider, on the same server."""

    def measure(hosts: list[str], _: Connection) -> dict[str, Any]:
        urls = [f"http://{host}/news/{n}" for n in range(pages) for host in hosts]
        plain, full = bare(urls, delay), ours(hosts, delay, pages)
        rates = {"bare": plain["pages"] / plain["process_seconds"], "presslake": full["pages"] / full["seconds"]}
        return {
            "sites": ports,
            "pages": pages * ports,
            "delay_s": delay,
            "pages_per_s": {name: round(rate, 1) for name, rate in rates.items()},
            "ratio": round(rates["presslake"] / rates["bare"], 3),
            "presslake_requests": full["requests"],
            "presslake_peak_mb": full["peak_mb"],
        }

    return with_server(ports, pages, measure)


def start_up(ports: int) -> dict[str, Any]:
    """From the call to the first request, and until every site was asked."""

    def measure(hosts: list[str], pipe: Connection) -> dict[str, Any]:
        start = time.monotonic()
        ours(hosts, 0.0, 1)
        total = time.monotonic() - start
        pipe.send(True)
        first = pipe.recv()
        assert len(first) == ports
        return {
            "sites": ports,
            "first_request_s": round(min(first.values()) - start, 2),
            "every_site_asked_s": round(max(first.values()) - start, 2),
            "whole_run_s": round(total, 2),
        }

    return with_server(ports, 1, measure)


def costs(count: int = 300) -> dict[str, float]:
    """Milliseconds a page of what the crawl does beside fetching."""
    found: dict[str, float] = {}

    def clock(name: str, work: Callable[[], object], per: int) -> None:
        start = time.perf_counter()
        work()
        found[name] = round((time.perf_counter() - start) / per * 1000, 3)

    with tempfile.TemporaryDirectory() as folder:
        archive = ArchiveWriter(Path(folder), "bench", "run", software="bench")
        log = LogWriter(Path(folder) / "logs" / "bench.jsonl")
        exchange = Exchange("http://h/", "article", [], 200, [(b"Content-Type", b"text/html")], BODY, now())
        row = Fetch("bench", "article", "http://h/", "h", Outcome.NEW, now(), attempts=1)
        clock("archive", lambda: [archive.write(exchange) for _ in range(count)], count)
        clock("log", lambda: [log.fetch(row) for _ in range(count)], count)
        clock("verdict", lambda: [soft_failure(BODY, url="http://h/") for _ in range(count)], count)
        document = feed(f"http://h/news/{n}" for n in range(count))
        clock("discovery", lambda: discover(document, url="http://h/feed", kind="feed"), count)
        archive.close()
        log.close()
        clock("read_log", lambda: read_log(Path(folder) / "logs" / "bench.jsonl"), count)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--pages", type=int, default=2000, help="pages of the one site without delay")
    parser.add_argument("--sites", type=int, default=200, help="sites with a delay of one second, ten pages each")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    results = {
        "one_site": throughput(1, options.pages, 0.0),
        "many_sites": throughput(options.sites, 10, 1.0),
        "start_up": start_up(options.sites),
        "ms_per_page": costs(),
    }
    if options.json:
        print(json.dumps(results))
        return
    for name, result in results.items():
        print(name.replace("_", " "))
        for key, value in result.items():
            print(f"    {key:22} {value}")


if __name__ == "__main__":
    main()
