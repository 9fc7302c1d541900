"""What a site's sitemaps listed for a span, as it is kept in the lake."""

import io
import json
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pyarrow as pa
import pyarrow.parquet as pq

from crawlers.model import Lead
from flows.backfill.discovering import Listing
from flows.backfill.windows import Span

LISTED_HOURS = 24
"""How long the listing of an open span is good for."""

_LEADS = pa.schema(
    [
        pa.field("url", pa.string(), nullable=False),
        pa.field("found_in", pa.string()),
        pa.field("title", pa.string()),
        pa.field("published_at", pa.timestamp("us", tz="UTC")),
        pa.field("modified_at", pa.timestamp("us", tz="UTC")),
    ]
)
log = logging.getLogger(__name__)


def listing_bytes(listing: Listing) -> bytes:
    """A listing as a Parquet file: a row an address, the rest in the schema's metadata."""
    values = [
        {
            "url": x.url,
            "found_in": x.found_in,
            "title": x.title,
            "published_at": x.published_at,
            "modified_at": x.modified_at,
        }
        for x in listing.leads
    ]
    about = {
        "outside": listing.outside,
        "sources": listing.sources,
        "problems": listing.problems,
        "requests": listing.requests,
        "listed_at": datetime.now(UTC).isoformat(),
    }
    table = pa.Table.from_pylist(values, schema=_LEADS.with_metadata({"presslake": json.dumps(about)}))
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def read_listing(data: bytes, site: str, span: Span) -> Listing | None:
    """A listing kept earlier; None where the span goes on and it is a day old, or it can't be read."""
    try:
        table = pq.read_table(io.BytesIO(data))
        about = json.loads(table.schema.metadata[b"presslake"])
        listed_at = datetime.fromisoformat(about["listed_at"])
        leads = [Lead(**row) for row in table.to_pylist()]
    except (pa.ArrowException, KeyError, ValueError, TypeError) as error:
        log.warning("the listing of %s is unreadable and is made anew: %s", site, error)
        return None
    if span.until > listed_at and datetime.now(UTC) - listed_at > timedelta(hours=LISTED_HOURS):
        return None
    return Listing(site, leads, about["outside"], about["sources"], about["problems"], about["requests"])


def span_name(span: Span) -> str:
    """A span in the name of a file."""
    return short_hash((span.since.isoformat(), span.until.isoformat()))


def short_hash(texts: Iterable[str]) -> str:
    """Twelve hex digits of SHA-256 over some texts, in order."""
    return sha256("\n".join(texts).encode()).hexdigest()[:12]
