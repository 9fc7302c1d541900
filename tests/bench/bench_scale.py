"""How the work grows: a backfill on one and on two workers of a cluster, and status and report with the lake's size.

Workers: the same WARC files, of written pages, by the Prefect flow on Dask, an extraction process each, in turn. The
flow's own process publishes meanwhile, so on two processors the second worker can't add all of itself; what two
processes gain that share nothing is told beside it. Sizes: 14 sites × 21 days, 60 × 60, 120 × 120 (about 0.4 million
articles). Medians of three; peak memory.

    python -m tests.bench.bench_scale [workers|lakes] [quick]
"""

import contextlib
import dataclasses
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.health import assess
from flows.lake import open_lake
from flows.lake.query import rows
from flows.report import render
from flows.settings import Settings
from tests.bench.bench_extract import SITES, written
from tests.flows.backfill import gazette
from tests.flows.cluster import dask_cluster, on_cluster
from tests.flows.health.simulated import NEWSROOMS, Newsroom, simulate

COUNTS = (1, 2)
FILES, PAGES = 6, 400
"""WARC files, and pages in each; a file is a window. Fewer pages than a window of a real backfill has."""
HEAVY = {"script": 4000, "teasers": 120}
"""What makes a written page take as long as the recorded ones do on average."""
ROUNDS = 3
AT = datetime(2026, 3, 1, tzinfo=UTC)
"""When the pages were captured."""

SIZES = ((14, 21), (60, 60), (120, 120))


def main(arguments: list[str]) -> None:
    """Both, or what is named; `quick` takes half the files, once, and leaves out the largest lake."""
    if "workers" in arguments or "lakes" not in arguments:
        workers("quick" in arguments)
    if "lakes" in arguments or "workers" not in arguments:
        lakes("quick" in arguments)


def workers(quick: bool) -> None:
    """Print seconds and pages a second with one and with two workers, and the ratio."""
    rounds = 1 if quick else ROUNDS
    from prefect.testing.utilities import prefect_test_harness

    with tempfile.TemporaryDirectory() as name, prefect_test_harness(server_startup_timeout=120), \
            contextlib.ExitStack() as stack:  # fmt: skip
        folder = Path(name)
        paths = [_warc(folder, number) for number in range(FILES // (2 if quick else 1))]
        sites = gazette.declare(folder / "sites")
        clusters = {}
        for count in COUNTS:
            (folder / f"cluster-{count}").mkdir()
            clusters[count] = stack.enter_context(dask_cluster(folder / f"cluster-{count}", count))
            _backfill(folder / "warm", sites, paths[: 2 * count], clusters[count])  # extraction processes are started
        seconds: dict[int, list[float]] = {count: [] for count in COUNTS}
        pages = 0
        for _ in range(rounds):
            for count in COUNTS:
                took, pages = _backfill(folder / "lake", sites, paths, clusters[count])
                seconds[count].append(took)
    medians = {count: statistics.median(found) for count, found in seconds.items()}
    print(f"backfill of {pages} pages in {len(paths)} windows, medians of {rounds}")
    for count, median in medians.items():
        print(f"{count} worker{'s' if count > 1 else ' '}  {median:6.1f} s  {pages / median:6.1f} pages/s")
    ratios = statistics.median(one / two for one, two in zip(*seconds.values(), strict=True))
    print(f"two workers / one: {ratios:.2f} (two processes that only count, on this machine now: {_bound():.2f})")


def _warc(folder: Path, number: int) -> str:
    """A file of pages that no other has, of the sites of all."""
    pages = [written(n % SITES, number * PAGES + n, **HEAVY) for n in range(PAGES)]
    records = [gazette.response(page.url, AT, page.body) for page in pages]
    return str(gazette.write_warc(folder / f"made-{number}.warc.gz", records))


def _backfill(folder: Path, sites: Path, paths: Sequence[str], address: str) -> tuple[float, int]:
    """Seconds and pages of a backfill into an empty lake."""
    from flows.backfill_flow import backfill
    from flows.prefect_tasks import task_runner

    shutil.rmtree(folder, ignore_errors=True)
    plain = Settings(str(folder / "lake"), folder / "spool", sites, processes=1)
    with pytest.MonkeyPatch.context() as patch:
        settings = on_cluster(plain, address, patch)
        flow = backfill.with_options(task_runner=task_runner(settings))
        begun = time.perf_counter()
        state = flow("warc", places=list(paths), undeclared=True, return_state=True)
        took = time.perf_counter() - begun
    assert state.is_completed(), state.message
    return took, int(rows(open_lake(plain.lake), "SELECT count(*) AS n FROM fetches")[0]["n"])


def _bound() -> float:
    """How much faster two processes are than one at work that shares nothing."""

    def count(processes: int) -> float:
        begun = time.perf_counter()
        work = f"sum(n * n for n in range({24_000_000 // processes}))"
        for child in [subprocess.Popen([sys.executable, "-c", work]) for _ in range(processes)]:
            child.wait()
        return time.perf_counter() - begun

    return statistics.median(count(1) / count(2) for _ in range(3))


def lakes(quick: bool) -> None:
    """Print a row a size; `quick` leaves out the largest."""
    heads = ("sites", "days", "articles", "tries", "assess s", "render s", "page kB", "MB")
    print(" ".join(f"{head:>9}" for head in heads))
    for sites, days in SIZES[:2] if quick else SIZES:
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
