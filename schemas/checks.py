"""What a row must fulfil beyond its types before readers see it."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from schemas.articles import BLOCK_KINDS, CHANGES, DATE_PRECISIONS, DATE_SOURCES
from schemas.copies import EVIDENCE, RELATIONS
from schemas.fetches import FETCH_KINDS
from schemas.outcomes import Outcome
from schemas.runs import RUN_KINDS, RUN_STATES
from schemas.table import Table

ALLOWED: dict[str, dict[str, frozenset[str]]] = {
    "articles": {
        "published_precision": frozenset(DATE_PRECISIONS),
        "published_source": frozenset(DATE_SOURCES),
        "change": frozenset(CHANGES),
    },
    "copies": {"relation": frozenset(RELATIONS), "evidence": frozenset(EVIDENCE)},
    "fetches": {"kind": frozenset(FETCH_KINDS), "outcome": frozenset(Outcome)},
    "runs": {"kind": frozenset(RUN_KINDS), "state": frozenset(RUN_STATES)},
}
ALLOWED["revisions"] = ALLOWED["articles"]

LONGEST = {"title": 2_000, "section": 500, "language": 16, "credited_source": 500, "url": 8_000, "text": 10_000_000}
"""Most characters of a string column."""

EARLIEST = datetime(1600, 1, 1, tzinfo=UTC)
"""No newspaper is older (Relation, Strasbourg, 1605)."""

_ID = re.compile(r"[0-9a-f]{32}")
_SKEW = timedelta(minutes=5)


def problems(table: Table, row: Mapping[str, Any]) -> list[str]:
    """Why the row may not be published; empty where it may."""
    return [*_type_problems(table, row), *_value_problems(table, row)]


def _type_problems(table: Table, row: Mapping[str, Any]) -> Iterable[str]:
    for field in table.fields:
        value = row.get(field.name)
        if value is None:
            if not field.nullable:
                yield f"{field.name} is missing"
            continue
        if pa.types.is_list(field.type) and not isinstance(value, list | tuple):
            # A string is a sequence of strings, too: pyarrow would take its letters for the list.
            yield f"{field.name} is no {field.type}"
            continue
        try:
            pa.scalar(value, field.type)
        except (pa.ArrowException, UnicodeError, OverflowError, TypeError, ValueError) as error:
            yield f"{field.name} is no {field.type}: {str(error)[:200]}"


def _value_problems(table: Table, row: Mapping[str, Any]) -> Iterable[str]:
    for name, allowed in ALLOWED.get(table.name, {}).items():
        if row.get(name) is not None and row[name] not in allowed:
            yield f"{name} is {row[name]!r}, not one of {', '.join(sorted(allowed))}"
    for name, most in LONGEST.items():
        if isinstance(row.get(name), str) and len(row[name]) > most:
            yield f"{name} has {len(row[name])} characters, more than {most}"
    if table.name in ("articles", "revisions"):
        yield from _article_problems(row)
    if table.name == "runs" and row["discovered"] != sum(entry["urls"] for entry in row["outcomes"]):
        yield "discovered is not the sum of the outcomes"


def _article_problems(row: Mapping[str, Any]) -> Iterable[str]:
    for name in ("article_id", "text_hash"):
        if not _ID.fullmatch(str(row.get(name))):
            yield f"{name} is not 32 hex digits"
    if not str(row.get("text") or "").strip():
        yield "text is empty"
    if (row.get("revision") or 0) < 1:
        yield "revision is below 1"
    if not str(row.get("url")).startswith(("http://", "https://")):
        yield "url is not http(s)"
    if any(block["kind"] not in BLOCK_KINDS for block in row.get("blocks") or ()):
        yield "blocks has a kind that is not in the contract"
    fetched_at = row.get("fetched_at")
    for name in ("published_at", "modified_at"):
        value = row.get(name)
        if not isinstance(value, datetime) or not isinstance(fetched_at, datetime):
            continue
        if value < EARLIEST:
            yield f"{name} is before {EARLIEST.year}"
        if name == "published_at" and value > fetched_at + _SKEW:
            yield "published_at is after the fetch"
    if (row.get("published_at") is None) != (row.get("published_precision") is None):
        yield "published_at and published_precision must be set together"
