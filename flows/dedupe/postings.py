"""Postings as Parquet files: small to store, quick to join."""

from collections.abc import Iterable
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from flows.dedupe.candidates import DOCS, POSTINGS


def write_postings(table: pa.Table, target: str | IO[bytes]) -> None:
    """Write rows of POSTINGS or DOCS to a file; the same rows give the same bytes.

    Sorted keys are stored as differences, document numbers as packed bits, the batch's id once: about eight
    bytes a posting.
    """
    if table.schema.equals(POSTINGS):
        pq.write_table(
            table,
            target,
            compression="zstd",
            use_dictionary=["part"],
            column_encoding={"key": "DELTA_BINARY_PACKED", "doc": "DELTA_BINARY_PACKED"},
            write_statistics=["key"],
        )
    else:
        pq.write_table(table, target, compression="zstd", use_dictionary=["part", "day"], write_statistics=False)


def compact(postings: Iterable[pa.Table], docs: Iterable[pa.Table]) -> tuple[pa.Table, pa.Table]:
    """One day's tables as one, postings sorted by key; what was written twice appears once."""
    one = pa.concat_tables([POSTINGS.empty_table(), *postings])
    other = pa.concat_tables([DOCS.empty_table(), *docs])
    keys = list(POSTINGS.names)
    one = one.group_by(keys, use_threads=False).aggregate([]).sort_by([(name, "ascending") for name in keys])
    numbers = ["part", "doc"]
    rest = [name for name in DOCS.names if name not in numbers]
    other = other.group_by(numbers, use_threads=False).aggregate([(name, "min") for name in rest])
    other = other.rename_columns([*numbers, *rest]).sort_by([(name, "ascending") for name in numbers])
    return one.select(keys).cast(POSTINGS), other.select(DOCS.names).cast(DOCS)
