"""`presslake dedupe`: the offline door of dedupe, articles in a Parquet file to who repeats whom in another."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from flows.cli.bar import counting, keep_apart
from flows.dedupe.offline import InputError, dedupe_parquet
from flows.errors import PresslakeError


@click.command()
@click.argument("source", metavar="IN.parquet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", metavar="OUT.parquet", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--near-misses",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write the pairs that came near and were turned down, with the reason.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def command(source: Path, target: Path, near_misses: Path | None, as_json: bool) -> None:
    """Tell copies, truncated copies, excerpts and reissues apart in any Parquet file of articles, without a lake.

    IN has the columns id, url, title, published_at and text (id and text at least), rows in any order of time. OUT has
    a row for each: id, cluster_id, canonical_id, relation, containment, jaccard, rule. A row that repeats nothing is
    its own cluster and canonical.
    """
    keep_apart(source, target, near_misses)
    with counting("dedupe") as on_progress:
        try:
            counts = dedupe_parquet(
                source,
                target,
                near_misses=near_misses,
                on_progress=on_progress,
            )
        except (InputError, OSError) as error:
            raise PresslakeError(str(error)) from error
    if as_json:
        click.echo(json.dumps(asdict(counts)))
        return
    relations = ", ".join(f"{number} {name}" for name, number in sorted(counts.by_relation.items()))
    click.echo(f"{counts.rows} rows → {target}: {counts.clusters} clusters; {relations}")
