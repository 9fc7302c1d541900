"""`presslake backfill` and what it shares with `presslake reextract`: options, progress, plan and report."""

import json
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.backfill import run as backfills
from flows.backfill.model import Source, Window
from flows.backfill.request import Request, make_source
from flows.backfill.run import Budget, Plan, Report
from flows.cli.ingest import EXIT
from flows.cli.progress import console_for, noted_bar
from flows.lake import open_lake
from flows.pipeline import Watch
from flows.serve.output import hush_destructors
from flows.settings import Settings
from schemas.outcomes import HARMLESS, MEANING

PAGES_A_SECOND = 40
"""Pages that one process extracts in a second, about: for estimates."""

Command = Callable[..., Any]

DATES = (
    click.option("--since", metavar="DATE", help="First day, month or year: 2024-02-29, 2024-02, 2024."),
    click.option("--until", metavar="DATE", help="Last day, month or year, itself included."),
    click.option("--zone", default="UTC", show_default=True, help="IANA time zone of the dates."),
)
RUNNING = (
    click.option("--plan", "plan_only", is_flag=True, help="Show what would happen; change nothing."),
    click.option("--retry-failed", is_flag=True, help="Try again what failed, and only that."),
    click.option("--pages", type=click.IntRange(1), metavar="N", help="Stop after about N pages; the rest is kept."),
    click.option("--hours", type=float, metavar="H", help="Stop after H hours; the rest is kept."),
    click.option("--json", "as_json", is_flag=True, help="Print the plan or the report as one JSON object."),
    click.option("--prefect", is_flag=True, help="Hand it to `presslake serve`, or run it here and record it."),
)
_WARC = (
    click.option("--site", "sites", multiple=True, metavar="ID", help="Only pages of this declared site; repeatable."),
    click.option("--host", "hosts", multiple=True, metavar="HOST", help="Only this host and its subdomains."),
    click.option(
        "--undeclared", is_flag=True, help="Pages of hosts without a declaration, too: each host is its own site."
    ),
    click.option("--published-since", metavar="DATE", help="Only articles published from then on, for all they say."),
    click.option("--published-until", metavar="DATE", help="Only articles published until then, itself included."),
)


def options(*groups: Sequence[Command]) -> Callable[[Command], Command]:
    """The options of all groups, in order."""

    def wrap(command: Command) -> Command:
        for option in reversed([option for group in groups for option in group]):
            command = option(command)
        return command

    return wrap


@click.group()
def command() -> None:
    """Bring in articles of the past, window by window. Stop and repeat it whenever you like.

    \b
    presslake backfill sitemaps tagesschau --since 2024-02 --until 2024-02 --plan
    presslake backfill warc downloads/*.warc.gz --undeclared
    presslake backfill cc-news --since 2024-03-01 --until 2024-03-07 --site bbc

    What a job has done is known to the lake: the same command again does what is left, anywhere. The same article
    reached live, from a sitemap or from a WARC file is one article with one id.
    """  # noqa: D301 - click wants the character \b itself


@command.command("sitemaps")
@click.argument("sites", nargs=-1)
@options(DATES, RUNNING)
@click.pass_obj
def from_sitemaps(settings: Settings, /, sites: tuple[str, ...], **asked: Any) -> None:
    """Articles that the sitemaps of SITES (all declared ones where none is named) list, by date of publication.

    Reads the declared sitemaps and those of robots.txt, then fetches what the lake doesn't have, at the site's pace.
    Live crawls of a site go on between the windows.
    """
    go(settings, Request("sitemaps", sites, **_request(asked)), **asked)


@command.command("warc")
@click.argument("places", nargs=-1, required=True)
@options(_WARC, DATES, RUNNING)
@click.pass_obj
def from_warc(settings: Settings, /, places: tuple[str, ...], **asked: Any) -> None:
    """Pages in WARC files: PLACES are paths, patterns, directories, s3://bucket/prefix and https:// addresses.

    Dates are those of the captures, but for --published-…: articles that were published at another time are kept in
    the archive and counted as out_of_range. Pages of declared sites are taken; --undeclared takes all.
    """
    go(settings, Request("warc", places=places, **_request(asked)), **asked)


@command.command("cc-news")
@options(_WARC, DATES, RUNNING)
@click.pass_obj
def from_cc_news(settings: Settings, /, **asked: Any) -> None:
    """Pages of Common Crawl's news archive, captured between two dates.

    Read from s3://commoncrawl, or over HTTP with PRESSLAKE_COMMONCRAWL=https. A month is some 400 GB: see --plan.
    """
    go(settings, Request("cc-news", **_request(asked)), **asked)


def _request(asked: dict[str, Any]) -> dict[str, Any]:
    return {item.name: asked[item.name] for item in fields(Request) if item.name in asked}


def go(
    settings: Settings,
    request: Request,
    *,
    plan_only: bool,
    pages: int | None,
    hours: float | None,
    as_json: bool,
    prefect: bool,
    **_: Any,
) -> None:
    """Plan or run a request, and leave with the exit status of its state."""
    context = click.get_current_context()
    # Workers of a cluster are Prefect's task runner, so that is a matter for the flow.
    if (prefect or settings.tasks != "local") and not plan_only:
        hush_destructors()
        from flows.backfill_flow import backfill_from  # Prefect takes seconds to import

        os.environ["PRESSLAKE_LAKE"] = settings.lake  # a run here takes its settings from there; --lake counts, too
        state, told = backfill_from(request, pages, hours, here=not prefect)
        click.echo(json.dumps({"state": state, "message": told}) if as_json else told)
        context.exit(EXIT[state])
    console = console_for(as_json)
    source = make_source(settings, request)
    if plan_only:
        with console.status("looking at what there is"):
            plan = backfills.plan(open_lake(settings.lake), source)
        if as_json:
            click.echo(json.dumps(plan_dict(plan), indent=1))
        else:
            tell_plan(console, plan, settings)
        return
    report = run_here(settings, source, Budget(pages, hours), console)
    for note in source.notes() if request.source == "reextract" else ():
        console.print(f"[dim]{escape(note)}[/]", soft_wrap=True)
    if as_json:
        click.echo(json.dumps(report.to_dict(), indent=1))
    else:
        tell_report(console, report)
    context.exit(EXIT[report.state])


def run_here(settings: Settings, source: Source, budget: Budget, console: Console) -> Report:
    """Run in this process, with a bar where a person watches; live crawls have the processor first."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a scheduler's stop ends as Ctrl-C does
    os.nice(10)
    try:
        if not console.is_terminal:
            return backfills.run(settings, source, budget=budget)
        return _watched(settings, source, budget, console)
    except KeyboardInterrupt:
        console.print("stopped; the same command goes on from here")
        raise click.exceptions.Abort from None


def _watched(settings: Settings, source: Source, budget: Budget, console: Console) -> Report:
    bar = noted_bar(console)
    pages = 0
    with bar:
        task = bar.add_task("windows", total=None, note="")

        def on_window(window: Window, number: int, count: int) -> None:
            bar.update(task, completed=number - 1, total=count, note=f"{window.label}, {pages} pages")

        def on_page() -> None:
            nonlocal pages
            pages += 1

        return backfills.run(settings, source, budget=budget, watch=Watch(page=on_page), on_window=on_window)


def plan_dict(plan: Plan) -> dict[str, Any]:
    """The plan for `--json`."""
    return {
        "job": plan.job,
        "windows": [
            {
                "name": window.name,
                "label": window.label,
                "pages": window.pages,
                "bytes": window.size,
                "seconds": window.seconds,
                "done": window.name in plan.done,
            }
            for window in plan.windows
        ],
        "notes": list(plan.notes),
    }


def tell_plan(console: Console, plan: Plan, settings: Settings, most: int = 12) -> None:
    """The plan for a person: windows, and the sums that matter."""
    table = Table(header_style="bold", box=None, padding=(0, 2, 0, 0))
    for name in ("window", "pages", "MiB", "at the site's pace", "state"):
        table.add_column(name, justify="left" if name in ("window", "state") else "right")
    for window in plan.windows[:most]:
        table.add_row(
            escape(window.label),
            "" if window.pages is None else f"{window.pages:,}",
            f"{window.size / 2**20:,.1f}" if window.size else "",
            _duration(window.seconds) if window.seconds else "",
            "done" if window.name in plan.done else "to do",
        )
    console.print(table)
    if len(plan.windows) > most:
        console.print(f"[dim]… and {len(plan.windows) - most} more windows; --json lists all[/]")
    for note in plan.notes:
        console.print(escape(note))
    left = plan.left
    pages = sum(window.pages or 0 for window in left)
    seconds = max(sum(window.seconds for window in left), pages / (PAGES_A_SECOND * settings.processes))
    size = sum(window.size for window in left)
    console.print(
        f"job {plan.job}: {len(left)} of {len(plan.windows)} windows to do, about {pages:,} pages"
        f"{f', {size / 2**20:,.0f} MiB to read' if size else ''}, {_duration(seconds)} or more"
    )


def tell_report(console: Console, report: Report) -> None:
    """The report for a person."""
    table = Table(header_style="bold", box=None, padding=(0, 2, 0, 0))
    table.add_column("outcome")
    table.add_column("pages", justify="right")
    table.add_column("meaning", style="dim")
    for outcome, count in report.outcomes.most_common():
        table.add_row(f"{outcome}" if outcome in HARMLESS else f"[yellow]{outcome}[/]", f"{count:,}", MEANING[outcome])
    for name, count in report.passed.most_common():
        table.add_row(escape(name), f"{count:,}", "passed over")
    for name, count in report.damaged.most_common():
        table.add_row(f"[yellow]{escape(name)}[/]", f"{count:,}", "records that could not be read")
    console.print(table)
    for label, why in report.failed.items():
        console.print(f"[red]{escape(label)}[/]: {escape(why)}")
    rate = f" ({report.pages / report.seconds:.1f} a second)" if report.seconds and report.pages else ""
    console.print(escape(f"job {report.job}: {report.message()}; {report.pages} pages in this call{rate}"))


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
