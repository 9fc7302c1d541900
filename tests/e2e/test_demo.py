"""The whole pipeline on the demo web at both moments, against what its story files say."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from crawlers.urlkey import url_key
from flows import pipeline
from flows.cli import cli
from flows.cli.query import plain
from flows.lake import open_lake
from flows.lake.query import rows
from infra.demo import DemoWeb
from infra.demo.expected import ExpectedArticle, expected_articles, expected_leads
from schemas import TABLES, Outcome
from schemas.checks import problems
from tests.e2e.support import quick_sites, settings


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Two runs, at moment 1 and 2; per moment the summary and the lake's rows after it."""
    folder = tmp_path_factory.mktemp("demo")
    chosen = settings(folder, quick_sites(folder / "sites"))
    moments: dict[int, Any] = {}
    with DemoWeb() as web, pytest.MonkeyPatch.context() as patch:
        patch.setenv("http_proxy", web.proxy_url)
        patch.delenv("no_proxy", raising=False)
        for moment in (1, 2):
            web.go_to_moment(moment)
            summary = pipeline.ingest(chosen)
            lake = open_lake(chosen.lake)
            tables = {name: rows(lake, f"SELECT * FROM {name}") for name in TABLES}
            moments[moment] = SimpleNamespace(summary=summary, **tables)
        yield SimpleNamespace(moments=moments, now=web.now, requests=list(web.requests), lake=lake, settings=chosen)


def found(world: SimpleNamespace, moment: int, expected: ExpectedArticle) -> dict[str, Any]:
    key = url_key(expected.url)
    revisions = [row for row in world.moments[moment].revisions if row["url_key"] == key]
    assert revisions, f"{expected.url} is not in the lake"
    return max(revisions, key=lambda row: row["revision"])


@pytest.mark.parametrize("moment", [1, 2])
def test_every_article_is_there_once_with_its_fields(world: SimpleNamespace, moment: int) -> None:
    wrong = []
    expected = expected_articles(world.now, moment)
    names = ("site", "title", "published_at", "published_precision", "language", "credited_source", "revision")
    for article in expected:
        row = found(world, moment, article) | {"authors": tuple(found(world, moment, article)["authors"])}
        wrong += [
            (article.url, name, row[name], getattr(article, name))
            for name in (*names, "is_accessible_for_free", "authors")
            if row[name] != getattr(article, name)
        ]
    assert not wrong
    assert {row["url_key"] for row in world.moments[moment].revisions} == {url_key(a.url) for a in expected}


@pytest.mark.parametrize("moment", [1, 2])
def test_the_text_is_the_story_and_nothing_else(world: SimpleNamespace, moment: int) -> None:
    wrong = []
    for article in expected_articles(world.now, moment):
        text = found(world, moment, article)["text"]
        position = 0
        for passage in article.passages:
            at = text.find(passage, position)
            if at < 0:
                wrong.append((article.url, "lacks", passage))
            else:
                position = at + len(passage)
        wrong += [(article.url, "has", bad) for bad in (*article.forbidden, *article.captions) if bad in text]
    assert not wrong


@pytest.mark.parametrize("moment", [1, 2])
def test_copies_are_recorded_and_left_out_of_articles(world: SimpleNamespace, moment: int) -> None:
    expected = {(url_key(a.url), url_key(a.copy_of)) for a in expected_articles(world.now, moment) if a.copy_of}
    copies = world.moments[moment].copies
    assert {(url_key(row["url"]), url_key(row["original_url"])) for row in copies} == expected
    shown = {row["article_id"] for row in world.moments[moment].articles}
    assert not shown & {row["article_id"] for row in copies if not row["in_articles"]}
    assert shown | {row["article_id"] for row in copies} == {
        row["article_id"] for row in world.moments[moment].revisions
    }


@pytest.mark.parametrize("moment", [1, 2])
def test_every_lead_has_one_of_the_outcomes_it_may_have(world: SimpleNamespace, moment: int) -> None:
    summary = world.moments[moment].summary
    fetched = {
        (row["site"], row["url"]): row["outcome"]
        for row in world.moments[moment].fetches
        if row["kind"] == "article" and row["run_id"] == summary.run_id
    }
    # Variants of one address within a document are one lead already when it is read.
    leads = [lead for lead in expected_leads(world.now, moment) if lead.outcomes != {Outcome.DUPLICATE_URL}]
    wrong = [
        (lead.url, fetched.get((lead.site, lead.url), "known"), lead.outcomes)
        for lead in leads
        if fetched.get((lead.site, lead.url), "known") not in lead.outcomes
    ]
    assert not wrong
    assert sum(site.discovered for site in summary.sites) == len(leads)


@pytest.mark.parametrize("moment", [1, 2])
def test_runs_add_up(world: SimpleNamespace, moment: int) -> None:
    here = world.moments[moment]
    for row in here.runs:
        assert row["discovered"] == sum(entry["urls"] for entry in row["outcomes"]) > 0
        ours = [
            f for f in here.fetches if (f["run_id"], f["site"], f["kind"]) == (row["run_id"], row["site"], "article")
        ]
        known = sum(entry["urls"] for entry in row["outcomes"] if entry["outcome"] == Outcome.KNOWN)
        assert len(ours) + known == row["discovered"]


def test_nothing_is_fetched_that_robots_disallow(world: SimpleNamespace) -> None:
    disallowed = [lead.url for lead in expected_leads(world.now, 2) if lead.outcomes == {Outcome.ROBOTS}]
    assert disallowed
    assert not {request.url for request in world.requests} & set(disallowed)
    assert all((request.user_agent or "").startswith("presslake/") for request in world.requests)


def test_every_row_fulfils_the_contract_and_leads_to_its_archived_page(world: SimpleNamespace) -> None:
    for name, table in TABLES.items():
        for row in getattr(world.moments[2], name):
            assert problems(table, row) == []
    for row in world.moments[2].revisions:
        record = world.lake.store.open(row["warc_file"], row["warc_offset"])
        assert record.read(2) == b"\x1f\x8b", "a gzip member begins at the offset"
        record.close()


def test_explain_reads_a_page_as_it_was_read(world: SimpleNamespace) -> None:
    """With the zone its site declares and what its feed said: dates that name no zone are none of UTC."""
    names = ("published_at", "published_precision", "published_source", "published_offset", "language")
    runner = CliRunner(env={"PRESSLAKE_SITES": str(world.settings.sites)})
    for row in world.moments[2].articles:
        told = runner.invoke(cli, ["--lake", world.settings.lake, "explain", "--json", row["url"]])
        article = json.loads(told.stdout)["article"]
        expected = json.loads(json.dumps({name: row[name] for name in names}, default=plain))
        assert {name: article[name] for name in names} == expected, row["url"]
        assert "text" not in article, "the blocks tell it"
