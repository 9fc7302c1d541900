"""The command line as a person or a script meets it: exit codes, messages, JSON."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from flows.cli import cli, demo
from flows.errors import PresslakeError
from flows.lake import open_lake
from infra.demo import DemoWeb
from tests.e2e.support import quick_sites

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def web() -> Iterator[DemoWeb]:
    with DemoWeb() as running:
        yield running


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    quick_sites(folder / "sites", ("harbour-broadcast", "tidewater-notes"))
    return folder


@pytest.fixture(scope="module")
def run(web: DemoWeb, home: Path) -> Run:
    """Runs `presslake …` in a folder with a lake of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PRESSLAKE_", "PREFECT_", "AWS_"))}

    def call(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "flows.cli", *arguments],
            check=False,
            cwd=home,
            env=clean | {"http_proxy": web.proxy_url, "PRESSLAKE_SITES": str(home / "sites")} | environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return call


@pytest.fixture(scope="module")
def ingested(run: Run) -> "subprocess.CompletedProcess[str]":
    return run("ingest", "--json")


def test_help_teaches_the_commands(run: Run) -> None:
    told = run("--help")
    assert told.returncode == 0
    for name in ("ingest", "demo", "sites", "show", "query", "extract", "PRESSLAKE_LAKE", "Exit status"):
        assert name in told.stdout


def test_the_demo_removes_no_lake_but_a_demos(tmp_path: Path) -> None:
    precious = tmp_path / "news"
    open_lake(str(precious)).store.put("tables/articles/_delta_log/0.json", b"{}")
    told = CliRunner().invoke(cli, ["demo", "--lake", str(precious)])
    assert isinstance(told.exception, PresslakeError)
    assert "is no lake of an earlier demo" in str(told.exception)
    assert (precious / "tables/articles/_delta_log/0.json").exists()

    own = tmp_path / "demo"
    demo.make_anew(own)
    (own / "tables").mkdir()
    demo.make_anew(own)
    assert not (own / "tables").exists()


@pytest.mark.parametrize("command", ["extract {0} {0}", "dedupe {0} {0}", "dedupe {0} {1} --near-misses {0}"])
def test_what_is_read_is_not_written_over(tmp_path: Path, command: str) -> None:
    source = tmp_path / "in.parquet"
    source.write_bytes(b"precious")
    told = CliRunner().invoke(cli, command.format(source, tmp_path / "out.parquet").split())
    assert told.exit_code == 2
    assert "is the file that is read" in told.output
    assert source.read_bytes() == b"precious"


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        yield " ".join((*path, name))
        if isinstance(command := group.get_command(context, name), click.Group):
            yield from _commands(command, (*path, name))


@pytest.mark.parametrize("command", list(_commands(cli)))
def test_every_command_explains_itself(command: str) -> None:
    told = CliRunner().invoke(cli, [*command.split(), "--help"])
    assert told.exit_code == 0
    assert len(told.stdout.splitlines()) > 5
    assert "\\b" not in told.stdout, "the mark for lines as they are, spelt out"


def test_ingest_prints_its_summary_as_json(ingested: "subprocess.CompletedProcess[str]") -> None:
    assert ingested.returncode == 0, ingested.stderr
    summary = json.loads(ingested.stdout)
    assert summary["state"] == "ok"
    assert {site["site"] for site in summary["sites"]} == {"harbour-broadcast", "tidewater-notes"}
    for site in summary["sites"]:
        assert site["discovered"] == sum(site["outcomes"].values())
        assert site["new"] > 0


def test_query_prints_a_list_of_objects(run: Run, ingested: object) -> None:
    told = run("query", "--json", "SELECT site, title, published_at FROM articles ORDER BY title")
    articles = json.loads(told.stdout)
    assert len(articles) > 5
    assert set(articles[0]) == {"site", "title", "published_at"}
    assert articles[0]["published_at"].endswith("+00:00")
    assert "harbour-broadcast" in run("query", "SELECT * FROM runs").stdout


@pytest.mark.parametrize("command", ["status", "query --json FROM·articles", "report -o -"])
def test_a_locale_without_unicode_costs_nothing(run: Run, ingested: object, command: str) -> None:
    arguments = [part.replace("·", " ") for part in command.split()]
    told = run(*arguments, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert told.returncode == 0, told.stderr
    assert not told.stdout.isascii(), "printed as UTF-8, which reads as such again"


def test_status_of_an_empty_lake_names_the_lake(run: Run, tmp_path: Path) -> None:
    told = run("--lake", str(tmp_path / "mistyped"), "status")
    assert f"no crawl is in the lake at {(tmp_path / 'mistyped').as_uri()} yet" in told.stdout


def test_a_wrong_query_says_which_tables_there_are(run: Run, ingested: object) -> None:
    told = run("query", "SELECT * FROM artikles")
    assert told.returncode == 1
    assert "artikles" in told.stderr
    assert "articles, revisions, copies, fetches, runs" in told.stderr
    assert "Traceback" not in told.stderr


def test_show_finds_an_article_by_any_form_of_its_address(run: Run, ingested: object) -> None:
    sql = "SELECT url, title FROM articles WHERE site = 'harbour-broadcast' ORDER BY url LIMIT 1"
    article = json.loads(run("query", "--json", sql).stdout)[0]
    told = run("show", article["url"].replace("http://www.", "https://") + "?utm_source=x#comments")
    assert told.returncode == 0, told.stderr
    assert article["title"] in told.stdout
    assert "Stripped" in told.stdout
    found = json.loads(run("show", "--json", article["url"]).stdout)
    assert [revision["revision"] for revision in found["revisions"]] == [1]


def test_show_says_what_became_of_an_address_without_an_article(run: Run, ingested: object) -> None:
    told = run("show", "http://www.harbour-broadcast.example/never-seen")
    assert told.returncode == 1
    assert "no run has met this address" in told.stderr


def test_sites_check_shows_sources_and_one_article_and_leaves_the_lake_alone(run: Run, ingested: object) -> None:
    before = run("query", "--json", "SELECT count(*) AS n FROM fetches").stdout
    told = run("sites", "check", "harbour-broadcast")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "rss" in told.stdout
    assert "Maren Oakshott" in told.stdout, "the newest article is shown"
    assert run("query", "--json", "SELECT count(*) AS n FROM fetches").stdout == before


def test_sites_add_declares_no_site_twice(run: Run, home: Path) -> None:
    before = sorted((home / "sites").rglob("*.toml"))
    told = run("sites", "add", "http://www.tidewater-notes.example/?utm_source=x")
    assert told.returncode == 1
    assert "is declared already, as tidewater-notes: presslake sites check tidewater-notes" in told.stderr
    assert sorted((home / "sites").rglob("*.toml")) == before


def test_an_unknown_site_is_refused_before_anything_is_fetched(run: Run) -> None:
    told = run("ingest", "no-such-site")
    assert told.returncode == 1
    assert "no such site: no-such-site" in told.stderr
    assert "presslake sites list" in told.stderr


def test_a_wrong_declaration_names_file_and_field(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "gb" / "paper.toml"
    path.parent.mkdir()
    path.write_text(
        'name = "Paper"\nurl = "http://paper.example/"\nlanguage = "en"\nfeed = ["http://paper.example/f"]\n'
    )
    told = run("sites", "list", PRESSLAKE_SITES=str(tmp_path))
    assert told.returncode == 1
    assert str(path) in told.stderr
    assert "feed" in told.stderr


def test_a_wrong_setting_names_the_variable(run: Run) -> None:
    told = run("sites", "list", PRESSLAKE_PROCESSES="many")
    assert told.returncode == 1
    assert "PRESSLAKE_PROCESSES=many" in told.stderr


def test_a_partly_failed_run_names_the_site_and_exits_with_3(run: Run, home: Path, tmp_path: Path) -> None:
    quick_sites(tmp_path, ("harbour-broadcast", "tidewater-notes"))
    broken = next(tmp_path.rglob("tidewater-notes.toml"))
    broken.write_text(broken.read_text().replace("/feed/atom/", "/no-such-feed/"))
    told = run("--lake", str(tmp_path / "lake"), "ingest", PRESSLAKE_SITES=str(tmp_path))
    assert told.returncode == 3
    assert "tidewater-notes" in told.stdout
    assert "partial" in told.stdout


def test_sigterm_stops_a_run_cleanly_and_the_next_publishes_what_was_fetched(
    web: DemoWeb, home: Path, tmp_path: Path
) -> None:
    sites = tmp_path / "sites"
    quick_sites(sites, ("harbour-broadcast",))
    slow = next(sites.rglob("*.toml"))
    slow.write_text(slow.read_text().replace("delay = 0.0", "delay = 0.4"))
    environment = dict(os.environ) | {"http_proxy": web.proxy_url, "PRESSLAKE_SITES": str(sites)}
    command = [sys.executable, "-m", "flows.cli", "--lake", str(tmp_path / "lake")]
    before = len(web.requests)
    with subprocess.Popen([*command, "ingest"], env=environment, stdout=subprocess.PIPE, text=True) as running:
        while sum("/news/" in request.url for request in web.requests[before:]) < 2:
            assert running.poll() is None
            time.sleep(0.05)
        running.send_signal(signal.SIGTERM)
        told, _ = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "the next ingest publishes it" in told
    slow.write_text(slow.read_text().replace("delay = 0.4", "delay = 0.0"))
    again = subprocess.run(
        [*command, "ingest", "--json"], check=False, env=environment, capture_output=True, timeout=60
    )
    assert len(json.loads(again.stdout)["recovered"]) == 1


def test_extract_works_offline(run: Run, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    story = "".join(
        f"<p>This is sentence number {n} of a story about the harbour and its many ships.</p>" for n in range(9)
    )
    html = f"<html><head><title>A story</title></head><body><article><h1>A story</h1>{story}</article></body></html>"
    page = {
        "id": "1",
        "site": "x",
        "url": "http://x.example/a-story",
        "fetched_at": "2026-01-31T00:00:00Z",
        "html": html,
    }
    pq.write_table(pa.Table.from_pylist([page, page | {"id": "2", "html": ""}]), tmp_path / "in.parquet")
    told = run("extract", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet"), "--json")
    assert told.returncode == 0, told.stderr
    found = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert "sentence number 8" in found[0]["text"]
    assert json.loads(told.stdout) == {found[0]["outcome"]: 1, "empty_body": 1}
    missing = run("extract", str(tmp_path / "nothing.parquet"), str(tmp_path / "out.parquet"))
    assert missing.returncode == 2
    pq.write_table(pa.table({"id": ["1"]}), tmp_path / "columns.parquet")
    wrong = run("extract", str(tmp_path / "columns.parquet"), str(tmp_path / "out.parquet"))
    assert wrong.stderr.count("columns.parquet") == 1
    assert "missing column(s) site, url, fetched_at, html" in wrong.stderr
