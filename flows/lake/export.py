"""A plain copy of the tables for readers that know no Delta: hive-partitioned Parquet, switched at one moment.

    <destination>/manifest.json                                the current snapshot: its folder and every file in it
    <destination>/snapshots/<id>/articles/date=…/part-0.parquet
    <destination>/latest                                       on disk: a link to the current snapshot's folder

Files of a snapshot never change. A reader takes the manifest (or the link) once and finds all tables as of one
moment; the snapshots before stay for those still at work, `keep` of them.
"""

import json
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
from deltalake import DeltaTable

from flows.errors import LakeError
from flows.lake.batches import complete
from flows.lake.card import render
from flows.lake.lake import Lake
from flows.lake.local_store import LocalStore
from flows.lake.store import ObjectStore
from flows.lake.tables import APP, ROW_GROUP, open_table
from schemas import ARTICLES, COPIES, RUNS, TABLES, Table

MANIFEST = "manifest.json"
DEFAULT_TABLES = ("articles", "revisions", "copies")

_ROWS_A_FILE = 250_000
_GRACE = timedelta(days=1)
"""Snapshots without a manifest are of a killed export once they are so old."""


@dataclass(frozen=True)
class File:
    """One data file of a snapshot; `path` is relative to the destination."""

    path: str
    rows: int
    bytes: int


def export(
    lake: Lake, destination: ObjectStore, tables: Sequence[str] = DEFAULT_TABLES, *, keep: int = 2
) -> dict[str, Any]:
    """Write a snapshot of the tables, switch to it, remove all but the last `keep`. Returns the manifest.

    Raises LakeError where lake or destination can't be read or written; readers then keep the snapshot they have.
    """
    wanted = [TABLES[name] for name in tables]
    handles, sequence = _one_moment(lake, wanted)
    now = datetime.now(UTC)
    snapshot = f"snapshots/{now:%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}"
    described = {}
    for table in wanted:
        files = list(_copy(handles[table.name], table, destination, f"{snapshot}/{table.name}"))
        described[table.name] = {
            "schema_version": table.version,
            "delta_version": handles[table.name].version(),
            "rows": sum(file.rows for file in files),
            "files": [asdict(file) for file in files],
        }
    destination.put(f"{snapshot}/_CARD.md", render(lake, now).encode())
    earlier = _manifest(destination)
    kept = [snapshot, *earlier.get("snapshots", [])][: max(1, keep)]
    manifest = {
        "snapshot": snapshot,
        "created_at": now.isoformat(),
        "batch": sequence,
        "tables": described,
        "snapshots": kept,
    }
    destination.put(MANIFEST, json.dumps(manifest, indent=1).encode())
    if isinstance(destination, LocalStore):
        _link(destination.directory, snapshot)
    _remove_others(destination, kept, earlier.get("snapshots", []), now)
    return manifest


def _one_moment(lake: Lake, tables: Iterable[Table]) -> tuple[dict[str, DeltaTable], int]:
    """All tables as of one batch: `runs`, which is committed last, is as far as the furthest of the others."""
    for attempt in range(60):
        complete(lake)
        runs = open_table(lake, RUNS)
        handles = {table.name: open_table(lake, table) for table in (*tables, ARTICLES, COPIES)}
        handles.setdefault(RUNS.name, runs)
        sequence = int(runs.transaction_version(APP) or 0)
        if max(int(handle.transaction_version(APP) or 0) for handle in handles.values()) <= sequence:
            return handles, sequence
        time.sleep(min(2.0, 0.05 * 2**attempt))
    raise LakeError("batches follow each other too quickly to export one moment; run export again")


def _copy(source: DeltaTable, table: Table, target: ObjectStore, folder: str) -> Iterator[File]:
    """The table's rows day by day, sorted as the contract says; memory holds one day."""
    schema = pa.schema([field for field in table.schema if field.name not in table.partition_by], table.schema.metadata)
    dataset = source.to_pyarrow_dataset()
    for day in _days(source):
        found = dataset.to_table(filter=pads.field("date") == day)
        found = found.sort_by([(name, "ascending") for name in table.sort_by]).select(schema.names).cast(schema)
        for number, first in enumerate(range(0, len(found), _ROWS_A_FILE)):
            part = found.slice(first, _ROWS_A_FILE)
            path = f"{folder}/date={day}/part-{number}.parquet"
            yield File(path, len(part), _write(target, path, part, ROW_GROUP.get(table.name, 65_536)))


def _days(source: DeltaTable) -> list[Any]:
    return sorted(set(source.get_add_actions(flatten=True).column("partition.date").to_pylist()))


def _write(target: ObjectStore, path: str, rows: pa.Table, row_group: int) -> int:
    with tempfile.TemporaryDirectory(prefix="presslake-export-") as folder:
        local = Path(folder) / "part.parquet"
        pq.write_table(rows, local, compression="zstd", row_group_size=row_group)
        target.put_file(path, local)
        return local.stat().st_size


def _manifest(destination: ObjectStore) -> Mapping[str, Any]:
    data = destination.get(MANIFEST)
    try:
        found = json.loads(data) if data else {}
    except ValueError:
        raise LakeError(f"{destination.root}/{MANIFEST} is no manifest of ours; export to another place") from None
    if not isinstance(found, dict):
        raise LakeError(f"{destination.root}/{MANIFEST} is no manifest of ours; export to another place")
    return found


def _link(directory: Path, snapshot: str) -> None:
    """Let `latest` point to the snapshot, at one moment: a new link is renamed over the old."""
    fresh = directory / f".latest-{uuid4().hex[:8]}"
    try:
        fresh.symlink_to(snapshot)
        fresh.replace(directory / "latest")
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise LakeError(
            f"{directory}/latest could not be switched: {error}; manifest.json names the snapshot"
        ) from error


def _remove_others(destination: ObjectStore, kept: Sequence[str], known: Sequence[str], now: datetime) -> None:
    """Snapshots that were replaced, and those a killed export left."""
    gone = set()
    for name in destination.names("snapshots/"):
        snapshot = "/".join(name.split("/")[:2])
        if snapshot in kept:
            continue
        stamp = snapshot.removeprefix("snapshots/").partition("-")[0]
        if snapshot in known or _instant(stamp) < now - _GRACE:
            destination.delete(name)
            gone.add(snapshot)
    if isinstance(destination, LocalStore):
        for snapshot in gone:
            shutil.rmtree(destination.directory / snapshot, ignore_errors=True)


def _instant(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)  # not ours: never removed
