"""The lake's data card, `tables/_CARD.md`: what is in it, for somebody who finds it without knowing presslake."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from flows.lake.lake import Lake
from flows.lake.query import rows
from flows.lake.tables import open_table
from schemas import ARTICLES, TABLES

NAME = "tables/_CARD.md"
_DAYS = 14
_SITES = 50

_TEXT = """\
# News articles, crawled and kept by presslake

Written {now}. {articles:,} articles of {sites:,} sites ({revisions:,} revisions; {copies:,} articles repeat others),
published {first} to {last}.

The tables are [Delta Lake](https://delta.io) tables. What their columns mean stands in `schemas/ARTICLES.md` of
presslake; each column's Arrow field and table metadata say the same in short. Times are UTC.

| table | schema version | rows | files | MB |
|---|---|---|---|---|
{tables}

## Sample query

```python
import duckdb
from deltalake import DeltaTable

articles = DeltaTable("{root}/tables/articles").to_pyarrow_table(columns=["site", "title", "published_at"])
print(duckdb.sql("SELECT site, title, published_at FROM articles ORDER BY published_at DESC LIMIT 10"))
```

## Rows by day

The last {days} days with articles, by day of publication (else of the first fetch).

| day | articles | sites |
|---|---|---|
{by_day}

## Sites

{shown} of {sites:,}, those with most articles.

| site | articles | latest |
|---|---|---|
{by_site}

## Languages

| language | articles |
|---|---|
{by_language}

## Completeness

How many of the rows of `articles` have a value.

| column | filled |
|---|---|
{filled}

## Licence

The texts belong to their publishers. They were fetched as `robots.txt` and each site's declared policy allow; whether
you may use, keep or pass them on depends on your purpose and your law (in the EU, Directive 2019/790, articles 3
and 4). Articles that were taken down must not be restored from earlier versions or copies.
"""


def write_card(lake: Lake) -> str:
    """Describe the lake as it stands in `tables/_CARD.md`, and return the text. Raises LakeError."""
    text = render(lake)
    lake.store.put(NAME, text.encode())
    return text


def render(lake: Lake, now: datetime | None = None) -> str:
    """The card's text (Markdown)."""
    total = rows(
        lake,
        "SELECT count(*) AS articles, count(DISTINCT site) AS sites, (SELECT count(*) FROM revisions) AS revisions, "
        "(SELECT count(*) FROM copies) AS copies, min(published_at) AS first, max(published_at) AS last FROM articles",
    )[0]
    by_day = rows(
        lake,
        "SELECT date, count(*) AS n, count(DISTINCT site) AS sites FROM articles GROUP BY date "
        f"ORDER BY date DESC LIMIT {_DAYS}",
    )
    by_site = rows(
        lake,
        "SELECT site, count(*) AS n, max(date) AS latest FROM articles GROUP BY site ORDER BY n DESC, site "
        f"LIMIT {_SITES}",
    )
    by_language = rows(
        lake, "SELECT coalesce(language, 'unknown') AS l, count(*) AS n FROM articles GROUP BY l ORDER BY n DESC, l"
    )
    return _TEXT.format(
        now=f"{now or datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        root=lake.root.removeprefix("file://"),
        days=_DAYS,
        shown=len(by_site),
        tables="\n".join(_table_line(lake, name) for name in TABLES),
        by_day=_lines(by_day),
        by_site=_lines(by_site),
        by_language=_lines(by_language),
        filled=_lines(_filled(lake, total["articles"])),
        **total | {name: f"{total[name]:%Y-%m-%d}" if total[name] else "unknown" for name in ("first", "last")},
    )


def _table_line(lake: Lake, name: str) -> str:
    actions = open_table(lake, TABLES[name]).get_add_actions(flatten=True)
    sizes = actions.column("size_bytes").to_pylist()
    count = rows(lake, f"SELECT count(*) AS n FROM {name}")[0]["n"]
    return f"| `{name}` | {TABLES[name].version} | {count:,} | {len(sizes):,} | {sum(sizes) / 1e6:,.1f} |"


def _filled(lake: Lake, articles: int) -> list[dict[str, Any]]:
    """Share of rows with a value, for columns that may be without one; an empty list is none."""
    columns = [field for field in ARTICLES.fields if field.nullable]
    counts = ", ".join(
        f"count(*) FILTER (len({field.name}) > 0) AS {field.name}"
        if pa.types.is_list(field.type)
        else f"count({field.name}) AS {field.name}"
        for field in columns
    )
    found = rows(lake, f"SELECT {counts} FROM articles")[0]
    return [{"column": f"`{name}`", "share": f"{count / max(1, articles):.1%}"} for name, count in found.items()]


def _lines(found: list[dict[str, Any]]) -> str:
    return "\n".join(
        "| " + " | ".join(f"{v:,}" if isinstance(v, int) else str(v) for v in row.values()) + " |" for row in found
    )
