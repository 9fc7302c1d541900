"""Where known articles stood before the batch, read from their rows of `copies`."""

from collections.abc import Collection, Iterable

from flows.dedupe.history import History
from flows.dedupe.model import CopyRow


class Standing:
    """Rows of `copies` by the articles they concern, loaded as needed.

    An article without a row is an original. It leads its followers, unless theirs name another leader:
    then it joined that one's group and is its original by evidence.
    """

    def __init__(self, history: History, new: Collection[str]) -> None:
        self._history, self._new = history, frozenset(new)
        self._loaded: set[str] = set()
        self.rows: dict[str, CopyRow] = {}
        self._of_original: dict[str, set[str]] = {}
        self._of_leader: dict[str, set[str]] = {}

    def load(self, article_ids: Iterable[str]) -> None:
        """Read the rows in which any of these is copy, original or leader."""
        missing = {id_ for id_ in article_ids if id_ not in self._loaded}
        if not missing:
            return
        self._loaded |= missing
        for row in self._history.copies(missing):
            self.rows[row.article_id] = row
            self._of_original.setdefault(row.original_id, set()).add(row.article_id)
            self._of_leader.setdefault(row.leader_id, set()).add(row.article_id)

    def known(self, id_: str) -> tuple[str, str] | None:
        """Leader and cluster of a known article; None for a new one."""
        return None if id_ in self._new else (self.leader(id_), self.cluster(id_))

    def leader(self, id_: str) -> str:
        """Whom a known article followed; itself where it led."""
        self.load([id_])
        if id_ in self.rows:
            return self.rows[id_].leader_id
        return next((self.rows[copy].leader_id for copy in self._of_original.get(id_, ()) if self._follows(copy)), id_)

    def cluster(self, id_: str) -> str:
        """The cluster a known article was in."""
        self.load([id_])
        return self.rows[id_].cluster_id if id_ in self.rows else self.leader(id_)

    def group(self, leader: str) -> set[str]:
        """The articles that followed a leader, itself included."""
        self.load([leader])
        copies = self._of_leader.get(leader, set())
        return ({leader} | copies | {self.rows[copy].original_id for copy in copies if self._follows(copy)}) - self._new

    def repeating(self, original: str) -> set[str]:
        """The articles whose row names this one as their original."""
        self.load([original])
        return set(self._of_original.get(original, ()))

    def followers(self, leaders: Iterable[str]) -> set[str]:
        """The articles whose rows name one of these as leader."""
        ids = list(leaders)
        self.load(ids)
        return {copy for id_ in ids for copy in self._of_leader.get(id_, ())} - self._new

    def original(self, leader: str) -> tuple[str, str]:
        """The original of a leader's group as it was, and the evidence."""
        self.load([leader])
        copies = sorted(self._of_leader.get(leader, set()))
        rows = (self.rows[copy] for copy in copies if self._follows(copy))
        return next(((row.original_id, row.evidence) for row in rows), (leader, "earliest"))

    def in_articles(self, id_: str) -> bool:
        """Whether a known article was in `articles`."""
        self.load([id_])
        return id_ not in self.rows or self.rows[id_].in_articles

    def _follows(self, copy: str) -> bool:
        return not self.rows[copy].in_articles
