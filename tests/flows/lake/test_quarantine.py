"""What breaks the contract is kept out of the tables, counted, and comes in once it fulfils the contract."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crawlers.crawl import SiteReport
from crawlers.model import Article, Block, Fetch, WarcRef
from flows import publish as publishing
from flows import quarantine
from flows.cli import cli
from flows.errors import PublishError
from flows.lake import Lake, open_lake
from flows.lake.batches import complete
from flows.lake.maintain import maintain
from flows.lake.query import rows
from flows.lake.takedown import takedown
from flows.publish import Run, publish_sites
from flows.stages import SiteResult
from schemas import Outcome, checks
from tests.flows.backfill import gazette
from tests.flows.backfill.support import backfill, outcomes, settings_for
from tests.flows.lake.rows import NOW

RUN = Run("r1", "crawl", NOW)


def fetch(number: int, **other: Any) -> Fetch:
    url = f"https://a.example/{number}"
    found = Fetch("a", "article", url, f"a.example/{number}", Outcome.NEW, NOW, final_url=url, status=200, attempts=1)
    return replace(found, warc=WarcRef("archive/site=a/x.warc.gz", number, "sha1:X"), **other)


def article(number: int, **other: Any) -> Article:
    text = f"The council of town {number} met on day {number} and spoke of bridge {number} at length."
    return replace(Article(text=text, blocks=[Block("paragraph", text)], extractor_version="1"), **other)


def crawled(*fetches: Fetch, articles: dict[int, Article]) -> SiteResult:
    return SiteResult(SiteReport("a", "ok", None, Path(), (), 0, 0), list(fetches), articles)


def counted(lake: Lake) -> dict[str, int]:
    [run] = rows(lake, "SELECT discovered, outcomes FROM runs WHERE kind = 'crawl'")
    found = {entry["outcome"]: entry["urls"] for entry in run["outcomes"]}
    assert run["discovered"] == sum(found.values())
    return found


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_lake(str(tmp_path / "lake"))


def replayed(lake: Lake) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(
        cli, ["--lake", lake.root, "lake", "quarantine", "--replay", "--json"], standalone_mode=False
    )
    return result.return_value, json.loads(result.stdout)


def test_lines_of_a_log_that_break_the_contract_are_counted_and_replayed(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = fetch(1, attempts=3, etag='"the second line of the same address"')
    odd = fetch(2, status=7, lead_title="\ud800")
    result = crawled(fetch(1), again, odd, fetch(3), articles={0: article(1), 1: article(1), 2: article(2)})
    [summary] = publish_sites(lake, RUN, [result])
    assert (summary.state, summary.outcomes[Outcome.INVALID_ROW]) == ("partial", 2)
    assert counted(lake) == {"invalid_row": 2, "new": 2}
    assert [row["url"][-1] for row in rows(lake, "SELECT url FROM fetches ORDER BY url")] == ["1", "3"]
    assert [row["url"][-1] for row in rows(lake, "SELECT url FROM revisions")] == ["1"]

    found = {one.reason: one for one in quarantine.waiting(lake)}
    assert "status is 7, not within 100 and 999" in found
    assert quarantine.waiting(lake, ["b"]) == []
    monkeypatch.setitem(checks.RANGES, "fetches", {"status": (0, 999)})  # the rule is mended
    code, told = replayed(lake)
    assert (code, told["taken"], told["outcomes"]) == (3, 2, {"row": 1})
    assert [one["reason"] for one in told["refused"]] == [
        "another row with the same run_id, site, kind, url is in fetches"
    ]
    [mended] = rows(lake, "SELECT status, lead_title, run_id, fetched_at FROM fetches WHERE url LIKE '%/2'")
    assert mended == {"status": 7, "lead_title": "\ufffd", "run_id": "r1", "fetched_at": NOW}
    assert replayed(lake)[1]["outcomes"] == {}, "once"
    assert len(rows(lake, "SELECT 1 FROM fetches")) == 3
    maintain(lake, retention=timedelta(days=7))
    takedown(lake, url="https://a.example/1")
    assert quarantine.waiting(lake) == [], "a takedown reaches quarantine, too"


def test_a_replay_that_was_killed_before_it_could_say_so_doubles_nothing(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_sites(lake, RUN, [crawled(fetch(1, status=7), articles={})])
    monkeypatch.setitem(checks.RANGES, "fetches", {})
    with monkeypatch.context() as patch:
        patch.setattr(quarantine, "remove", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            quarantine.replay(settings_for(Path(lake.root.removeprefix("file://")), Path(), lake.root))
    assert len(quarantine.waiting(lake)) == 1
    code, told = replayed(lake)
    assert (code, told["outcomes"], told["refused"]) == (0, {"row": 1}, [])
    assert len(rows(lake, "SELECT 1 FROM fetches")) == 1


def test_a_decision_that_repeats_a_key_is_caught_before_it_is_committed(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide = publishing.decide_batch

    def confused(batch: Any, history: Any) -> Any:
        made = decide(batch, history)
        first = made.items[0]
        return replace(made, items=(first, first))

    monkeypatch.setattr(publishing, "decide_batch", confused)
    monkeypatch.setattr(publishing.make, "article_id", lambda key: f"{1:032x}")
    result = crawled(fetch(1), fetch(2), articles={0: article(1), 1: article(2)})
    [summary] = publish_sites(lake, RUN, [result])
    assert summary.outcomes[Outcome.INVALID_ROW] == 1
    assert [row["article_id"] for row in rows(lake, "SELECT article_id FROM revisions")] == [f"{1:032x}"]
    [refused] = rows(lake, "SELECT url, detail FROM fetches WHERE outcome = 'invalid_row'")
    assert refused["detail"] == "a row with the same article_id, revision is in the batch already"
    assert [one.place for one in quarantine.waiting(lake)] == [("archive/site=a/x.warc.gz", 2)]


def test_a_batch_without_a_good_mark_is_not_published(lake: Lake) -> None:
    with pytest.raises(PublishError, match="no row for runs"):
        publish_sites(lake, replace(RUN, kind="stroll"), [crawled(fetch(1), articles={})])
    assert complete(lake) == 0


def test_pages_come_in_once_the_rule_is_mended_and_not_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(tmp_path, gazette.declare(tmp_path / "sites"))
    stories = [story for story in gazette.past() if story.status == 200][:3]
    path = gazette.write_warc(tmp_path / "in.warc.gz", gazette.captures(stories, NOW))
    kept = checks.LONGEST["title"]
    monkeypatch.setitem(checks.LONGEST, "title", len(stories[0].title) - 1)
    short = sum(len(story.title) < len(stories[0].title) for story in stories)
    ended = outcomes(backfill(settings, "warc", places=[str(path)]))
    assert ended == {"invalid_row": 3 - short} | ({"new": short} if short else {})
    shown = CliRunner().invoke(cli, ["--lake", settings.lake, "lake", "quarantine"])
    assert "title has" in shown.output
    assert quarantine.replay(settings).outcomes == {"invalid_row": 3 - short}, "refused again, by the same rule"
    assert len(quarantine.waiting(open_lake(settings.lake))) == 3 - short
    monkeypatch.setitem(checks.LONGEST, "title", kept)
    done = quarantine.replay(settings)
    assert (done.outcomes, done.refused) == ({"new": 3 - short}, [])
    assert len(rows(open_lake(settings.lake), "SELECT 1 FROM articles")) == 3
    assert quarantine.replay(settings).taken == 0
