"""What the lake knows of URLs: read by a crawl so that nothing is fetched twice that need not be."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from flows.errors import LakeError
from flows.lake.lake import Lake
from flows.lake.query import connect
from schemas.outcomes import PUBLISHED

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
        arg_max(found_in, fetched_at) FILTER (found_in IS NOT NULL) AS found_in
    FROM fetches
    WHERE site IN (SELECT unnest(?::VARCHAR[]))
    GROUP BY site, kind, url
    ORDER BY site, kind, url
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def write_known(lake: Lake, sites: Sequence[str], path: Path) -> Path:
    """Write what the crawl log says of the sites' URLs: a row per (site, kind, url), the latest look.

    A look is a row with a request; what was only decided (over the budget, not fetched) counts where nothing was asked.
    Validators, article and lead are the last ones known, also where the latest look failed. `looks` counts the
    looks that asked the server, `stored` says whether an article of this address was ever published.
    """
    stored = ", ".join(f"'{outcome}'" for outcome in sorted(PUBLISHED))
    sql = _SQL.format(stored=stored, path=str(path).replace("'", "''"))
    with connect(lake, sql) as connection:
        connection.execute(sql, [list(sites)])
    return path


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
