"""Templates kept in the lake, and shown by `presslake templates`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from crawlers.extract import TemplateBook
from crawlers.extract.page import lesson_from, read_page
from flows.cli import cli
from flows.lake import Lake, open_lake
from flows.lake.templates import load_templates, save_templates, template_sites
from tests.crawlers.extract.templates.test_spots import dispatch


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    book = TemplateBook()
    for number in range(5):
        book.learn("harbour", lesson_from(read_page(dispatch(number))))
    folder = tmp_path_factory.mktemp("lake")
    save_templates(open_lake(str(folder)), "harbour", book)
    return folder


@pytest.fixture
def lake(folder: Path) -> Lake:
    return open_lake(str(folder))


def test_what_is_kept_is_what_was_learned(lake):
    assert template_sites(lake) == ["harbour"]
    spots = load_templates(lake, "harbour").versions["harbour"][0].trusted_spots()
    assert set(spots) == {"title", "byline", "date"}
    assert spots["byline"][0].startswith("span.wie < ")


def test_a_damaged_file_is_learned_anew(lake):
    lake.store.put("state/templates/broken.json", b"{")
    assert load_templates(lake, "broken").sites() == []
    lake.store.delete("state/templates/broken.json")


def test_templates_are_listed_and_shown(folder):
    listed = CliRunner().invoke(cli, ["--lake", str(folder), "templates", "list"])
    assert listed.exit_code == 0, listed.output
    assert listed.output.split() == ["harbour", "1", "version,", "1", "trusted"]
    shown = CliRunner().invoke(cli, ["--lake", str(folder), "templates", "show", "harbour"])
    assert shown.exit_code == 0, shown.output
    for line in ("harbour, version 1: trusted", "byline 5 of 5", "p.par < div.story-text < div.wrap"):
        assert line in shown.output
