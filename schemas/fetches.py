"""`fetches`: the crawl log, one row per tried URL with its outcome, validators and archive location."""

import pyarrow as pa

from schemas.table import INSTANT, Field, Table

FETCH_KINDS = ("robots", "feed", "sitemap", "section", "article")
"""The allowed values of `kind`: what the URL was asked for."""

FETCHES = Table(
    name="fetches",
    version="1.0.0",
    description="The crawl log: one row per URL a run learned of and dealt with, each with exactly one outcome.",
    fields=(
        Field("run_id", pa.string(), "Run that dealt with the URL.", nullable=False),
        Field("site", pa.string(), "Site the URL was found for.", nullable=False),
        Field("kind", pa.string(), "What it was asked for: " + ", ".join(FETCH_KINDS) + ".", nullable=False),
        Field("url", pa.string(), "Address as found.", nullable=False),
        Field("url_key", pa.string(), "Normalised address, see articles.url_key.", nullable=False),
        Field("final_url", pa.string(), "Address that answered, after redirects; null where nothing answered."),
        Field("found_in", pa.string(), "Feed, sitemap or page that named it; null for a declared source."),
        Field("outcome", pa.string(), "What became of it; the words are listed under Outcomes.", nullable=False),
        Field("detail", pa.string(), "More about the outcome, for a person to read."),
        Field("article_id", pa.string(), "Article the page holds, where it holds one."),
        Field("lead_title", pa.string(), "Title as given where the address was found."),
        Field("lead_published_at", INSTANT, "Publication as given where the address was found, UTC."),
        Field("fetched_at", INSTANT, "Instant the answer (or the final failure) arrived, UTC.", nullable=False),
        Field("status", pa.int32(), "HTTP status of the final answer; null where nothing answered."),
        Field("attempts", pa.int32(), "Requests made, retries included; 0 where none was.", nullable=False),
        Field("elapsed_ms", pa.int32(), "Time to the end of the final answer, in milliseconds."),
        Field("body_bytes", pa.int64(), "Length of the body as it came over the wire."),
        Field("content_type", pa.string(), "Content-Type header of the answer."),
        Field("etag", pa.string(), "ETag header, for the next conditional request (RFC 9110)."),
        Field("last_modified", pa.string(), "Last-Modified header, for the next conditional request (RFC 9110)."),
        Field("warc_file", pa.string(), "Archived response: object under the lake root."),
        Field("warc_offset", pa.int64(), "Byte offset of the record in `warc_file`."),
        Field("warc_digest", pa.string(), "Payload digest of the record (`sha1:` and base32, as in WARC 1.1)."),
        Field("date", pa.date32(), "Partition: UTC date of `fetched_at`.", nullable=False),
    ),
    key=("run_id", "site", "kind", "url"),
    sort_by=("site", "url"),
)
