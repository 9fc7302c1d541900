"""`presslake sites`: the declarations, and whether one works."""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crawlers.cadence import brief
from crawlers.declarations import SHIPPED, Site, load_sites
from crawlers.extract import extract_page
from crawlers.fetching import PoliteFetcher
from crawlers.model import Fetch, Lead, Page, Rejection
from crawlers.survey import (
    SourceReport,
    declaration_path,
    declaration_toml,
    look_at_sources,
    newest_leads,
    survey,
)
from crawlers.urlkey import url_key
from flows.cli.progress import console_for
from flows.cli.query import plain
from flows.cli.show import print_article
from flows.errors import PresslakeError
from flows.pipeline import choose
from flows.rows import revision_row
from flows.settings import Settings
from schemas import Outcome

ARTICLES_TRIED = 3
"""The newest page may be a live blog or a video: a check tries the next ones, too."""


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
        told = [asdict(site) | {"revisits": [brief(age) for age in site.revisits]} for site in sites.values()]
        click.echo(json.dumps(told, default=plain, ensure_ascii=False, indent=1))
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
@click.option("--json", "as_json", is_flag=True, help="Print one object: sources, problems, article.")
@click.pass_context
def check_site(ctx: click.Context, name: str, as_json: bool) -> None:
    """Fetch a site's feeds and sitemaps and its newest article, and show what came of it.

    Says what is wrong with the declaration: a feed gone or empty, forbidden by robots.txt, no feed at all,
    only old articles, articles of another site. Nothing reaches the lake. Exit status: 0 all well, 1 not.
    """
    settings: Settings = ctx.obj
    (site,) = choose(settings, [name])
    fetch = PoliteFetcher(delay=site.delay, allow_private=settings.allow_private)
    reports = look_at_sources(site, fetch)
    problems = [problem for report in reports for problem in report.problems]
    row: dict[str, Any] | None = None
    why: str | None = "no article address was found"
    for lead in newest_leads(site, reports)[:ARTICLES_TRIED]:
        row, why = _article_of(site, lead, fetch)
        if row is not None:
            break
    if as_json:
        told = {
            "site": name,
            "sources": [_told(report) for report in reports],
            "problems": [asdict(problem) for problem in problems],
            "article": row,
            "article_problem": why,
        }
        click.echo(json.dumps(told, default=plain, ensure_ascii=False, indent=1))
    else:
        console = console_for(as_json)
        print_sources(console, reports)
        for problem in problems:
            console.print(f"[yellow]{problem.code}[/]  {escape(problem.url)}  {escape(problem.text)}")
        console.print()
        if row is None:
            console.print(f"[red]no article could be extracted: {escape(why or '')}[/]")
        else:
            print_article(console, {"revisions": [row], "copies": [], "copy_of": []})
    ctx.exit(0 if row is not None and not problems else 1)


@command.command("add")
@click.argument("url")
@click.option("--country", metavar="CC", help="Folder of the declaration, ISO 3166-1 alpha-2 (by the site's domain).")
@click.option("--dry-run", is_flag=True, help="Show the declaration and write nothing.")
@click.pass_obj
def add_site(settings: Settings, url: str, country: str | None, dry_run: bool) -> None:
    """Look at a site, find its feeds, sitemaps and sections, and write its declaration.

    Shows what each source would yield. The file goes to the directory that PRESSLAKE_SITES names, else to the
    shipped one. At a terminal it asks before it writes; without one it doesn't.
    """
    directory = settings.sites or SHIPPED
    taken = load_sites(directory) if directory.is_dir() else {}
    if not dry_run:
        _refuse_twin(url, taken)
    fetch = PoliteFetcher(allow_private=settings.allow_private)
    console = console_for(as_json=False)
    with console.status(f"looking at {escape(url)}, a second between requests"):
        found = survey(url, fetch)
    if country:
        found = replace(found, country=country.lower())
    print_sources(console, found.sources)
    for problem in found.problems:
        console.print(f"[yellow]{problem.code}[/]  {escape(problem.url)}  {escape(problem.text)}")
    if not found.declared:
        raise PresslakeError(f"{url}: nothing there names articles; declare it by hand (README, Add a site)")
    text, path = declaration_toml(found), declaration_path(found, directory, taken)
    console.print(f"\n[dim]{escape(str(path))}[/]\n{escape(text)}", soft_wrap=True)
    if not dry_run:
        _refuse_twin(found.url, taken)
    if dry_run or (sys.stdin.isatty() and not click.confirm("Write it?", default=True)):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    click.echo(f"wrote {path}; try it: presslake sites check {path.stem}")


def _refuse_twin(url: str, taken: Mapping[str, Site]) -> None:
    """Raise PresslakeError where a site with this home page is declared: two would ask for each page twice."""
    twin = next((site.id for site in taken.values() if url_key(site.url) == url_key(url)), None)
    if twin:
        raise PresslakeError(f"{url} is declared already, as {twin}: presslake sites check {twin}")


def print_sources(console: Console, reports: Iterable[SourceReport]) -> None:
    """What each source would yield, a line each."""
    table = Table(header_style="bold", box=None, padding=(0, 2, 0, 0))
    for name in ("kind", "outcome", "articles", "newest (UTC)", "address"):
        table.add_column(name, justify="right" if name == "articles" else "left", overflow="fold")
    for report in reports:
        newest = f"{report.newest:%Y-%m-%d %H:%M}" if report.newest else ""
        kind = report.format or report.kind
        table.add_row(kind, str(report.outcome), str(len(report.leads) or "·"), newest, escape(report.url))
        if report.samples:
            table.add_row("", "", "", "", f"[dim]{escape(report.samples[0][:100])} …[/]")
    console.print(table)


def _article_of(site: Site, lead: Lead, fetch: PoliteFetcher) -> tuple[dict[str, Any] | None, str | None]:
    """The article behind a lead as a row, or why there is none."""
    document = fetch(lead.url)
    if not document.ok:
        return None, f"{lead.url}: {document.outcome} {document.detail or ''}".strip()
    now = datetime.now(UTC)
    page = Page(site.id, document.final_url, document.body, now, document.content_type, lead)
    result = extract_page(page, zone=ZoneInfo(site.timezone) if site.timezone else None)
    if isinstance(result, Rejection):
        return None, f"{lead.url}: {result.outcome} {result.detail}".strip()
    key = url_key(document.final_url)
    fetched = Fetch(site.id, "article", lead.url, key, Outcome.NEW, now, final_url=document.final_url)
    return revision_row(result, fetched, "check"), None


def _told(report: SourceReport) -> dict[str, Any]:
    return {
        "kind": report.format or report.kind,
        "url": report.url,
        "outcome": report.outcome,
        "articles": len(report.leads),
        "newest": report.newest,
        "samples": report.samples,
    }


def _sources(site: Site) -> str:
    counts = {
        "feed": len(site.feeds),
        "news sitemap": len(site.news_sitemaps),
        "sitemap": len(site.sitemaps),
        "section": len(site.sections),
    }
    return ", ".join(f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts.items() if count)
