"""Maintenance: few large sorted files instead of many small ones, and nothing kept that nobody needs.

All of it is safe beside running writers and readers. Compaction changes no row; where it and a writer want the
same files, one of them looks again. What is no longer part of a table is removed only after a retention that
outlasts readers of an earlier snapshot; what may belong to a publisher at work is removed only when it was seen
to be nobody's a day before already. With a retention below a day files go in the way of `removal`, which is safe
beside writers, too, but not beside other maintenance; readers of earlier versions lose them.
"""

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError

from flows.errors import LakeError
from flows.lake.archive import Expired, expire
from flows.lake.batches import ORDER
from flows.lake.card import write_card
from flows.lake.lake import Lake
from flows.lake.leases import CARE, FOLDER, REMOVAL, lease
from flows.lake.local_store import LocalStore, remove_parts
from flows.lake.postings import forget_cached
from flows.lake.removal import AT_ONCE, forget_log, look, remove_seen
from flows.lake.stale import long_stale
from flows.lake.tables import CHANGE_FEED, committed, open_table, writer
from schemas import RUNS, TABLES, Table

TARGET = 256 << 20
"""Bytes a data file should have; readers are fast with 128 to 512 MiB."""
RETENTION = timedelta(days=7)
"""How long files stay that are no longer part of a table: the longest a reader may take over one snapshot."""
BATCHES_KEPT = timedelta(days=30)
"""How long a decision on a batch stays on record after the batch is complete."""
GRACE = timedelta(days=1)
"""How long files that belong to nothing are watched before they go."""

_MARKS = "state/maintenance.json"
_ROWS = "state/rows/"
_TRIES = 5

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TableCare:
    """What was done to one table; sizes in bytes."""

    table: str
    files_before: int
    files_after: int
    bytes_before: int
    bytes_after: int
    removed_files: int
    """Data files that left the store: superseded longer ago than the retention, or never part of the table."""
    problem: str | None = None
    """Why something was left for the next time."""


@dataclass(frozen=True)
class Maintenance:
    """What one round of maintenance did."""

    tables: tuple[TableCare, ...]
    batches: int
    """Records of complete batches that were removed."""
    orphans: int
    """Rows written ahead for batches that never came to be, and parts of files, that were removed."""
    cached: int
    """Local copies of postings that were removed."""
    archive: Expired = field(default_factory=Expired)
    """Archived pages that were removed for their age."""


def maintain(
    lake: Lake,
    *,
    target: int = TARGET,
    retention: timedelta = RETENTION,
    grace: timedelta = GRACE,
    now: datetime | None = None,
    forget: bool = False,
    archive: timedelta | None = None,
    on_table: Callable[[TableCare], None] | None = None,
) -> Maintenance:
    """Compact, checkpoint and clean the lake, and renew its card. Raises LakeError where the store can't be reached.

    A retention below a week takes files away from readers that still work on an older snapshot. `forget` removes the
    log of earlier versions as well, with the first words it quotes of each row. Pages fetched longer ago than `archive`
    leave the archive (None: never). Raises LakeError where other maintenance is in the way, too: with a retention below
    a day, or beside one with such a retention.
    """
    now = now or datetime.now(UTC)
    at_once = forget or retention < AT_ONCE
    cared, undecided = [], set[str]()
    with lease(lake, REMOVAL if at_once else CARE) as held:
        for table in ORDER:
            cared.append(_care(lake, table, target, None if at_once else retention))
            if on_table and not at_once:
                on_table(cared[-1])
        if at_once:
            undecided = set(lake.store.names(_ROWS))
            seen = look(lake, ORDER, retention)
            for at, table in enumerate(ORDER):
                cared[at] = replace(cared[at], removed_files=remove_seen(lake, table, seen[table.name], held))
                if forget:
                    forget_log(lake, table, seen[table.name])
                if on_table:
                    on_table(cared[at])
    write_card(lake)
    return Maintenance(
        tuple(cared),
        batches=_forget_batches(lake, now),
        orphans=_remove_orphans(lake, now, grace, undecided),
        cached=forget_cached(lake, now, grace),
        archive=expire(lake, (now - archive).date()) if archive else Expired(),
    )


def _care(lake: Lake, table: Table, target: int, retention: timedelta | None) -> TableCare:
    """Compact and checkpoint; remove what is older than the retention, unless that is done apart."""
    files, size = _extent(open_table(lake, table))
    care = TableCare(table.name, files, files, size, size, 0)
    try:
        if table.name in TABLES and not CHANGE_FEED.items() <= open_table(lake, table).metadata().configuration.items():
            open_table(lake, table).alter.set_table_properties(CHANGE_FEED)
        problem = _compact(lake, table, target)
        open_table(lake, table).create_checkpoint()
        removed = [] if retention is None else _vacuum(lake, table, retention)
        open_table(lake, table).cleanup_metadata()
    except CommitFailedError as error:
        return replace(care, problem=f"writers were faster; the next maintenance goes on: {error}")
    except (DeltaError, OSError) as error:
        raise LakeError(f"table {table.name}: maintenance stopped: {error}. Readers are not affected.") from error
    files, size = _extent(open_table(lake, table))
    return replace(care, files_after=files, bytes_after=size, removed_files=len(removed), problem=problem)


def _vacuum(lake: Lake, table: Table, retention: timedelta) -> list[str]:
    removed: list[str] = open_table(lake, table).vacuum(
        retention_hours=int(retention / timedelta(hours=1)),
        dry_run=False,
        enforce_retention_duration=False,
        full=True,  # also what killed writers left: files that no commit ever named
    )
    return removed


def _extent(table: DeltaTable) -> tuple[int, int]:
    sizes = table.get_add_actions(flatten=True).column("size_bytes").to_pylist()
    return len(sizes), sum(sizes)


def _compact(lake: Lake, table: Table, target: int) -> str | None:
    """A partition a commit: a conflict costs the work on one partition. What stays small is no reason to rewrite."""
    failed = 0
    for partition in _fragmented(open_table(lake, table), target):
        filters = [(name, "=", value) for name, value in partition.items()]
        for _ in range(_TRIES):
            try:
                optimize = open_table(lake, table).optimize
                if table.name in TABLES:
                    # By one column this is a sort: files and row groups of one site lie together.
                    optimize.z_order(
                        [table.sort_by[0]],
                        partition_filters=filters,
                        target_size=target,
                        writer_properties=writer(table),
                    )
                else:
                    optimize.compact(partition_filters=filters, target_size=target, writer_properties=writer(table))
                break
            except CommitFailedError as error:
                log.info("%s %s changed while it was compacted: %s", table.name, partition, error)
        else:
            failed += 1
    return f"{failed} partitions kept changing and were left for the next time" if failed else None


def _fragmented(table: DeltaTable, target: int) -> list[dict[str, str]]:
    """The partitions with at least two files of less than half the target."""
    small: dict[tuple[tuple[str, str], ...], int] = {}
    actions = table.get_add_actions(flatten=True)
    names = table.metadata().partition_columns
    values = [actions.column(f"partition.{name}").to_pylist() for name in names]
    for size, *partition in zip(actions.column("size_bytes").to_pylist(), *values, strict=True):
        if size < target / 2:
            key = tuple((name, str(value)) for name, value in zip(names, partition, strict=True))
            small[key] = small.get(key, 0) + 1
    return [dict(key) for key, count in sorted(small.items()) if count > 1]


def _forget_batches(lake: Lake, now: datetime) -> int:
    """Records are in the order of their decisions, so the first young one ends the search.

    Young ones must stay, complete or not: their names keep a publisher that slept from taking a number again.
    """
    last, removed = committed(lake, RUNS), 0
    for name in lake.store.names("state/batches/"):
        data = lake.store.get(name)
        decision = json.loads(data) if data else None
        if decision is None:
            continue
        young = datetime.fromisoformat(decision["decided_at"]) > now - BATCHES_KEPT
        if young or decision["sequence"] >= last:
            break
        lake.store.delete(name)
        removed += 1
    return removed


def _remove_orphans(lake: Lake, now: datetime, grace: timedelta, undecided: set[str]) -> int:
    """Rows that no batch still needs, leases of killed holders; old ones only.

    A publisher writes its rows before its decision, so young ones may be somebody's. Those `undecided` when a removal
    took its turn are nobody's: decisions of before it are in the tables, others are made anew with rows of their own.
    """
    rows = {name for folder in (_ROWS, FOLDER) for name in lake.store.names(folder)}
    rows -= _awaited(lake)
    marks = json.loads(lake.store.get(_MARKS) or b"{}")
    gone, marks["orphans"] = long_stale(rows, marks.get("orphans", {}), now, grace)
    gone = (gone | (undecided & rows)) - _awaited(lake)
    for name in gone:
        lake.store.delete(name)
    lake.store.put(_MARKS, json.dumps(marks, indent=1).encode())
    parts = remove_parts(lake.store, now - grace) if isinstance(lake.store, LocalStore) else 0
    return len(gone) + parts


def _awaited(lake: Lake) -> set[str]:
    """The rows of batches that were decided and aren't in all tables yet."""
    names: list[Iterable[str]] = []
    sequence = committed(lake, RUNS) + 1
    while data := lake.store.get(f"state/batches/{sequence:012d}.json"):
        names.append(json.loads(data)["rows"].values())
        sequence += 1
    return {name for group in names for name in group}
