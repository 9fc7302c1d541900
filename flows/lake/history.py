"""What was published before a batch, as dedupe asks for it: lookups by batch over snapshots of the tables.

An article's id says nothing of its place, so ids are looked for in all of `revisions`, in two small columns; what is
wide (texts, titles) is read in the partitions of the articles found alone, a few thousand rows at a time.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as pads

from flows.dedupe.history import PostingsFiles
from flows.dedupe.model import CopyRow, Ref, Stored, StoredText
from flows.errors import LakeError
from flows.lake.lake import Lake
from flows.lake.postings import postings_files
from flows.lake.query import connect
from flows.lake.tables import dataset
from schemas import REVISIONS

_STORED = {field.name: "word_count" if field.name == "words" else field.name for field in fields(Stored)}
"""The columns behind the fields of `Stored`."""
_BATCH_ROWS = 2_048
"""Rows of a wide column in memory at once, and a few times that by reading ahead."""


class LakeHistory:
    """A `flows.dedupe.history.History` over one lake; the snapshots are those of the moment it was made."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._connection = connect(lake, "copies")
        self._revisions = dataset(lake, REVISIONS)
        self._connection.register("revisions", self._revisions)
        self._days: dict[str, date | None] = {}

    def close(self) -> None:
        """Let go of the snapshots."""
        self._connection.close()

    def revisions(self, article_ids: Collection[str]) -> Iterable[Stored]:
        """See History.revisions."""
        found = self._wide(article_ids, _STORED.values())
        return [
            Stored(**{name: row[column] for name, column in _STORED.items()})
            for batch in found
            for row in batch.to_pylist()
        ]

    def by_text_hash(self, hashes: Collection[str]) -> Iterable[tuple[str, str]]:
        """See History.by_text_hash."""
        rows = self._rows(
            "SELECT text_hash, article_id FROM revisions WHERE text_hash IN (SELECT unnest(?)) ORDER BY ALL", hashes
        )
        return [(row["text_hash"], row["article_id"]) for row in rows]

    def texts(self, refs: Collection[Ref]) -> Mapping[Ref, StoredText]:
        """See History.texts."""
        wanted = set(refs)
        found = {}
        for batch in self._wide(
            {article for article, _ in wanted}, ("article_id", "revision", "text", "removed_blocks")
        ):
            for row in batch.to_pylist():
                if (ref := (row["article_id"], row["revision"])) in wanted:
                    found[ref] = StoredText(row["text"], tuple(block["text"] for block in row["removed_blocks"]))
        return found

    def copies(self, article_ids: Collection[str]) -> Iterable[CopyRow]:
        """See History.copies."""
        names = ", ".join(field.name for field in fields(CopyRow))
        rows = self._rows(
            f"WITH ids AS (SELECT unnest(?) AS id) SELECT {names} FROM copies "
            "WHERE article_id IN (FROM ids) OR original_id IN (FROM ids) "
            "OR leader_id IN (FROM ids)",
            article_ids,
        )
        return [CopyRow(**row) for row in rows]

    def postings(self, first: date, last: date) -> PostingsFiles:
        """See History.postings."""
        return postings_files(self._lake, first, last)

    def latest_rows(self, article_ids: Collection[str]) -> list[dict[str, Any]]:
        """The latest revision of each article as a whole row, by instant of fetch."""
        latest: dict[str, dict[str, Any]] = {}
        for row in self.whole_rows(article_ids):
            before = latest.get(row["article_id"])
            if before is None or _instant(before) < _instant(row):
                latest[row["article_id"]] = row
        return [latest[article] for article in sorted(latest)]

    def whole_rows(self, article_ids: Collection[str]) -> Iterator[dict[str, Any]]:
        """All revisions of these articles as whole rows, in no order."""
        for batch in self._wide(article_ids, REVISIONS.names):
            yield from batch.to_pylist()

    def copy_rows(self, article_ids: Collection[str]) -> list[dict[str, Any]]:
        """The rows of `copies` of these articles, whole."""
        return self._rows("SELECT * FROM copies WHERE article_id IN (SELECT unnest(?))", article_ids)

    def _wide(self, article_ids: Collection[str], columns: Iterable[str]) -> Iterator[pa.RecordBatch]:
        """Rows of `revisions` of these articles, read where they are known to be."""
        days = self._places(article_ids)
        if not days:
            return
        ids, names = sorted(days), list(columns)
        where = pads.field("date").isin(sorted(set(days.values()))) & pads.field("article_id").isin(ids)
        try:
            scanner = self._revisions.scanner(
                columns=names, filter=where, batch_size=_BATCH_ROWS, batch_readahead=2, fragment_readahead=2
            )
            yield from (batch for batch in scanner.to_batches() if batch.num_rows)
        except (OSError, pa.ArrowException) as error:
            raise self._unreadable(error) from error

    def _places(self, article_ids: Collection[str]) -> dict[str, date]:
        """The partitions of those of the articles that are known; an article stays in one."""
        if unknown := set(article_ids) - self._days.keys():
            sql = "SELECT DISTINCT article_id, date FROM revisions WHERE article_id IN (SELECT unnest(?))"
            found = {row["article_id"]: row["date"] for row in self._rows(sql, unknown)}
            self._days |= {article: found.get(article) for article in unknown}
        return {article: day for article in article_ids if (day := self._days[article])}

    def _rows(self, sql: str, values: Collection[Any]) -> list[dict[str, Any]]:
        if not values:
            return []
        try:
            relation: duckdb.DuckDBPyRelation = self._connection.sql(sql, params=[sorted(values)])
            found: list[dict[str, Any]] = relation.to_arrow_table().to_pylist()
        except duckdb.Error as error:
            raise self._unreadable(error) from error
        return found

    def _unreadable(self, error: Exception) -> LakeError:
        return LakeError(f"the lake at {self._lake.root} could not be read: {error}. Run again; nothing is lost.")


def _instant(row: Mapping[str, Any]) -> tuple[datetime, int]:
    return row["fetched_at"], row["revision"]
