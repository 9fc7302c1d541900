"""Rows that broke the contract, kept with the reason: the Delta table `state/quarantine`, committed with their batch.

Only what has no page to be read again: rows of fetches, copies and runs. An article's page that breaks the contract is
in quarantine by its fetch (`schemas.outcomes.QUARANTINED`) and its place in the archive.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import pyarrow as pa

from flows.lake.lake import Lake
from flows.lake.query import rows
from schemas.checks import problems, repeated
from schemas.outcomes import QUARANTINED
from schemas.table import INSTANT, Field, Table

QUARANTINE = Table(
    "quarantine",
    "1.0.0",
    "Rows that were refused, to be taken up again (presslake lake quarantine).",
    (
        Field("id", pa.string(), "Hash of table, run and row.", nullable=False),
        Field("table", pa.string(), "The table that refused the row.", nullable=False),
        Field("reason", pa.string(), "What is wrong with it.", nullable=False),
        Field("row", pa.string(), "The row as JSON.", nullable=False),
        Field("site", pa.string(), "Its site, where it has one."),
        Field("article_id", pa.string(), "Its article, where it has one."),
        Field("url_key", pa.string(), "Its address, where it has one."),
        Field("run_id", pa.string(), "The run that made it.", nullable=False),
        Field("refused_at", INSTANT, "When it was refused, UTC.", nullable=False),
        Field("date", pa.date32(), "Partition: the day of `refused_at`.", nullable=False),
    ),
    key=(),
    sort_by=("table", "run_id"),
)

_PAGES = """
SELECT warc_file, warc_offset, site, url, outcome, coalesce(detail, '') AS detail FROM fetches
WHERE kind = 'article' AND warc_file IS NOT NULL AND (len($1::VARCHAR[]) = 0 OR site IN (SELECT unnest($1::VARCHAR[])))
QUALIFY bool_and(list_contains($2::VARCHAR[], outcome)) OVER (PARTITION BY warc_file, warc_offset)
    AND row_number() OVER (PARTITION BY warc_file, warc_offset ORDER BY attempts, run_id DESC) = 1
ORDER BY site, url
"""
"""Archived pages of which no look ever came to anything else; looks of ours have no attempts, the last one counts."""


@dataclass(frozen=True)
class Refused:
    """A row that may not be published, and why."""

    table: Table
    row: Mapping[str, Any]
    reason: str


def refused(table: Table, content: Sequence[Mapping[str, Any]]) -> dict[int, Refused]:
    """By position, the rows that break the table's contract or repeat the key of an earlier one."""
    again = repeated(table, content)
    found = {}
    for position, row in enumerate(content):
        reasons = problems(table, row) + ([again[position]] if position in again else [])
        if reasons:
            found[position] = Refused(table, row, "; ".join(reasons))
    return found


def sifted(table: Table, content: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[Refused]]:
    """The rows that may be published, and the others."""
    bad = refused(table, content)
    return [row for position, row in enumerate(content) if position not in bad], list(bad.values())


def quarantine_rows(found: Sequence[Refused], run_id: str, now: datetime) -> pa.Table:
    """What was refused as rows of `QUARANTINE`."""
    texts = [json.dumps(one.row, default=_plain) for one in found]  # ASCII: lone surrogates are escaped
    made = [
        {
            "id": sha256(f"{one.table.name} {run_id} {text}".encode()).hexdigest()[:32],
            "table": one.table.name,
            "reason": one.reason,
            "row": text,
            **{name: _word(one.row.get(name)) for name in ("site", "article_id", "url_key")},
            "run_id": run_id,
            "refused_at": now,
            "date": now.date(),
        }
        for one, text in zip(found, texts, strict=True)
    ]
    return pa.Table.from_pylist(made, schema=QUARANTINE.schema)


def waiting_pages(lake: Lake, sites: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Pages in quarantine, of all sites where none is named: warc_file, warc_offset, site, url, outcome, detail."""
    return rows(lake, _PAGES, [sorted(sites), sorted(str(outcome) for outcome in QUARANTINED)])


def restored(table: Table, text: str) -> dict[str, Any]:
    """The row that `text` holds, with instants and days as such where they can be read."""
    row: dict[str, Any] = json.loads(text)
    return {name: _value(table, name, value) for name, value in row.items() if name in table.names}


def _value(table: Table, name: str, value: Any) -> Any:
    kind = table.schema.field(name).type
    try:
        if kind == INSTANT:
            return datetime.fromisoformat(value).astimezone(UTC)
        if kind == pa.date32():
            return date.fromisoformat(value)
    except (TypeError, ValueError):
        return value  # as wrong as it was
    return value


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _word(value: Any) -> str | None:
    return str(value).encode("utf-8", "replace").decode() if value is not None else None
