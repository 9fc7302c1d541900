"""`presslake sites`: the declarations, and whether one works."""

import json
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from crawlers.declarations import Site, load_sites
from flows.cli.progress import console_for
from flows.cli.query import plain
from flows.cli.show import article, print_article
from flows.lake import open_lake
from flows.lake.query import rows
from flows.pipeline import choose, ingest
from flows.settings import Settings


@click.group()
def command() -> None:
    """List, check and add site declarations.

    A site is a TOML file of a few lines, <country>/<site>.toml, in the shipped directory crawlers/sites or in the one
    that PRESSLAKE_SITES names.
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@click.pass_obj
def list_sites(settings: Settings, as_json: bool) -> None:
    """List the declared sites."""
    sites = load_sites(settings.sites)
    if as_json:
        click.echo(json.dumps([asdict(site) for site in sites.values()], default=plain, ensure_ascii=False, indent=1))
        return
    table = Table(header_style="bold", box=None, padding=(0, 2, 0, 0))
    for name in ("site", "name", "country", "language", "sources", "checked"):
        table.add_column(name)
    for site in sites.values():
        table.add_row(
            site.id, escape(site.name), site.country, site.language, _sources(site), "yes" if site.verified else "no"
        )
    console_for(as_json).print(table)
    click.echo(f"{len(sites)} sites; look closer with: presslake sites check SITE")


@command.command("check")
@click.argument("name", metavar="SITE")
@click.option("--json", "as_json", is_flag=True, help="Print one object: the sources' fetches and the article.")
@click.pass_context
def check_site(ctx: click.Context, name: str, as_json: bool) -> None:
    """Fetch a site's feeds and sitemaps and one article, and show what came of it. Nothing reaches the lake."""
    settings: Settings = ctx.obj
    choose(settings, [name])
    with tempfile.TemporaryDirectory(prefix="presslake-check-") as folder:
        scratch = replace(settings, lake=folder, spool=Path(folder) / "spool", processes=1)
        summary = ingest(scratch, [name], limit=1)
        lake = open_lake(folder)
        fetches = rows(lake, "SELECT * FROM fetches ORDER BY kind DESC, fetched_at")
        kept = rows(lake, "SELECT article_id FROM revisions LIMIT 1")
        found = article(lake, kept[0]["article_id"]) if kept else None
    if as_json:
        told = {"site": name, "state": summary.state, "fetches": fetches, "article": found}
        click.echo(json.dumps(told, default=plain, ensure_ascii=False, indent=1))
    else:
        _print_check(fetches, found, summary.sites[0].problem)
    ctx.exit(0 if summary.state == "ok" and found else 1)


def _print_check(fetches: list[dict[str, Any]], found: dict[str, Any] | None, problem: str | None) -> None:
    console = console_for(False)
    sources = [fetch for fetch in fetches if fetch["kind"] != "article"]
    tried = [fetch for fetch in fetches if fetch["kind"] == "article" and fetch["attempts"]]
    leads = sum(fetch["kind"] == "article" for fetch in fetches)
    for fetch in [*sources, *tried]:
        detail = f"  [dim]{escape(fetch['detail'])}[/]" if fetch["detail"] else ""
        status = fetch["status"] if fetch["status"] is not None else "—"
        console.print(f"{fetch['kind']:<8} {fetch['outcome']:<14} {status}  {escape(fetch['url'])}{detail}")
    console.print(f"{leads} article addresses found\n")
    if problem:
        console.print(f"[yellow]{escape(problem)}[/]")
    if found is None:
        console.print("[red]no article could be extracted[/]")
        return
    print_article(console, found)


def _sources(site: Site) -> str:
    counts = {
        "feed": len(site.feeds),
        "news sitemap": len(site.news_sitemaps),
        "sitemap": len(site.sitemaps),
        "section": len(site.sections),
    }
    return ", ".join(f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts.items() if count)
