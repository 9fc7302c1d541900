"""Data files removed at once, beside running publishers.

A file that no version of a table names may be rubbish, or of a writer that is about to commit it. Time tells the two
apart (deltalake's vacuum, with a retention of days); where there is no time, the order of batches does:

1. list the files that the table doesn't name;
2. make whoever may still commit one of them fail: each table gets a commit without rows and with the transaction of
   our own commits (`tables.remove`), and a sequence number is taken: all batches before it are then in the tables, so
   a slow writer of one of them is refused by its transaction id, and those after it have written nothing yet;
3. no other maintenance may be at work: compaction carries no transaction, so it holds a lease (`leases`);
4. remove what was listed and is still not named.

Publishers don't wait and have nothing to do for it. Readers of earlier versions lose their files: that is asked for.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote

from flows.lake.batches import take_turn
from flows.lake.lake import Lake
from flows.lake.leases import alone
from flows.lake.tables import fence, open_table
from schemas import TABLES, Table

AT_ONCE = timedelta(days=1)
"""With a shorter retention than this, time doesn't tell rubbish from work in progress."""


@dataclass(frozen=True)
class Seen:
    """A table before its removal: names of files that it doesn't name, and its version."""

    files: frozenset[str]
    version: int


def look(lake: Lake, tables: Iterable[Table], retention: timedelta) -> dict[str, Seen]:
    """Steps 1 and 2. After it, no commit to come names one of these files, or has a version up to the one given."""
    tables = list(tables)
    seen = {table.name: Seen(_stale(lake, table, retention), open_table(lake, table).version()) for table in tables}
    for table in tables:
        fence(lake, table)
    take_turn(lake, "removal")
    return seen


def remove_seen(lake: Lake, table: Table, seen: Seen, lease: str) -> int:
    """Steps 3 and 4; gives how many files were removed. Raises LakeError where other maintenance is at work."""
    alone(lake, lease)
    gone = sorted(seen.files & _unnamed(lake, table))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lake.store.delete, gone))
    return len(gone)


def forget_log(lake: Lake, table: Table, seen: Seen) -> None:
    """Remove commits up to the version seen, whose statistics quote titles and the first words of texts.

    Not the later ones: a publisher at work may have opened one of these, and takes the next number for its commit only
    while that is in the log. Before the ones seen, each batch is in.
    """
    handle = open_table(lake, table)
    handle.create_checkpoint()
    last = min(seen.version, handle.version() - 1)
    prefix = f"{_folder(table)}_delta_log/"
    for name in list(lake.store.names(prefix)):
        number = name.removeprefix(prefix)[:20]
        if number.isdigit() and int(number) <= last:
            lake.store.delete(name)


def _stale(lake: Lake, table: Table, retention: timedelta) -> frozenset[str]:
    if not retention:
        return _unnamed(lake, table)  # without a look at clocks
    hours = int(retention / timedelta(hours=1))
    found = open_table(lake, table).vacuum(hours, dry_run=True, enforce_retention_duration=False, full=True)
    return frozenset(_folder(table) + unquote(path) for path in found)


def _unnamed(lake: Lake, table: Table) -> frozenset[str]:
    """Data files (change data as well) in the table's folder that its latest version doesn't name."""
    folder = _folder(table)
    there = {name for name in lake.store.names(folder) if not name.startswith(f"{folder}_delta_log/")}
    named = open_table(lake, table).get_add_actions(flatten=True).column("path").to_pylist()
    return frozenset(there - {folder + unquote(path) for path in named})


def _folder(table: Table) -> str:
    return f"{'tables' if table.name in TABLES else 'state'}/{table.name}/"
