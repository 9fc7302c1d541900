"""Which known texts share sampled shingles with new ones: one SQL join over Parquet, the same on any engine."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import xxhash

from flows.dedupe.history import PostingsFiles
from flows.dedupe.model import Ref
from flows.dedupe.rules import Rules
from flows.dedupe.shingles import Hashes, Keys, sketch
from flows.duck import connected

POSTINGS = pa.schema(
    [
        pa.field("key", pa.int64(), nullable=False),
        pa.field("part", pa.int64(), nullable=False),
        pa.field("doc", pa.int32(), nullable=False),
    ]
)
"""A sampled shingle of a revision. `part` is the batch that wrote it, `doc` the revision's number there."""

DOCS = pa.schema(
    [
        pa.field("part", pa.int64(), nullable=False),
        pa.field("doc", pa.int32(), nullable=False),
        pa.field("article_id", pa.string(), nullable=False),
        pa.field("revision", pa.int32(), nullable=False),
        pa.field("day", pa.date32(), nullable=False),
        pa.field("size", pa.int32(), nullable=False),
        pa.field("ceiling", pa.int64(), nullable=False),
    ]
)
"""The revision a posting points to. `size` is the number of its keys, complete up to `ceiling`."""

BATCH = pa.schema([pa.field("item", pa.int32(), nullable=False), pa.field("key", pa.int64(), nullable=False)])

SQL = """
WITH wanted AS (SELECT DISTINCT key FROM batch),
hits AS (SELECT p.key, p.part, p.doc FROM postings p JOIN wanted w ON p.key = w.key),
rare AS (SELECT key FROM hits GROUP BY key HAVING COUNT(*) <= {most_common}),
pairs AS (
    SELECT b.item, h.part, h.doc, COUNT(*) AS shared
    FROM batch b JOIN rare r ON b.key = r.key JOIN hits h ON r.key = h.key
    GROUP BY b.item, h.part, h.doc
    HAVING COUNT(*) >= {least_shared}
)
SELECT q.item, q.shared, d.article_id, d.revision, d.day, d.size, d.ceiling
FROM pairs q JOIN docs d ON q.part = d.part AND q.doc = d.doc
"""
"""Tables `batch`, `postings` and `docs` as in the schemas of this module."""


@dataclass(frozen=True, slots=True)
class Match:
    """A known revision that shares sampled shingles with an item of the batch."""

    item: int
    shared: int
    ref: Ref
    day: date
    size: int
    ceiling: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is joined: the batch's keys, postings in memory (of the batch itself), postings in files."""

    batch: pa.Table
    postings: pa.Table
    docs: pa.Table
    files: PostingsFiles


Engine = Callable[[Inputs, str], Iterable[tuple[int, int, str, int, date, int, int]]]
"""Runs the SQL over the inputs; gives its rows in any order."""


def with_duckdb(inputs: Inputs, sql: str) -> Iterator[tuple[int, int, str, int, date, int, int]]:
    """The join in this process."""
    with connected() as connection:
        connection.register("batch", inputs.batch)
        for name, table, files in (
            ("postings", inputs.postings, inputs.files.postings),
            ("docs", inputs.docs, inputs.files.docs),
        ):
            connection.register(f"new_{name}", table)
            columns = ", ".join(table.column_names)
            stored = f" UNION ALL SELECT {columns} FROM read_parquet({_list(files)})" if files else ""
            connection.execute(f"CREATE TEMP VIEW {name} AS SELECT {columns} FROM new_{name}{stored}")
        yield from connection.execute(sql).fetchall()


def find(inputs: Inputs, rules: Rules, engine: Engine = with_duckdb) -> Iterator[Match]:
    """The matches of every item, itself included where its postings are among the inputs."""
    sql = SQL.format(most_common=rules.most_common, least_shared=rules.least_shared)
    for item, shared, article_id, revision, day, size, top in engine(inputs, sql):
        yield Match(item, shared, (article_id, revision), day, size, top)


def batch_table(sketches: Sequence[Keys]) -> pa.Table:
    """The batch side of the join, an item for every sketch."""
    items = np.repeat(np.arange(len(sketches), dtype=np.int32), [len(keys) for keys in sketches])
    return pa.table([items, _joined(sketches)], schema=BATCH)


def part_of(refs: Iterable[Ref]) -> int:
    """The id of a batch: the same for the same revisions."""
    names = "\n".join(sorted(f"{article_id} {revision}" for article_id, revision in refs))
    return xxhash.xxh3_64_intdigest(names.encode()) >> 1


def stored_tables(revisions: Sequence[tuple[Ref, date, Hashes]], part: int) -> dict[date, tuple[pa.Table, pa.Table]]:
    """By day: the postings, sorted by key, and the docs of new revisions, given with their shingles."""
    rows: dict[date, tuple[list[Keys], list[tuple[object, ...]]]] = {}
    for doc, ((article_id, revision), day, ordered) in enumerate(revisions):
        sketches, docs = rows.setdefault(day, ([], []))
        keys, complete = sketch(ordered)
        sketches.append(keys)
        docs.append((part, doc, article_id, revision, day, len(keys), complete))
    return {day: _tables(part, sketches, docs) for day, (sketches, docs) in rows.items()}


def _tables(part: int, sketches: list[Keys], docs: list[tuple[object, ...]]) -> tuple[pa.Table, pa.Table]:
    columns = [pa.array(column, f.type) for column, f in zip(zip(*docs, strict=True), DOCS, strict=True)]
    keys = _joined(sketches)
    numbers = np.repeat(columns[DOCS.get_field_index("doc")].to_numpy(), [len(one) for one in sketches])
    order = np.lexsort((numbers, keys))
    parts = np.full(len(keys), part, dtype=np.int64)
    return pa.table([keys[order], parts, numbers[order]], schema=POSTINGS), pa.table(columns, schema=DOCS)


def _joined(sketches: Sequence[Keys]) -> Keys:
    return np.concatenate([np.empty(0, np.int64), *sketches])


def _list(files: Sequence[str]) -> str:
    return "[" + ", ".join("'" + file.replace("'", "''") + "'" for file in files) + "]"
