"""What a person at a terminal sees while a run goes on; nothing where nobody watches."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from flows.summary import RunSummary, SiteSummary, meanings

if TYPE_CHECKING:
    from crawlers.crawl import Progress as CrawlProgress
    from flows.pipeline import Watch

_STYLES = {"ok": "green", "partial": "yellow", "failed": "red"}


def noted_bar(console: Console, description: str = "{task.description}") -> Progress:
    """A bar with a spinner, a count, the time and the field `note` of each task; gone when the work is done."""
    return Progress(
        SpinnerColumn(),
        TextColumn(description),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("[dim]{task.fields[note]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


@contextmanager
def watching(sites: int, console: Console) -> "Iterator[Watch]":
    """A watch that draws progress on the terminal: sites crawled, pages fetched and extracted, the current stage."""
    from flows.pipeline import Watch  # most commands print to this console, and few run a pipeline

    if not console.is_terminal:
        yield Watch()
        return
    progress = noted_bar(console, "{task.description:<9}")
    crawl = progress.add_task("crawl", total=None, note="addresses")
    extract = progress.add_task("extract", total=None, note="pages")
    publish = progress.add_task("publish", total=sites, note="sites")

    def stage(name: str, subject: str) -> None:
        if name == "recover":
            progress.console.print(f"[dim]publishing what run {escape(subject)} left behind[/]")

    told: dict[str, CrawlProgress] = {}

    def crawled(news: "CrawlProgress") -> None:
        told[news.site] = news
        finished, discovered = sum(p.finished for p in told.values()), sum(p.discovered for p in told.values())
        fetched = sum(p.fetched for p in told.values())
        progress.update(crawl, completed=finished, total=discovered, note=f"addresses, {fetched} pages fetched")

    def done(summaries: Sequence[SiteSummary]) -> None:
        progress.advance(publish, len(summaries))

    with progress:
        yield Watch(stage, crawled, lambda: progress.advance(extract), done)


def print_summary(console: Console, summary: RunSummary) -> None:
    """The run as a table, troubled sites first, and what its less usual outcomes mean."""
    table = Table(header_style="bold", box=None, padding=(0, 2, 0, 0))
    for name in ("site", "state", "found", "new", "copies", "revised", "known", "later", "to look at"):
        table.add_column(name, justify="left" if name in ("site", "state", "to look at") else "right")
    for row in summary.table():
        style = _STYLES[str(row["state"])]
        numbers = (row["discovered"], row["new"], row["copies"], row["revised"], row["known"], row["later"])
        table.add_row(
            escape(str(row["site"])),
            f"[{style}]{row['state']}[/]",
            *(str(number or "·") for number in numbers),
            escape(str(row["look at"])),
        )
    console.print(table)
    for line in meanings(summary):
        console.print(f"[dim]{escape(line)}[/]")
    console.print(escape(f"run {summary.run_id}: {summary.message()}"))


def console_for(as_json: bool) -> Console:
    """Standard output for people; with `--json` that is the machine's, and people read standard error."""
    stream = sys.stderr if as_json else sys.stdout
    # Where nobody watches (a log, a pipe) lines are not broken at eighty characters.
    return Console(file=stream, highlight=False, width=None if stream.isatty() else 140)
