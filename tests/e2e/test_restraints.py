"""What one run leaves for the next to hold back from: the day's budget, hosts that want to be left alone, takedowns."""

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import pipeline
from flows.lake import Lake, open_lake
from flows.lake.query import rows
from flows.lake.robots import kept_robots
from flows.lake.takedown import takedown
from flows.summary import RunSummary, SiteSummary
from schemas import Outcome
from tests.crawlers.faultweb.pages import article, feed
from tests.crawlers.faultweb.server import Reply, Seen, Web
from tests.e2e.support import settings

PAPERS = {"budget": 6, "busy": 2, "erased": 3}
"""Site: articles in its feed."""


@dataclass(frozen=True)
class World:
    """Two runs over the papers, a takedown between them."""

    lake: Lake
    first: RunSummary
    second: RunSummary
    folder: Path
    asked: dict[str, list[str]]
    """Paths asked for in the second run, by site."""

    def sites(self, site: str) -> tuple[SiteSummary, SiteSummary]:
        found = [next(one for one in run.sites if one.site == site) for run in (self.first, self.second)]
        return found[0], found[1]

    def details(self, site: str, outcome: Outcome) -> list[str]:
        """Of the second run."""
        sql = "SELECT detail FROM fetches WHERE run_id = ? AND site = ? AND kind = 'article' AND outcome = ?"
        return [row["detail"] for row in rows(self.lake, sql, [self.second.run_id, site, str(outcome)])]


def _declare(folder: Path, web: Web, budget: int) -> None:
    for name, host in zip(PAPERS, web.hosts, strict=True):
        path = folder / "zz" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = f'name = "{name}"\nurl = "http://{host}/"\nlanguage = "en"\nfeeds = ["http://{host}/feed"]\ndelay = 0\n'
        path.write_text(text + f"concurrency = 1\npages_per_day = {budget}\n", "utf-8")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("restraints")
    names = list(PAPERS)

    def answer(seen: Seen) -> Reply:
        name = names[web.hosts.index(seen.host)]
        if seen.path == "/feed":
            return Reply(body=feed(f"http://{seen.host}/news/{n}" for n in range(PAPERS[name])))
        if name == "busy" and seen.path.startswith("/news/"):
            return Reply(429, b"later", headers={"Retry-After": "3600"})
        if seen.path == "/robots.txt" and name == "erased":
            return Reply(body=b"User-agent: *\nDisallow: /news/2\n", content_type="text/plain")
        return Reply(body=article()) if seen.path.startswith("/news/") else Reply(404, b"no")

    chosen = replace(settings(folder, folder / "sites"), allow_private=True)
    with Web(answer, ports=len(names)) as web:
        _declare(folder / "sites", web, 4)
        first = pipeline.ingest(chosen)
        takedown(open_lake(chosen.lake), url=web.url("/news/1", names.index("erased")))
        _declare(folder / "sites", web, 5)
        before = len(web.requests)
        second = pipeline.ingest(chosen)
        asked = {
            name: [seen.path for seen in web.requests[before:] if seen.host == host]
            for name, host in zip(names, web.hosts, strict=True)
        }
    return World(open_lake(chosen.lake), first, second, folder, asked)


def test_pages_beyond_the_days_budget_are_left_for_later(world: World) -> None:
    first, second = world.sites("budget")
    assert first.outcomes == {Outcome.NEW: 4, Outcome.OVER_BUDGET: 2}
    assert second.outcomes == {Outcome.NEW: 1, Outcome.OVER_BUDGET: 1, Outcome.KNOWN: 4}
    assert len([path for path in world.asked["budget"] if path.startswith("/news/")]) == 1
    assert world.details("budget", Outcome.OVER_BUDGET) == [
        "more than 5 pages a day; earlier runs of the last 24 hours took 4"
    ]
    assert next(row for row in world.second.table() if row["site"] == "budget")["later"] == 1
    assert (first.state, second.state) == ("ok", "ok")


def test_a_host_is_not_asked_before_the_instant_it_named(world: World) -> None:
    first, second = world.sites("busy")
    assert first.outcomes == {Outcome.REFUSED: 1, Outcome.NOT_FETCHED: 1}
    assert world.asked["busy"] == []
    assert second.outcomes == {Outcome.NOT_FETCHED: 1}
    (detail,) = world.details("busy", Outcome.NOT_FETCHED)
    assert "asks to come back after 20" in detail
    assert detail in (second.problem or "")


def test_what_was_taken_down_is_not_asked_for_again(world: World) -> None:
    first, second = world.sites("erased")
    assert first.outcomes == {Outcome.NEW: 2, Outcome.ROBOTS: 1}
    assert second.outcomes == {Outcome.OPTED_OUT: 1, Outcome.KNOWN: 1, Outcome.ROBOTS: 1}
    assert not [path for path in world.asked["erased"] if path.startswith("/news/")]
    (detail,) = world.details("erased", Outcome.OPTED_OUT)
    assert detail.startswith("taken down on 20")
    assert rows(world.lake, "SELECT lead_title FROM fetches WHERE outcome = 'opted_out'") == [{"lead_title": None}]


def test_robots_are_obeyed_without_asking_in_each_run(world: World) -> None:
    assert [path for paths in world.asked.values() for path in paths if path in ("/robots.txt", "/.well-known/")] == []
    assert world.details("erased", Outcome.ROBOTS) == ["disallowed by robots.txt"]
    assert world.asked["erased"] == ["/feed"]


def test_robots_that_cannot_be_read_back_are_asked_for_again(world: World, tmp_path: Path) -> None:
    now, sites = datetime.now(UTC), list(PAPERS)
    (kept,) = kept_robots(world.lake, sites, now).items()
    assert kept[1] == b"User-agent: *\nDisallow: /news/2\n"
    assert kept_robots(world.lake, ["budget"], now) == {}
    assert kept_robots(world.lake, sites, now + timedelta(hours=23)) == {}
    # Of the tables alone, as after the loss of the archive.
    shutil.copytree(Path(world.folder) / "lake" / "tables", tmp_path / "lake" / "tables")
    assert kept_robots(open_lake(str(tmp_path / "lake")), sites, now) == {}
