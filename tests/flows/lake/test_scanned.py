"""Datasets for DuckDB: the same rows by the same filters, and a scan that doesn't hold what its own files need."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as pads
import pytest
from deltalake import DeltaTable, write_deltalake

from flows.lake.scanned import releasing

FILES, ROWS = 6, 40


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("delta")
    for number in range(FILES):
        rows = {
            "site": ["harbour" if number % 2 else "quay"] * ROWS,
            "n": list(range(number * ROWS, (number + 1) * ROWS)),
        }
        write_deltalake(folder, pa.table(rows), mode="append", partition_by=["site"])
    return folder


def plain(table: Path) -> pads.Dataset:
    return DeltaTable(table).to_pyarrow_dataset()


QUESTIONS = (
    "SELECT count(*), min(n), max(n) FROM t",
    "SELECT site, count(*) FROM t WHERE n >= 100 GROUP BY site ORDER BY site",
    "SELECT n FROM t WHERE site = 'quay' AND n < 5 ORDER BY n",
    "SELECT count(*) FROM t WHERE n < 0",
)


def answer(dataset: pads.Dataset, question: str) -> list[Any]:
    with duckdb.connect() as connection:
        connection.register("t", dataset)
        return connection.sql(question).fetchall()


@pytest.mark.parametrize("question", QUESTIONS)
def test_duckdb_gets_the_same_rows(table, question):
    assert answer(releasing(plain(table)), question) == answer(plain(table), question)


def test_other_readers_see_no_difference(table):
    ours, theirs = releasing(plain(table)), plain(table)
    assert ours.schema == theirs.schema
    chosen = pads.field("n") > 50
    assert ours.to_table(filter=chosen, columns=["n"]).sort_by("n") == theirs.to_table(
        filter=chosen, columns=["n"]
    ).sort_by("n")
    assert ours.count_rows() == FILES * ROWS
    assert ours.head(3).num_rows == 3
    assert sum(batch.num_rows for batch in ours.to_batches(columns=["site"])) == FILES * ROWS


def test_what_is_no_dataset_of_files_stays_as_it_is():
    memory = pads.dataset(pa.table({"n": [1]}))
    assert releasing(memory) is memory


def test_duckdb_s_scan_begins_without_the_interpreter_s_lock(table):
    """`to_reader` of pyarrow's own holds it, while the threads that read the files wait for it."""
    scanner = releasing(plain(table)).scanner(columns=["n"])

    class Watched:
        """pyarrow's scanner, but for `to_batches`."""

        projected_schema = scanner.projected_schema

        def to_batches(self) -> Iterator[pa.RecordBatch]:
            return iter([pa.record_batch({"n": [7]})])

        def to_reader(self) -> pa.RecordBatchReader:
            raise AssertionError("begun with the lock held")

    scanner._scanner = Watched()
    assert scanner.to_reader().read_all().to_pydict() == {"n": [7]}


def test_many_queries_over_many_files_come_to_an_end(table):
    """With the plain dataset one of some hundred such queries never does, on a machine with two processors."""
    dataset = plain(table)
    for _ in range(60):
        assert answer(releasing(dataset), QUESTIONS[0]) == [(FILES * ROWS, 0, FILES * ROWS - 1)]
