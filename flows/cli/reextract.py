"""`presslake reextract`: our archive once more, with today's rules."""

import json
from typing import Any

import click
from rich.markup import escape

from flows.backfill.compare import compare, tell
from flows.backfill.reextract import ReextractSource
from flows.backfill.request import Request, make_source
from flows.cli.backfill import DATES, RUNNING, go, options
from flows.cli.progress import console_for
from flows.settings import Settings


@click.command()
@click.argument("sites", nargs=-1)
@click.option("--outcome", "outcomes", multiple=True, metavar="WORD", help="Only pages that ended so; repeatable.")
@click.option("--dry-run", is_flag=True, help="Compare with what is published, column by column; change nothing.")
@options(DATES, RUNNING)
@click.pass_obj
def command(
    settings: Settings, /, sites: tuple[str, ...], outcomes: tuple[str, ...], dry_run: bool, **asked: Any
) -> None:
    """Extract archived pages again, with today's rules and the templates of the pages' time.

    Without SITES all sites; dates are those of the fetch. A page that comes out different becomes a further revision
    of its article, marked `reextraction`; pages that failed get their article now.

    \b
    presslake reextract --dry-run                    what would change
    presslake reextract bbc --since 2024-02
    presslake reextract --retry-failed               what is in quarantine
    """  # noqa: D301 - click wants the character \b itself
    names = ("since", "until", "zone", "retry_failed")
    request = Request("reextract", sites, outcomes=outcomes, **{name: asked[name] for name in names})
    if not dry_run:
        go(settings, request, **asked)
        return
    source = make_source(settings, request)
    assert isinstance(source, ReextractSource)
    console = console_for(asked["as_json"])
    comparison = compare(settings, source)
    for note in source.notes():
        console.print(f"[dim]{escape(note)}[/]", soft_wrap=True)
    if asked["as_json"]:
        click.echo(json.dumps(comparison.to_dict(), indent=1))
    else:
        tell(console, comparison)
