"""A crawl of thousands of faulty addresses: every one accounted for, memory bounded.

    python -m tests.bench.bench_faults [--urls N] [--hosts N]

Exits with an error where an address ended in another outcome than it should, or the sums don't agree.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from crawlers.crawl import Limits, SiteReport
from tests.bench.bench_crawl import peak_memory
from tests.crawlers.crawling import articles, run, site
from tests.crawlers.faultweb.pages import DECODED, FLAKY, LIMIT, STEADY, FaultPages, expected
from tests.crawlers.faultweb.server import Web

LIMITS = Limits(timeout=1.5, backoff=0.05, attempts=2, failures_in_a_row=10**6, body_bytes=LIMIT, decoded_bytes=DECODED)


def wrong(report: SiteReport, host: str, paths: list[str]) -> list[str]:
    """Addresses that ended otherwise than they should, in words."""
    fetches = articles(report)
    got = {fetch.url.removeprefix(f"http://{host}"): fetch for fetch in fetches}
    if len(fetches) != len(got) or set(got) != set(paths):
        return [f"{report.site}: {len(fetches)} rows for {len(paths)} addresses"]
    return [
        f"{path}: {got[path].outcome} ({got[path].detail}), not {expected(path)}"
        for path in paths
        if got[path].outcome != expected(path)
    ]


def main() -> int:
    """Crawl, check, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--urls", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=20)
    options = parser.parse_args()
    faults = [*STEADY, *FLAKY]
    paths = [f"/a/{faults[n % len(faults)]}/{n}" for n in range(options.urls)]
    random.Random(0).shuffle(paths)
    with Web(lambda seen: pages(seen), ports=options.hosts) as web, tempfile.TemporaryDirectory() as folder:
        pages = FaultPages({host: paths[n :: options.hosts] for n, host in enumerate(web.hosts)})
        sites = [
            site(host, f"s{n}", feeds=(f"http://{host}/feed",), concurrency=8, max_pages=10**6)
            for n, host in enumerate(web.hosts)
        ]
        start = time.perf_counter()
        reports = run(Path(folder), *sites, limits=LIMITS)
        seconds = time.perf_counter() - start
        outcomes = Counter(fetch.outcome for report in reports.values() for fetch in articles(report))
        problems = [
            problem
            for one, host in zip(sites, web.hosts, strict=True)
            for problem in wrong(reports[one.id], host, pages.feeds[host])
        ]
        requests = sum(report.requests for report in reports.values())
        if requests != len(web.requests):
            problems.append(f"{requests} requests counted, {len(web.requests)} seen by the server")
        memory = peak_memory(Path(folder) / "logs" / "crawl.log")
    print(f"{outcomes.total()} addresses on {options.hosts} hosts, {requests} requests in {seconds:.1f} s")
    print(f"peak memory of the crawler {memory:.0f} MB")
    for outcome, count in outcomes.most_common():
        print(f"    {outcome:20} {count}")
    print("\n".join(problems[:20]) or "every address ended as it should; discovered = sum of outcomes")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
