"""The same articles live, from sitemaps and from a WARC file, in every order: one id, one row."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from crawlers.urlkey import article_id, url_key
from flows import pipeline
from flows.settings import Settings
from tests.flows.backfill import gazette
from tests.flows.backfill.support import articles, backfill, counts, settings_for

STORIES = [story for story in gazette.past() if (story.published_at.year, story.published_at.month) == (2024, 2)]
STORIES = [story for story in STORIES if story.status == 200]


def live(settings: Settings, _: Path) -> None:
    pipeline.ingest(settings, ["gazette"])


def sitemaps(settings: Settings, _: Path) -> None:
    backfill(settings, "sitemaps", sites=["gazette"], since="2024-02", until="2024-02")


def warc(settings: Settings, folder: Path) -> None:
    path = gazette.write_warc(folder / "in.warc.gz", gazette.captures(STORIES, datetime(2024, 3, 2, tzinfo=UTC)))
    backfill(settings, "warc", places=[str(path)])


ORDERS = list(permutations((live, sitemaps, warc)))


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(door.__name__ for door in order))
def test_every_order_leaves_the_same_articles(
    order: tuple[Callable[[Settings, Path], Any], ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(tmp_path, gazette.declare(tmp_path / "sites"))
    with gazette.serving(STORIES) as web:
        monkeypatch.setenv("http_proxy", web.proxy_url)
        for door in order:
            door(settings, tmp_path)
    found = articles(settings)
    assert [(row["url"], row["article_id"]) for row in found] == sorted(
        (story.url, article_id(url_key(story.url))) for story in STORIES
    )
    for row, story in zip(found, sorted(STORIES, key=lambda story: story.url), strict=True):
        assert row["title"] == story.title
        assert row["text"] == "\n".join(gazette.paragraphs_of(story.number))
        assert row["published_at"] == story.published_at
    assert counts(settings, "revisions") == len(STORIES), "the same text is no revision, however it came"
    assert counts(settings, "copies") == 0
