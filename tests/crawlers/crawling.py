"""Helpers for tests that crawl: a site on loopback, one crawl, and what the next run is told of it."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crawlers.crawl import CrawlJob, Limits, SiteReport, crawl, read_log
from crawlers.declarations import Site
from crawlers.model import Fetch
from schemas import Outcome
from tests.crawlers.faultweb.pages import article, feed
from tests.crawlers.faultweb.server import Reply, Seen

QUICK = Limits(timeout=1.0, backoff=0.05, attempts=2, grace=1.0, failures_in_a_row=10_000)
"""Limits for servers on loopback."""

INSTANT = pa.timestamp("us", tz="UTC")
KNOWN = pa.schema(
    [
        ("site", pa.string()),
        ("kind", pa.string()),
        ("url", pa.string()),
        ("url_key", pa.string()),
        ("outcome", pa.string()),
        ("fetched_at", INSTANT),
        ("status", pa.int32()),
        ("etag", pa.string()),
        ("last_modified", pa.string()),
        ("article_id", pa.string()),
        ("lead_title", pa.string()),
        ("lead_published_at", INSTANT),
        ("found_in", pa.string()),
        ("history", pa.list_(pa.struct([("at", INSTANT), ("outcome", pa.string()), ("detail", pa.string())]))),
    ]
)


def site(host: str, id: str = "test", **fields: Any) -> Site:  # noqa: A002 (the field's name)
    """A declaration for a host on loopback."""
    base: dict[str, Any] = {
        "name": id,
        "url": f"http://{host}/",
        "country": "zz",
        "language": "en",
        "domains": (host.partition(":")[0],),
        "delay": 0.0,
    }
    return Site(id=id, **(base | fields))


def run(spool: Path, *sites: Site, **job: Any) -> dict[str, SiteReport]:
    """Crawl, and return the reports by site."""
    values: dict[str, Any] = {"run_id": "run", "allow_private": True, "limits": QUICK, "proxy": ""} | job
    reports = list(crawl(CrawlJob(sites=sites, spool=spool, **values)))
    assert sorted(report.site for report in reports) == sorted(site.id for site in sites)
    return {report.site: report for report in reports}


def articles(report: SiteReport) -> list[Fetch]:
    """The article addresses of a report."""
    return [fetch for fetch in read_log(report.log).fetches if fetch.kind == "article"]


def outcomes(fetches: Iterable[Fetch]) -> Counter[Outcome]:
    """How many addresses ended how."""
    return Counter(fetch.outcome for fetch in fetches)


def newspaper(count: int, special: Callable[[Seen], Reply | None] = lambda seen: None) -> Callable[[Seen], Reply]:
    """A site with a feed of `count` articles; `special` may answer instead."""

    def handle(seen: Seen) -> Reply:
        if (reply := special(seen)) is not None:
            return reply
        if seen.path == "/feed":
            return Reply(body=feed(f"http://{seen.host}/news/{n}" for n in range(count)))
        if seen.path.startswith("/news/"):
            return Reply(body=article(int(seen.path.rsplit("/", 1)[1])))
        return Reply(404, b"no")

    return handle


def write_known(path: Path, fetches: Iterable[Fetch], **changes: Any) -> Path:
    """What the lake would tell the next run after these fetches (later ones win)."""
    pq.write_table(pa.Table.from_pylist(known_rows(fetches, **changes), KNOWN), path)
    return path


def known_rows(fetches: Iterable[Fetch], **changes: Any) -> list[dict[str, Any]]:
    """The same as rows."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for fetch in fetches:
        key = (fetch.site, fetch.kind, fetch.url)
        if fetch.attempts or key not in rows:
            row = {name: getattr(fetch, name, None) for name in KNOWN.names}
            rows[key] = row | {"outcome": str(fetch.outcome)} | changes
    return list(rows.values())


def now() -> datetime:
    """Now, UTC."""
    return datetime.now(UTC)
