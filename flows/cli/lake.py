"""`presslake lake`: what concerns the store under the lake."""

import json
from dataclasses import asdict

import click
from rich.markup import escape

from flows.cli.progress import console_for
from flows.lake import open_lake
from flows.lake.check import check
from flows.settings import Settings


@click.group()
def command() -> None:
    """Look after the store that the lake is kept in."""


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
