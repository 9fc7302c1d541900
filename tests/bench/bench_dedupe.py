"""How long it takes to dedupe new articles against months of history, and how much is found.

    python -m tests.bench.bench_dedupe [--new 2000] [--postings 5600000] [--days 90] [--no-lsh]

A history of made-up postings (so many, over so many days, one compacted file a day) and of as many real texts as
there are new ones; a third of the new articles are edited copies of those. datasketch's MinHash-LSH runs beside it
on the same texts, in a process of its own, where it is installed.
"""

import argparse
import importlib
import importlib.util
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from flows.dedupe import Incoming, MemoryHistory, PostingsFiles, decide_batch
from flows.dedupe.candidates import DOCS, POSTINGS
from flows.dedupe.keys import words
from flows.dedupe.postings import write_postings
from flows.dedupe.shingles import SCALE
from tests.flows.dedupe.making import EDITS, START, incoming

KEYS_AN_ARTICLE = 56
_LSH_PERMUTATIONS, _LSH_THRESHOLD = 128, 0.5


class LongHistory(MemoryHistory):
    """A history whose postings reach far beyond its texts."""

    background = PostingsFiles()

    def postings(self, first: date, last: date) -> PostingsFiles:
        """As of a lake with one file a day, and what was published since."""
        own = super().postings(first, last)
        return PostingsFiles(self.background.postings + own.postings, self.background.docs + own.docs)


def texts(count: int, seed: int) -> Iterator[str]:
    """Texts of 100 to 900 words over a vocabulary with a long tail, in paragraphs of 60 words."""
    chance = np.random.default_rng(seed)
    letters = str.maketrans("0123456789", "aeioubdgkl")
    vocabulary = np.array([f"{number * 7:05}".translate(letters) for number in range(60_000)])
    for _ in range(count):
        size = int(chance.integers(100, 900))
        picked = vocabulary[np.minimum((chance.pareto(1.1, size) * 20).astype(np.int64), 59_999)].tolist()
        yield "\n".join(" ".join(picked[at : at + 60]) for at in range(0, size, 60))


def background(directory: Path, postings: int, days: int) -> PostingsFiles:
    """Postings of articles that share nothing with anybody, a file a day."""
    chance = np.random.default_rng(1)
    files: tuple[list[str], list[str]] = ([], [])
    a_day = postings // days
    for number in range(days):
        day = START.date() - timedelta(days=number)
        articles = max(1, a_day // KEYS_AN_ARTICLE)
        keys = np.sort(chance.integers(0, 2**63 // SCALE, a_day))
        docs = chance.integers(0, articles, a_day).astype(np.int32)
        parts = np.full(a_day, number, dtype=np.int64)
        ids = pa.array([f"{number:08x}{doc:024x}" for doc in range(articles)])
        rows = pa.table(
            [
                np.full(articles, number, dtype=np.int64),
                np.arange(articles, dtype=np.int32),
                ids,
                np.ones(articles, dtype=np.int32),
                pa.array([day] * articles, pa.date32()),
                np.full(articles, KEYS_AN_ARTICLE, dtype=np.int32),
                np.full(articles, 2**63 // SCALE, dtype=np.int64),
            ],
            schema=DOCS,
        )
        for name, table, paths in (
            ("p", pa.table([keys, parts, docs], schema=POSTINGS), files[0]),
            ("d", rows, files[1]),
        ):
            path = directory / f"{name}{number}.parquet"
            write_postings(table, str(path))
            paths.append(str(path))
    return PostingsFiles(tuple(files[0]), tuple(files[1]))


def new_articles(known: Sequence[Incoming], count: int) -> tuple[list[Incoming], dict[str, tuple[str, str]]]:
    """A third edited copies of known articles, the rest new; and for each copy's id, its original's and the edit."""
    chance = random.Random(3)
    kinds = sorted(EDITS)
    out, made = [], {}
    fresh = texts(count - count // 3, 4)
    for number in range(count):
        hour = chance.uniform(24, 60)
        if number % 3 == 0 and number // 3 < count // 3:
            original, kind = known[number // 3], kinds[number // 3 % len(kinds)]
            item = incoming(f"https://copy.example.net/story-{number}", EDITS[kind](original.text, chance), hour)
            made[item.article_id] = (original.article_id, kind)
        else:
            item = incoming(f"https://new.example.com/story-{number}", next(fresh), hour)
        out.append(item)
    return out, made


def recall(found: dict[str, str], made: dict[str, tuple[str, str]]) -> dict[str, float]:
    """Share of the copies joined to their original, by edit; `found` has the cluster of each copy."""
    hits: dict[str, list[bool]] = {kind: [] for kind in sorted(EDITS)}
    for copy, (original, kind) in made.items():
        hits[kind].append(found.get(copy) == original)
    return {kind: sum(each) / len(each) for kind, each in hits.items() if each}


def lsh(known: Sequence[Incoming], new: Sequence[Incoming]) -> tuple[float, dict[str, str]]:
    """Seconds and clusters found by datasketch's MinHash-LSH over the same word 5-shingles."""
    datasketch = importlib.import_module("datasketch")
    start = time.perf_counter()
    index = datasketch.MinHashLSH(threshold=_LSH_THRESHOLD, num_perm=_LSH_PERMUTATIONS)
    found: dict[str, str] = {}
    for items, insert in ((known, True), (new, False)):
        for item in items:
            tokens = words(item.text)
            minhash = datasketch.MinHash(num_perm=_LSH_PERMUTATIONS)
            minhash.update_batch([" ".join(tokens[at : at + 5]).encode() for at in range(max(1, len(tokens) - 4))])
            if insert:
                index.insert(item.article_id, minhash)
            else:
                matches = index.query(minhash)
                if matches:
                    found[item.article_id] = min(matches)
    return time.perf_counter() - start, found


def articles(count: int) -> tuple[list[Incoming], list[Incoming], dict[str, tuple[str, str]]]:
    """Known articles, new ones, and which of these were made of which; the same ones each time."""
    known = [
        incoming(f"https://known.example.org/story-{number}", body, number % 24)
        for number, body in enumerate(texts(count // 3 + 1, 2))
    ]
    return (known, *new_articles(known, count))


def _lsh_apart(count: int, results: "multiprocessing.Queue[tuple[float, float, float, dict[str, str]]]") -> None:
    known, new, _ = articles(count)
    importlib.import_module("datasketch")
    before = peak()
    seconds, found = lsh(known, new)
    results.put((seconds, peak(), before, found))


def lsh_apart(count: int) -> tuple[float, float, float, dict[str, str]]:
    """Seconds, peak memory, memory before (MB) and clusters of datasketch, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    process = context.Process(target=_lsh_apart, args=(count, results))
    process.start()
    told: tuple[float, float, float, dict[str, str]] = results.get()
    process.join()
    return told


def peak() -> float:
    """Peak memory of this process so far, in MB; not ru_maxrss, which a child inherits from its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_dedupe")
    parser.add_argument("--new", type=int, default=2_000, help="new articles")
    parser.add_argument("--postings", type=int, default=5_600_000, help="postings of history")
    parser.add_argument("--days", type=int, default=90, help="days they are spread over")
    parser.add_argument(
        "--lsh",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="beside datasketch's MinHash-LSH, where installed",
    )
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        known, new, made = articles(options.new)
        history = LongHistory(directory)
        history.apply(known, decide_batch(known, history))
        stored = sum(path.stat().st_size for path in directory.iterdir())
        LongHistory.background = background(directory, options.postings, options.days)
        before = peak()
        start, start_cpu = time.perf_counter(), time.process_time()
        decisions = decide_batch(new, history)
        seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
        clusters = {row.article_id: row.cluster_id for row in decisions.copies}
        print(
            f"dedupe {options.new} articles against {options.postings} postings: {seconds:.1f} s, {cpu:.1f} s CPU, "
            f"peak {peak():.0f} MB (before {before:.0f} MB), {stored / len(known):.0f} bytes stored an article"
        )
        tables: dict[str, dict[str, float]] = {"dedupe": recall(clusters, made)}
        if options.lsh and importlib.util.find_spec("datasketch"):
            seconds, most, before, found = lsh_apart(options.new)
            print(
                f"datasketch {len(known)} + {options.new} articles, no further history: {seconds:.1f} s, "
                f"peak {most:.0f} MB (before {before:.0f} MB)"
            )
            tables["datasketch"] = recall(found, made)
        elif options.lsh:
            print("datasketch isn't installed: pip install datasketch puts its figures beside these", file=sys.stderr)
        print(f"{'recall':28}" + "".join(f"{method:>12}" for method in tables))
        for kind in sorted(EDITS):
            if kind in tables["dedupe"]:
                print(f"  {kind:26}" + "".join(f"{table[kind]:12.3f}" for table in tables.values()))


if __name__ == "__main__":
    main()
