"""Sampled shingles of what was published, for near-duplicate search: two Delta tables under `state/`.

They are working state, not part of the contract with readers, but they are committed with each batch like
the tables, so that they agree with them. The search reads their current data files directly; for a lake
on S3 these are kept in a local cache (data files never change).
"""

import json
import os
import shutil
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from flows.dedupe.candidates import DOCS as DOCS_SCHEMA
from flows.dedupe.candidates import POSTINGS as POSTINGS_SCHEMA
from flows.dedupe.history import PostingsFiles
from flows.dedupe.model import Decisions
from flows.lake.lake import Lake
from flows.lake.local_store import LocalStore
from flows.lake.stale import long_stale
from flows.lake.tables import open_table
from schemas.table import Field, Table

_DATE = Field("date", pa.date32(), "Partition: the article's `date`.", nullable=False)


def _state_table(name: str, description: str, schema: pa.Schema, sort_by: tuple[str, ...]) -> Table:
    fields = tuple(Field(field.name, field.type, name, nullable=field.nullable) for field in schema)
    return Table(name, "1.0.0", description, (*fields, _DATE), key=(), sort_by=sort_by)


POSTINGS = _state_table("postings", "Sampled shingles of revisions.", POSTINGS_SCHEMA, ("key",))
DOCS = _state_table("docs", "The revisions that postings point to.", DOCS_SCHEMA, ("part", "doc"))


def posting_rows(decisions: Decisions) -> dict[str, pa.Table]:
    """The batch's rows for both tables, by table name."""
    return {
        POSTINGS.name: _with_date(POSTINGS, decisions.postings),
        DOCS.name: _with_date(DOCS, decisions.docs),
    }


def postings_files(lake: Lake, first: date, last: date) -> PostingsFiles:
    """Local Parquet files with the postings of these days, both included."""
    return PostingsFiles(_files(lake, POSTINGS, first, last), _files(lake, DOCS, first, last))


def forget_cached(lake: Lake, now: datetime, grace: timedelta) -> int:
    """Remove local copies of data files that left the tables `grace` ago; gives their number."""
    folder = _cache(lake)
    if isinstance(lake.store, LocalStore) or not folder.is_dir():
        return 0
    current = {_name(lake, uri) for table in (POSTINGS, DOCS) for uri in open_table(lake, table).file_uris()}
    kept = {path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")}
    memory = folder / "stale.json"
    remembered = json.loads(memory.read_bytes()) if memory.exists() else {}
    gone, remembered = long_stale(kept - current, remembered, now, grace)
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    memory.write_text(json.dumps(remembered), "utf-8")
    return len(gone)


def _with_date(table: Table, by_day: Mapping[date, pa.Table]) -> pa.Table:
    parts = [
        rows.append_column(table.schema.field("date"), pa.array([day] * len(rows), pa.date32()))
        for day, rows in sorted(by_day.items())
    ]
    return pa.concat_tables(parts).cast(table.schema) if parts else table.schema.empty_table()


def _files(lake: Lake, table: Table, first: date, last: date) -> tuple[str, ...]:
    uris = open_table(lake, table).file_uris()
    wanted = [uri for uri in uris if first <= _day(uri) <= last]
    if isinstance(lake.store, LocalStore):
        return tuple(unquote(urlsplit(uri).path) if uri.startswith("file:") else uri for uri in wanted)
    return tuple(str(_cached(lake, uri)) for uri in wanted)


def _day(uri: str) -> date:
    return date.fromisoformat(uri.rsplit("/date=", 1)[1][:10])


def _cached(lake: Lake, uri: str) -> Path:
    """The data file on local disk, fetched when it is asked for first."""
    name = _name(lake, uri)
    path = _cache(lake) / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".part-{os.getpid()}")
        with lake.store.open(name) as source, part.open("wb") as target:
            shutil.copyfileobj(source, target)
        part.replace(path)
    return path


def _name(lake: Lake, uri: str) -> str:
    return uri.removeprefix(lake.root).lstrip("/")


def _cache(lake: Lake) -> Path:
    """The folder for local copies of this lake's data files, whose names are unique."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "presslake" / "postings"
    return root / lake.root.removeprefix("s3://")
