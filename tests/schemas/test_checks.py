"""What a row must fulfil before readers see it."""

from datetime import timedelta
from typing import Any

import pytest

from schemas import ARTICLES, COPIES, FETCHES, REVISIONS, RUNS, Table
from schemas.checks import problems
from tests.flows.lake.rows import NOW, article_row, copy_row, fetch_row, run_row


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (ARTICLES, article_row()),
        (REVISIONS, article_row(revision=7, change="correction")),
        (ARTICLES, article_row(published_at=None, published_precision=None, published_source=None)),
        (ARTICLES, article_row(published_at=NOW + timedelta(minutes=4))),
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
        (ARTICLES, article_row(blocks=[{"kind": "song", "text": "la"}]), "not in the contract"),
        (COPIES, copy_row(2, of=1, relation="cousin"), "not one of"),
        (FETCHES, fetch_row(outcome="odd"), "not one of"),
        (RUNS, run_row(discovered=1), "sum of the outcomes"),
    ],
)
def test_a_row_that_breaks_the_contract_is_named(table: Table, row: dict[str, Any], word: str) -> None:
    assert word in "; ".join(problems(table, row))
