"""The offline door: a Parquet file of articles in, who repeats whom out."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crawlers.urlkey import article_id, host_of, url_key
from flows.dedupe.batch import decide_batch
from flows.dedupe.compare import alike, prepare
from flows.dedupe.memory import MemoryHistory
from flows.dedupe.model import Incoming, NearMiss
from flows.dedupe.rules import RULES, Rules

REQUIRED = ("id", "text")
OPTIONAL = (
    "url title published_at published_precision fetched_at site publisher canonical_url credited_source".split()  # noqa: SIM905
)
"""Columns that are used where the file has them."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class InputError(ValueError):
    """The file isn't one of articles; the message names the column."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was found: rows by relation, `original` for those without one."""

    rows: int
    clusters: int
    by_relation: dict[str, int]


def dedupe_parquet(
    src: Path | str,
    dst: Path | str,
    *,
    rules: Rules = RULES,
    batch_rows: int = 20_000,
    near_misses: Path | str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Counts:
    """Write, for each row of `src` in its order: id, cluster_id, canonical_id, relation, containment, jaccard, rule.

    `src` has columns id, url, title, published_at, text (id and text at least; rows in any order of time) and
    may have more of an article's (`OPTIONAL`). Rows with one address are revisions of one article, in the order
    of fetched_at, else of published_at; their relation is `revision`, compared with the first. A row that
    repeats nothing is its own cluster and canonical, and relation and figures are null.
    `near_misses` names a further Parquet file for the pairs that came near and were turned down: id, other_id,
    reason (a word of `flows.dedupe.compare`), containment, jaccard.
    `on_progress` is told rows done and rows in all. Raises InputError for a file without the columns needed.
    """
    table = _read(Path(src))
    ids = table["id"].to_pylist()
    batch = list(_incoming(table))
    missed: list[NearMiss] = []
    with tempfile.TemporaryDirectory(prefix="presslake-dedupe-") as directory:
        history = MemoryHistory(Path(directory))
        order = sorted(range(len(batch)), key=lambda row: (batch[row].fetched_at, row))
        for start in range(0, len(order), batch_rows):
            part = [batch[row] for row in order[start : start + batch_rows]]
            decisions = decide_batch(part, history, rules=rules)
            history.apply(part, decisions)
            missed.extend(decisions.near_misses)
            if on_progress:
                on_progress(min(start + batch_rows, len(order)), len(order))
        result = _result(ids, batch, order, history, rules)
    out = pa.table(result, schema=_schema(table.schema.field("id").type))
    pq.write_table(out, Path(dst), compression="zstd")
    if near_misses:
        pq.write_table(_missed(missed, ids, batch, out.schema.field("id").type), Path(near_misses), compression="zstd")
    relations = [relation or "original" for relation in result["relation"]]
    return Counts(len(ids), len(set(result["cluster_id"])), {name: relations.count(name) for name in set(relations)})


def _read(src: Path) -> pa.Table:
    try:
        names = pq.read_schema(src).names
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(f"{src}: not a Parquet file ({error})") from error
    for name in REQUIRED:
        if name not in names:
            raise InputError(f"{src}: column {name!r} is missing; it has {', '.join(names)}")
    return pq.read_table(src, columns=[name for name in (*REQUIRED, *OPTIONAL) if name in names])


def _incoming(table: pa.Table) -> Iterator[Incoming]:
    rows: Iterator[dict[str, Any]] = (row for batch in table.to_batches() for row in batch.to_pylist())
    for number, row in enumerate(rows):
        url = row.get("url") or f"row:{row['id']}:{number}"
        key = url_key(url)
        published_at = _instant(row.get("published_at"))
        fetched_at = _instant(row.get("fetched_at")) or published_at or _NEVER
        yield Incoming(
            article_id=article_id(key),
            url_key=key,
            site=row.get("site") or host_of(url) or key,
            url=url,
            fetched_at=fetched_at,
            text=row["text"] or "",
            title=row.get("title"),
            published_at=published_at,
            published_precision=row.get("published_precision"),
            canonical_url=row.get("canonical_url"),
            publisher=row.get("publisher"),
            credited_source=row.get("credited_source"),
        )


def _instant(value: object) -> datetime | None:
    """A time as the file has it: timestamp (UTC where it has no zone) or ISO 8601 text; None for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _result(
    ids: Sequence[Any], batch: Sequence[Incoming], order: Sequence[int], history: MemoryHistory, rules: Rules
) -> dict[str, list[Any]]:
    first: dict[str, int] = {}
    for row in order:
        first.setdefault(batch[row].article_id, row)
    clusters = {row.original_id: row.cluster_id for row in history.rows.values() if not row.in_articles}
    clusters |= {row.cluster_id: row.cluster_id for row in history.rows.values()}
    clusters |= {row.article_id: row.cluster_id for row in history.rows.values()}
    out: dict[str, list[Any]] = {name: [] for name in _schema(pa.null()).names}
    for row, incoming in enumerate(batch):
        article = incoming.article_id
        copy = history.rows.get(article)
        figures: tuple[str | None, float | None, float | None, str | None] = (None, None, None, None)
        canonical = first[copy.original_id if copy else article]
        if copy:
            figures = (copy.relation, copy.containment, copy.jaccard, copy.rule)
        if first[article] != row:
            figures = _revision(incoming, batch[first[article]], rules)
            canonical = first[article]
        cluster = ids[first[clusters.get(article, article)]]
        for column, value in zip(out.values(), (ids[row], cluster, ids[canonical], *figures), strict=True):
            column.append(value)
    return out


def _missed(
    misses: Sequence[NearMiss], ids: Sequence[Any], batch: Sequence[Incoming], id_type: pa.DataType
) -> pa.Table:
    rows = {incoming.article_id: row for row, incoming in reversed(list(enumerate(batch)))}
    columns = {
        "id": pa.array([ids[rows[miss.article_id]] for miss in misses], id_type),
        "other_id": pa.array([ids[rows[miss.other_id]] for miss in misses], id_type),
        "reason": pa.array([miss.reason for miss in misses], pa.string()),
        "containment": pa.array([miss.containment for miss in misses], pa.float64()),
        "jaccard": pa.array([miss.jaccard for miss in misses], pa.float64()),
    }
    return pa.table(columns)


def _revision(later: Incoming, first: Incoming, rules: Rules) -> tuple[str, float, float, str]:
    one, other = prepare(later.text, None), prepare(first.text, None)
    containment, jaccard, *_ = (
        (1.0, 1.0) if one.hash == other.hash else alike(one.shingles.unique, other.shingles.unique)
    )
    return "revision", containment, jaccard, f"url/{rules.version}"


def _schema(id_type: pa.DataType) -> pa.Schema:
    return pa.schema(
        [
            ("id", id_type),
            ("cluster_id", id_type),
            ("canonical_id", id_type),
            ("relation", pa.string()),
            ("containment", pa.float64()),
            ("jaccard", pa.float64()),
            ("rule", pa.string()),
        ]
    )
