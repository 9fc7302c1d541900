"""`presslake export`: the tables as plain Parquet."""

import json

import click
from rich.markup import escape

from flows.cli.progress import console_for
from flows.lake import open_lake
from flows.lake.export import DEFAULT_TABLES, export
from flows.settings import Settings
from schemas import TABLES


@click.command()
@click.argument("destination", required=False)
@click.option("--table", "tables", multiple=True, type=click.Choice(list(TABLES)), help="Repeatable.")
@click.option("--keep", type=click.IntRange(1), default=2, show_default=True, help="Snapshots that stay.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest.")
@click.pass_obj
def command(settings: Settings, destination: str | None, tables: tuple[str, ...], keep: int, as_json: bool) -> None:
    """Write a snapshot of the tables as plain hive-partitioned Parquet, for readers without Delta Lake.

    DESTINATION is a directory or s3://bucket/prefix; without it, `export` in the lake. Without --table: articles,
    revisions and copies. Readers take DESTINATION/manifest.json, or on disk the link DESTINATION/latest:

    \b
    duckdb -c "SELECT site, count(*) FROM 'export/latest/articles/*/*.parquet' GROUP BY site"
    """  # noqa: D301 - click wants the character \b itself
    lake = open_lake(settings.lake)
    target = open_lake(destination or f"{lake.root}/export").store
    manifest = export(lake, target, tables or DEFAULT_TABLES, keep=keep)
    console = console_for(as_json)
    for name, about in manifest["tables"].items():
        size = sum(file["bytes"] for file in about["files"])
        console.print(f"  {name:<10} {about['rows']} rows, {len(about['files'])} files, {size / 1e6:.1f} MB")
    console.print(escape(f"{target.root}/{manifest['snapshot']} is the current snapshot"))
    if as_json:
        click.echo(json.dumps(manifest, indent=1))
