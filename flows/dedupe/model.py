"""What goes into a decision and what comes out. Plain data; all instants are UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import pyarrow as pa

from schemas import Outcome

Ref = tuple[str, int]
"""A revision: article id and number."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An extracted article as dedupe is given it. Fields as in `schemas.ARTICLES` and `crawlers.model.Article`."""

    article_id: str
    url_key: str
    site: str
    url: str
    fetched_at: datetime
    text: str
    title: str | None = None
    published_at: datetime | None = None
    published_precision: str | None = None
    canonical_url: str | None = None
    publisher: str | None = None
    credited_source: str | None = None
    removed: tuple[str, ...] = ()
    """Texts of the blocks that extraction took out: what moves between these and the text is boilerplate."""
    text_hash: str = ""
    """As `flows.dedupe.keys.text_hash`; computed where it is empty."""
    warc_digest: str | None = None
    """Digest of the page's bytes, where it is known."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A revision without its text: what the lake has to tell of it."""

    article_id: str
    revision: int
    site: str
    url: str
    url_key: str
    fetched_at: datetime
    text_hash: str
    words: int
    """`word_count` of the row."""
    date: date
    """Partition of the article."""
    title: str | None = None
    published_at: datetime | None = None
    published_precision: str | None = None
    canonical_url: str | None = None
    publisher: str | None = None
    credited_source: str | None = None
    agency: str | None = None
    """News agency the text names in its dateline or sign-off."""
    warc_digest: str | None = None

    @property
    def ref(self) -> Ref:
        """Article id and revision number."""
        return self.article_id, self.revision


@dataclass(frozen=True, slots=True)
class StoredText:
    """The text of a revision, and the texts of its removed blocks."""

    text: str
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A row of `copies`, without `decided_at` and `run_id`. Fields as in `schemas.COPIES`; further ones:"""

    article_id: str
    original_id: str
    relation: str
    containment: float
    jaccard: float
    rule: str
    evidence: str
    credited_source: str | None
    site: str
    url: str
    title: str | None
    published_at: datetime | None
    original_site: str
    original_url: str
    date: date
    leader_id: str
    """The article this one was compared with and joined: the earliest with these words. Itself for a leader."""
    cluster_id: str
    """The leader at the root: leaders that contain an earlier one whole are in its cluster."""
    in_articles: bool
    """True where the article repeats another whole, has much of its own besides and so stays in articles."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Two articles that share much and are not taken as one, with the reason (a word of `flows.dedupe.compare`)."""

    article_id: str
    other_id: str
    reason: str
    containment: float
    jaccard: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one incoming article."""

    article_id: str
    outcome: Outcome
    """NEW, REVISED or UNCHANGED."""
    revision: int
    """Number of the revision; for UNCHANGED, of the known one with this text."""
    change: str | None
    """How it differs from the revision before (a word of `flows.dedupe.changes`); None for a new article."""
    is_latest: bool
    """Whether this is the article's latest revision by instant of fetch; false also for UNCHANGED."""
    in_articles: bool
    """Whether the article belongs in `articles` after this batch."""
    first_seen_at: datetime
    date: date
    """Partition of the article."""
    agency: str | None
    """News agency the text names: to be stored with the revision."""
    copy: CopyRow | None
    """The article's row of `copies` after this batch, where it has one."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a batch changes. Applied to the lake, every part of it is an upsert or a delete by key."""

    items: tuple[Decision, ...]
    """One for each incoming article, in their order."""
    copies: tuple[CopyRow, ...]
    """Rows of `copies` to insert or replace, of incoming and of known articles."""
    uncopied: tuple[str, ...]
    """Articles whose row of `copies` goes: they are originals now."""
    shown: tuple[str, ...]
    """Known articles, not in the batch, that come (back) into `articles` with their latest revision."""
    hidden: tuple[str, ...]
    """Known articles that leave `articles`."""
    near_misses: tuple[NearMiss, ...]
    postings: Mapping[date, pa.Table] = field(default_factory=dict)
    """By day: rows of `candidates.POSTINGS` to store, sorted by key."""
    docs: Mapping[date, pa.Table] = field(default_factory=dict)
    """By day: rows of `candidates.DOCS` to store with them."""
