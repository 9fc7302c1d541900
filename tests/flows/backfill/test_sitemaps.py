import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.crawl import Limits
from flows import pipeline
from flows.backfill import run as backfills
from flows.backfill.request import Request, make_source
from flows.backfill.run import Report
from flows.backfill.sitemaps import SitemapSource
from flows.lake import open_lake
from flows.lake.ledger import enter
from flows.lake.query import rows
from flows.settings import Settings
from infra.demo.proxy import Proxy
from tests.flows.backfill import gazette
from tests.flows.backfill.support import articles, backfill, outcomes, settings_for

STORIES = [story for story in gazette.past() if story.status == 200]
IMPATIENT = Limits(backoff=0.01)
FEBRUARY = {"since": "2024-02", "until": "2024-02"}


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with gazette.serving(STORIES) as proxy:
        monkeypatch.setenv("http_proxy", proxy.proxy_url)
        yield proxy


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path, gazette.declare(tmp_path / "sites"))


def of_february() -> set[str]:
    return {s.url for s in STORIES if (s.published_at.year, s.published_at.month) == (2024, 2)}


def impatient(settings: Settings, **asked: Any) -> Report:
    """A backfill that doesn't wait before it tries again."""
    source = make_source(settings, Request("sitemaps", **asked))
    assert isinstance(source, SitemapSource)
    return backfills.run(settings, dataclasses.replace(source, limits=IMPATIENT))


def pages_asked(web: Proxy, since: int = 0) -> set[str]:
    return {request.url for request in web.requests[since:] if "/story/" in request.url}


def test_a_month_is_what_was_published_in_it(web: Proxy, settings: Settings) -> None:
    source = make_source(settings, Request("sitemaps", ["gazette"], **FEBRUARY))
    plan = backfills.plan(open_lake(settings.lake), source)
    # The sitemaps don't say when one of them was published, and of another only when it was changed.
    assert sum(window.pages or 0 for window in plan.windows) == len(of_february()) + 1
    assert any("sitemaps list" in note for note in plan.notes)
    assert not pages_asked(web)
    assert rows(open_lake(settings.lake), "SELECT count(*) AS n FROM fetches") == [{"n": 0}]

    report = backfills.run(settings, source)
    assert {row["url"] for row in articles(settings)} == of_february()
    assert outcomes(report) == {"new": len(of_february()), "out_of_range": 1}
    assert report.pages == len(of_february()) + 1, "requests for robots.txt are no pages"
    dated = {s.url for s in STORIES if s.listed == "news" and (s.published_at.year, s.published_at.month) != (2024, 2)}
    assert not pages_asked(web) & dated

    before = len(web.requests)
    again = backfill(settings, "sitemaps", sites=["gazette"], **FEBRUARY)
    assert outcomes(again) == outcomes(report)
    assert len(web.requests) == before, "the same again asks for nothing"


def test_what_a_live_crawl_has_is_not_asked_for_again(web: Proxy, settings: Settings) -> None:
    pipeline.ingest(settings, ["gazette"], limit=len(STORIES) - 2)
    stored = {row["url"] for row in articles(settings)}
    assert len(stored) == len(STORIES) - 2
    before = len(web.requests)
    backfill(settings, "sitemaps", sites=["gazette"], since="2023-11", until="2024-03")
    assert pages_asked(web, before) == {story.url for story in STORIES} - stored
    assert {row["url"] for row in articles(settings)} == {story.url for story in STORIES}


def test_a_live_crawl_is_not_burdened_with_the_past(web: Proxy, settings: Settings) -> None:
    assert settings.sites is not None
    path = next(settings.sites.rglob("gazette.toml"))
    path.write_text(path.read_text().replace("max_age_days = 3650", "max_age_days = 30"))
    backfill(settings, "sitemaps", sites=["gazette"], **FEBRUARY)
    before = len(web.requests)
    pipeline.ingest(settings, ["gazette"])
    assert not pages_asked(web, before)


def test_retry_failed_asks_for_what_failed_alone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = gazette.Story(107, datetime(2024, 2, 11, 9, 0, tzinfo=UTC), "news", 503)
    with gazette.serving([*STORIES[:6], broken]) as web:
        monkeypatch.setenv("http_proxy", web.proxy_url)
        asked = {"sites": ["gazette"], "since": "2024-01", "until": "2024-02"}
        assert outcomes(impatient(settings, **asked))["server_error"] == 1
        assert isinstance(web.web, gazette.Gazette)
        web.web.mended = True
        before = len(web.requests)
        impatient(settings, **asked)
        assert not pages_asked(web, before), "a failure is an end, unless somebody asks"
        impatient(settings, retry_failed=True, **asked)
        assert pages_asked(web, before) == {broken.url}
    assert broken.url in {row["url"] for row in articles(settings)}


def test_a_site_without_sitemaps_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.sites is not None
    path = next(settings.sites.rglob("gazette.toml"))
    path.write_text(path.read_text().replace(gazette.HOST, "www.silent.example"))
    with gazette.serving(STORIES) as web:
        monkeypatch.setenv("http_proxy", web.proxy_url)
        source = make_source(settings, Request("sitemaps", ["gazette"], **FEBRUARY))
        assert isinstance(source, SitemapSource)
        plan = backfills.plan(open_lake(settings.lake), dataclasses.replace(source, limits=IMPATIENT))
    assert plan.windows == []
    assert any("no sitemap could be read" in note for note in plan.notes)


def test_the_days_budget_and_takedowns_hold_for_a_backfill(web: Proxy, settings: Settings) -> None:
    assert settings.sites is not None
    path = next(settings.sites.rglob("gazette.toml"))
    plain, gone = path.read_text(), min(of_february())
    enter(open_lake(settings.lake), url=gone, site=None, reason="", now=datetime.now(UTC))
    path.write_text(f"pages_per_day = 5\n{plain}")
    report = backfill(settings, "sitemaps", sites=["gazette"], **FEBRUARY)
    assert len(pages_asked(web)) == 5
    assert report.failed, "what the day had no room for is still to be done"
    path.write_text(f"pages_per_day = 500\n{plain}")
    report = backfill(settings, "sitemaps", sites=["gazette"], **FEBRUARY)
    assert not report.failed
    assert {row["url"] for row in articles(settings)} == of_february() - {gone}
    assert gone not in pages_asked(web)
