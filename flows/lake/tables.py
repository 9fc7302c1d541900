"""The lake's Delta tables: created from the contract, read as snapshots, committed once per batch.

Each commit carries the application transaction (`presslake`, sequence number). deltalake refuses two
concurrent commits of one application transaction but not two in a row (delta protocol, "Transaction
Identifiers"), so the recorded number is checked first; together a batch is committed once.
"""

import logging
import random
import time
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Schema,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from flows.errors import LakeError, PublishError
from flows.lake.lake import Lake
from flows.lake.scanned import releasing
from schemas import TABLES, Table

APP = "presslake"
"""Application id of our transactions in the Delta logs."""

OWN = "presslake-care"
"""Application id of commits that belong to no batch: of those in flight at once, one is refused."""

DELETE = "_delete"
"""Extra column of rows to merge: true where the row with this key is to go."""

_TRIES = 12
_OPENINGS = 5
"""How often a table is opened whose log is being shortened meanwhile."""
_DIFFERENCES = ColumnProperties(dictionary_enabled=False, encoding="DELTA_BINARY_PACKED")
ROW_GROUP = {"articles": 8_192, "revisions": 8_192}
"""Rows of a row group, 65,536 elsewhere. With texts these are some 50 MB of memory, and the least that a reader of one
site or article has to unpack."""
_CONFIGURATION = {"delta.checkpointInterval": "10", "delta.logRetentionDuration": "interval 30 days"}
CHANGE_FEED = {"delta.enableChangeDataFeed": "true"}
"""Readers ask the tables of the contract what came since a version; compaction is no change to them."""

_ADVICE = "Check the lake's address, free space and permissions, then run again."
_GONE = ("not found", "no such file", "nosuchkey", "does not exist", "invalid table version")

log = logging.getLogger(__name__)


def open_table(lake: Lake, table: Table) -> DeltaTable:
    """A fresh handle on the table's latest version; the table is created where it is missing. Raises LakeError.

    Where a purge took away the part of the log that was being read, the later part has all that counts: it is read.
    """
    uri = lake.table_uri(table.name)
    attempt = 0
    while True:
        try:
            return _opened(lake, table, uri)
        except (DeltaError, OSError) as error:
            attempt += 1
            if attempt == _OPENINGS or not is_gone(error):
                raise LakeError(f"table {table.name} at {uri} could not be opened: {error}. {_ADVICE}") from error
            _pause(attempt)


def _opened(lake: Lake, table: Table, uri: str) -> DeltaTable:
    try:
        return DeltaTable(uri, storage_options=lake.storage_options)
    except TableNotFoundError:
        _create(lake, table)
        return DeltaTable(uri, storage_options=lake.storage_options)


def _create(lake: Lake, table: Table) -> None:
    """Make the table unless somebody else is faster."""
    try:
        DeltaTable.create(
            lake.table_uri(table.name),
            table.schema,
            mode="ignore",
            partition_by=list(table.partition_by),
            name=table.name,
            description=table.description,
            configuration=_CONFIGURATION | (CHANGE_FEED if table.name in TABLES else {}),
            storage_options=lake.storage_options,
        )
    except CommitFailedError as error:
        log.info("table %s was created by another: %s", table.name, error)
    except (DeltaError, OSError) as error:
        raise LakeError(f"table {table.name} in {lake.root} could not be created: {error}. {_ADVICE}") from error


def dataset(lake: Lake, table: Table) -> pads.Dataset:
    """A snapshot of the table, to be scanned with pyarrow or DuckDB.

    Columns that the contract has got since the table was last written are there, and null.
    """
    snapshot = open_table(lake, table)
    there = pa.schema(snapshot.schema().to_arrow())
    fresh = [field for field in table.schema if field.name not in there.names]
    return releasing(snapshot.to_pyarrow_dataset(schema=pa.schema([*there, *fresh]) if fresh else None))


def committed(lake: Lake, table: Table) -> int:
    """Sequence number of the last batch with rows in this table; 0 where there is none."""
    return int(open_table(lake, table).transaction_version(APP) or 0)


def append(lake: Lake, table: Table, rows: pa.Table, sequence: int) -> None:
    """Add the rows as the commit of batch `sequence`; nothing happens where that batch is in already."""

    def commit(target: DeltaTable) -> None:
        write_deltalake(
            target,
            _fitted(rows, target).sort_by([(name, "ascending") for name in (*table.partition_by, *table.sort_by)]),
            mode="append",
            writer_properties=writer(table),
            commit_properties=_properties(sequence),
        )

    _once(lake, table, sequence, commit)


def merge(lake: Lake, table: Table, rows: pa.Table, sequence: int) -> None:
    """Insert, replace or (where `_delete` is true) remove rows by the table's key, as the commit of a batch.

    A row's partition never changes, so only the partitions of the batch are looked at.
    """
    predicate = " AND ".join(f"{name} IN ({_listed(rows[name])})" for name in (*table.partition_by, *table.key))

    def commit(target: DeltaTable) -> None:
        # Not deltalake's merge: that writes strings as Arrow's string_view, over which a reader's filter on a pyarrow
        # dataset fails. Replacing what the predicate matches is the same, and as safe beside a compaction.
        write_deltalake(
            target,
            _fitted(rows.filter(pc.invert(rows[DELETE])).drop_columns([DELETE]), target),
            mode="overwrite",
            predicate=predicate,
            writer_properties=writer(table),
            commit_properties=_properties(sequence),
        )

    _once(lake, table, sequence, commit)


def writer(table: Table) -> WriterProperties:
    """How the table's files are written: zstd, dictionaries, statistics; differences where sorted numbers follow."""
    return WriterProperties(
        compression="ZSTD",
        compression_level=3,
        max_row_group_size=ROW_GROUP.get(table.name, 65_536),
        # A shingle's key is like no other: a dictionary of them only adds to their size.
        column_properties={"key": _DIFFERENCES} if table.name == "postings" else None,
    )


def remove(lake: Lake, table: Table, predicate: str) -> None:
    """Take the rows that match an SQL predicate out of the table. Raises LakeError; then it may be called again."""

    def commit(target: DeltaTable, properties: CommitProperties) -> None:
        if target.file_uris():
            # Replaced by nothing, not deleted by deltalake, for the reason given at `merge`.
            nothing = target.to_pyarrow_dataset().schema.empty_table()
            write_deltalake(
                target,
                nothing,
                mode="overwrite",
                predicate=predicate,
                writer_properties=writer(table),
                commit_properties=properties,
            )

    _own_commit(lake, table, commit)


def fence(lake: Lake, table: Table) -> None:
    """A commit without rows after which no `remove` succeeds that began before it; that one then begins again."""

    def commit(target: DeltaTable, properties: CommitProperties) -> None:
        nothing = pa.schema(target.schema().to_arrow()).empty_table()
        write_deltalake(target, nothing, mode="append", commit_properties=properties)

    _own_commit(lake, table, commit)


def _own_commit(lake: Lake, table: Table, commit: Callable[[DeltaTable, CommitProperties], None]) -> None:
    for attempt in range(_TRIES):
        target = open_table(lake, table)
        number, version = int(target.transaction_version(OWN) or 0) + 1, target.version()
        properties = CommitProperties(app_transactions=[Transaction(OWN, number)])
        try:
            commit(target, properties)
        except CommitFailedError as error:
            log.info("%s was changed meanwhile, trying again: %s", table.name, error)
        except (DeltaError, OSError) as error:
            if not is_gone(error):
                raise LakeError(f"table {table.name} could not be changed: {error}. Call it again.") from error
        else:
            # A purge can take the log away under us, and our commit is then one that nobody reads (`removal`).
            now = open_table(lake, table)
            if now.version() == version or int(now.transaction_version(OWN) or 0) >= number:
                return
        _pause(attempt)
    raise LakeError(f"table {table.name} kept changing for {_TRIES} tries. Call it again.")


def is_gone(error: Exception) -> bool:
    """Whether a read failed for want of a file: a purge took it away, and the latest version doesn't need it."""
    return any(word in str(error).lower() for word in _GONE)


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, min(5.0, 0.05 * 2**attempt)))  # noqa: S311 - jitter, not cryptography


def _listed(values: pa.ChunkedArray) -> str:
    """The distinct values as the inside of SQL's IN (…); ids and dates of our own making."""
    return ", ".join(f"'{value}'" for value in sorted(pc.unique(values).to_pylist()))


def _properties(sequence: int) -> CommitProperties:
    return CommitProperties(app_transactions=[Transaction(APP, sequence)], custom_metadata={"batch": str(sequence)})


def _fitted(rows: pa.Table, target: DeltaTable) -> pa.Table:
    """The rows in the table's columns: those that a writer of an earlier schema version didn't know are null."""
    schema = pa.schema(target.schema().to_arrow())
    for field in schema:
        if field.name not in rows.column_names:
            rows = rows.append_column(field, pa.nulls(len(rows), field.type))
    return rows.select(schema.names).cast(schema)


def _evolved(lake: Lake, table: Table, target: DeltaTable) -> DeltaTable:
    """The table with the columns that the contract has got since it was made (schemas: additions are nullable)."""
    there = {field.name for field in target.schema().fields}
    if fresh := [field for field in table.schema if field.name not in there]:
        log.info("table %s gets the columns %s", table.name, ", ".join(field.name for field in fresh))
        target.alter.add_columns(Schema.from_arrow(pa.schema(fresh)).fields)
        return open_table(lake, table)
    return target


def _once(lake: Lake, table: Table, sequence: int, commit: Callable[[DeltaTable], None]) -> None:
    """Commit unless it is committed; on conflict look again with a fresh handle, with jitter between tries."""
    for attempt in range(_TRIES):
        target = open_table(lake, table)
        if int(target.transaction_version(APP) or 0) >= sequence:
            return
        try:
            commit(_evolved(lake, table, target))
        except CommitFailedError as error:
            log.info("batch %d: %s was changed meanwhile, trying again: %s", sequence, table.name, error)
            _pause(attempt)
        except (DeltaError, OSError) as error:
            if is_gone(error) and attempt < _TRIES / 2:
                log.info("batch %d: a file of %s is gone, trying again: %s", sequence, table.name, error)
                _pause(attempt)
                continue
            raise PublishError(
                f"batch {sequence}: table {table.name} could not be written: {error}. The batch is kept; "
                "the next run completes it."
            ) from error
        else:
            return
    raise PublishError(
        f"batch {sequence}: table {table.name} kept changing for {_TRIES} tries; the next run completes it"
    )
