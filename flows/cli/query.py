"""`presslake query`: SQL over the lake."""

import json
import sys
from datetime import date, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from flows.lake import open_lake
from flows.lake.query import query
from flows.settings import Settings

_SHOWN = 60
_CELL = 80


@click.command()
@click.argument("sql")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects; times in ISO 8601, UTC.")
@click.option("--limit", default=_SHOWN, show_default=True, help="Most rows to print as a table (0: all).")
@click.pass_obj
def command(settings: Settings, sql: str, as_json: bool, limit: int) -> None:
    r"""Ask the lake in SQL, in DuckDB's dialect, over the tables articles, revisions, copies, fetches and runs.

    What the columns mean: schemas/ARTICLES.md, or `presslake query "DESCRIBE articles"`.

    \b
    presslake query "SELECT site, count(*) FROM articles GROUP BY site"
    presslake query --json "SELECT * FROM fetches WHERE outcome = 'server_error'" | jq
    """
    result = query(open_lake(settings.lake), sql if sql != "-" else sys.stdin.read())
    if as_json:
        # One object a line inside the list: a person can read it, and nothing large is built twice.
        lines = ",\n".join(json.dumps(row, default=plain, ensure_ascii=False) for row in result.to_pylist())
        click.echo(f"[{lines}]")
        return
    table = Table(header_style="bold", show_lines=False)
    for name in result.column_names:
        table.add_column(name, overflow="fold")
    shown = result.slice(0, limit) if limit else result
    for row in shown.to_pylist():
        table.add_row(*(_cell(value) for value in row.values()))
    Console(width=None if sys.stdout.isatty() else 200, soft_wrap=False).print(table)
    if len(shown) < len(result):
        click.echo(f"{len(shown)} of {len(result)} rows shown; --limit 0 shows all, --json is for programs")


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
    # Square brackets would be taken for markup.
    return (text if len(text) <= _CELL else text[: _CELL - 1] + "…").replace("[", r"\[")
