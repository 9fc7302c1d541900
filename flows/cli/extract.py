"""`presslake extract`: the offline door, pages in a Parquet file to articles in another."""

import json
from pathlib import Path

import click

from crawlers.extract.offline import extract_parquet
from flows.cli.bar import counting, keep_apart
from flows.errors import PresslakeError
from flows.settings import Settings


@click.command()
@click.argument("source", metavar="IN.parquet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", metavar="OUT.parquet", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--processes", type=click.IntRange(1), help="Worker processes (PRESSLAKE_PROCESSES; one a core).")
@click.option("--page-timeout", type=float, help="Seconds one page may take (PRESSLAKE_PAGE_TIMEOUT; 10).")
@click.option("--no-templates", is_flag=True, help="Don't learn site templates from the pages of the file.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts by outcome as JSON.")
@click.pass_obj
def command(
    settings: Settings,
    source: Path,
    target: Path,
    processes: int | None,
    page_timeout: float | None,
    no_templates: bool,
    as_json: bool,
) -> None:
    """Extract the pages of IN.parquet to OUT.parquet, with no lake and no network.

    IN has the columns id, site, url, fetched_at and html (text, or the bytes as they came). OUT has a row per
    page: id, outcome, and the columns of articles that a page can tell (text, blocks, title, authors,
    published_at, removed_blocks, …; see schemas/ARTICLES.md). OUT appears only when it is complete.
    """
    keep_apart(source, target)
    with counting("extract") as on_progress:
        try:
            counts = extract_parquet(
                source,
                target,
                processes=processes or settings.processes,
                page_timeout=page_timeout or settings.page_timeout,
                use_templates=not no_templates,
                on_progress=on_progress,
            )
        except (ValueError, OSError) as error:
            told = str(error)
            raise PresslakeError(told if told.startswith(str(source)) else f"{source}: {told}") from error
    if as_json:
        click.echo(json.dumps({str(outcome): count for outcome, count in counts.items()}))
        return
    total = sum(counts.values())
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items(), key=lambda item: -item[1]))
    click.echo(f"{total} pages → {target}: {told}")
