"""What a row must fulfil beyond its types before readers see it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pyarrow as pa

from schemas.articles import BLOCK_KINDS, CHANGES, DATE_PRECISIONS, DATE_SOURCES
from schemas.bounds import FURTHEST_OFFSET
from schemas.copies import EVIDENCE, RELATIONS
from schemas.fetches import FETCH_KINDS
from schemas.outcomes import Outcome
from schemas.runs import RUN_KINDS, RUN_STATES
from schemas.table import INSTANT, Field, Table

ALLOWED: dict[str, dict[str, frozenset[str]]] = {
    "articles": {
        "published_precision": frozenset(DATE_PRECISIONS),
        "published_source": frozenset(DATE_SOURCES),
        "modified_source": frozenset(DATE_SOURCES),
        "change": frozenset(CHANGES),
    },
    "copies": {"relation": frozenset(RELATIONS), "evidence": frozenset(EVIDENCE)},
    "fetches": {"kind": frozenset(FETCH_KINDS), "outcome": frozenset(Outcome)},
    "runs": {"kind": frozenset(RUN_KINDS), "state": frozenset(RUN_STATES)},
}
ALLOWED["revisions"] = ALLOWED["articles"]

_MANY = 2**62
RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "articles": dict.fromkeys(("published_offset", "modified_offset"), (-FURTHEST_OFFSET, FURTHEST_OFFSET)),
    "copies": {"containment": (0, 1), "jaccard": (0, 1)},
    "fetches": {"status": (100, 999), "attempts": (0, _MANY), "body_bytes": (0, _MANY), "warc_offset": (0, _MANY)},
    "runs": dict.fromkeys(
        ("discovered", "new", "revised", "copies", "sources", "sources_failed", "requests", "body_bytes"), (0, _MANY)
    ),
}
"""Least and greatest value of a numeric column."""
RANGES["revisions"] = RANGES["articles"]

LONGEST = {"title": 2_000, "section": 500, "language": 16, "credited_source": 500, "url": 8_000, "text": 10_000_000}
"""Most characters of a string column."""

EARLIEST = datetime(1600, 1, 1, tzinfo=UTC)
"""No newspaper is older (Relation, Strasbourg, 1605)."""

_ID = re.compile(r"[0-9a-f]{32}")
_SKEW = timedelta(minutes=5)


def problems(table: Table, row: Mapping[str, Any]) -> list[str]:
    """Why the row may not be published; empty where it may."""
    # Values can be looked into only where they are of their types.
    return list(_type_problems(table, row)) or list(_value_problems(table, row))


def repeated(table: Table, rows: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Positions of rows whose key an earlier one of these has, with the reason; the earlier one may stand."""
    seen: set[tuple[Any, ...]] = set()
    found = {}
    for position, row in enumerate(rows):
        key = tuple(row.get(name) for name in table.key)
        if key in seen:
            found[position] = f"a row with the same {', '.join(table.key)} is in the batch already"
        seen.add(key)
    return found


def _type_problems(table: Table, row: Mapping[str, Any]) -> Iterable[str]:
    for field, fits in _fields(table):
        value = row.get(field.name)
        if value is None:
            if not field.nullable:
                yield f"{field.name} is missing"
            continue
        if fits(value):
            continue
        if pa.types.is_list(field.type) and not isinstance(value, list | tuple):
            # A string is a sequence of strings, too: pyarrow would take its letters for the list.
            yield f"{field.name} is no {field.type}"
            continue
        try:
            pa.scalar(value, field.type)
        except (pa.ArrowException, UnicodeError, OverflowError, TypeError, ValueError) as error:
            yield f"{field.name} is no {field.type}: {str(error)[:200]}"


@cache
def _fields(table: Table) -> tuple[tuple[Field, Callable[[Any], bool]], ...]:
    """The fields, each with a quick look that knows most good values; pyarrow judges what it doesn't."""
    return tuple((field, _FITS.get(str(field.type), _unknown)) for field in table.fields)


def _unknown(_: Any) -> bool:
    return False


_FITS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: type(value) is str and value.isascii(),
    "bool": lambda value: type(value) is bool,
    "int32": lambda value: type(value) is int and -(2**31) <= value < 2**31,
    "int64": lambda value: type(value) is int and -(2**63) <= value < 2**63,
    "double": lambda value: type(value) is float,
    "date32[day]": lambda value: type(value) is date,
    str(INSTANT): lambda value: type(value) is datetime and value.tzinfo is not None,
}


def _value_problems(table: Table, row: Mapping[str, Any]) -> Iterable[str]:
    for name, allowed in ALLOWED.get(table.name, {}).items():
        if row.get(name) is not None and row[name] not in allowed:
            yield f"{name} is {row[name]!r}, not one of {', '.join(sorted(allowed))}"
    for name, most in LONGEST.items():
        if isinstance(row.get(name), str) and len(row[name]) > most:
            yield f"{name} has {len(row[name])} characters, more than {most}"
    if table.name in ("articles", "revisions"):
        yield from _article_problems(row)
    for name, (least, greatest) in RANGES.get(table.name, {}).items():
        if row.get(name) is not None and not least <= row[name] <= greatest:
            yield f"{name} is {row[name]}, not within {least} and {greatest}"
    if table.name == "runs" and row["discovered"] != sum(entry["urls"] for entry in row["outcomes"]):
        yield "discovered is not the sum of the outcomes"
    if table.name == "copies":
        yield from (
            f"{name} is not 32 hex digits" for name in ("article_id", "original_id") if not _ID.fullmatch(row[name])
        )


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
    if any(block.get("kind") not in BLOCK_KINDS for block in row.get("blocks") or ()):
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
    for name in ("published_offset", "modified_offset"):
        if row.get(name) is not None and row.get(name.replace("offset", "at")) is None:
            yield f"{name} is set without its instant"
    if row.get("published_precision") == "day" and row.get("published_offset") is not None:
        yield "published_offset is set for a day without a time"
