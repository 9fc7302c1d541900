"""Postings files: small, the same for the same rows, and quick to compact."""

import io
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.dedupe import Incoming, MemoryHistory, decide_batch, write_postings
from flows.dedupe.candidates import DOCS, POSTINGS
from flows.dedupe.postings import compact
from tests.flows.dedupe.making import incoming, text


@cache
def articles() -> list[Incoming]:
    return [incoming(f"https://h{n % 9}.example.org/s-{n}", text(450, n), n % 30) for n in range(300)]


def tables(tmp_path: Path) -> tuple[list[pa.Table], list[pa.Table]]:
    decisions = decide_batch(articles(), MemoryHistory(tmp_path))
    return list(decisions.postings.values()), list(decisions.docs.values())


def test_tables(tmp_path: Path) -> None:
    decisions = decide_batch(articles(), MemoryHistory(tmp_path))
    assert decisions.postings.keys() == decisions.docs.keys() == {item.date for item in decisions.items}
    docs = pa.concat_tables(decisions.docs.values())
    assert sorted(docs["article_id"].to_pylist()) == sorted(item.article_id for item in articles())
    for day, table in decisions.postings.items():
        assert table.schema == POSTINGS
        assert decisions.docs[day].schema == DOCS
        assert (np.diff(table["key"].to_numpy()) >= 0).all(), "sorted by key"
        assert sum(decisions.docs[day]["size"].to_pylist()) == table.num_rows


def test_size(tmp_path: Path) -> None:
    """About 450 bytes an article of 450 words in a compacted file, and the docs besides."""
    postings, docs = compact(*tables(tmp_path))
    sizes = []
    for table in (postings, docs):
        write_postings(table, target := io.BytesIO())
        sizes.append(len(target.getvalue()) / len(articles()))
    assert sizes[0] < 520
    assert sizes[1] < 80


@pytest.mark.parametrize("which", [0, 1])
def test_round_trip_and_same_bytes(tmp_path: Path, which: int) -> None:
    table = tables(tmp_path)[which][0]
    first, second = io.BytesIO(), io.BytesIO()
    write_postings(table, first)
    write_postings(table, second)
    assert first.getvalue() == second.getvalue()
    assert pq.read_table(io.BytesIO(first.getvalue())).cast(table.schema).equals(table)


def test_compaction(tmp_path: Path) -> None:
    """One file of many, sorted, with what was written twice once."""
    postings, docs = tables(tmp_path)
    one, other = compact([*postings, postings[0]], [*docs, docs[0]])
    assert one.num_rows == sum(table.num_rows for table in postings)
    assert other.num_rows == len(articles())
    assert (np.diff(one["key"].to_numpy()) >= 0).all()
    again = compact([one], [other])
    assert again[0].equals(one)
    assert again[1].equals(other)
    empty = compact([], [])
    assert (empty[0].num_rows, empty[1].num_rows) == (0, 0)
