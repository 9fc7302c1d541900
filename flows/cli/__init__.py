"""The command line. Each command is a module here, imported only when it is called: `--help` stays quick."""

import gc
import importlib
import io
import logging
import os
import sys
from collections.abc import Sequence
from types import ModuleType

import click

from crawlers.declarations import DeclarationError
from flows import jsonlog
from flows.errors import PresslakeError
from flows.settings import from_environment

_COMMANDS = {
    "ingest": ("flows.cli.ingest", "Crawl sites and publish what is new (the everyday command)."),
    "serve": ("flows.cli.serve", "Crawl on schedule: a Prefect server with its UI, and the runs it starts."),
    "demo": ("flows.cli.demo", "Try everything on a small news web on this machine; takes half a minute."),
    "sites": ("flows.cli.sites", "List, check and add site declarations."),
    "status": ("flows.cli.status", "What broke, since when, why, and where to look; sites against what is usual."),
    "report": ("flows.cli.report", "The same as one HTML page with charts, into the lake or a file."),
    "show": ("flows.cli.show", "Show an article with its revisions, copies and what was stripped from it."),
    "explain": ("flows.cli.explain", "Show how a page is read: each block kept or removed, and by which rule."),
    "query": ("flows.cli.query", "Ask the lake in SQL (DuckDB): articles, revisions, copies, fetches, runs."),
    "backfill": ("flows.cli.backfill", "Bring in articles of the past: sitemaps, WARC files, Common Crawl's CC-NEWS."),
    "reextract": ("flows.cli.reextract", "Extract archived pages again with today's rules."),
    "maintain": (
        "flows.cli.maintain",
        "Compact the tables and remove leftovers; safe beside running crawls, once a day.",
    ),
    "export": ("flows.cli.export", "Write the tables as plain Parquet, for readers without Delta Lake."),
    "takedown": ("flows.cli.takedown", "Remove an article or a site for good, and block its return."),
    "lake": (
        "flows.cli.lake",
        "Check whether a store can be trusted with a lake; show and replay what is in quarantine.",
    ),
    "templates": ("flows.cli.templates", "Show the site templates that were learned."),
    "dedupe": ("flows.cli.dedupe", "Tell copies and excerpts apart in a Parquet file of articles, without a lake."),
    "extract": ("flows.cli.extract", "Extract pages of a Parquet file, without a lake."),
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = _imported(_COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Try it: presslake demo. Then: presslake sites list, presslake ingest tagesschau, presslake query "
    '"SELECT site, title FROM articles". Exit status: 0 all well, 1 failed, 2 wrong usage, 3 partly failed.',
)
@click.option("--lake", metavar="ROOT", help="Root of the lake: a path or s3://bucket/prefix (PRESSLAKE_LAKE; ./lake).")
@click.option("-v", "--verbose", is_flag=True, help="Log what happens inside.")
@click.version_option(package_name="presslake")
@click.pass_context
def cli(ctx: click.Context, lake: str | None, verbose: bool) -> None:
    """Crawl news sites into a lake that readers can trust.

    Fetched pages are archived as WARC, articles are extracted, copies and revisions told apart, and all of it
    published as Delta Lake tables. Settings come from the environment: PRESSLAKE_LAKE (where the lake is),
    PRESSLAKE_SITES (a directory of site declarations), PRESSLAKE_PROCESSES, PRESSLAKE_PAGE_TIMEOUT; an
    S3 lake uses the usual AWS variables and profiles. Where PREFECT_API_URL is set, runs are recorded there.
    """
    jsonlog.configure(logging.INFO if verbose else logging.WARNING)
    ctx.obj = from_environment(lake=lake)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the console script. Errors meant for the operator are one paragraph, not a traceback."""
    _speak_unicode()
    # Nothing here multiplies matrices: the threads that numpy starts for it, one a processor, would only spin.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        code = cli.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("presslake: stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (PresslakeError, DeclarationError) as error:
        click.echo(f"presslake: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output (`| head`) has gone: leave quietly, without a second error at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _imported(name: str) -> ModuleType:
    """The module, in four fifths of the time: the collector would walk over what is being imported again and again."""
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.enable()


def _speak_unicode() -> None:
    """Print in UTF-8 to files and pipes, and at a terminal what its charset has, `?` for the rest.

    Under cron the locale is often C or Latin-1: a headline beyond it would end a run that has gone well.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
