"""What the lake knows of URLs: read by a crawl, so that nothing is fetched twice that need not be, or must not be."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from crawlers.crawl import PHRASE, Restraints, from_words
from flows.errors import LakeError
from flows.lake.lake import Lake
from flows.lake.ledger import TAKEN_DOWN, read_ledger
from flows.lake.query import connect, rows
from schemas.outcomes import PUBLISHED

LOOKS = 24
"""Looks at a source that a crawl is told of: enough to know one that rests for a day at a time."""
DAY = timedelta(hours=24)
"""What a site's daily budget of pages is counted over: the last 24 hours, not a calendar day."""

_SQL = """
COPY (
    SELECT site, kind, url,
        arg_max(url_key, fetched_at) AS url_key,
        coalesce(arg_max(outcome, fetched_at) FILTER (attempts > 0), arg_max(outcome, fetched_at)) AS outcome,
        arg_max(status, fetched_at) FILTER (attempts > 0 AND status IS NOT NULL) AS status,
        coalesce(max(fetched_at) FILTER (attempts > 0), max(fetched_at)) AS fetched_at,
        min(fetched_at) AS first_fetched_at,
        count(*) FILTER (attempts > 0) AS looks,
        coalesce(bool_or(outcome IN ({stored})), false) AS stored,
        arg_max(etag, fetched_at) FILTER (etag IS NOT NULL) AS etag,
        arg_max(last_modified, fetched_at) FILTER (last_modified IS NOT NULL) AS last_modified,
        arg_max(article_id, fetched_at) FILTER (article_id IS NOT NULL) AS article_id,
        arg_max(lead_title, fetched_at) FILTER (lead_title IS NOT NULL) AS lead_title,
        arg_max(lead_published_at, fetched_at) FILTER (lead_published_at IS NOT NULL) AS lead_published_at,
        arg_max(found_in, fetched_at) FILTER (found_in IS NOT NULL) AS found_in,
        list_slice(list({{'at': fetched_at, 'outcome': outcome, 'detail': detail}} ORDER BY fetched_at)
            FILTER (attempts > 0 AND kind NOT IN ('article', 'robots')), -{looks}, -1) AS history
    FROM fetches
    WHERE site IN (SELECT unnest(?::VARCHAR[]))
    GROUP BY site, kind, url
    ORDER BY site, kind, url
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def write_known(lake: Lake, sites: Sequence[str], path: Path) -> Path | None:
    """Write what the crawl log says of the sites' URLs: a row per (site, kind, url), the latest look. None: nothing.

    A look is a row with a request; what was only decided (over the budget, not fetched) counts where nothing was asked.
    Validators, article and lead are the last ones known, also where the latest look failed. `looks` counts the
    looks that asked the server, `stored` says whether an article of this address was ever published, `history` has the
    last looks at a source, oldest first.
    """
    stored = ", ".join(f"'{outcome}'" for outcome in sorted(PUBLISHED))
    sql = _SQL.format(stored=stored, looks=LOOKS, path=str(path).replace("'", "''"))
    with connect(lake, sql) as connection:
        (count,) = connection.execute(sql, [list(sites)]).fetchone() or (0,)
    return path if count else None


def restraints(lake: Lake, sites: Sequence[str], now: datetime) -> Restraints:
    """What a crawl of these sites that begins now must not ask for, or not yet.

    Hosts' wishes hold whatever site they were told. Raises LakeError where the ledger of takedowns can't be read.
    """
    entries = {entry: f"{TAKEN_DOWN} on {entry.requested_at[:10]}" for entry in read_ledger(lake).entries}
    return Restraints(
        waiting=_waiting(lake, now),
        pages_today=_pages_since(lake, sites, now - DAY),
        sites={entry.site: words for entry, words in entries.items() if entry.site},
        keys={entry.url_key: words for entry, words in entries.items() if entry.url_key},
        articles={article: words for entry, words in entries.items() for article in entry.article_ids},
    )


def _waiting(lake: Lake, now: datetime) -> dict[str, datetime]:
    """Hosts that asked to be left alone until an instant that is still to come."""
    sql = "SELECT DISTINCT detail FROM fetches WHERE date >= ? AND contains(detail, ?)"
    waiting: dict[str, datetime] = {}
    for row in rows(lake, sql, [now.date() - timedelta(days=32), PHRASE]):
        host, until = from_words(row["detail"]) or ("", now)
        if until > max(now, waiting.get(host, now)):
            waiting[host] = until
    return waiting


def _pages_since(lake: Lake, sites: Sequence[str], since: datetime) -> dict[str, int]:
    sql = (
        "SELECT site, count(*) AS pages FROM fetches WHERE kind = 'article' AND attempts > 0 AND fetched_at > $1 "
        "AND date >= $2 AND site IN (SELECT unnest($3::VARCHAR[])) GROUP BY site"
    )
    return {row["site"]: row["pages"] for row in rows(lake, sql, [since, since.date(), list(sites)])}


def published_sites(lake: Lake, run_id: str) -> set[str]:
    """Sites of the run whose results are in the lake already.

    Raises LakeError where that can't be read: taken for "none", the sites would be published twice.
    """
    with connect(lake, "runs") as connection:
        try:
            found = connection.execute("SELECT site FROM runs WHERE run_id = ?", [run_id]).fetchall()
        except duckdb.Error as error:
            raise LakeError(f"table runs of {lake.root} could not be read: {error}. Run again.") from error
    return {site for (site,) in found}
