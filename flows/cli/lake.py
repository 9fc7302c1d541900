"""`presslake lake`: the store under the lake, and what is in quarantine."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.cli.ingest import EXIT
from flows.cli.progress import console_for
from flows.lake import open_lake
from flows.lake.check import check
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.quarantine import Waiting


@click.group()
def command() -> None:
    """Look after the store that the lake is kept in, and after what was refused."""


@command.command("check")
@click.option("--writers", type=click.IntRange(2, 64), default=8, show_default=True, help="Processes that race.")
@click.option("--names", type=click.IntRange(1), default=100, show_default=True, help="Objects they race for.")
@click.option("--commits", type=click.IntRange(1), default=10, show_default=True, help="Table commits of each.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_obj
def check_command(settings: Settings, writers: int, names: int, commits: int, as_json: bool) -> int:
    """Tell whether this store can be trusted with a lake, before any data goes there.

    Several processes write the same names and the same table at once; of each name there must be one winner,
    and every accepted commit must survive. Happens in a scratch folder below the lake's root, which is
    removed afterwards. Exit status 1 where a promise was broken.
    """
    lake = open_lake(settings.lake)
    console = console_for(as_json)
    console.print(f"checking {escape(lake.root)} with {writers} writers")
    findings = []
    for finding in check(lake, writers=writers, names=names, commits=commits):
        findings.append(finding)
        mark = "[green]kept  [/]" if finding.kept else "[red]BROKEN[/]"
        console.print(f"  {mark} {finding.promise} [dim]({finding.seconds:.1f} s)[/]")
        if not finding.kept:
            console.print(f"         {escape(finding.detail)}")
    kept = all(finding.kept for finding in findings)
    console.print(
        "This store can be trusted with a lake."
        if kept
        else "[red]Keep no lake here:[/] articles would be lost or doubled without an error."
    )
    if as_json:
        click.echo(json.dumps({"lake": lake.root, "kept": kept, "findings": [asdict(f) for f in findings]}, indent=1))
    return 0 if kept else 1


@command.command("quarantine")
@click.argument("sites", nargs=-1)
@click.option("--replay", "again", is_flag=True, help="Take all of it up again, by today's rules.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON object.")
@click.pass_obj
def quarantine_command(settings: Settings, sites: tuple[str, ...], again: bool, as_json: bool) -> int:
    """Show what is in quarantine and why; with --replay, publish what today's rules accept. SITES: only these.

    In quarantine are pages whose extraction broke or whose article broke the contract (schemas/ARTICLES.md), and rows
    that did. After a fix, --replay takes them up and tells what is refused still, with the reason. Exit status 3 where
    something is.
    """
    from flows import quarantine  # it reaches the extraction of pages, which takes a second to import

    console = console_for(as_json)
    if not again:
        found = quarantine.waiting(open_lake(settings.lake), sites)
        if as_json:
            click.echo(json.dumps({"waiting": [asdict(one) for one in found]}, indent=1))
        else:
            _tell(console, found)
            if found:
                console.print("After a fix: presslake lake quarantine --replay")
        return 0
    from flows.backfill.run import Budget
    from flows.cli.backfill import run_here

    done = quarantine.replay(settings, sites, lambda source: run_here(settings, source, Budget(), console))
    left = len(done.refused)
    if as_json:
        told = {"taken": done.taken, "outcomes": dict(done.outcomes), "refused": [asdict(one) for one in done.refused]}
        click.echo(json.dumps(told, indent=1))
    else:
        became = ", ".join(f"{count} {outcome}" for outcome, count in done.outcomes.most_common())
        console.print(f"{done.taken} taken up{': ' if became else ''}{became}; {left} are refused still")
        _tell(console, done.refused)
    return EXIT["partial" if left else "ok"]


def _tell(console: Console, found: Sequence["Waiting"]) -> None:
    """What is in quarantine by reason, with one of each."""
    if not found:
        console.print("nothing is in quarantine")
        return
    table = Table(header_style="bold", box=None, padding=(0, 2, 0, 0))
    for name in ("count", "what", "reason", "for example"):
        table.add_column(name, justify="right" if name == "count" else "left", overflow="fold")
    groups = Counter((one.table, one.kind, one.reason) for one in found)
    for (name, kind, reason), count in groups.most_common():
        example = next(one for one in found if (one.table, one.kind, one.reason) == (name, kind, reason))
        what = f"{name} row" if kind == "row" else kind
        table.add_row(f"{count:,}", what, escape(reason), escape(f"{example.site} {example.subject}"))
    console.print(table)
