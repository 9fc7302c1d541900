"""Rows for tests of the lake: valid ones, to be varied."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from flows.lake.tables import DELETE
from schemas import ARTICLES, COPIES, FETCHES, REVISIONS, RUNS, Table

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def run_row(run_id: str = "r1", site: str = "a", **other: Any) -> dict[str, Any]:
    """A row of runs."""
    zeros = dict.fromkeys(
        ("discovered", "new", "revised", "copies", "sources", "sources_failed", "requests", "body_bytes"), 0
    )
    row = {"run_id": run_id, "site": site, "kind": "crawl", "state": "ok", "started_at": NOW, "finished_at": NOW}
    return row | zeros | {"outcomes": [], "presslake_version": "0", "date": NOW.date()} | other


def article_row(number: int = 1, revision: int = 1, **other: Any) -> dict[str, Any]:
    """A row of articles or revisions."""
    text = f"The story number {number}, told for the time {revision}."
    row = {
        "article_id": f"{number:032x}",
        "revision": revision,
        "url": f"https://a.example/{number}",
        "url_key": f"a.example/{number}",
        "site": "a",
        "title": f"Story {number}",
        "authors": [],
        "tags": [],
        "published_at": NOW,
        "published_precision": "second",
        "published_source": "json-ld",
        "text": text,
        "blocks": [{"kind": "paragraph", "text": text}],
        "word_count": 9,
        "removed_blocks": [],
        "text_hash": f"{number * 1000 + revision:032x}",
        "first_seen_at": NOW,
        "fetched_at": NOW,
        "extractor_version": "1",
        "run_id": "r1",
        "date": NOW.date(),
    }
    return row | other


def fetch_row(number: int = 1, **other: Any) -> dict[str, Any]:
    """A row of fetches."""
    row = {
        "run_id": "r1",
        "site": "a",
        "kind": "article",
        "url": f"https://a.example/{number}",
        "url_key": f"a.example/{number}",
        "outcome": "new",
        "fetched_at": NOW,
        "attempts": 1,
        "date": NOW.date(),
    }
    return row | other


def copy_row(number: int, of: int, **other: Any) -> dict[str, Any]:
    """A row of copies."""
    row = {
        "article_id": f"{number:032x}",
        "original_id": f"{of:032x}",
        "relation": "copy",
        "containment": 1.0,
        "jaccard": 1.0,
        "rule": "exact/1",
        "evidence": "earliest",
        "leader_id": f"{of:032x}",
        "cluster_id": f"{of:032x}",
        "in_articles": False,
        "site": "b",
        "url": f"https://b.example/{number}",
        "original_site": "a",
        "original_url": f"https://a.example/{of}",
        "decided_at": NOW,
        "run_id": "r1",
        "date": NOW.date(),
    }
    return row | other


def table(contract: Table, *rows: dict[str, Any], delete: bool | None = None) -> pa.Table:
    """Rows as an Arrow table; `delete` adds the column that merged tables need."""
    schema = contract.schema
    if delete is not None:
        schema = schema.append(pa.field(DELETE, pa.bool_(), nullable=False))
        rows = tuple({**row, DELETE: row.get(DELETE, delete)} for row in rows)
    return pa.Table.from_pylist(list(rows), schema=schema)


def batch_rows(*numbers: int, run_id: str = "r1") -> dict[str, pa.Table]:
    """The rows of a batch of new articles, one table each."""
    articles = [article_row(number, run_id=run_id) for number in numbers]
    return {
        REVISIONS.name: table(REVISIONS, *articles),
        ARTICLES.name: table(ARTICLES, *articles, delete=False),
        COPIES.name: table(COPIES, delete=False),
        FETCHES.name: table(FETCHES, *[fetch_row(number, run_id=run_id) for number in numbers]),
        RUNS.name: table(RUNS, run_row(run_id)),
    }
