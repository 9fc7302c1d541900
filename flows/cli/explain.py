"""`presslake explain`: how a page was read, block by block."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from crawlers.archive import read_page
from crawlers.declarations import DeclarationError, Site, load_sites
from crawlers.extract import TemplateBook, explain_page
from crawlers.model import Lead, Page, Rejection
from flows.cli.progress import console_for
from flows.cli.query import plain
from flows.cli.show import article
from flows.errors import PresslakeError
from flows.lake import Lake, open_lake
from flows.lake.archive import missing
from flows.lake.templates import load_templates
from flows.settings import Settings

_BLOCKWISE = ("text", "blocks", "removed_blocks", "extractor_version")
"""Of an article, what is told block by block here, or with the rows of the lake."""


@click.command()
@click.argument("what", metavar="URL|FILE")
@click.option("--all", "everything", is_flag=True, help="Also the blocks before and behind the story.")
@click.option("--no-templates", is_flag=True, help="Read the page as if its site had no template.")
@click.option("--json", "as_json", is_flag=True, help="Print one object: fields, template, blocks with their fate.")
@click.pass_obj
def command(settings: Settings, what: str, everything: bool, no_templates: bool, as_json: bool) -> None:
    """Show how a page is read with today's rules: each block kept or removed, and by what.

    URL is an article of the lake, read again from the archive; FILE is an HTML file.
    """
    book, site = TemplateBook(), None
    if Path(what).is_file():
        page = Page("file", Path(what).absolute().as_uri(), Path(what).read_bytes(), datetime.now(UTC))
    else:
        lake = open_lake(settings.lake)
        known = article(lake, what)
        page = archived_page(lake, known["revisions"][-1], known["fetches"])
        site = _declared(settings, page.site)
        book = book if no_templates else load_templates(lake, page.site)
    found = explain_page(page, zone=ZoneInfo(site.timezone) if site and site.timezone else None, templates=book)
    if isinstance(found, Rejection):
        raise PresslakeError(f"{what}: {found.outcome} {found.detail}".strip())
    found.article.language = found.article.language or (site.language if site else None)
    if as_json:
        fields = {name: value for name, value in asdict(found.article).items() if name not in _BLOCKWISE}
        told = {"article": fields, "drifted": found.drifted, "blocks": [asdict(b) for b in found.blocks]}
        click.echo(json.dumps(told, default=plain, ensure_ascii=False, indent=1))
        return
    _print(console_for(as_json), found, everything)


def _declared(settings: Settings, name: str) -> Site | None:
    """The site's declaration, which has the zone of its dates; None where there is none, or none that can be read."""
    try:
        return load_sites(settings.sites).get(name)
    except DeclarationError:
        return None


def archived_page(lake: Lake, row: dict[str, Any], fetches: Sequence[dict[str, Any]] = ()) -> Page:
    """The page behind a row of articles, from the archive, with what its feed said of it (one of `fetches`).

    Raises PresslakeError where it isn't there.
    """
    if not row["warc_file"]:
        raise PresslakeError(f"{row['url']} was not archived")
    try:
        stream = lake.store.open(row["warc_file"])
    except FileNotFoundError as error:
        why = missing(lake, row["warc_file"])
        raise PresslakeError(f"{row['url']} can't be read from {row['warc_file']}: {why}") from error
    with stream, tempfile.NamedTemporaryFile(suffix=".warc.gz") as copy:
        shutil.copyfileobj(stream, copy)
        copy.flush()
        page = read_page(Path(copy.name), row["warc_offset"])
    place = (row["warc_file"], row["warc_offset"])
    leads = [
        Lead(fetch["url"], fetch["found_in"], fetch["lead_title"], fetch["lead_published_at"])
        for fetch in fetches
        if (fetch["warc_file"], fetch["warc_offset"]) == place
    ]
    lead = leads[-1] if leads else None
    return replace(page, site=row["site"], url=row["url"], fetched_at=row["fetched_at"], lead=lead)


def _print(console: Console, found: Any, everything: bool) -> None:
    kept = [number for number, block in enumerate(found.blocks) if block.kept]
    shown = found.blocks if everything or not kept else found.blocks[kept[0] : kept[-1] + 1]
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("", "kind", "by", "text"):
        table.add_column(name, no_wrap=name != "text")
    for block in shown:
        mark, style = ("[green]+[/]", "") if block.kept else ("[red]-[/]", "dim")
        text = " ".join(block.text.split())
        cut = text if len(text) <= 160 else f"{text[:159]}…"
        table.add_row(mark, block.kind, escape(block.by or ""), escape(cut), style=style)
    console.print(f"[bold]{escape(found.article.title or '')}[/]")
    way = f"template {found.article.template}" if found.article.template else "the generic way"
    console.print(f"[dim]read by {escape(way)}{'; the trusted template does not fit' if found.drifted else ''}[/]")
    console.print(table)
    if not everything and len(shown) < len(found.blocks):
        console.print(f"[dim]{len(found.blocks) - len(shown)} blocks before and behind the story; --all shows them[/]")
