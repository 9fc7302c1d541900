"""Bad input, end to end: each bad page and feed has a named outcome, all are counted, and nothing stops the run."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from flows import pipeline
from flows.lake import open_lake
from flows.lake.query import rows
from tests.badweb import BADWEB_SITES, PAGES, SOURCES, BadWeb, PageCase, SourceCase
from tests.e2e.support import quick_sites, settings


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    folder = tmp_path_factory.mktemp("badweb")
    chosen = settings(folder, quick_sites(folder / "sites", source=Path(BADWEB_SITES)))
    with BadWeb() as web, pytest.MonkeyPatch.context() as patch:
        patch.setenv("http_proxy", web.proxy_url)
        summary = pipeline.ingest(chosen)
    lake = open_lake(chosen.lake)
    fetches = rows(lake, "SELECT * FROM fetches")
    return SimpleNamespace(
        summary=summary,
        lake=lake,
        fetches={(row["kind"], row["url"]): row for row in fetches},
        articles={row["url"]: row for row in rows(lake, "SELECT * FROM revisions")},
    )


@pytest.mark.parametrize("case", PAGES, ids=lambda case: case.name)
def test_a_bad_page_has_its_outcome(world: SimpleNamespace, case: PageCase) -> None:
    row = world.fetches["article", case.url]
    assert row["outcome"] in case.outcomes, row["detail"]
    if row["outcome"] == "new":
        article = world.articles[row["final_url"]]
        for passage in case.passages:
            assert passage in article["text"]
        if case.title is not None:
            assert article["title"].startswith(case.title)
        assert article["published_at"] == case.published_at


@pytest.mark.parametrize("case", SOURCES, ids=lambda case: case.site)
def test_a_bad_feed_has_its_outcome(world: SimpleNamespace, case: SourceCase) -> None:
    sources = [row for (kind, url), row in world.fetches.items() if kind != "article" and url == case.url]
    assert [row["outcome"] in case.outcomes for row in sources] == [True], [row["outcome"] for row in sources]
    if case.finds_article:
        assert any(row["site"] == case.site for row in world.articles.values())


def test_everything_is_counted(world: SimpleNamespace) -> None:
    badpress = next(site for site in world.summary.sites if site.site == "badpress")
    assert badpress.discovered == sum(badpress.outcomes.values()) >= len(PAGES)
    assert sum(site.sources_failed for site in world.summary.sites) >= 3
