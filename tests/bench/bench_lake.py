"""Publishing, reading and size of a lake beside the same rows written by bare pyarrow, in the same run.

    python -m tests.bench.bench_lake [--articles N] [--commits N] [--s3] [--json]

Three measurements: 10,000 articles published as batches beside `pyarrow.parquet.write_table` of the same rows; a
reader that opens `revisions` and filters one site, over many commits, before and after maintenance; bytes on disk
against the raw text. `--s3` takes the lake that PRESSLAKE_LAKE names (try: python -m infra.radosgw -- python -m …).
"""

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq

from flows.lake import Lake, open_lake
from flows.lake.batches import Batch, publish
from flows.lake.maintain import maintain
from flows.lake.tables import append, open_table
from schemas import ARTICLES, COPIES, FETCHES, REVISIONS, RUNS, TABLES
from tests.flows.lake.rows import NOW, article_row, fetch_row, run_row, table

WORDS = [f"{a}{b}{c}" for a in ("be", "ka", "lo", "mi", "tru") for b in ("na", "st", "ri", "vo") for c in "aeimnostu"]


def articles(first: int, count: int) -> list[dict[str, Any]]:
    """Articles of 300 to 700 words over 40 sites and a week."""
    found = []
    for number in range(first, first + count):
        chance = random.Random(number)
        lines = [" ".join(chance.choices(WORDS, k=50)) for _ in range(chance.randint(6, 14))]
        found.append(
            article_row(
                number,
                site=f"site-{number % 40:02d}",
                text="\n".join(lines),
                blocks=[{"kind": "paragraph", "text": line} for line in lines],
                word_count=50 * len(lines),
                published_at=NOW - timedelta(minutes=number % 9000),
                date=(NOW - timedelta(days=number % 7)).date(),
            )
        )
    return found


def batch(number: int, stories: list[dict[str, Any]]) -> Batch:
    """A batch as ingest makes it: the story in two tables, a fetch for each, one run."""
    run = f"bench-{number}"
    fetches = [fetch_row(i, run_id=run, url=story["url"], site=story["site"]) for i, story in enumerate(stories)]
    return Batch(
        run,
        {
            REVISIONS.name: table(REVISIONS, *stories),
            ARTICLES.name: table(ARTICLES, *stories, delete=False),
            COPIES.name: table(COPIES, delete=False),
            FETCHES.name: table(FETCHES, *fetches),
            RUNS.name: table(RUNS, run_row(run)),
        },
    )


def publishing(lake: Lake, count: int, batches: int) -> dict[str, Any]:
    """Rows a second of publishing, beside the same tables written as plain files."""
    size = count // batches
    made = [batch(number, articles(number * size, size)) for number in range(batches)]
    raw = sum(len(text.encode()) for one in made for text in one.rows[REVISIONS.name]["text"].to_pylist())
    begun = time.perf_counter()
    for one in made:
        publish(lake, lambda one=one: one)  # type: ignore[misc]
    ours = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        for one in made:
            for name, rows in one.rows.items():
                # As fair as can be: the same columns, sorted, zstd, a file for each day, synced.
                path = Path(folder) / f"{name}-{one.run_id}"
                pads.write_dataset(
                    rows.sort_by("site"),
                    path,
                    format="parquet",
                    partitioning=["date"],
                    file_options=pads.ParquetFileFormat().make_write_options(compression="zstd"),
                )
        bare = time.perf_counter() - begun
        pq.write_table(
            pa.concat_tables([one.rows[REVISIONS.name] for one in made]), f"{folder}/one", compression="zstd"
        )
        one_file = Path(f"{folder}/one").stat().st_size
    return {
        "articles": count,
        "batches": batches,
        "articles_per_second": round(count / ours),
        "text_mb_per_second": round(raw / 1e6 / ours, 1),
        "pyarrow_articles_per_second": round(count / bare),
        "time_against_pyarrow": round(ours / bare, 2),
        "raw_text_mb": round(raw / 1e6, 1),
        "revisions_as_one_plain_file_mb": round(one_file / 1e6, 1),
    }


def reading(lake: Lake, commits: int) -> dict[str, Any]:
    """Milliseconds to open `revisions` and take one site's titles, before and after maintenance."""
    start = int(open_table(lake, REVISIONS).transaction_version("presslake") or 0)
    for number in range(commits):
        append(lake, REVISIONS, table(REVISIONS, *articles(10_000_000 + number * 3, 3)), start + 1 + number)
    before = _median(lambda: _read(lake))
    files = len(open_table(lake, REVISIONS).file_uris())
    begun = time.perf_counter()
    maintain(lake, retention=timedelta(0))
    took = time.perf_counter() - begun
    return {
        "commits": commits,
        "files_before": files,
        "files_after": len(open_table(lake, REVISIONS).file_uris()),
        "read_ms_before": before,
        "read_ms_after": _median(lambda: _read(lake)),
        "maintain_seconds": round(took, 1),
    }


def _read(lake: Lake) -> None:
    snapshot = open_table(lake, REVISIONS).to_pyarrow_dataset()
    assert len(snapshot.to_table(columns=["title"], filter=pads.field("site") == "site-07"))


def _median(run: Callable[[], None]) -> float:
    run()
    times = []
    for _ in range(7):
        begun = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - begun))
    return round(statistics.median(times), 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--batches", type=int, default=10)
    parser.add_argument("--commits", type=int, default=1000)
    parser.add_argument("--s3", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = f"{os.environ['PRESSLAKE_LAKE']}/bench-{uuid4().hex[:8]}" if asked.s3 else folder
        lake = open_lake(root)
        result = publishing(lake, asked.articles, asked.batches)
        maintain(lake, retention=timedelta(0))
        for name in TABLES:
            sizes = open_table(lake, TABLES[name]).get_add_actions(flatten=True).column("size_bytes").to_pylist()
            result[f"{name}_mb"] = round(sum(sizes) / 1e6, 1)
        result["reader"] = reading(lake, asked.commits)
        if asked.s3:
            for name in list(lake.store.names("")):
                lake.store.delete(name)
    if asked.json:
        print(json.dumps(result, indent=1))
        return
    for key, value in result.items():
        print(f"{key}: {value}")


if __name__ == "__main__":
    main()
