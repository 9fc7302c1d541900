"""Our archive once more: what the rules changed is told from what publishers changed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.model import Article, Rejection
from flows.backfill import reextract
from flows.backfill.compare import compare
from flows.backfill.reextract import ReextractSource
from flows.backfill.request import Request, make_source
from flows.lake import open_lake
from flows.lake.query import rows
from flows.settings import Settings
from schemas import Outcome
from tests.flows.backfill import gazette
from tests.flows.backfill.support import articles, backfill, counts, outcomes, settings_for

AT = datetime(2024, 3, 2, tzinfo=UTC)
STORIES = [story for story in gazette.past() if story.status == 200][:6]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_for(tmp_path, gazette.declare(tmp_path / "sites"))
    records = gazette.captures(STORIES, AT)
    records.append(gazette.response(f"{gazette.ROOT}/short", AT, b"<html><title>Short</title><p>Too short.</html>"))
    backfill(settings, "warc", places=[str(gazette.write_warc(tmp_path / "in.warc.gz", records))])
    return settings


def with_rules(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Extraction with other rules: what it gives goes through `change`."""
    extract = reextract.extract_pages

    def changed(*args: Any, **kwargs: Any) -> Any:
        for page, result in extract(*args, **kwargs):
            yield page, change(page, result)

    monkeypatch.setattr(reextract, "extract_pages", changed)
    monkeypatch.setattr(reextract, "EXTRACTOR_VERSION", "9.9.9")


def test_the_same_rules_change_nothing(settings: Settings) -> None:
    before = articles(settings)
    report = backfill(settings, "reextract")
    assert outcomes(report) == {"no_article": 1, "unchanged": len(STORIES)}
    assert articles(settings) == before
    assert counts(settings, "revisions") == len(STORIES)


def test_what_the_rules_change_is_a_revision_of_our_doing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def better(page: Any, result: Article | Rejection) -> Article | Rejection:
        if isinstance(result, Article) and page.url == STORIES[0].url:
            result.authors = ["Ida Quay"]
        if isinstance(result, Article) and page.url == STORIES[1].url:
            result.text = result.text.rpartition("\n")[0]
            result.blocks = result.blocks[:-1]
        return result

    with_rules(monkeypatch, better)
    report = backfill(settings, "reextract")
    assert outcomes(report) == {"no_article": 1, "revised": 2, "unchanged": len(STORIES) - 2}
    found = rows(
        open_lake(settings.lake),
        "SELECT url, revision, change, authors, fetched_at FROM articles WHERE revision > 1 ORDER BY url",
    )
    assert [(row["url"], row["revision"], row["change"]) for row in found] == sorted(
        (story.url, 2, "reextraction") for story in STORIES[:2]
    )
    assert {row["fetched_at"] for row in found} == {AT}, "the instant of the fetch stays"
    assert ["Ida Quay"] in [row["authors"] for row in found]
    assert len(articles(settings)) == len(STORIES)

    again = backfill(settings, "reextract")
    assert (again.worked, counts(settings, "revisions")) == (0, len(STORIES) + 2)


def test_a_dry_run_tells_and_writes_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(page: Any, result: Article | Rejection) -> Article | Rejection:
        if page.url == STORIES[0].url:
            return Rejection(Outcome.NO_ARTICLE, "not any more")
        if isinstance(result, Article) and page.url == STORIES[1].url:
            result.section = "Harbour"
        return result

    with_rules(monkeypatch, other)
    files = {path: path.stat().st_mtime_ns for path in Path(settings.lake).rglob("*") if path.is_file()}
    source = make_source(settings, Request("reextract"))
    assert isinstance(source, ReextractSource)
    comparison = compare(settings, source)
    assert (comparison.pages, comparison.same, comparison.changed) == (len(STORIES) + 1, len(STORIES) - 2, 1)
    assert (comparison.lost, comparison.gained) == (1, 0)
    assert comparison.columns == {"section": 1}
    assert comparison.examples["section"] == [(STORIES[1].url, "None", "Harbour")]
    assert {path: path.stat().st_mtime_ns for path in Path(settings.lake).rglob("*") if path.is_file()} == files


def test_quarantined_pages_get_their_article(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from flows.backfill import warc

    extract = warc.extract_pages

    def failing(*args: Any, **kwargs: Any) -> Any:
        for page, _ in extract(*args, **kwargs):
            yield page, Rejection(Outcome.EXTRACT_TIMED_OUT, "longer than 10 seconds")

    late = [story for story in gazette.past() if story.status == 200][6:9]
    path = gazette.write_warc(tmp_path / "late.warc.gz", gazette.captures(late, AT))
    with monkeypatch.context() as patch:
        patch.setattr(warc, "extract_pages", failing)
        assert outcomes(backfill(settings, "warc", places=[str(path)])) == {"extract_timed_out": len(late)}
    report = backfill(settings, "warc", places=[str(path)], retry_failed=True)
    assert outcomes(report) == {"new": len(late)}
    assert {story.url for story in late} <= {row["url"] for row in articles(settings)}


def test_a_page_that_is_gone_from_the_archive_is_named(settings: Settings) -> None:
    for path in Path(settings.lake).glob("archive/**/*.warc.gz"):
        path.unlink()
    report = backfill(settings, "reextract")
    assert report.damaged == {"gone from the archive": len(STORIES) + 1}
    assert outcomes(report) == {"extract_failed": len(STORIES) + 1}
    assert len(articles(settings)) == len(STORIES), "what is published stays"
