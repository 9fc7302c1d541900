"""What is in quarantine, and its way back: pages are extracted again, rows checked again, by today's rules."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from crawlers.model import Fetch
from flows import rows as make
from flows.backfill import run as backfills
from flows.backfill.reextract import ReextractSource
from flows.backfill.run import Report
from flows.backfill.windows import ALWAYS
from flows.lake import Lake, open_lake
from flows.lake.batches import MERGED, Batch, publish
from flows.lake.quarantine import QUARANTINE, restored, waiting_pages
from flows.lake.query import rows
from flows.lake.tables import DELETE, open_table, remove
from flows.settings import Settings
from flows.summary import SiteSummary
from schemas import RUNS, TABLES, Table
from schemas.checks import problems
from schemas.outcomes import QUARANTINED


@dataclass(frozen=True)
class Waiting:
    """One thing in quarantine: a page (`table` is fetches, `place` set), or a row."""

    table: str
    site: str | None
    subject: str
    """The page's address; the row's key."""
    kind: str
    """The outcome of a page; `row`."""
    reason: str
    place: tuple[str, int] | None = None
    """Archive object and byte offset."""
    id: str | None = None


@dataclass
class Replay:
    """What came of a replay."""

    taken: int
    """Pages and rows that were in quarantine."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """Pages by outcome now; rows that came into their tables as `row`."""
    refused: Sequence[Waiting] = ()
    """What is in quarantine still, with today's reasons."""


@dataclass(frozen=True)
class _PagesAgain(ReextractSource):
    """The waiting pages. Each call is a job of its own: what changed since the last may be the schemas alone."""

    places: frozenset[tuple[str, int]] = frozenset()
    asked_at: str = ""

    def spec(self) -> dict[str, Any]:
        return super().spec() | {"asked_at": self.asked_at}

    def _pages(self) -> Iterator[Fetch]:
        return (f for f in super()._pages() if f.warc and (f.warc.file, f.warc.offset) in self.places)


def waiting(lake: Lake, sites: Sequence[str] = ()) -> list[Waiting]:
    """All that is in quarantine; of all sites where none is named."""
    pages = [
        Waiting(
            "fetches",
            row["site"],
            row["url"],
            row["outcome"],
            row["detail"],
            place=(row["warc_file"], row["warc_offset"]),
        )
        for row in waiting_pages(lake, sites)
    ]
    return pages + [
        Waiting(row["table"], row["site"], _key(row), "row", row["reason"], id=row["id"]) for row in _rows(lake, sites)
    ]


def replay(
    settings: Settings, sites: Sequence[str] = (), run: Callable[[ReextractSource], Report] | None = None
) -> Replay:
    """Take up what is in quarantine: publish what fulfils the contract now. `run` does the job of the pages.

    Killed, it can be called again: what is published has left quarantine. Raises LakeError or PublishError.
    """
    lake = open_lake(settings.lake)
    before = waiting(lake, sites)
    done = Replay(len(before))
    if places := frozenset(one.place for one in before if one.place):
        source = _PagesAgain(lake, sites, ALWAYS, QUARANTINED, places=places, asked_at=datetime.now(UTC).isoformat())
        report = run(source) if run else backfills.run(settings, source)
        done.outcomes += Counter({str(outcome): count for outcome, count in report.outcomes.items()})
    reasons = {} if len(places) == len(before) else _replay_rows(lake, sites, done)
    done.refused = [replace(one, reason=reasons.get(one.id or "", one.reason)) for one in waiting(lake, sites)]
    return done


def _rows(lake: Lake, sites: Sequence[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = open_table(lake, QUARANTINE).to_pyarrow_table().to_pylist()
    return sorted((row for row in found if not sites or row["site"] in sites), key=lambda row: row["refused_at"])


def _key(row: dict[str, Any]) -> str:
    table = TABLES[row["table"]]
    content = restored(table, row["row"])
    return " ".join(str(content.get(name)) for name in table.key)


def _replay_rows(lake: Lake, sites: Sequence[str], done: Replay) -> dict[str, str]:
    """Publish the rows that may be published now; why the others may not, by id."""
    now = datetime.now(UTC)
    reasons: dict[str, str] = {}
    settled: dict[str, str] = {}

    def decide() -> Batch | None:
        reasons.clear()
        settled.clear()
        accepted: dict[str, list[dict[str, Any]]] = {}
        for name in TABLES:
            held = {row["id"]: restored(TABLES[name], row["row"]) for row in _rows(lake, sites) if row["table"] == name}
            fresh = _judge(lake, TABLES[name], held, reasons, settled)
            if fresh:
                accepted[name] = fresh
        return _batch(accepted, now) if accepted else None

    publish(lake, decide)
    if settled:
        remove(lake, QUARANTINE, f"id IN ({', '.join(repr(one) for one in sorted(settled))})")
        done.outcomes["row"] += len(settled)
    return reasons


def _judge(
    lake: Lake, table: Table, held: dict[str, dict[str, Any]], reasons: dict[str, str], settled: dict[str, str]
) -> list[dict[str, Any]]:
    """Of a table's rows in quarantine, those to publish; what is settled by that or before, what is refused and why."""
    there = _there(lake, table, list(held.values()))
    fresh = []
    for name, row in held.items():
        key = tuple(row.get(column) for column in table.key)
        if wrong := problems(table, row):
            reasons[name] = "; ".join(wrong)
        elif key not in there:
            there[key] = row
            fresh.append(row)
            settled[name] = table.name
        elif there[key] == {column: row.get(column) for column in table.names}:
            settled[name] = table.name  # published by a replay that was killed before it could say so
        else:
            reasons[name] = f"another row with the same {', '.join(table.key)} is in {table.name}"
    return fresh


def _there(lake: Lake, table: Table, held: Sequence[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The table's rows that may have the key of one of these."""
    first = sorted({str(row.get(table.key[0])) for row in held})
    sql = f"SELECT * FROM {table.name} WHERE {table.key[0]} IN (SELECT unnest(?::VARCHAR[]))"
    found = rows(lake, sql, [first]) if held else []
    return {tuple(row[column] for column in table.key): row for row in found}


def _batch(accepted: dict[str, list[dict[str, Any]]], now: datetime) -> Batch:
    run_id = f"replay-{now:%Y%m%dT%H%M%S%fZ}"
    sites = sorted({row["site"] for found in accepted.values() for row in found if row.get("site")})
    runs = [make.run_row(SiteSummary(site), run_id, "reextract", now, now) for site in sites]
    accepted = {**accepted, RUNS.name: [*accepted.get(RUNS.name, []), *runs]}
    tables = {}
    for name, found in accepted.items():
        schema = TABLES[name].schema
        if TABLES[name] in MERGED:
            schema = schema.append(pa.field(DELETE, pa.bool_(), nullable=False))
            found = [{**row, DELETE: False} for row in found]
        tables[name] = pa.Table.from_pylist(found, schema=schema)
    return Batch(run_id, tables)
