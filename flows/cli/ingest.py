"""`presslake ingest`: one run, at a terminal or recorded by Prefect."""

import json
import os
import signal
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from flows.after_run import after_run
from flows.cli.progress import console_for, print_summary, watching
from flows.lake import open_lake
from flows.pipeline import choose, ingest
from flows.serve.output import hush_destructors
from flows.settings import Settings
from flows.summary import RunSummary

EXIT = {"ok": 0, "failed": 1, "partial": 3}


@click.command()
@click.argument("sites", nargs=-1)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Most article pages a site (each site's own limit).")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@click.option(
    "--prefect/--no-prefect",
    default=None,
    help="Record the run in Prefect (where PREFECT_API_URL or a profile names a server; else without one).",
)
@click.pass_obj
def command(settings: Settings, sites: tuple[str, ...], limit: int | None, as_json: bool, prefect: bool | None) -> None:
    """Crawl SITES (all declared ones where none is named) and publish what is new.

    Feeds and sitemaps are read, new articles fetched politely, archived, extracted, compared with all that is
    in the lake, and published at once. Stop it whenever you like: what was fetched is kept and published by
    the next run.

    \b
    presslake ingest                        all declared sites
    presslake ingest tagesschau bbc         two of them
    presslake ingest bbc --limit 5          five articles, to try it

    Exit status: 0 all well, 1 failed, 3 partly failed (the table says which sites).
    """  # noqa: D301 - click wants the character \b itself
    chosen = choose(settings, sites)
    # Workers of a cluster are Prefect's task runner, so that is a matter for the flow.
    if prefect or settings.tasks != "local" or (prefect is None and has_prefect_server()):
        hush_destructors()
        from flows.ingest import ingest_here  # Prefect takes seconds to import
        from flows.prefect_tasks import reachable_server

        os.environ["PRESSLAKE_LAKE"] = settings.lake  # the flow takes its settings from there; --lake counts, too
        with reachable_server(settings):
            state, ended = ingest_here([site.id for site in chosen] if sites else None, limit)
        if ended:
            tell(console_for(as_json), ended, as_json)
        click.get_current_context().exit(
            {"COMPLETED": 0}.get(state.type.value, 3 if state.name == "PartlyFailed" else 1)
        )
    summary = run_here(settings, [site.id for site in chosen], limit, as_json)
    lake = open_lake(settings.lake)
    report = after_run(lake, spool=settings.spool)
    if report and not as_json:
        click.echo(f"report: {lake.root}/{report}")
    click.get_current_context().exit(EXIT[summary.state])


def run_here(settings: Settings, sites: list[str], limit: int | None, as_json: bool) -> RunSummary:
    """Run in this process, with progress where a person watches; prints the summary."""
    # A scheduler or container stops us with SIGTERM: end as with Ctrl-C, the crawl closing its files.
    signal.signal(signal.SIGTERM, _interrupt)
    console = console_for(as_json)
    try:
        with watching(len(sites), console) as watch:
            summary = ingest(settings, sites, limit=limit, watch=watch)
    except KeyboardInterrupt:
        console.print("stopped; what was fetched is kept, and the next ingest publishes it")
        raise click.exceptions.Abort from None
    tell(console, summary, as_json)
    return summary


def tell(console: Console, summary: RunSummary, as_json: bool) -> None:
    """Print the summary, for people or as JSON."""
    if as_json:
        click.echo(json.dumps(summary.to_dict(), indent=1))
    else:
        print_summary(console, summary)


def has_prefect_server() -> bool:
    """Whether the environment or a Prefect profile names a server; without importing Prefect, which is slow."""
    if os.environ.get("PREFECT_API_URL"):
        return True
    home = Path(os.environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    try:
        return "PREFECT_API_URL" in (home / "profiles.toml").read_text()
    except OSError:
        return False


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
