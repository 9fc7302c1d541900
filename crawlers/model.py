"""What passes between discovery, fetch, archive and extraction. Plain data, no behaviour.

All instants are `datetime` with time zone UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime

from schemas import Outcome


@dataclass(frozen=True, slots=True)
class Lead:
    """An address that may be an article, and what the place that named it says of it."""

    url: str
    found_in: str | None = None
    title: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SubSource:
    """A further feed or sitemap named by a source (a sitemap index, `<link rel=alternate>`, paging)."""

    url: str
    kind: str
    """`feed`, `sitemap` or `section`, as in `schemas.fetches.FETCH_KINDS`."""
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Discovery:
    """What one source document yields.

    `problem` is set (and `outcome` not READ) where the document isn't what it was taken for, or only in part.
    """

    leads: tuple[Lead, ...] = ()
    sub_sources: tuple[SubSource, ...] = ()
    outcome: Outcome = Outcome.READ
    problem: str | None = None
    hub: str | None = None
    """WebSub hub that the source or the headers it came with name (W3C WebSub)."""


@dataclass(frozen=True, slots=True)
class WarcRef:
    """Where a response stands in the archive."""

    file: str
    """Object name under the lake root, e.g. `archive/site=x/date=2026-01-31/….warc.gz`."""
    offset: int
    """Byte offset of the record's gzip member."""
    digest: str
    """Payload digest, `sha1:` and base32 (WARC 1.1, WARC-Payload-Digest)."""


@dataclass(slots=True)
class Fetch:
    """One line of the crawl log: a URL and what became of it. Fields as in `schemas.FETCHES`."""

    site: str
    kind: str
    url: str
    url_key: str
    outcome: Outcome
    """The crawl's verdict. For an archived article page it is NEW until extraction and dedupe say more."""
    fetched_at: datetime
    final_url: str | None = None
    found_in: str | None = None
    detail: str | None = None
    lead_title: str | None = None
    lead_published_at: datetime | None = None
    status: int | None = None
    attempts: int = 0
    elapsed_ms: int | None = None
    body_bytes: int | None = None
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    warc: WarcRef | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """An archived response, as extraction is given it."""

    site: str
    url: str
    """Address that answered, after redirects."""
    body: bytes
    """Decoded of any Content-Encoding, not of its charset."""
    fetched_at: datetime
    content_type: str | None = None
    """Content-Type header, charset included."""
    lead: Lead | None = None
    warc: WarcRef | None = None
    id: str = ""
    """The caller's own handle; passed through."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the story; `kind` as in `schemas.articles.BLOCK_KINDS`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class RemovedBlock:
    """A block taken out of the story and the id of the rule or template that did it."""

    text: str
    rule: str


@dataclass(slots=True)
class Article:
    """What a page says. Fields as in `schemas.ARTICLES`, which has their meaning."""

    title: str | None = None
    description: str | None = None
    authors: list[str] = field(default_factory=list)
    section: str | None = None
    tags: list[str] = field(default_factory=list)
    language: str | None = None
    published_at: datetime | None = None
    published_precision: str | None = None
    published_source: str | None = None
    published_offset: int | None = None
    modified_at: datetime | None = None
    modified_source: str | None = None
    modified_offset: int | None = None
    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    image_url: str | None = None
    is_accessible_for_free: bool | None = None
    canonical_url: str | None = None
    credited_source: str | None = None
    publisher: str | None = None
    """Organisation the page names as its publisher (JSON-LD, og:site_name): evidence for dedupe."""
    removed_blocks: list[RemovedBlock] = field(default_factory=list)
    template: str | None = None
    extractor_version: str = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a page gave no article."""

    outcome: Outcome
    detail: str = ""
