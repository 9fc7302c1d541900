"""What dedupe asks of the lake: lookups by batch, never the whole history."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from flows.dedupe.model import CopyRow, Ref, Stored, StoredText


@dataclass(frozen=True, slots=True)
class PostingsFiles:
    """Parquet files (or globs) of postings and of the documents they point to."""

    postings: tuple[str, ...] = ()
    docs: tuple[str, ...] = ()


class History(Protocol):
    """All that was published before the batch; fixed while the batch is decided."""

    def revisions(self, article_ids: Collection[str]) -> Iterable[Stored]:
        """All revisions of these articles, in any order; nothing for unknown ids."""

    def by_text_hash(self, hashes: Collection[str]) -> Iterable[tuple[str, str]]:
        """(text hash, article id) of every revision, however old, with one of these hashes."""

    def texts(self, refs: Collection[Ref]) -> Mapping[Ref, StoredText]:
        """The texts of these revisions; all of them are known."""

    def copies(self, article_ids: Collection[str]) -> Iterable[CopyRow]:
        """Rows of `copies` where one of these is `article_id`, `original_id` or `leader_id`, in any order."""

    def postings(self, first: date, last: date) -> PostingsFiles:
        """The postings of articles whose `date` lies in these days, both included (more does no harm)."""
