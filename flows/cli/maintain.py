"""`presslake maintain`: keep the lake fast to read and free of leftovers."""

import json
from dataclasses import asdict
from datetime import timedelta

import click

from flows.cli.progress import console_for
from flows.lake import open_lake
from flows.lake.maintain import RETENTION, TARGET, TableCare, maintain
from flows.settings import Settings


@click.command()
@click.option(
    "--target",
    type=click.IntRange(1, 4096),
    default=TARGET >> 20,
    show_default=True,
    help="MiB that a data file should have.",
)
@click.option(
    "--keep-days",
    type=click.FloatRange(0),
    default=RETENTION.days,
    show_default=True,
    help="Days for which earlier versions stay readable; with 0, readers at work on one lose it.",
)
@click.option(
    "--archive-days",
    type=click.IntRange(1),
    envvar="PRESSLAKE_ARCHIVE_DAYS",
    metavar="N",
    help="Remove archived pages N days after their fetch (PRESSLAKE_ARCHIVE_DAYS). Default: kept for ever.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def command(settings: Settings, target: int, keep_days: float, archive_days: int | None, as_json: bool) -> None:
    """Compact the tables, write checkpoints, remove what is no longer part of them.

    Safe beside running crawls and readers; run it daily. Files of earlier versions stay for --keep-days, so that a
    reader on an older snapshot can finish and time travel reaches so far back. With less than a day it must be the only
    maintenance at work, and stops with an error beside another; crawls may run.

    With --archive-days, articles stay as they are when their archived pages go; only re-extraction ends there.
    """
    console = console_for(as_json)

    def tell(care: TableCare) -> None:
        console.print(
            f"  {care.table:<10} {care.files_before:>6} → {care.files_after} files, "
            f"{care.bytes_before / 1e6:.1f} → {care.bytes_after / 1e6:.1f} MB, {care.removed_files} old files removed"
            + (f"; [yellow]{care.problem}[/]" if care.problem else "")
        )

    lake = open_lake(settings.lake)
    archive = timedelta(days=archive_days) if archive_days else None
    done = maintain(lake, target=target << 20, retention=timedelta(days=keep_days), archive=archive, on_table=tell)
    console.print(
        f"  {done.batches} records of complete batches, {done.orphans} orphans, {done.cached} cached postings removed"
    )
    if archive_days:
        console.print(
            f"  {done.archive.objects} archive files older than {archive_days} days removed "
            f"({done.archive.bytes / 1e6:.1f} MB); {done.archive.kept} stay for pages in quarantine"
        )
    if as_json:
        click.echo(json.dumps(asdict(done), indent=1))
