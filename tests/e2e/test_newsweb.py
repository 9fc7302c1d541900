"""A run over the recorded news web, 91 real hosts: every article found, nothing disallowed asked for, nothing twice."""

from pathlib import Path

import pytest

from flows import pipeline
from flows.lake import open_lake
from flows.lake.query import rows
from tests.e2e.newsweb import article_urls, declare, hosts, requests, serving
from tests.e2e.support import settings

pytestmark = pytest.mark.shared


def test_every_recorded_article_lands_in_the_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = article_urls()
    assert len(expected) == sum(hosts().values()) == 131
    chosen = settings(tmp_path, tmp_path / "sites")
    log = tmp_path / "requests.jsonl"
    with serving(log) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        declare(tmp_path / "sites")
        asked = len(requests(log))
        summary = pipeline.ingest(chosen)
        first = requests(log)[asked:]
        again = pipeline.ingest(chosen)
        second = requests(log)[asked + len(first) :]

    lake = open_lake(chosen.lake)
    fetched = {r["url"]: r["outcome"] for r in rows(lake, "SELECT url, outcome FROM fetches WHERE kind = 'article'")}
    assert expected - set(fetched) == set(), "every article was discovered"
    # The same text under two addresses is one story; all others have their row.
    assert {url for url in expected if fetched[url] != "new"} == set()
    assert len(rows(lake, "SELECT DISTINCT article_id FROM revisions")) >= len(expected) - 2
    assert {site.state for site in summary.sites} == {"ok"}
    assert not [r for r in first if "/private/" in str(r["url"])], "robots.txt was obeyed"
    assert all(str(r["user_agent"]).startswith("presslake/") for r in first)
    assert not {str(r["url"]) for r in second} & expected, "no article is fetched again"
    assert sum(site.new for site in again.sites) == 0
