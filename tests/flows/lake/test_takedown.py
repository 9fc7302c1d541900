import gzip
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from crawlers.archive import read_page, read_pages
from flows import pipeline
from flows.cli import cli
from flows.errors import LakeError
from flows.lake import Lake, open_lake
from flows.lake.export import export
from flows.lake.local_store import LocalStore
from flows.lake.query import rows
from flows.lake.store import ObjectStore
from flows.lake.takedown import takedown
from flows.lake.warc_erase import erase_records
from flows.settings import Settings
from infra.demo import DemoWeb
from tests.e2e.support import quick_sites, settings
from tests.flows.backfill import gazette
from tests.flows.backfill.support import backfill, settings_for
from tests.flows.lake.rows import NOW


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, DemoWeb]]:
    """A folder with a lake after a run over the demo web and an export in it; the web goes on serving."""
    folder = tmp_path_factory.mktemp("crawled")
    chosen = settings(folder, quick_sites(folder / "sites"))
    with DemoWeb() as web, pytest.MonkeyPatch.context() as patch:
        patch.setenv("http_proxy", web.proxy_url)
        patch.delenv("no_proxy", raising=False)
        pipeline.ingest(chosen)
        lake = open_lake(chosen.lake)
        export(lake, open_lake(f"{lake.root}/export").store)
        yield folder, web


@pytest.fixture
def filled(
    crawled: tuple[Path, DemoWeb], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Settings, Lake, DemoWeb]:
    """A copy of that lake."""
    folder, web = crawled
    shutil.copytree(folder, tmp_path, symlinks=True, dirs_exist_ok=True)
    monkeypatch.setenv("http_proxy", web.proxy_url)
    monkeypatch.delenv("no_proxy", raising=False)
    chosen = settings(tmp_path, tmp_path / "sites")
    return chosen, open_lake(chosen.lake), web


def everything(store: ObjectStore) -> Iterator[tuple[str, str]]:
    """The content of every object below the root, unpacked as a reader would, with its name."""
    for name in store.names(""):
        data = store.get(name) or b""
        yield name, data.decode("utf-8", "replace")
        if name.endswith(".parquet"):
            yield name, "\n".join(str(row) for row in pq.ParquetFile(io.BytesIO(data)).read().to_pylist())
        elif name.endswith(".warc.gz"):
            yield name, gzip.decompress(data).decode("utf-8", "replace")
            for page in read_pages(io.BytesIO(data)):
                yield name, page.body.decode("utf-8", "replace")


def holding(lake: Lake, word: str, prefix: str = "") -> list[str]:
    """Names of the objects that hold the word."""
    return sorted({name for name, text in everything(lake.store) if name.startswith(prefix) and word in text})


def pick(lake: Lake) -> dict[str, Any]:
    """An article whose first words are its own: no other page of the lake has them, nor a copy of it."""
    every = rows(lake, "SELECT article_id, text FROM revisions")
    for row in rows(lake, "SELECT * FROM articles ORDER BY article_id"):
        words = (row["text"][:30], row["text"].splitlines()[-1][:60])
        alike = {other["article_id"] for other in every for word in words if word in other["text"]}
        if alike == {row["article_id"]} and row["text"].isascii():
            return row
    raise AssertionError("no article of its own")


def test_an_article_leaves_every_file_of_the_lake_and_does_not_come_back(
    filled: tuple[Settings, Lake, DemoWeb], shared_workers: None
) -> None:
    chosen, lake, web = filled
    folder = Path(chosen.lake)
    gone = pick(lake)
    others = rows(
        lake, "SELECT article_id, warc_file, warc_offset FROM articles WHERE article_id != ?", [gone["article_id"]]
    )
    words = (gone["text"][:30], gone["text"].splitlines()[-1][:60])
    assert len(holding(lake, words[0])) > 3, "tables, archive, export, log statistics"
    before = len(rows(lake, "SELECT 1 FROM fetches"))

    arguments = ["--lake", chosen.lake, "takedown", gone["url"], "--yes", "--purge", "--reason", "case 7", "--json"]
    result = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert result.exit_code == 0, result.output
    done = json.loads(result.stdout)
    assert (done["articles"], done["purged"], done["export_renewed"]) == (1, True, True)
    assert done["pages"] >= 1
    assert holding(lake, words[1]) == [], "no file has the story"
    # Its first words are the teaser, which archived pages of the same site's other articles quote; nothing else does.
    quoting = holding(lake, words[0])
    assert [name for name in quoting if not name.startswith(f"archive/site={gone['site']}/")] == []
    stones = [json.loads(line) for line in (folder / "tables/_TAKEDOWNS.jsonl").read_text().splitlines()]
    assert [(stone["article_ids"], stone["reason"]) for stone in stones] == [([gone["article_id"]], "case 7")]
    assert len(rows(lake, "SELECT 1 FROM fetches")) == before - 1

    left = rows(lake, "SELECT article_id, warc_file, warc_offset FROM articles")
    assert sorted(map(str, left)) == sorted(map(str, others)), "nothing else went"
    for row in left:
        assert read_page(folder / row["warc_file"], row["warc_offset"]).body, "other pages are where the tables say"

    web.go_to_moment(2)  # feeds have changed, so they are read again and name what went
    pipeline.ingest(chosen)
    for table in ("articles", "revisions"):
        assert rows(lake, f"SELECT 1 FROM {table} WHERE article_id = ?", [gone["article_id"]]) == []
    again = rows(lake, "SELECT outcome, detail, lead_title FROM fetches WHERE url_key = ?", [gone["url_key"]])
    assert [(row["outcome"], row["detail"][:10], row["lead_title"]) for row in again] == [
        ("opted_out", "taken down", None)
    ]
    assert holding(lake, words[0], "tables/") == holding(lake, words[0], "state/") == []
    assert holding(lake, words[1], "archive/") == []


def test_a_site_goes_as_a_whole_and_twice_is_once(filled: tuple[Settings, Lake, DemoWeb], shared_workers: None) -> None:
    chosen, lake, web = filled
    site = pick(lake)["site"]
    arguments = ["--lake", chosen.lake, "takedown", site, "--yes"]
    for _ in range(2):
        result = CliRunner().invoke(cli, arguments, standalone_mode=False)
        assert result.exit_code == 0, result.output
    for table in ("articles", "revisions", "copies", "fetches"):
        assert rows(lake, f"SELECT 1 FROM {table} WHERE site = ?", [site]) == []
    web.go_to_moment(2)
    summary = pipeline.ingest(chosen)
    asked = rows(lake, "SELECT outcome, attempts, detail FROM fetches WHERE site = ?", [site])
    assert {(row["outcome"], row["attempts"], row["detail"][:13]) for row in asked} == {
        ("opted_out", 0, "taken down on")
    }
    assert "remove its declaration" in next(one.problem or "" for one in summary.sites if one.site == site)
    assert rows(lake, "SELECT 1 FROM revisions WHERE site = ?", [site]) == []
    assert rows(lake, "SELECT 1 FROM articles")


def test_a_takedown_leaves_no_word_in_the_lake_wherever_it_is(
    one_lake: Lake, tmp_path: Path, shared_workers: None
) -> None:
    lake = one_lake
    chosen = settings_for(tmp_path, gazette.declare(tmp_path / "sites"), lake.root)
    stories = [story for story in gazette.past() if story.status == 200][:3]
    for name in ("one", "two"):
        path = gazette.write_warc(tmp_path / f"{name}.warc.gz", gazette.captures(stories[: 2 + (name == "two")], NOW))
        backfill(chosen, "warc", places=[str(path)])
        if name == "one":
            export(lake, open_lake(f"{lake.root}/export").store)
            assert len(holding(lake, stories[0].paragraphs()[0])) >= 4, "two tables, archive, export, log statistics"
            done = takedown(lake, url=stories[0].url, purge=True)
            assert (done.articles, done.pages, done.export_renewed) == (1, 1, True)
        # After the second backfill: what came back was blocked, and erased from the archive it came to.
        for words in (stories[0].paragraphs()[0], stories[0].paragraphs()[-1], stories[0].title):
            assert holding(lake, words) == []
        assert len(holding(lake, stories[1].paragraphs()[0])) >= 4
    found = rows(lake, "SELECT url FROM articles ORDER BY url")
    assert [row["url"] for row in found] == sorted(story.url for story in stories[1:])
    blocked = rows(lake, "SELECT outcome, detail FROM fetches WHERE url = ?", [stories[0].url])
    assert [(row["outcome"], row["detail"][:10]) for row in blocked] == [("opted_out", "taken down")]


def test_a_record_is_erased_in_its_length_and_only_where_there_is_one(tmp_path: Path) -> None:
    members = [gzip.compress(f"record {n} ".encode() * 90_000 if n == 1 else b"x" * n) for n in range(3)]
    store = LocalStore(tmp_path)
    store.put("a.warc.gz", b"".join(members))
    assert erase_records(store, "a.warc.gz", [len(members[0])]) == 1
    data = (tmp_path / "a.warc.gz").read_bytes()
    assert len(data) == sum(map(len, members))
    assert b"record 1" not in gzip.decompress(data)
    assert data.startswith(members[0])
    assert data.endswith(members[2])
    assert erase_records(store, "a.warc.gz", [len(members[0])]) == 0, "erased already"
    assert erase_records(store, "missing.warc.gz", [0]) == 0
    with pytest.raises(LakeError, match="no record at 3"):
        erase_records(store, "a.warc.gz", [3])
