"""The archive's age limit: pages go, rows and their places stay, and whoever looks for a page is told."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.backfill.request import Request, make_source
from flows.cli import cli
from flows.errors import PresslakeError
from flows.lake import Lake, open_lake
from flows.lake.archive import Expired, expire, expired_before, missing
from flows.lake.query import rows
from schemas import checks
from tests.flows.backfill import gazette
from tests.flows.backfill.support import backfill, settings_for

OLD, NEW = datetime(2024, 3, 2, tzinfo=UTC), datetime.now(UTC) - timedelta(days=2)


def name_of(day: date, run: str = "r") -> str:
    return f"archive/site=a/date={day}/{run}-0.warc.gz"


def test_old_objects_go_and_the_limit_is_noted_first(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [date(2026, 1, day) for day in (1, 2, 3)]
    for day in days:
        lake.store.put(name_of(day), b"12345")
    lake.store.put("archive/mine.txt", b"not put there by us")
    assert expired_before(lake) is None
    with monkeypatch.context() as patch:
        patch.setattr(type(lake.store), "delete", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            expire(lake, days[1])
    assert expired_before(lake) == days[1], "before anything goes"
    assert expire(lake, days[2]) == Expired(2, 10, 0)
    assert list(lake.store.names("archive/")) == ["archive/mine.txt", name_of(days[2])]
    assert expire(lake, days[0]) == Expired(), "a longer limit brings nothing back"
    assert expired_before(lake) == days[2]
    assert "has expired: the archive is kept from 2026-01-03 on" in (missing(lake, name_of(days[0])) or "")
    assert missing(lake, name_of(days[2])) is None
    assert "though it has not expired" in (missing(lake, name_of(days[2], "lost")) or "")


def test_articles_outlive_their_pages_and_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(tmp_path, gazette.declare(tmp_path / "sites"))
    stories = [story for story in gazette.past() if story.status == 200][:4]
    for number, (at, some) in enumerate(((OLD, stories[:2]), (NEW, stories[2:3]))):
        path = gazette.write_warc(tmp_path / f"{number}.warc.gz", gazette.captures(some, at))
        backfill(settings, "warc", places=[str(path)])
    with monkeypatch.context() as patch:  # a page that waits in quarantine keeps its place
        patch.setitem(checks.LONGEST, "title", 3)
        path = gazette.write_warc(tmp_path / "bad.warc.gz", gazette.captures(stories[3:], OLD - timedelta(days=1)))
        backfill(settings, "warc", places=[str(path)])
    lake = open_lake(settings.lake)
    before = rows(lake, "SELECT * FROM articles ORDER BY url")

    run = CliRunner(env={"PRESSLAKE_ARCHIVE_DAYS": "30"}).invoke(cli, ["--lake", settings.lake, "maintain"])
    assert run.exit_code == 0, run.output
    assert "1 archive files older than 30 days removed" in run.output
    assert "1 stay for pages in quarantine" in run.output
    assert rows(lake, "SELECT * FROM articles ORDER BY url") == before, "nothing of a row goes, its place included"

    shown = CliRunner().invoke(cli, ["--lake", settings.lake, "show", stories[0].url, "--json"])
    assert "(it has expired: the archive is kept from" in json.loads(shown.stdout)["archived"]
    explained = CliRunner().invoke(cli, ["--lake", settings.lake, "explain", stories[0].url])
    assert isinstance(explained.exception, PresslakeError)
    assert "it has expired" in str(explained.exception)

    arguments = ["--lake", settings.lake, "reextract", "--json"]
    monkeypatch.setenv("PRESSLAKE_SITES", str(settings.sites))
    monkeypatch.setenv("PRESSLAKE_SPOOL", str(settings.spool))
    monkeypatch.setenv("PRESSLAKE_PROCESSES", "1")
    again = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert json.loads(again.stdout)["outcomes"] == {"new": 1, "unchanged": 1}, "pages that expired have not failed"
    assert "2 pages have left the archive for their age; their articles stay as they are" in again.stderr
    assert make_source(settings, Request("reextract", outcomes=("invalid_row",))).windows()
