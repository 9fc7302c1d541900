"""`presslake show`: everything the lake has on one article."""

import json
from contextlib import closing
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from crawlers.urlkey import article_id, url_key
from flows.cli.progress import console_for
from flows.cli.query import plain
from flows.dedupe import text_diff
from flows.errors import PresslakeError
from flows.lake import Lake, open_lake
from flows.lake.archive import missing
from flows.lake.history import LakeHistory
from flows.lake.query import rows
from flows.settings import Settings


@click.command()
@click.argument("url", metavar="URL|ARTICLE_ID")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one object: revisions, copies, copy_of, fetches, archived."
)
@click.option("--diff", is_flag=True, help="Show what changed from each revision to the next.")
@click.pass_obj
def command(settings: Settings, url: str, as_json: bool, diff: bool) -> None:
    """Show an article: its text, its revisions, its copies, what was stripped from it and why.

    Any form of the address will do (with tracking parameters, as AMP, without www), or the article's id.
    """
    found = article(open_lake(settings.lake), url)
    if as_json:
        click.echo(json.dumps(found, default=plain, ensure_ascii=False, indent=1))
        return
    console = console_for(as_json)
    if diff:
        print_diff(console, found["revisions"])
    else:
        print_article(console, found)


def article(lake: Lake, url: str) -> dict[str, Any]:
    """All rows about an article. Raises PresslakeError, with what the crawl log knows, where there is none."""
    key = url_key(url)
    ids = [url, article_id(key)]
    fetches = rows(
        lake, "SELECT * FROM fetches WHERE url_key = ? OR article_id IN (?, ?) ORDER BY fetched_at", [key, *ids]
    )
    ids += [fetch["article_id"] for fetch in fetches if fetch["article_id"]]
    with closing(LakeHistory(lake)) as history:
        revisions = sorted(history.whole_rows(set(ids)), key=lambda row: (row["revision"], row["article_id"]))
    if not revisions:
        tried = fetches and f"{fetches[-1]['outcome']} on {fetches[-1]['fetched_at']:%Y-%m-%d %H:%M} UTC"
        detail = f" ({fetches[-1]['detail']})" if fetches and fetches[-1]["detail"] else ""
        why = f"its last outcome was {tried}{detail}" if tried else "no run has met this address"
        raise PresslakeError(f"no article in the lake for {url}: {why}")
    own = revisions[-1]["article_id"]
    return {
        "article_id": own,
        "revisions": revisions,
        "copies": rows(lake, "SELECT * FROM copies WHERE original_id = ? ORDER BY published_at, site", [own]),
        "copy_of": rows(lake, "SELECT * FROM copies WHERE article_id = ?", [own]),
        "fetches": fetches,
        "archived": _archived(lake, revisions[-1]),
    }


def _archived(lake: Lake, row: dict[str, Any]) -> str | None:
    """Where the page of a revision is, or why it isn't there any more."""
    if not row["warc_file"]:
        return None
    place = f"{row['warc_file']} at {row['warc_offset']}"
    why = missing(lake, row["warc_file"])
    return f"{place} ({why})" if why else place


def print_diff(console: Console, revisions: list[dict[str, Any]]) -> None:
    """What changed from each revision to the next, a block a line."""
    if len(revisions) == 1:
        console.print("one revision only: nothing has changed since it was first fetched")
    styles = {"+": "green", "-": "red", "@": "dim"}
    for before, after in pairwise(revisions):
        names = [
            f"revision {row['revision']}, fetched {row['fetched_at']:%Y-%m-%d %H:%M} UTC" for row in (before, after)
        ]
        console.print(f"[bold]{after['change'] or 'changed'}[/]")
        for line in text_diff(before["text"], after["text"], old_name=names[0], new_name=names[1]).splitlines():
            console.print(escape(line), style=styles.get(line[:1], ""), soft_wrap=True)


def on_both_clocks(at: datetime, offset: int | None) -> str:
    """An instant in UTC and, where the publisher writes another zone, on the publisher's own clock."""
    utc = f"{at:%Y-%m-%d %H:%M} UTC"
    if not offset:
        return utc
    local = at.astimezone(timezone(timedelta(minutes=offset))).isoformat(sep=" ", timespec="minutes")
    return f"{utc}, there {local}"


def print_article(console: Console, found: dict[str, Any]) -> None:
    """The article for a person at a terminal."""
    latest = found["revisions"][-1]
    published = latest["published_at"]
    when = (
        f"{on_both_clocks(published, latest['published_offset'])} "
        f"({latest['published_precision']}, {latest['published_source']})"
        if published
        else "unknown"
    )
    console.print(f"[bold]{escape(latest['title'] or '(no title)')}[/]")
    console.print(f"[dim]{escape(latest['url'])}[/]")
    for name, value in (
        ("by", ", ".join(latest["authors"] or [])),
        ("published", when),
        ("section", latest["section"]),
        ("credits", latest["credited_source"]),
        ("paywall", {False: "yes", True: "no"}.get(latest["is_accessible_for_free"])),
        ("archived", found.get("archived")),
    ):
        if value:
            console.print(f"[dim]{name:>10}[/]  {escape(str(value))}")
    console.print()
    for block in latest["blocks"]:
        style = {"heading": "bold", "caption": "dim", "quote": "italic"}.get(block["kind"], "")
        indent = {"quote": 4, "list_item": 2, "caption": 2}.get(block["kind"], 0)
        console.print(Padding(escape(block["text"]), (0, 0, 1, indent), expand=False), style=style)
    _print_related(console, found)


def _print_related(console: Console, found: dict[str, Any]) -> None:
    latest = found["revisions"][-1]
    if latest["removed_blocks"]:
        console.print(f"[bold]Stripped[/] [dim]({len(latest['removed_blocks'])} blocks)[/]")
        for block in latest["removed_blocks"]:
            text = " ".join(block["text"].split())
            console.print(f"  [dim]{escape(block['rule'])}[/]  {escape(text[:100])}{'…' if len(text) > 100 else ''}")
    if len(found["revisions"]) > 1:
        console.print("[bold]Revisions[/]")
        for revision in found["revisions"]:
            console.print(
                f"  {revision['revision']}  {revision['fetched_at']:%Y-%m-%d %H:%M}  {revision['word_count']} words"
            )
    for heading, rows_, prefix in (("Copies", found["copies"], ""), ("Copy of", found["copy_of"], "original_")):
        if rows_:
            console.print(f"[bold]{heading}[/]")
        for row in rows_:
            alike = f"{row['containment']:.0%} contained, " if row["containment"] is not None else ""
            console.print(
                f"  {row['relation']}  {escape(row[prefix + 'site'])}  {escape(row[prefix + 'url'])}  "
                f"[dim]({alike}original by {row['evidence']}, rule {escape(row['rule'])})[/]"
            )
