"""A history kept in memory, with postings in a directory: for the offline door, and for tests."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from flows.dedupe import keys
from flows.dedupe.history import PostingsFiles
from flows.dedupe.model import CopyRow, Decision, Decisions, Incoming, Ref, Stored, StoredText
from flows.dedupe.postings import write_postings
from schemas import Outcome


class MemoryHistory:
    """What the lake knows after the batches applied so far. `directory` holds the postings."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._revisions: dict[str, dict[int, Stored]] = {}
        self._texts: dict[Ref, StoredText] = {}
        self._by_hash: dict[str, set[str]] = {}
        self._files: dict[date, list[tuple[str, str]]] = {}
        self._by_id: dict[str, set[str]] = {}
        self.rows: dict[str, CopyRow] = {}
        """Rows of `copies` by article id."""
        self.in_articles: set[str] = set()
        """Ids of the rows of `articles`."""

    def revisions(self, article_ids: Collection[str]) -> Iterator[Stored]:
        """See `History`."""
        for article_id in article_ids:
            yield from self._revisions.get(article_id, {}).values()

    def by_text_hash(self, hashes: Collection[str]) -> Iterator[tuple[str, str]]:
        """See `History`."""
        for hash_ in hashes:
            for article_id in self._by_hash.get(hash_, ()):
                yield hash_, article_id

    def texts(self, refs: Collection[Ref]) -> Mapping[Ref, StoredText]:
        """See `History`."""
        return {ref: self._texts[ref] for ref in refs}

    def copies(self, article_ids: Collection[str]) -> Iterable[CopyRow]:
        """See `History`."""
        found = {copy for id_ in article_ids for copy in self._by_id.get(id_, ())}
        return [self.rows[copy] for copy in sorted(found)]

    def postings(self, first: date, last: date) -> PostingsFiles:
        """See `History`."""
        files = [pair for day, pairs in sorted(self._files.items()) if first <= day <= last for pair in pairs]
        return PostingsFiles(tuple(p for p, _ in files), tuple(d for _, d in files))

    def apply(self, batch: Sequence[Incoming], decisions: Decisions) -> None:
        """Publish a decided batch."""
        for incoming, item in zip(batch, decisions.items, strict=True):
            if item.outcome is not Outcome.UNCHANGED:
                self._add(incoming, item)
            if item.is_latest and item.in_articles:
                self.in_articles.add(item.article_id)
        for id_ in decisions.uncopied:
            self._forget(id_)
        for row in decisions.copies:
            self._forget(row.article_id)
            self.rows[row.article_id] = row
            for id_ in (row.article_id, row.original_id, row.leader_id):
                self._by_id.setdefault(id_, set()).add(row.article_id)
        self.in_articles |= set(decisions.shown)
        self.in_articles -= set(decisions.hidden)
        for day, table in decisions.postings.items():
            pair = []
            for name, rows in (("postings", table), ("docs", decisions.docs[day])):
                path = self._directory / f"{name}-{day}-{len(self._files.get(day, ()))}.parquet"
                write_postings(rows, str(path))
                pair.append(str(path))
            self._files.setdefault(day, []).append((pair[0], pair[1]))

    def _forget(self, id_: str) -> None:
        row = self.rows.pop(id_, None)
        if row is not None:
            for key in (row.article_id, row.original_id, row.leader_id):
                self._by_id[key].discard(id_)

    def _add(self, incoming: Incoming, item: Decision) -> None:
        stored = Stored(
            article_id=item.article_id,
            revision=item.revision,
            site=incoming.site,
            url=incoming.url,
            url_key=incoming.url_key,
            fetched_at=incoming.fetched_at,
            text_hash=incoming.text_hash or keys.text_hash(incoming.text),
            words=keys.word_count(incoming.text),
            date=item.date,
            title=incoming.title,
            published_at=incoming.published_at,
            published_precision=incoming.published_precision,
            canonical_url=incoming.canonical_url,
            publisher=incoming.publisher,
            credited_source=incoming.credited_source,
            agency=item.agency,
            warc_digest=incoming.warc_digest,
        )
        self._revisions.setdefault(item.article_id, {})[item.revision] = stored
        self._by_hash.setdefault(stored.text_hash, set()).add(item.article_id)
        self._texts[stored.ref] = StoredText(incoming.text, incoming.removed)
