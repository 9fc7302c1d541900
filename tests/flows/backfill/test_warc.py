import dataclasses
import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.archive import read_page
from flows.backfill import run as backfills
from flows.backfill.request import Request, make_source
from flows.backfill.run import Budget
from flows.backfill.warc import WarcSource
from flows.errors import SettingsError
from flows.lake import open_lake
from flows.lake.query import rows
from flows.settings import Settings
from tests.flows.backfill import gazette
from tests.flows.backfill.support import articles, backfill, counts, outcomes, settings_for

AT = datetime(2024, 3, 2, 6, 0, tzinfo=UTC)
STORIES = [story for story in gazette.past() if story.status == 200]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path, gazette.declare(tmp_path / "sites"))


@pytest.fixture
def warc(tmp_path: Path) -> Path:
    """The paper's past, and what else an archive holds."""
    url = gazette.ROOT
    others = [
        gazette.response("http://elsewhere.example/news/1", AT, b"<html><p>of another house</html>"),
        gazette.response(f"{url}/story/900", AT, b"<html>gone</html>", status="410 Gone"),
        gazette.response(f"{url}/photo/1.jpg", AT, b"\xff\xd8\xff\xe0 jpeg").replace(b"text/html", b"image/jpeg"),
        gazette.response(f"{url}/story/901", AT, STORIES[0].html().encode()[:500], extra="WARC-Truncated: length\r\n"),
        gazette.response(f"{url}/old", AT, b"", status="301 Moved", headers=f"Location: {url}/story/1\r\n"),
        gazette.response(f"{url}/nothing", AT, b"<html><title>Nothing</title><p>Nothing here.</html>"),
    ]
    return gazette.write_warc(tmp_path / "in" / "one.warc.gz", [*gazette.captures(STORIES, AT), *others])


def test_every_record_is_an_article_or_counted(settings: Settings, warc: Path) -> None:
    report = backfill(settings, "warc", places=[str(warc)])
    assert outcomes(report) == {"gone": 1, "new": len(STORIES), "no_article": 1, "not_html": 1, "truncated": 1}
    assert report.passed == {"other hosts": 1, "status 301": 1}
    assert report.state == "ok"
    assert [row["url"] for row in articles(settings)] == sorted(story.url for story in STORIES)


def test_captures_are_in_our_archive_as_they_were(settings: Settings, warc: Path) -> None:
    backfill(settings, "warc", places=[str(warc)])
    for row in rows(open_lake(settings.lake), "SELECT url, warc_file, warc_offset FROM articles"):
        assert row["warc_file"].startswith("archive/site=gazette/date=2024-03-02/")
        page = read_page(Path(settings.lake) / row["warc_file"], row["warc_offset"])
        assert page.url == row["url"]
        assert page.body.decode() == next(story.html() for story in STORIES if story.url == row["url"])


def test_the_same_again_changes_nothing(settings: Settings, warc: Path) -> None:
    first = backfill(settings, "warc", places=[str(warc)])
    before = {path: path.stat().st_mtime_ns for path in Path(settings.lake).rglob("*") if path.is_file()}
    again = backfill(settings, "warc", places=[str(warc)])
    assert outcomes(again) == outcomes(first)
    assert (again.worked, again.pages) == (0, 0)
    assert {path: path.stat().st_mtime_ns for path in Path(settings.lake).rglob("*") if path.is_file()} == before


def test_windows_of_any_size_come_to_the_same(settings: Settings, warc: Path, tmp_path: Path) -> None:
    other = dataclasses.replace(settings, lake=str(tmp_path / "other"))
    whole = backfill(settings, "warc", places=[str(warc)])
    source = make_source(other, Request("warc", places=[str(warc)]))
    assert isinstance(source, WarcSource)
    report = backfills.run(other, dataclasses.replace(source, window_bytes=4_000))
    assert report.windows > 3
    assert outcomes(report) == outcomes(whole)
    assert articles(other) == articles(settings)


def test_a_budget_stops_between_windows_and_the_next_call_goes_on(settings: Settings, warc: Path) -> None:
    made = make_source(settings, Request("warc", places=[str(warc)]))
    assert isinstance(made, WarcSource)
    source = dataclasses.replace(made, window_bytes=4_000)
    report = backfills.run(settings, source, budget=Budget(pages=3))
    assert report.stopped is not None
    assert 0 < report.done < report.windows
    assert report.state == "partial"
    left = backfills.plan(open_lake(settings.lake), source).left
    assert len(left) == report.windows - report.done
    assert backfills.run(settings, source).state == "ok"
    assert len(articles(settings)) == len(STORIES)


def test_hosts_and_dates_filter(settings: Settings, tmp_path: Path) -> None:
    late = datetime(2024, 3, 1, 0, 0, tzinfo=UTC)
    early = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
    records = [*gazette.captures(STORIES[:3], early), *gazette.captures(STORIES[3:5], late)]
    path = gazette.write_warc(tmp_path / "two.warc", records, compress=False)
    report = backfill(settings, "warc", places=[str(path)], since="2024-02", until="2024-02")
    assert outcomes(report) == {"new": 3}
    assert report.passed == {"outside the dates": 2}
    nowhere = backfill(settings, "warc", places=[str(path)], undeclared=True, hosts=["elsewhere.example"])
    assert nowhere.passed == {"other hosts": 5}
    assert nowhere.state == "ok"


def test_dates_of_publication_filter_what_the_captures_say(settings: Settings, warc: Path) -> None:
    february = {"published_since": "2024-02", "published_until": "2024-02"}
    report = backfill(settings, "warc", places=[str(warc)], **february)
    wanted = sorted(s.url for s in STORIES if (s.published_at.year, s.published_at.month) == (2024, 2))
    assert [row["url"] for row in articles(settings)] == wanted
    assert (outcomes(report)["new"], outcomes(report)["out_of_range"]) == (len(wanted), len(STORIES) - len(wanted))
    found = backfill(settings, "warc", places=[str(warc)])
    assert (report.job != found.job, outcomes(found)["new"]) == (True, len(STORIES) - len(wanted))
    assert len(articles(settings)) == len(STORIES), "the others can be had later"


def test_undeclared_hosts_become_sites_of_their_own(settings: Settings, tmp_path: Path) -> None:
    html = STORIES[0].html().encode()
    records = [
        gazette.response("https://www.elsewhere.example/2024/a-story-of-its-own", AT, html),
        gazette.response(STORIES[1].url, AT, STORIES[1].html().encode()),
    ]
    path = gazette.write_warc(tmp_path / "three.warc.gz", records)
    backfill(settings, "warc", places=[str(path)], undeclared=True)
    assert {row["site"] for row in articles(settings)} == {"elsewhere.example", "gazette"}


def test_two_captures_of_one_address_are_two_revisions(settings: Settings, tmp_path: Path) -> None:
    story = STORIES[0]
    later = story.html().replace("</article>", "<p>Correction: the ferry sailed at nine, not at ten.</p></article>")
    records = [
        *gazette.captures([story], AT),
        gazette.response(story.url, datetime(2024, 3, 9, tzinfo=UTC), later.encode()),
    ]
    path = gazette.write_warc(tmp_path / "twice.warc.gz", records)
    report = backfill(settings, "warc", places=[str(path)])
    assert outcomes(report) == {"new": 1, "revised": 1}
    assert counts(settings, "revisions") == 2
    assert counts(settings, "articles", "revision = 2 AND text LIKE '%at nine%'") == 1


def test_a_file_that_fails_holds_up_no_other(settings: Settings, warc: Path) -> None:
    gone = warc.with_name("gone.warc.gz")
    gone.write_bytes(warc.read_bytes())
    source = make_source(settings, Request("warc", places=[str(warc.parent)]))
    gone.unlink()
    report = backfills.run(settings, source)
    assert report.state == "partial"
    assert list(report.failed) == [label for label in report.failed if label.startswith("gone.warc.gz")]
    assert len(report.failed) == 1
    assert len(articles(settings)) == len(STORIES)


@pytest.mark.parametrize(
    "content",
    [b"", b"not a warc at all", gzip.compress(b"nor this", mtime=0), b"\x1f\x8b\x08\x00broken"],
    ids=["empty", "text", "gzip of text", "broken gzip"],
)
def test_files_of_another_kind_are_no_failure(settings: Settings, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "strange.warc.gz"
    path.write_bytes(content)
    report = backfill(settings, "warc", places=[str(path)])
    assert report.state == "ok"
    assert articles(settings) == []


def test_no_file_is_a_mistake(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no WARC file there"):
        make_source(settings, Request("warc", places=[str(tmp_path / "*.warc.gz")]))


def test_our_own_archive_is_read_where_it_is(settings: Settings, warc: Path, tmp_path: Path) -> None:
    backfill(settings, "warc", places=[str(warc)])
    files = sorted(Path(settings.lake).glob("archive/**/*.warc.gz"))
    report = backfill(settings, "warc", places=[str(Path(settings.lake) / "archive")])
    assert outcomes(report)["unchanged"] == len(STORIES)
    assert sorted(Path(settings.lake).glob("archive/**/*.warc.gz")) == files
