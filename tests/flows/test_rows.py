"""Rows made of what the stages know."""

from datetime import UTC, datetime

import pytest

from crawlers.model import Article, Block, Fetch
from flows.rows import revision_row
from schemas import ARTICLES, Outcome
from schemas.checks import problems

FETCHED = datetime(2026, 3, 3, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("published", "precision", "expected"),
    [
        (datetime(2026, 3, 4, tzinfo=UTC), "day", datetime(2026, 3, 3, tzinfo=UTC)),  # the fourth has begun in Tokyo
        (datetime(2026, 3, 3, tzinfo=UTC), "day", datetime(2026, 3, 3, tzinfo=UTC)),
        (datetime(2026, 3, 2, tzinfo=UTC), "day", datetime(2026, 3, 2, tzinfo=UTC)),
        (FETCHED, "minute", FETCHED),
        (None, None, None),
    ],
)
def test_a_day_that_has_begun_in_the_east_alone_is_the_one_of_the_fetch(
    published: datetime | None, precision: str | None, expected: datetime | None
) -> None:
    text = "The harbour opens at six."
    article = Article(
        title="Harbour",
        published_at=published,
        published_precision=precision,
        published_source="visible-text" if published else None,
        text=text,
        blocks=[Block("paragraph", text)],
        extractor_version="1",
    )
    fetch = Fetch("paper", "article", "https://paper.example/a", "paper.example/a", Outcome.NEW, FETCHED)
    row = revision_row(article, fetch, "r1")
    assert row["published_at"] == expected
    assert row["date"] == (expected or FETCHED).date()
    assert problems(ARTICLES, row) == []
