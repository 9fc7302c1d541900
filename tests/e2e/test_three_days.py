"""Three days of a paper in a minute: every run, one killed, one missed, two at once, a correction, a backfill.

At the end the lake holds what somebody would have stored who knew everything.
"""

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from flows import pipeline
from flows.lake import open_lake
from flows.lake.query import rows
from flows.settings import Settings
from tests.conftest import ROOT
from tests.flows.backfill import gazette
from tests.flows.backfill.support import backfill, settings_for

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("shared_workers")]
EACH = 4
"""Stories a half-day; the feed shows five."""


class Paper:
    """The paper as it grows: half-days of stories, the last one published before now."""

    def __init__(self, now: datetime) -> None:
        step = timedelta(hours=12) / EACH
        first = now - 6 * timedelta(hours=12)
        self.halves = [
            [gazette.Story(1 + half * EACH + n, first + half * timedelta(hours=12) + n * step) for n in range(EACH)]
            for half in range(6)
        ]
        self.web = gazette.Gazette([])
        self.web.feed_size = 5

    def publish(self, half: int) -> None:
        """The stories of a half-day appear."""
        self.web.stories |= {urlsplit(story.url).path: story for story in self.halves[half]}

    def correct(self, number: int) -> None:
        """A story gets another headline and a paragraph."""
        path, story = next((path, one) for path, one in self.web.stories.items() if one.number == number)
        self.web.stories[path] = replace(story, edition=2)

    def stories(self) -> list[gazette.Story]:
        """All there are, as they stand now."""
        return sorted(self.web.stories.values(), key=lambda story: story.url)


def killed(settings: Settings) -> None:
    """A run that dies while it crawls."""
    command = [sys.executable, "-m", "tests.e2e.killed", "ingest", "crawl:2", settings.lake, str(settings.spool)]
    done = subprocess.run([*command, str(settings.sites)], check=False, timeout=120, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def both_at_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs that begin together."""
    monkeypatch.setenv("PRESSLAKE_SITES", str(settings.sites))
    monkeypatch.setenv("PRESSLAKE_SPOOL", str(settings.spool))
    command = [sys.executable, "-m", "flows.cli", "--lake", settings.lake, "ingest", "--no-prefect"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)]
    said = [run.communicate(timeout=120)[0] for run in runs]
    # 3: the feed shows nothing that was known, so articles may have been missed, and the run says so.
    assert {run.returncode for run in runs} <= {0, 3}, said
    assert any("another run is crawling gazette" in text for text in said), said


def test_three_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    paper = Paper(now)
    settings = settings_for(tmp_path, gazette.declare(tmp_path / "sites"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with gazette.Proxy(paper.web) as proxy:
        monkeypatch.setenv("http_proxy", proxy.proxy_url)
        paper.publish(0)
        pipeline.ingest(settings)
        paper.publish(1)
        killed(settings)
        paper.publish(2)  # the machine is down: no run
        paper.publish(3)
        paper.web.delay = 2.0  # so long that the second run finds the first at work
        both_at_once(settings, monkeypatch)
        paper.web.delay = 0.0
        paper.publish(4)
        paper.correct(paper.halves[3][3].number)
        pipeline.ingest(settings)
        paper.publish(5)
        pipeline.ingest(settings)
        live = {row["url"] for row in rows(open_lake(settings.lake), "SELECT url FROM articles")}
        assert live < {story.url for story in paper.stories()}, "the feed had scrolled on while the machine was down"
        asked = len(proxy.requests)
        days = {"since": f"{now - timedelta(days=4):%Y-%m-%d}", "until": f"{now:%Y-%m-%d}"}
        backfill(settings, "sitemaps", sites=["gazette"], **days)
        fetched = {request.url for request in proxy.requests[asked:] if "/story/" in request.url}
        assert fetched == {story.url for story in paper.stories()} - live, "only what was missed is fetched"

    lake = open_lake(settings.lake)
    found = rows(lake, "SELECT url, title, text, revision, published_at FROM articles ORDER BY url")
    assert [(row["url"], row["title"], row["text"], row["revision"], row["published_at"]) for row in found] == [
        (story.url, story.title, "\n".join(story.paragraphs()), story.edition, story.published_at)
        for story in paper.stories()
    ]
    assert rows(lake, "SELECT count(*) AS n FROM revisions")[0]["n"] == len(found) + 1
    assert rows(lake, "SELECT count(*) AS n FROM copies")[0]["n"] == 0
    news = "SELECT url FROM fetches WHERE outcome = 'new' GROUP BY url HAVING count(*) > 1"
    assert rows(lake, news) == [], "no article is new twice"
    assert not [path for path in settings.spool.iterdir() if path.is_dir()], "nothing is left in the spool"
