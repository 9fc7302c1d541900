"""Batches: decided once, made visible once, whoever dies on the way.

The decision on a batch (the rows for every table) is written ahead of the tables:

1. the rows go to `state/rows/<batch>/<table>.parquet`;
2. `state/batches/<sequence>.json`, which names them, is written only if that sequence number is free.
   This is the one moment that counts: of many publishers one wins the number, the others look at the
   lake again and decide anew. So decisions have one order and each was made against all before it.
3. the tables are committed in the order below, each with the sequence number as its application
   transaction. Whoever comes next (a rerun, another worker) completes a batch left half done here.

The order makes an article visible only after its revision and its copy row, and `runs` last: a row there
means the whole batch is in.
"""

import io
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from flows.errors import PublishError
from flows.lake.lake import Lake
from flows.lake.postings import DOCS, POSTINGS
from flows.lake.quarantine import QUARANTINE
from flows.lake.tables import append, committed, is_gone, merge, open_table
from schemas import ARTICLES, COPIES, FETCHES, REVISIONS, RUNS, Table

log = logging.getLogger(__name__)

_LOOKS = 3
"""How often a decision is made again because files left under it (maintenance that keeps no earlier versions)."""
MERGED = (COPIES, ARTICLES)
PUBLISH_SECONDS = "publish_seconds"
"""Column of `runs` that is known only when everything else of its batch is in."""
ORDER: tuple[Table, ...] = (POSTINGS, DOCS, REVISIONS, COPIES, ARTICLES, FETCHES, QUARANTINE, RUNS)
"""The order of commits; the last one marks the batch as complete."""


@dataclass(frozen=True)
class Batch:
    """The rows of one batch by table name; those for `MERGED` tables have the extra column `_delete`."""

    run_id: str
    rows: Mapping[str, pa.Table]


def publish(lake: Lake, decide: Callable[[], Batch | None]) -> int | None:
    """Decide a batch against the lake as it stands, make it visible, return its sequence number.

    `decide` reads the lake and may be called again where another publisher was faster; it gives None where
    nothing is left to publish. Raises PublishError or LakeError; a batch already decided is then completed by
    the next call of anybody.
    """
    gone = 0
    while True:
        sequence = complete(lake) + 1
        try:
            batch = decide()
        except Exception as error:
            gone += 1
            if not is_gone(error) or gone > _LOOKS:
                raise
            log.info("a file was removed while batch %d was decided; deciding again: %s", sequence, error)
            continue
        if batch is None:
            return None
        if not len(batch.rows.get(RUNS.name, ())):
            raise PublishError(f"a batch of run {batch.run_id} has no row for {RUNS.name}, which marks it as complete")
        if _decided(lake, sequence, batch):
            complete(lake)
            return sequence
        log.info("batch %d went to another publisher; deciding again", sequence)


def complete(lake: Lake) -> int:
    """Commit what was decided but isn't in all tables yet. Returns the last sequence number decided."""
    last = committed(lake, RUNS)
    while (decision := lake.store.get(_name(last + 1))) is not None:
        last += 1
        _commit(lake, last, json.loads(decision))
    return last


def take_turn(lake: Lake, run_id: str) -> int:
    """Take a sequence number for no rows: all decisions made before are committed, all others are made anew.

    So whatever was written before this call is seen by every batch that is not yet in the tables.
    """
    while True:
        sequence = complete(lake) + 1
        if _decided(lake, sequence, Batch(run_id, {})):
            return sequence


def _decided(lake: Lake, sequence: int, batch: Batch) -> bool:
    folder = f"state/rows/{batch.run_id}-{uuid4().hex[:12]}"
    names = {table: f"{folder}/{table}.parquet" for table, rows in batch.rows.items() if len(rows)}
    for table, name in names.items():
        lake.store.put(name, _parquet(batch.rows[table]))
    decision = {
        "sequence": sequence,
        "run_id": batch.run_id,
        "decided_at": datetime.now(UTC).isoformat(),
        "rows": names,
    }
    if lake.store.put_if_absent(_name(sequence), json.dumps(decision, indent=1).encode()):
        return True
    for name in names.values():
        lake.store.delete(name)
    return False


def _commit(lake: Lake, sequence: int, decision: dict[str, dict[str, str]]) -> None:
    names = decision["rows"]
    if sequence == 1:
        # Readers join tables by name: all of them are there from the first batch on, empty or not.
        for table in ORDER:
            open_table(lake, table)
    for table in ORDER:
        name = names.get(table.name)
        if name is None or committed(lake, table) >= sequence:
            continue
        data = lake.store.get(name)
        if data is None:
            # Only the one who saw the batch complete deletes its rows: then the table has them meanwhile.
            if committed(lake, table) >= sequence:
                continue
            raise PublishError(
                f"batch {sequence}: {name} is missing; restore it or re-extract run {decision['run_id']}"
            )
        rows = pq.read_table(io.BytesIO(data))
        if table is RUNS:
            rows = _timed(rows, str(decision["decided_at"]))
        (merge if table in MERGED else append)(lake, table, rows, sequence)
    for name in names.values():
        lake.store.delete(name)


def _timed(rows: pa.Table, decided_at: str) -> pa.Table:
    """The rows for `runs` with their shares of the seconds since the batch was decided: they come last."""
    seconds = (datetime.now(UTC) - datetime.fromisoformat(decided_at)).total_seconds()
    weights = [addresses + 1 for addresses in rows["discovered"].to_pylist()]
    shares = [round(max(0.0, seconds) * weight / sum(weights), 3) for weight in weights]
    kept = [name for name in rows.column_names if name != PUBLISH_SECONDS]
    return rows.select(kept).append_column(PUBLISH_SECONDS, pa.array(shares, pa.float64()))


def _parquet(rows: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(rows, sink, compression="zstd")
    return sink.getvalue()


def _name(sequence: int) -> str:
    return f"state/batches/{sequence:012d}.json"
