"""`presslake query`: SQL over the lake."""

import json
import sys
from datetime import date, datetime
from typing import Any

import click
import pyarrow as pa
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.cli.progress import console_for
from flows.lake import open_lake
from flows.lake.query import query
from flows.settings import Settings

_SHOWN = 60
_CELL = 80
_COLUMNS = 10
"""Results with more columns are printed a row a paragraph."""


@click.command()
@click.argument("sql")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects; times in ISO 8601, UTC.")
@click.option("--limit", default=_SHOWN, show_default=True, help="Most rows to print as a table (0: all).")
@click.pass_obj
def command(settings: Settings, sql: str, as_json: bool, limit: int) -> None:
    """Ask the lake in SQL, in DuckDB's dialect, over the tables articles, revisions, copies, fetches and runs.

    What the columns mean: schemas/ARTICLES.md, or `presslake query "DESCRIBE articles"`.

    \b
    presslake query "SELECT site, count(*) FROM articles GROUP BY site"
    presslake query --json "SELECT * FROM fetches WHERE outcome = 'server_error'" | jq
    """  # noqa: D301 - click wants the character \b itself
    result = query(open_lake(settings.lake), sql if sql != "-" else sys.stdin.read())
    if as_json:
        # One object a line inside the list: a person can read it, and nothing large is built twice.
        lines = ",\n".join(json.dumps(row, default=plain, ensure_ascii=False) for row in result.to_pylist())
        click.echo(f"[{lines}]")
        return
    shown = result.slice(0, limit) if limit else result
    console = console_for(as_json)
    (_print_records if len(result.column_names) > _COLUMNS else _print_table)(console, shown)
    if len(shown) < len(result):
        click.echo(f"{len(shown)} of {len(result)} rows shown; --limit 0 shows all, --json is for programs")


def _print_table(console: Console, result: pa.Table) -> None:
    table = Table(header_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1))
    for name in result.column_names:
        table.add_column(name, overflow="fold")
    for row in result.to_pylist():
        table.add_row(*(_cell(value) for value in row.values()))
    console.print(table)


def _print_records(console: Console, result: pa.Table) -> None:
    """A row as a paragraph, a column a line: what has more columns than a screen is wide."""
    width = max(map(len, result.column_names))
    for number, row in enumerate(result.to_pylist(), 1):
        console.print(f"[dim]── row {number}[/]")
        for name, value in row.items():
            console.print(f"[bold]{name:<{width}}[/]  {_cell(value)}", soft_wrap=True)


def plain(value: Any) -> Any:
    """JSON's form of a value it doesn't know: instants and dates in ISO 8601."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    text = value if isinstance(value, str) else json.dumps(value, default=plain, ensure_ascii=False)
    text = " ".join(text.split())
    return escape(text if len(text) <= _CELL else text[: _CELL - 1] + "…")
