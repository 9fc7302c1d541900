"""What earlier runs know of a site's addresses."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nlargest
from pathlib import Path

from crawlers.spider.polling import Look
from schemas import Outcome
from schemas.outcomes import PUBLISHED

FETCHED = PUBLISHED | {Outcome.NOT_MODIFIED, Outcome.KNOWN}
"""The article was there."""


@dataclass(frozen=True, slots=True)
class Known:
    """The latest row of one address: the last time it was really asked for, else the last time it was dealt with."""

    url: str
    url_key: str
    outcome: Outcome
    fetched_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    status: int | None = None
    """HTTP status of that look, where something answered."""
    lead_title: str | None = None
    lead_published_at: datetime | None = None
    found_in: str | None = None
    kind: str = "article"
    first_seen_at: datetime | None = None
    """When the address was first dealt with, where the extract says so."""
    stored: bool | None = None
    """Whether an article of it was ever published, where the extract says so."""
    history: tuple[Look, ...] = ()
    """Of a source: the last looks at it, oldest first."""

    @property
    def born_at(self) -> datetime:
        """Publication as far as known, else the first we know of it."""
        return self.lead_published_at or self.first_seen_at or self.fetched_at


class KnownArticles(Mapping[str, Known]):
    """A site's articles by url_key, where there are too many to look at each."""

    @abstractmethod
    def may_be_due(self, now: datetime, last: timedelta) -> Iterator[Known]:
        """The articles that may be due for another look: those that failed or aren't beyond their `last` revisit."""

    @abstractmethod
    def newest(self, count: int) -> list[str]:
        """URLs of the articles that were there, fetched last."""


@dataclass(slots=True)
class SiteKnown:
    """What is known of one site."""

    articles: Mapping[str, Known] = field(default_factory=dict)
    """By url_key."""
    sources: dict[str, Known] = field(default_factory=dict)
    """By URL."""
    robots: dict[str, Known] = field(default_factory=dict)
    """What origins say of themselves (robots.txt, tdmrep.json), by URL."""

    def may_be_due(self, now: datetime, last: timedelta) -> Iterable[Known]:
        """Articles that may be due for another look, `last` being the age of the last revisit; others surely aren't."""
        if isinstance(self.articles, KnownArticles):
            return self.articles.may_be_due(now, last)
        return self.articles.values()

    def newest(self, count: int) -> list[str]:
        """URLs of the articles fetched last."""
        if isinstance(self.articles, KnownArticles):
            return self.articles.newest(count)
        entries = (entry for entry in self.articles.values() if entry.outcome in FETCHED)
        return [entry.url for entry in nlargest(count, entries, key=lambda entry: entry.fetched_at)]


def read_known(path: Path | None, sites: Iterable[str]) -> dict[str, SiteKnown]:
    """The known addresses of each of the sites. Empty where nothing is known.

    Raises OSError or pyarrow.ArrowInvalid where the file can't be read: a crawl that forgot what it knows would
    fetch everything again. A row with an outcome this version does not know is left out.
    """
    if path is None:
        return {site: SiteKnown() for site in sites}
    from crawlers.spider.known_rows import read_rows  # a first crawl has no rows, and can do without pyarrow

    return read_rows(path, sites)
