"""`articles`: what most readers want, one row per article, its latest revision, copies left out."""

import pyarrow as pa

from schemas.table import INSTANT, Field, Table

BLOCK_KINDS = ("paragraph", "heading", "quote", "list_item", "table_row", "caption", "code")
"""The allowed values of `blocks[].kind`. Captions are in `blocks`, never in `text`."""

DATE_PRECISIONS = ("second", "minute", "day")
"""The allowed values of `published_precision`."""

DATE_SOURCES = ("json-ld", "meta", "time-element", "visible-text", "feed", "sitemap", "url", "generic")
"""The allowed values of `published_source` and `modified_source`."""

CHANGES = ("headline", "correction", "update", "rewrite", "reextraction")
"""The allowed values of `change`; `reextraction` is our rules reading the same page otherwise."""

BLOCK = pa.struct([pa.field("kind", pa.string(), nullable=False), pa.field("text", pa.string(), nullable=False)])
REMOVED_BLOCK = pa.struct(
    [pa.field("text", pa.string(), nullable=False), pa.field("rule", pa.string(), nullable=False)]
)

ARTICLE_FIELDS = (
    Field(
        "article_id",
        pa.string(),
        "Identity of the article: 32 hex digits, xxh3-128 of `url_key`. The same article has the same id "
        "whichever way it was reached (live crawl, sitemap backfill, somebody's WARC).",
        nullable=False,
    ),
    Field("revision", pa.int32(), "Number of this revision of the article, counted from 1.", nullable=False),
    Field("url", pa.string(), "Address this revision was fetched from, after redirects.", nullable=False),
    Field(
        "canonical_url",
        pa.string(),
        "What the page names as its canonical link, absolute; may point to another host. Null where it names none.",
    ),
    Field(
        "url_key",
        pa.string(),
        "The normalised address that identifies the article: scheme, `www`, AMP, mobile, print, "
        "tracking-parameter and fragment variants share one key. Taken from a canonical link on the same host.",
        nullable=False,
    ),
    Field("site", pa.string(), "Id of the site's declaration, e.g. `tagesschau`.", nullable=False),
    Field("title", pa.string(), "Headline as printed on the page, without the site's name."),
    Field("description", pa.string(), "Standfirst or summary the page gives of itself."),
    Field(
        "authors",
        pa.list_(pa.string()),
        "People named as authors, in order; an organisation where the page names it in their place (a desk, an "
        "agency); empty where none is named.",
    ),
    Field("section", pa.string(), "Section or category the publisher files the article under."),
    Field("tags", pa.list_(pa.string()), "Publisher's keywords, in order; empty where none are given."),
    Field("language", pa.string(), "Language of the article, ISO 639-1 code in lower case, e.g. `de`."),
    Field(
        "published_at",
        INSTANT,
        "Instant of first publication as the publisher states it, UTC. Null when unknown: never guessed from "
        "the fetch, never the modification date, never later than `fetched_at`. With day precision, "
        "00:00 UTC of that day.",
    ),
    Field("published_precision", pa.string(), "Precision of `published_at`: " + ", ".join(DATE_PRECISIONS) + "."),
    Field("published_source", pa.string(), "Where `published_at` was read: " + ", ".join(DATE_SOURCES) + "."),
    Field(
        "published_offset",
        pa.int32(),
        "Minutes east of UTC of the zone `published_at` is written in on the page (or of the site's declared zone, "
        "where the page states none): what a reader adds for the publisher's own clock and day. 0 also where a "
        "publisher writes UTC. Null with day precision and where no zone is known.",
        since="1.2.0",
    ),
    Field("modified_at", INSTANT, "Instant of the last change as the publisher states it, UTC; null when unknown."),
    Field("modified_source", pa.string(), "Where `modified_at` was read: as `published_source`.", since="1.2.0"),
    Field("modified_offset", pa.int32(), "Minutes east of UTC, as `published_offset`.", since="1.2.0"),
    Field(
        "text",
        pa.string(),
        "The story and nothing else: headings, paragraphs, quotes, list items and table rows, a block a line, "
        "Unicode NFC. Without the headline, captions, promotion, navigation and comments.",
        nullable=False,
    ),
    Field(
        "blocks",
        pa.list_(BLOCK),
        "The same story as a list of blocks (kind and text); captions that were read stand in their place. Kinds: "
        + ", ".join(BLOCK_KINDS)
        + ".",
        nullable=False,
    ),
    Field(
        "word_count",
        pa.int32(),
        "Words in `text`; in Chinese, Japanese and Thai, characters.",
        nullable=False,
    ),
    Field("image_url", pa.string(), "Address of the lead image, absolute."),
    Field(
        "is_accessible_for_free",
        pa.bool_(),
        "False where the publisher marks the article as paywalled, true where it is marked free, "
        "null where nothing is said (schema.org isAccessibleForFree).",
    ),
    Field(
        "mining_reservation",
        pa.string(),
        "Reservation from text and data mining that was found at the fetch (TDMRep, `noai`, robots rules for AI "
        "agents, `noarchive`): where it stands and what it says. Null where none was found. Whether such pages are "
        "published is the site's policy; respect it in what you do with the text.",
    ),
    Field(
        "credited_source",
        pa.string(),
        "Publisher or agency the page itself credits as the origin of the story ('Source: …').",
    ),
    Field("publisher", pa.string(), "Organisation the page names as its publisher."),
    Field("agency", pa.string(), "News agency the text names in its dateline or sign-off, e.g. `Reuters`."),
    Field(
        "removed_blocks",
        pa.list_(REMOVED_BLOCK),
        "What was taken out of the story and the rule that did it, so that every removal can be checked.",
        nullable=False,
    ),
    Field(
        "text_hash",
        pa.string(),
        "32 hex digits, xxh3-128 of the NFKC-normalised, case-folded words of `text`: equal for equal wording.",
        nullable=False,
    ),
    Field(
        "change",
        pa.string(),
        "How this revision differs from the one before: " + ", ".join(CHANGES) + "; null for the first. "
        "reextraction: the publisher changed nothing, our rules read the page otherwise.",
    ),
    Field("first_seen_at", INSTANT, "Instant of the first fetch of the article, UTC.", nullable=False),
    Field("fetched_at", INSTANT, "Instant this revision was fetched, UTC.", nullable=False),
    Field("warc_file", pa.string(), "Archived response: object under the lake root, e.g. `archive/site=…/….warc.gz`."),
    Field("warc_offset", pa.int64(), "Byte offset of the record in `warc_file`."),
    Field("warc_digest", pa.string(), "Payload digest of the record (`sha1:` and base32, as in WARC 1.1)."),
    Field("template", pa.string(), "Version of the learned site template that was used; null for the generic way."),
    Field("extractor_version", pa.string(), "Version of the extraction rules that made this row.", nullable=False),
    Field("run_id", pa.string(), "Run that published this row.", nullable=False),
    Field(
        "date",
        pa.date32(),
        "Partition: UTC date of first publication as first known, else of the first fetch. "
        "It stays the same for the life of the article.",
        nullable=False,
    ),
)

ARTICLES = Table(
    name="articles",
    version="1.2.0",
    description="One row per article: its latest revision. Copies of other articles are left out.",
    fields=ARTICLE_FIELDS,
    key=("article_id",),
    sort_by=("site", "published_at", "article_id"),
)
