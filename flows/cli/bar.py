"""What the commands that work through one file share: a progress bar, and care for that file."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


def keep_apart(source: Path, *targets: Path | None) -> None:
    """Raise UsageError where the output would take the place of what is read."""
    for target in targets:
        if target is not None and target.exists() and target.samefile(source):
            raise click.UsageError(f"{target} is the file that is read: name another for the output")


@contextmanager
def counting(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar while the block lasts, where a person watches; gives what is to be told rows done and rows in all."""
    bar = Progress(
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
