"""What earlier runs know of a site's addresses, read from the lake's Parquet extract.

A month of a few hundred sites is half a million rows: they stay in Arrow columns, and become objects when asked for.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crawlers.spider.known import FETCHED, Known, KnownArticles, SiteKnown
from crawlers.spider.polling import look
from schemas import Outcome

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


class _Articles(KnownArticles):
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
        """See KnownArticles.may_be_due."""
        there = pc.is_in(self._table["outcome"], pa.array([str(outcome) for outcome in FETCHED]))
        born = pc.coalesce(self._table["lead_published_at"], self._table["first_fetched_at"], self._table["fetched_at"])
        young = pc.greater(born, pa.scalar(now - last - LATE, INSTANT))
        rows = set(self._rows.values())
        for row in pc.indices_nonzero(pc.or_(pc.invert(there), young)).to_pylist():
            if row in rows:
                yield _known(self._table, row)

    def newest(self, count: int) -> list[str]:
        """See KnownArticles.newest."""
        there = pc.is_in(self._table["outcome"], pa.array([str(outcome) for outcome in FETCHED]))
        found = self._table.select(["url", "fetched_at"]).filter(there)
        if not found.num_rows:  # Arrow has no answer to that
            return []
        last = pc.select_k_unstable(found, count, [("fetched_at", "descending")])
        urls: list[str] = found["url"].take(last).to_pylist()
        return urls


def read_rows(path: Path, sites: Iterable[str]) -> dict[str, SiteKnown]:
    """See `crawlers.spider.known.read_known`."""
    known = {site: SiteKnown() for site in sites}
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
            site.articles = _Articles(mine)
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
