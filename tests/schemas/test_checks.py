"""What a row must fulfil before readers see it."""

from datetime import timedelta
from typing import Any

import pytest

from schemas import ARTICLES, COPIES, FETCHES, REVISIONS, RUNS, Table
from schemas.checks import problems, repeated
from tests.flows.lake.rows import NOW, article_row, copy_row, fetch_row, run_row


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (ARTICLES, article_row()),
        (REVISIONS, article_row(revision=7, change="correction")),
        (ARTICLES, article_row(published_at=None, published_precision=None, published_source=None)),
        (ARTICLES, article_row(published_at=NOW + timedelta(minutes=4))),
        (ARTICLES, article_row(published_offset=-210, modified_at=NOW, modified_source="meta", modified_offset=845)),
        (COPIES, copy_row(2, of=1)),
        (FETCHES, fetch_row(outcome="server_error")),
        (RUNS, run_row(discovered=3, outcomes=[{"outcome": "new", "urls": 2}, {"outcome": "robots", "urls": 1}])),
    ],
)
def test_a_valid_row_has_no_problems(table: Table, row: dict[str, Any]) -> None:
    assert problems(table, row) == []


@pytest.mark.parametrize(
    ("table", "row", "word"),
    [
        (ARTICLES, article_row(article_id="x"), "32 hex digits"),
        (ARTICLES, article_row(url=None), "url is missing"),
        (ARTICLES, article_row(url="ftp://a.example/1"), "not http"),
        (ARTICLES, article_row(text=" \n"), "text is empty"),
        (ARTICLES, article_row(revision=0), "below 1"),
        (ARTICLES, article_row(title="x" * 2001), "2001 characters"),
        (ARTICLES, article_row(word_count="many"), "word_count is no int32"),
        (ARTICLES, article_row(authors="Jane Doe"), "authors is no list"),
        (ARTICLES, article_row(title="\ud800"), "title is no string"),
        (ARTICLES, article_row(published_at=NOW + timedelta(days=1)), "after the fetch"),
        (ARTICLES, article_row(published_at=NOW.replace(year=1500)), "before 1600"),
        (ARTICLES, article_row(published_precision=None), "set together"),
        (ARTICLES, article_row(published_source="guess"), "not one of"),
        (ARTICLES, article_row(modified_source="guess"), "not one of"),
        (REVISIONS, article_row(published_offset=1000), "published_offset is 1000, not within -900 and 900"),
        (ARTICLES, article_row(modified_offset=60), "modified_offset is set without its instant"),
        (ARTICLES, article_row(published_precision="day", published_offset=60), "a day without a time"),
        (ARTICLES, article_row(blocks=[{"kind": "song", "text": "la"}]), "not in the contract"),
        (COPIES, copy_row(2, of=1, relation="cousin"), "not one of"),
        (COPIES, copy_row(2, of=1, jaccard=float("nan")), "jaccard is nan, not within 0 and 1"),
        (COPIES, copy_row(2, of=1, original_id="?"), "original_id is not 32 hex digits"),
        (FETCHES, fetch_row(status=7), "status is 7, not within 100 and 999"),
        (FETCHES, fetch_row(attempts=2**40), "attempts is no int32"),
        (FETCHES, fetch_row(outcome="odd"), "not one of"),
        (RUNS, run_row(discovered=1), "sum of the outcomes"),
        (RUNS, run_row(new=-1), "new is -1"),
        (RUNS, run_row(outcomes=None), "outcomes is missing"),
    ],
)
def test_a_row_that_breaks_the_contract_is_named(table: Table, row: dict[str, Any], word: str) -> None:
    assert word in "; ".join(problems(table, row))


@pytest.mark.parametrize(
    ("table", "same", "other"),
    [
        (ARTICLES, article_row(1, revision=2), article_row(2)),
        (REVISIONS, article_row(1, title="else"), article_row(1, revision=2)),
        (COPIES, copy_row(1, of=3), copy_row(2, of=2)),
        (FETCHES, fetch_row(1, outcome="gone"), fetch_row(1, kind="section")),
        (RUNS, run_row("r1", kind="backfill"), run_row("r1", site="b")),
    ],
)
def test_a_key_that_is_in_the_batch_already_is_named(table: Table, same: dict[str, Any], other: dict[str, Any]) -> None:
    first = {**same, "site": same["site"]}
    found = repeated(table, [first, other, same])
    assert list(found) == [2]
    assert ", ".join(table.key) in found[2]
