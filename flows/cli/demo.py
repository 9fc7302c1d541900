"""`presslake demo`: a run at two moments of a small news web, and then what a reader sees."""

import contextlib
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.cli.ingest import run_here
from flows.cli.progress import console_for
from flows.errors import PresslakeError
from flows.lake import Lake, open_lake
from flows.lake.query import rows
from flows.pipeline import choose
from flows.settings import Settings

_ADMIN = "http://demo.admin.example/moment/2"
_FOLDER = "demo-lake"
_MARK = ".demo"
"""A file in a demo's lake, so that no other lake is taken for one and removed."""
_SITES = Path(__file__).resolve().parents[2] / "infra" / "demo" / "sites"


@click.command()
@click.option(
    "--lake",
    "folder",
    type=click.Path(file_okay=False),
    default=_FOLDER,
    show_default=True,
    help="Directory of the demo's lake; an earlier one goes.",
)
@click.pass_obj
def command(settings: Settings, folder: str) -> None:
    """Crawl a small news web on this machine at two moments, and show what a downstream reader then sees.

    Four newsrooms (a broadcaster, a blog that reposts, a paper with a paywall, a site with sloppy HTML) are served on
    loopback. Between the moments one article is corrected, others appear, one is gone, one fails. What runs is
    exactly what `presslake ingest` runs.
    """
    lake_folder = Path(folder)
    make_anew(lake_folder)
    demo = Settings(
        folder, lake_folder.absolute() / "state" / "spool", _SITES, settings.processes, settings.page_timeout
    )
    sites = [site.id for site in choose(demo, None)]
    console = console_for(as_json=False)
    with news_web() as switch:
        console.print(f"[bold]First moment[/]  presslake ingest {' '.join(sites)}\n")
        run_here(demo, sites, None, as_json=False)
        switch()
        console.print("\n[bold]Second moment[/]  the same command, some time later\n")
        run_here(demo, sites, None, as_json=False)
    _show(console, open_lake(folder), folder)


def make_anew(folder: Path) -> None:
    """An empty directory, marked as a demo's; that of an earlier demo is removed.

    Raises PresslakeError where anything else is there.
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).exists() and folder != Path(_FOLDER):
            raise PresslakeError(f"{folder} exists and is no lake of an earlier demo; name another with --lake")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()


@contextlib.contextmanager
def news_web() -> Iterator[Callable[[], None]]:
    """Serve the demo web from a child process and crawl by its proxy meanwhile; gives the switch to moment 2."""
    command_line = [sys.executable, "-m", "infra.demo", "--with-parent"]
    with subprocess.Popen(command_line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline().strip()
            if not line.startswith("http_proxy="):
                raise PresslakeError("the demo web did not start; see the message above")
            proxy = line.removeprefix("http_proxy=")
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy}))

            def switch() -> None:
                opener.open(urllib.request.Request(_ADMIN, method="POST"), timeout=10).close()

            with _environment(http_proxy=proxy, https_proxy=proxy, no_proxy=""):
                yield switch
        finally:
            assert server.stdin is not None
            server.stdin.close()  # it ends with its parent
            server.wait(10)


@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Environment variables for a while: the crawl's child process takes its proxy from them."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _show(console: Console, lake: Lake, folder: str) -> None:
    console.rule("what a reader sees", style="dim")
    _articles(console, lake)
    _revision(console, lake)
    _copies(console, lake)
    _stripped(console, lake)
    console.print("\n[bold]See more[/]")
    for sql in (
        "SELECT site, title, published_at, published_precision, word_count FROM articles ORDER BY published_at",
        "SELECT url, outcome, status, detail FROM fetches WHERE outcome NOT IN ('new', 'read')",
        "DESCRIBE articles",
    ):
        console.print(f'  presslake --lake {folder} query "{sql}"', soft_wrap=True)


def _articles(console: Console, lake: Lake) -> None:
    table = Table(title="articles (copies left out)", title_justify="left", header_style="bold", box=None, expand=True)
    for name in ("site", "published (UTC)", "rev", "title", "by", "free"):
        table.add_column(name, overflow="ellipsis", no_wrap=True, ratio=1 if name in ("title", "by") else None)
    for row in rows(lake, "SELECT * FROM articles ORDER BY site, published_at"):
        when = row["published_at"]
        form = "%Y-%m-%d" if row["published_precision"] == "day" else "%Y-%m-%d %H:%M"
        table.add_row(
            row["site"],
            when.strftime(form) if when else "unknown",
            str(row["revision"]),
            escape(row["title"] or ""),
            escape(", ".join(row["authors"])),
            {True: "yes", False: "no", None: ""}[row["is_accessible_for_free"]],
        )
    console.print(table)


def _revision(console: Console, lake: Lake) -> None:
    pairs = rows(
        lake,
        "SELECT b.title, b.url, b.change, b.revision, a.text AS before, b.text AS after FROM revisions a "
        "JOIN revisions b ON a.article_id = b.article_id AND b.revision = a.revision + 1 ORDER BY b.fetched_at LIMIT 3",
    )
    for pair in pairs:
        console.print(f"\n[bold]Revised[/] ({pair['change'] or 'changed'}): {escape(pair['title'])}")
        before, after = pair["before"].splitlines(), pair["after"].splitlines()
        for line in [line for line in before if line not in after][:2]:
            console.print(f"  [red]- {escape(line)}[/]", overflow="ellipsis", no_wrap=True)
        for line in [line for line in after if line not in before][:2]:
            console.print(f"  [green]+ {escape(line)}[/]", overflow="ellipsis", no_wrap=True)


def _copies(console: Console, lake: Lake) -> None:
    for copy in rows(lake, "SELECT * FROM copies ORDER BY published_at"):
        credit = f", credits “{copy['credited_source']}”" if copy["credited_source"] else ""
        relation = escape(copy["relation"].replace("_", " ").capitalize())
        console.print(
            f"\n[bold]{relation}[/]: {escape(copy['title'] or copy['url'])}\n"
            f"  {copy['site']} repeats {copy['original_site']} ({copy['containment']:.0%} of it{escape(credit)}; "
            f"the original by {copy['evidence'].replace('_', ' ')})"
        )


def _stripped(console: Console, lake: Lake) -> None:
    console.print("\n[bold]Stripped from the stories, and by which rule[/]")
    found = rows(
        lake,
        "SELECT b.rule, any_value(b.text) AS text, count(*) AS n "
        "FROM (SELECT unnest(removed_blocks) AS b FROM revisions) GROUP BY b.rule ORDER BY n DESC, b.rule LIMIT 8",
    )
    for row in found:
        text = " ".join(row["text"].split())
        console.print(
            f"  {row['n']:>3} × {escape(row['rule'])}: [dim]{escape(text)}[/]", overflow="ellipsis", no_wrap=True
        )
