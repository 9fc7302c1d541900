"""Articles per second from archive to lake, on one and two processes, beside bare trafilatura on the same pages.

    python -m tests.bench.bench_pipeline [--rounds 3]

The pages are the recorded news web's where it is beside the repository, else the demo web's. They are crawled
once; then each round extracts, decides and publishes them into an empty lake, and calls trafilatura's
bare_extraction (no comments, with metadata) on the same bodies in one process.
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import trafilatura

from crawlers.archive import read_page
from crawlers.crawl import CrawlJob, SiteReport, crawl, read_log
from crawlers.declarations import Site, load_sites
from flows.pipeline import open_pipeline
from flows.publish import Run
from flows.settings import Settings
from infra.demo import DemoWeb
from tests.conftest import SHARED
from tests.e2e.newsweb import declare, serving
from tests.e2e.support import quick_sites


def crawled(folder: Path) -> list[SiteReport]:
    """Crawl the pages once, into a spool."""
    spool = folder / "spool"
    if SHARED.is_dir():
        with serving(folder / "requests.jsonl") as proxy:
            os.environ["http_proxy"] = proxy
            declare(folder / "hosts")
            os.environ.pop("http_proxy")
            grouped(folder / "hosts", folder / "sites")
            return list(crawl(CrawlJob("bench", tuple(load_sites(folder / "sites").values()), spool, proxy=proxy)))
    with DemoWeb() as web:
        sites = tuple(load_sites(quick_sites(folder / "sites")).values())
        return list(crawl(CrawlJob("bench", sites, spool, proxy=web.proxy_url)))


def grouped(hosts: Path, sites: Path) -> None:
    """Eight sites of many hosts each: a run finds some ten articles a site, the recorded hosts have one or two."""
    groups: dict[int, list[Site]] = {}
    for number, site in enumerate(load_sites(hosts).values()):
        groups.setdefault(number % 8, []).append(site)
    for number, members in groups.items():
        lists = {
            name: [value for site in members for value in getattr(site, name)]
            for name in ("domains", "feeds", "news_sitemaps", "sitemaps", "sections")
        }
        text = "".join(f"{name} = {json.dumps(values)}\n" for name, values in lists.items())
        path = sites / "zz" / f"group-{number}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f'name = "Group"\nurl = "{members[0].url}"\nlanguage = "en"\ndelay = 0.0\nmax_age_days = 3650\n{text}'
        )


def to_lake(folder: Path, reports: list[SiteReport], processes: int) -> Callable[[], None]:
    """The pipeline from spool to lake, into an empty lake each time."""

    def work() -> None:
        with tempfile.TemporaryDirectory() as lake:
            settings = Settings(lake, folder / "spool", folder / "sites", processes)
            with open_pipeline(settings) as pipeline:
                pipeline.take(Run("bench", "crawl", datetime.now(UTC)), folder / "spool", reports)

    return work


def bare(bodies: list[tuple[bytes, str]]) -> Callable[[], None]:
    """trafilatura alone, as a user would call it."""

    def work() -> None:
        for body, url in bodies:
            trafilatura.bare_extraction(body, url=url, include_comments=False, with_metadata=True)

    return work


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    os.environ.pop("http_proxy", None)
    folder = Path(tempfile.mkdtemp(prefix="presslake-bench-"))
    try:
        reports = crawled(folder)
        bodies = []
        for report in reports:
            for fetch in read_log(report.log).fetches:
                if fetch.kind == "article" and fetch.warc is not None:
                    page = read_page(folder / "spool" / fetch.warc.file, fetch.warc.offset)
                    bodies.append((page.body, page.url))
        ways = {
            "trafilatura alone, 1 process": bare(bodies),
            "archive to lake, 1 process": to_lake(folder, reports, 1),
            "archive to lake, 2 processes": to_lake(folder, reports, 2),
        }
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, work in ways.items():
                begun = time.perf_counter()
                work()
                seconds[name].append(time.perf_counter() - begun)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    base = statistics.median(seconds["trafilatura alone, 1 process"])
    print(f"{len(bodies)} pages of {len(reports)} sites, median of {rounds} rounds")
    for name, values in seconds.items():
        median = statistics.median(values)
        print(f"  {name:30} {len(bodies) / median:7.1f} pages/s   {base / median:5.2f} × trafilatura alone")


if __name__ == "__main__":
    main()
