"""`presslake report`: the lake's health as one HTML page."""

import sys
from pathlib import Path

import click

from flows import alerts
from flows.health import assess
from flows.lake import open_lake
from flows.report import LATEST, render, write_report
from flows.settings import Settings


@click.command()
@click.option(
    "-o", "--output", metavar="FILE", help="Write the page to a file ('-': standard output) and not into the lake."
)
@click.option("--days", default=28, show_default=True, type=click.IntRange(7, 366), help="Days to look back.")
@click.pass_obj
def command(settings: Settings, output: str | None, days: int) -> None:
    """Write the report: one self-contained HTML page, to read in a browser, to mail or to serve.

    \b
    presslake report                    into the lake: reports/<date>.html and reports/latest.html
    presslake report -o report.html     into a file
    """  # noqa: D301 - click wants the character \b itself
    lake = open_lake(settings.lake)
    health = assess(lake, window=days, rules=alerts.from_environment().rules, spool=settings.spool)
    if output == "-":
        sys.stdout.write(render(health))
    elif output:
        Path(output).write_text(render(health), "utf-8")
        click.echo(output)
    else:
        write_report(lake, health=health)
        click.echo(f"{lake.root}/{LATEST}")
