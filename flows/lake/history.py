"""What was published before a batch, as dedupe asks for it: lookups by batch over snapshots of the tables."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

import duckdb

from flows.dedupe.history import PostingsFiles
from flows.dedupe.model import CopyRow, Ref, Stored, StoredText
from flows.errors import LakeError
from flows.lake.lake import Lake
from flows.lake.postings import postings_files
from flows.lake.query import connect

_STORED = (
    "article_id, revision, site, url, url_key, fetched_at, text_hash, word_count AS words, date, title, "
    "published_at, published_precision, canonical_url, publisher, credited_source, agency"
)


class LakeHistory:
    """A `flows.dedupe.history.History` over one lake; the snapshots are those of the moment it was made."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._connection = connect(lake, "revisions copies")

    def close(self) -> None:
        """Let go of the snapshots."""
        self._connection.close()

    def revisions(self, article_ids: Collection[str]) -> Iterable[Stored]:
        """See History.revisions."""
        rows = self._rows(f"SELECT {_STORED} FROM revisions WHERE article_id IN (SELECT unnest(?))", article_ids)
        return [Stored(**row) for row in rows]

    def by_text_hash(self, hashes: Collection[str]) -> Iterable[tuple[str, str]]:
        """See History.by_text_hash."""
        rows = self._rows(
            "SELECT text_hash, article_id FROM revisions WHERE text_hash IN (SELECT unnest(?)) ORDER BY ALL", hashes
        )
        return [(row["text_hash"], row["article_id"]) for row in rows]

    def texts(self, refs: Collection[Ref]) -> Mapping[Ref, StoredText]:
        """See History.texts."""
        wanted = set(refs)
        rows = self._rows(
            "SELECT article_id, revision, text, [b.text FOR b IN removed_blocks] AS removed "
            "FROM revisions WHERE article_id IN (SELECT unnest(?))",
            {article for article, _ in wanted},
        )
        found = {(row["article_id"], row["revision"]): StoredText(row["text"], tuple(row["removed"])) for row in rows}
        return {ref: text for ref, text in found.items() if ref in wanted}

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
        return self._rows(
            "SELECT * FROM revisions WHERE article_id IN (SELECT unnest(?)) "
            "QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY fetched_at DESC, revision DESC) = 1",
            article_ids,
        )

    def copy_rows(self, article_ids: Collection[str]) -> list[dict[str, Any]]:
        """The rows of `copies` of these articles, whole."""
        return self._rows("SELECT * FROM copies WHERE article_id IN (SELECT unnest(?))", article_ids)

    def _rows(self, sql: str, values: Collection[Any]) -> list[dict[str, Any]]:
        if not values:
            return []
        try:
            relation: duckdb.DuckDBPyRelation = self._connection.sql(sql, params=[sorted(values)])
            found: list[dict[str, Any]] = relation.to_arrow_table().to_pylist()
        except duckdb.Error as error:
            raise LakeError(
                f"the lake at {self._lake.root} could not be read: {error}. Run again; nothing is lost."
            ) from error
        return found
