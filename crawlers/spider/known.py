"""What earlier runs know of a site's addresses, read from the lake's Parquet extract."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nlargest
from pathlib import Path

from schemas import Outcome
from schemas.outcomes import PUBLISHED

FETCHED = PUBLISHED | {Outcome.NOT_MODIFIED, Outcome.KNOWN}

COLUMNS = (
    "site", "kind", "url", "url_key", "outcome", "fetched_at", "status", "etag", "last_modified", "article_id",
    "lead_title", "lead_published_at", "found_in", "first_fetched_at", "stored",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """The latest row of one address: the last time it was really asked for, else the last time it was dealt with."""

    url: str
    url_key: str
    outcome: Outcome
    fetched_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    lead_title: str | None = None
    lead_published_at: datetime | None = None
    found_in: str | None = None
    kind: str = "article"
    first_seen_at: datetime | None = None
    """When the address was first dealt with, where the extract says so."""
    stored: bool | None = None
    """Whether an article of it was ever published, where the extract says so."""

    @property
    def born_at(self) -> datetime:
        """Publication as far as known, else the first we know of it."""
        return self.lead_published_at or self.first_seen_at or self.fetched_at


@dataclass(slots=True)
class SiteKnown:
    """What is known of one site."""

    articles: dict[str, Known] = field(default_factory=dict)
    """By url_key."""
    sources: dict[str, Known] = field(default_factory=dict)
    """By URL."""
    robots: dict[str, Known] = field(default_factory=dict)
    """What origins say of themselves (robots.txt, tdmrep.json), by URL."""

    def newest(self, count: int) -> list[str]:
        """URLs of the articles fetched last."""
        entries = (entry for entry in self.articles.values() if entry.outcome in FETCHED)
        return [entry.url for entry in nlargest(count, entries, key=lambda entry: entry.fetched_at)]


def read_known(path: Path | None, sites: Iterable[str]) -> dict[str, SiteKnown]:
    """The known addresses of each of the sites. Empty where nothing is known.

    Raises OSError or pyarrow.ArrowInvalid where the file can't be read: a crawl that forgot what it knows would
    fetch everything again. A row with an outcome this version does not know is left out.
    """
    known = {site: SiteKnown() for site in sites}
    if path is None:
        return known
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    columns = [name for name in COLUMNS if name in file.schema_arrow.names]
    for batch in file.iter_batches(columns=columns):
        for row in batch.to_pylist():
            if row["site"] in known:
                _add(known[row["site"]], row)
    return known


def _add(site: SiteKnown, row: dict[str, object]) -> None:
    kind = row.pop("kind")
    try:
        entry = Known(
            url=str(row["url"]),
            url_key=str(row["url_key"]),
            outcome=Outcome(str(row["outcome"])),
            fetched_at=_instant(row["fetched_at"]),
            etag=_text(row.get("etag")),
            last_modified=_text(row.get("last_modified")),
            lead_title=_text(row.get("lead_title")),
            lead_published_at=_instant(row["lead_published_at"]) if row.get("lead_published_at") else None,
            found_in=_text(row.get("found_in")),
            kind=str(kind),
            first_seen_at=_instant(row["first_fetched_at"]) if row.get("first_fetched_at") else None,
            stored=bool(row["stored"]) if row.get("stored") is not None else None,
        )
    except (ValueError, TypeError, KeyError):
        return
    if kind == "article":
        # Variants of one address share a key: the one that was asked for last, and with success, speaks for all.
        other = site.articles.get(entry.url_key)
        if other is None or _rank(entry) > _rank(other):
            site.articles[entry.url_key] = entry
    elif kind == "robots":
        site.robots[entry.url] = entry
    else:
        site.sources[entry.url] = entry


def _rank(entry: Known) -> tuple[bool, datetime]:
    return entry.outcome != Outcome.DUPLICATE_URL, entry.fetched_at


def _instant(value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"not an instant: {value!r}")
    return value


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
