"""What earlier runs know of a site's addresses, read from the lake's Parquet extract.

A month of a few hundred sites is half a million rows: they stay in Arrow columns, and become objects when asked for.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nlargest
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crawlers.spider.polling import Look, look
from schemas import Outcome
from schemas.outcomes import PUBLISHED

FETCHED = PUBLISHED | {Outcome.NOT_MODIFIED, Outcome.KNOWN}
"""The article was there."""
LATE = timedelta(days=3)
"""An article this much older than its last revisit, and there when last looked at, is not looked at again."""

INSTANT = pa.timestamp("us", tz="UTC")
COLUMNS: dict[str, pa.DataType] = {
    "site": pa.string(),
    "kind": pa.string(),
    "url": pa.string(),
    "url_key": pa.string(),
    "outcome": pa.string(),
    "fetched_at": INSTANT,
    "etag": pa.string(),
    "last_modified": pa.string(),
    "status": pa.int32(),
    "lead_title": pa.string(),
    "lead_published_at": INSTANT,
    "found_in": pa.string(),
    "first_fetched_at": INSTANT,
    "stored": pa.bool_(),
    "history": pa.list_(pa.struct([("at", INSTANT), ("outcome", pa.string()), ("detail", pa.string())])),
}
"""Columns of the extract that are used; those after `fetched_at` may be absent."""


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
    """A site's articles by url_key, on top of Arrow columns.

    Variants of one address share a key: the one that was asked for last, and with success, speaks for all.
    """

    def __init__(self, table: pa.Table):
        told = pc.not_equal(table["outcome"], str(Outcome.DUPLICATE_URL))
        order = pc.sort_indices(
            pa.table({"told": pc.cast(told, pa.int8()), "at": table["fetched_at"]}),
            sort_keys=[("told", "ascending"), ("at", "ascending")],
        )
        self._table = table.take(order).combine_chunks()
        self._rows = {key: row for row, key in enumerate(self._table["url_key"].to_pylist())}

    def __getitem__(self, key: str) -> Known:
        return _known(self._table, self._rows[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def may_be_due(self, now: datetime, last: timedelta) -> Iterator[Known]:
        """The articles that may be due for another look: those that failed or aren't beyond their `last` revisit."""
        there = pc.is_in(self._table["outcome"], pa.array([str(outcome) for outcome in FETCHED]))
        born = pc.coalesce(self._table["lead_published_at"], self._table["first_fetched_at"], self._table["fetched_at"])
        young = pc.greater(born, pa.scalar(now - last - LATE, INSTANT))
        rows = set(self._rows.values())
        for row in pc.indices_nonzero(pc.or_(pc.invert(there), young)).to_pylist():
            if row in rows:
                yield _known(self._table, row)

    def newest(self, count: int) -> list[str]:
        """URLs of the articles that were there, fetched last."""
        there = pc.is_in(self._table["outcome"], pa.array([str(outcome) for outcome in FETCHED]))
        found = self._table.select(["url", "fetched_at"]).filter(there)
        if not found.num_rows:  # Arrow has no answer to that
            return []
        last = pc.select_k_unstable(found, count, [("fetched_at", "descending")])
        urls: list[str] = found["url"].take(last).to_pylist()
        return urls


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
    known = {site: SiteKnown() for site in sites}
    if path is None:
        return known
    file = pq.ParquetFile(path)
    table = _usable(file.read([name for name in COLUMNS if name in file.schema_arrow.names]), list(known))
    articles = pc.equal(table["kind"], "article")
    others = table.filter(pc.invert(articles))
    for row in range(len(others)):
        entry = _known(others, row)
        site = known[others["site"][row].as_py()]
        (site.robots if entry.kind == "robots" else site.sources)[entry.url] = entry
    table = table.filter(articles)
    for name, site in known.items():
        mine = table.filter(pc.equal(table["site"], name))
        if len(mine):
            site.articles = KnownArticles(mine)
    return known


def _usable(table: pa.Table, sites: list[str]) -> pa.Table:
    """The columns and rows of the extract that make sense for these sites."""
    table = pa.table(
        {
            name: table[name].cast(kind) if name in table.column_names else pa.nulls(len(table), kind)
            for name, kind in COLUMNS.items()
        }
    )
    fits = pc.and_(
        pc.is_in(table["site"], pa.array(sites, pa.string())),
        pc.is_in(table["outcome"], pa.array([str(outcome) for outcome in Outcome])),
    )
    for name in ("kind", "url", "url_key", "fetched_at"):
        fits = pc.and_(fits, pc.is_valid(table[name]))
    return table.filter(fits).combine_chunks()


def _known(table: pa.Table, row: int) -> Known:
    values: dict[str, Any] = {name: table[name][row].as_py() for name in table.column_names if name != "site"}
    values["outcome"] = Outcome(values["outcome"])
    values["first_seen_at"] = values.pop("first_fetched_at")
    values["history"] = tuple(look(**entry) for entry in values["history"] or ())
    return Known(**values)
