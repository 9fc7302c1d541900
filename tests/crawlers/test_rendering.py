"""Pages that scripts fill in, with a rendering function of the operator's."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from crawlers.archive import read_fetched
from crawlers.crawl import SiteReport
from crawlers.model import Page
from crawlers.spider.rendering import RENDERED, RenderError, load_render
from schemas import Outcome
from tests.conftest import ROOT
from tests.crawlers.crawling import articles, outcomes, run, site
from tests.crawlers.faultweb.pages import SENTENCE, feed
from tests.crawlers.faultweb.server import Reply, Seen, Web

HOOKS = {"works": "tests.crawlers.hooks:render", "hangs": "tests.crawlers.hooks:endless", "lacks": "no_browser:render"}
DELAY = 0.4


def _paper(seen: Seen) -> Reply:
    if seen.path == "/feed":
        return Reply(body=feed(f"http://{seen.host}/news/{n}" for n in range(3)))
    if seen.path == "/robots.txt":
        return Reply(body=b"User-agent: *\nDisallow: /api/1\n")
    if seen.path == "/api/0":
        story = {"title": "The bridge", "paragraphs": [f"{SENTENCE}{n}" for n in range(6)]}
        return Reply(body=json.dumps(story).encode(), content_type="application/json")
    if seen.path == "/api/2":
        return Reply(500, b"oops")
    if seen.path.startswith("/news/"):
        number = seen.path.rsplit("/", 1)[1]
        body = f'<html><head><title>News</title></head><div id="root"></div><script>fill("/api/{number}")</script>'
        return Reply(body=body.encode(), headers={"ETag": '"1"'})
    return Reply(404, b"no")


@dataclass(frozen=True)
class World:
    spool: Path
    reports: dict[str, SiteReport]
    asked: list[Seen]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    spool = tmp_path_factory.mktemp("rendering")
    with Web(_paper, ports=len(HOOKS)) as web, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        sites = [
            site(host, name, feeds=(f"http://{host}/feed",), render=HOOKS[name], delay=DELAY if name == "works" else 0)
            for name, host in zip(HOOKS, web.hosts, strict=True)
        ]
        yield World(spool, run(spool, *sites), [seen for seen in web.requests if seen.host == web.hosts[0]])


def test_a_shell_is_rendered_and_both_are_archived(world: World) -> None:
    first = articles(world.reports["works"])[0]
    assert (first.outcome, first.attempts, first.etag) == (Outcome.NEW, 2, None)
    ((_, page),) = read_fetched(world.spool, [first])
    assert isinstance(page, Page)
    assert page.body.decode().count(SENTENCE) == 6
    with world.reports["works"].warcs[0].open("rb") as file:
        answers = [
            (record.http_headers.get(RENDERED), record.reader.read())
            for record in ArchiveIterator(file, WarcRecordType.response)
            if record.headers["WARC-Target-URI"] == first.url
        ]
    assert [by for by, _ in answers] == [None, HOOKS["works"]]
    assert b"fill(" in answers[0][1]


def test_rendering_takes_its_turn_at_the_host(world: World) -> None:
    shell, story = (next(seen.time for seen in world.asked if seen.path == path) for path in ("/news/0", "/api/0"))
    assert story - shell >= DELAY - 0.02
    assert (
        world.asked[0].headers["user-agent"] == next(s for s in world.asked if s.path == "/api/0").headers["user-agent"]
    )


def test_what_cannot_be_rendered_stays_a_shell_with_the_reason(world: World) -> None:
    _, disallowed, broken = articles(world.reports["works"])
    assert (disallowed.outcome, broken.outcome) == (Outcome.JAVASCRIPT_SHELL, Outcome.JAVASCRIPT_SHELL)
    assert "/api/1 may not be loaded" in (disallowed.detail or "")
    assert "/api/1" not in [seen.path for seen in world.asked]
    assert "HTTP Error 500" in (broken.detail or "")
    hung = articles(world.reports["hangs"])
    assert outcomes(hung) == {Outcome.JAVASCRIPT_SHELL: 3}
    assert all("rendering: timed_out" in (fetch.detail or "") for fetch in hung)


def test_a_module_that_is_missing_is_named_with_what_to_do(world: World) -> None:
    report = world.reports["lacks"]
    assert report.state == "partial"
    assert "No module named 'no_browser'; install it" in (report.problem or "")
    assert outcomes(articles(report)) == {Outcome.JAVASCRIPT_SHELL: 3}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tests.crawlers.hooks:nothing", "has no nothing"),
        ("tests.crawlers.hooks:not_async", "is no async function"),
        ("antigravity_browser:render", "install it"),
    ],
)
def test_what_is_no_rendering_function(name: str, said: str) -> None:
    with pytest.raises(RenderError, match=said):
        load_render(name)
