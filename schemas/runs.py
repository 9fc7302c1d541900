"""`runs`: one row per site and run, where discovered is the sum of the outcomes."""

import pyarrow as pa

from schemas.table import INSTANT, Field, Table

RUN_KINDS = ("crawl", "backfill", "reextract")
"""The allowed values of `kind`."""

RUN_STATES = ("ok", "partial", "failed")
"""The allowed values of `state`."""

STAGE_SECONDS = {
    "fetch": "Seconds from the site's first request to its last answer, pauses for politeness included; null where "
    "nothing was fetched.",
    "archive": "Seconds it took to put the site's pages into the archive.",
    "extract": "Seconds it took to extract its pages.",
    "dedupe": "Seconds it took to decide revisions and copies: its share of the batch's, by lines of the crawl log.",
    "publish": "Seconds from that decision until this row could be read: its share of the batch's, by addresses.",
}
"""The stages that a site's pages go through, in order, and what their times mean. Null: not known."""

OUTCOME_COUNT = pa.struct(
    [pa.field("outcome", pa.string(), nullable=False), pa.field("urls", pa.int64(), nullable=False)]
)

RUNS = Table(
    name="runs",
    version="1.1.0",
    description="One row per site and run: what was discovered and what became of it.",
    fields=(
        Field("run_id", pa.string(), "Id of the run: its start in UTC and a random part.", nullable=False),
        Field("site", pa.string(), "Site of this row.", nullable=False),
        Field("kind", pa.string(), "How the run entered: " + ", ".join(RUN_KINDS) + ".", nullable=False),
        Field(
            "state",
            pa.string(),
            "ok: every source answered and nothing failed on our side; partial: some did not; "
            "failed: no source of the site could be read, or the crawl of the site broke.",
            nullable=False,
        ),
        Field("problem", pa.string(), "What went wrong, in words; null when ok."),
        Field("started_at", INSTANT, "Start of the run, UTC.", nullable=False),
        Field("finished_at", INSTANT, "Instant the results were published, UTC.", nullable=False),
        Field(
            "discovered",
            pa.int64(),
            "Article addresses the run learned of; equals the sum of `outcomes`.",
            nullable=False,
        ),
        Field(
            "outcomes",
            pa.list_(OUTCOME_COUNT),
            "Article addresses by outcome; the words are listed under Outcomes.",
            nullable=False,
        ),
        Field("new", pa.int64(), "Articles seen for the first time.", nullable=False),
        Field("revised", pa.int64(), "Articles with a new revision.", nullable=False),
        Field("copies", pa.int64(), "Of the new articles, those that repeat another one.", nullable=False),
        Field("sources", pa.int64(), "Feeds, sitemaps and section pages tried.", nullable=False),
        Field("sources_failed", pa.int64(), "Of these, how many could not be read.", nullable=False),
        Field("requests", pa.int64(), "HTTP requests made, robots.txt and retries included.", nullable=False),
        Field("body_bytes", pa.int64(), "Bytes of body received over the wire.", nullable=False),
        *(Field(f"{stage}_seconds", pa.float64(), meaning, since="1.1.0") for stage, meaning in STAGE_SECONDS.items()),
        Field("presslake_version", pa.string(), "Version of presslake that ran.", nullable=False),
        Field("date", pa.date32(), "Partition: UTC date of `started_at`.", nullable=False),
    ),
    key=("run_id", "site"),
    sort_by=("site", "started_at"),
)
