"""How status and report grow with the lake: months of many simulated sites, assessed and drawn; and what a run pays.

Sizes: 14 sites × 21 days, 60 × 60, 120 × 120 (about 0.4 million articles). Medians of three; peak memory.
"""

import dataclasses
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flows.health import assess
from flows.lake import open_lake
from flows.lake.query import rows
from flows.report import render
from tests.flows.health.simulated import NEWSROOMS, Newsroom, simulate

SIZES = ((14, 21), (60, 60), (120, 120))


def main(arguments: list[str]) -> None:
    """Print a row a size; `quick` leaves out the largest."""
    heads = ("sites", "days", "articles", "tries", "assess s", "render s", "page kB", "MB")
    print(" ".join(f"{head:>9}" for head in heads))
    for sites, days in SIZES[:2] if "quick" in arguments else SIZES:
        with tempfile.TemporaryDirectory() as folder:
            _size(Path(folder), sites, days)


def _size(folder: Path, sites: int, days: int) -> None:
    lake = open_lake(str(folder / "lake"))
    end = datetime.now(UTC)
    simulate(lake, end, days=days, newsrooms=_newsrooms(sites))
    (counts,) = rows(
        lake, "SELECT (SELECT count(*) FROM revisions) AS articles, (SELECT count(*) FROM fetches) AS tries"
    )
    health = assess(lake, at=end)
    assessed = _median(lambda: assess(lake, at=end))
    rendered = _median(lambda: render(health))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    page = len(render(health).encode()) / 1000
    figures = (sites, days, counts["articles"], counts["tries"], f"{assessed:.2f}", f"{rendered:.2f}", f"{page:.0f}")
    print(" ".join(f"{figure:>9}" for figure in (*figures, f"{memory:.0f}")), flush=True)


def _newsrooms(count: int) -> tuple[Newsroom, ...]:
    return tuple(
        dataclasses.replace(NEWSROOMS[n % len(NEWSROOMS)], site=f"{NEWSROOMS[n % len(NEWSROOMS)].site}-{n}", every=3.0)
        for n in range(count)
    )


def _median(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


if __name__ == "__main__":
    main(sys.argv[1:])
