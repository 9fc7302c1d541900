"""What a page extracted again changes: dedupe tells what publishers changed, this tells what our rules did."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Any

from flows.dedupe.changes import REEXTRACTION
from flows.dedupe.model import Decision, Decisions
from flows.lake import Lake
from flows.lake.history import LakeHistory
from flows.lake.query import rows
from schemas import REVISIONS, Outcome

_NOT_CONTENT = frozenset(
    {
        "article_id", "revision", "url", "url_key", "site", "word_count", "text_hash", "change", "first_seen_at",
        "fetched_at", "warc_file", "warc_offset", "warc_digest", "template", "extractor_version", "run_id", "date",
        "agency", "removed_blocks",
    }
)  # fmt: skip
"""Columns that make no revision by themselves: identity, history, and the evidence of how the rest was found."""
CONTENT = tuple(name for name in REVISIONS.names if name not in _NOT_CONTENT)
"""Columns that extraction fills in and readers read."""

Row = Mapping[str, Any]


def changed_columns(before: Row, after: Row) -> list[str]:
    """The columns in which two extractions of one page differ."""
    return [name for name in CONTENT if _plain(before[name]) != _plain(after[name])]


def extracted_before(lake: Lake, found: Sequence[Row]) -> dict[tuple[str, str, int], dict[str, Any]]:
    """The latest row that each page gave before, by article, archive file and offset."""
    earlier: dict[tuple[str, str, int], dict[str, Any]] = {}
    with closing(LakeHistory(lake)) as history:
        for row in history.whole_rows({row["article_id"] for row in found}):
            place = _place(row)
            if place not in earlier or earlier[place]["revision"] < row["revision"]:
                earlier[place] = row
    return earlier


def decide_again(lake: Lake, found: Sequence[Row], decisions: Decisions) -> Decisions:
    """The decisions with those on pages of known revisions set right.

    Whatever differs makes a further revision, marked as our doing, also where dedupe sees no change in the text.
    `found` are the rows that the decisions' items are about, in their order.
    """
    earlier = extracted_before(lake, found)
    latest = _latest(lake, found, decisions)
    items = list(decisions.items)
    for at in sorted(range(len(items)), key=lambda at: found[at]["fetched_at"]):
        row, decision = found[at], items[at]
        before = earlier.get(_place(row))
        if before is None or not changed_columns(before, row):
            continue
        if decision.outcome is Outcome.UNCHANGED:
            decision = _forced(row, before, decision, latest)
        items[at] = replace(decision, change=REEXTRACTION)
    return replace(decisions, items=tuple(items))


def _forced(row: Row, before: Row, decision: Decision, latest: dict[str, tuple[datetime, int, int]]) -> Decision:
    """A further revision where dedupe saw none: of the same instant as the one it stands beside."""
    instant, revision, highest = latest[row["article_id"]]
    is_latest = (instant, revision) <= (before["fetched_at"], before["revision"])
    latest[row["article_id"]] = (
        (before["fetched_at"], highest + 1, highest + 1) if is_latest else (instant, revision, highest + 1)
    )
    return replace(decision, outcome=Outcome.REVISED, revision=highest + 1, is_latest=is_latest)


def _latest(lake: Lake, found: Sequence[Row], decisions: Decisions) -> dict[str, tuple[datetime, int, int]]:
    """Of each article, the instant and number of its latest revision and the highest number, this batch included."""
    sql = "SELECT article_id, fetched_at, revision FROM revisions WHERE article_id IN (SELECT unnest(?::VARCHAR[]))"
    known = [
        (row["article_id"], row["fetched_at"], row["revision"])
        for row in (rows(lake, sql, [sorted({row["article_id"] for row in found})]) if found else [])
    ]
    known += [
        (row["article_id"], row["fetched_at"], decision.revision)
        for row, decision in zip(found, decisions.items, strict=True)
        if decision.outcome is not Outcome.UNCHANGED
    ]
    latest: dict[str, tuple[datetime, int, int]] = {}
    for article, instant, revision in known:
        top = latest.get(article, (instant, revision, revision))
        latest[article] = (*max(top[:2], (instant, revision)), max(top[2], revision))
    return latest


def _place(row: Row) -> tuple[str, str, int]:
    return row["article_id"], row["warc_file"] or "", row["warc_offset"] or 0


def _plain(value: Any) -> Any:
    """Lists of structs as the lake gives them back and as they went in compare equal; null and empty lists do, too."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return value
