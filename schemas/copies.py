"""`copies`: who copied whom, how alike the two are, and what the decision rests on."""

import pyarrow as pa

from schemas.table import INSTANT, Field, Table

RELATIONS = ("copy", "truncated_copy", "excerpt", "reissue")
"""The allowed values of `relation`."""

EVIDENCE = ("credited_source", "canonical_url", "publisher", "dateline", "earliest", "longest")
"""The allowed values of `evidence`: why the other article counts as the original."""

COPIES = Table(
    name="copies",
    version="1.0.0",
    description=(
        "One row per article that repeats another: the copy, its original, how they relate and why. "
        "The copy's own text is in revisions."
    ),
    fields=(
        Field("article_id", pa.string(), "The copy; its rows are in revisions, not in articles.", nullable=False),
        Field("original_id", pa.string(), "The article it repeats; a row of articles.", nullable=False),
        Field(
            "relation",
            pa.string(),
            "copy: all of it, by another publisher; truncated_copy: the beginning of it; "
            "excerpt: parts of it; reissue: the same publisher at another address.",
            nullable=False,
        ),
        Field("containment", pa.float64(), "Share of the shorter text's word 5-shingles that the longer has, 0 to 1."),
        Field("jaccard", pa.float64(), "Shared word 5-shingles by all of both texts', 0 to 1."),
        Field("rule", pa.string(), "Rule that decided, with its version, e.g. `exact/1`.", nullable=False),
        Field(
            "evidence",
            pa.string(),
            "Why the other article counts as the original: " + ", ".join(EVIDENCE) + ".",
            nullable=False,
        ),
        Field(
            "leader_id",
            pa.string(),
            "The article this one was compared with and joined: the earliest with these words; itself for a leader.",
            nullable=False,
        ),
        Field(
            "cluster_id",
            pa.string(),
            "The leader at the root of the group of those alike, and often the original; rows of one group share it.",
            nullable=False,
        ),
        Field(
            "in_articles",
            pa.bool_(),
            "True where the article has much of its own besides what it repeats (a digest, say) and so "
            "stays in articles; false where it was left out.",
            nullable=False,
        ),
        Field("credited_source", pa.string(), "Publisher or agency the copy itself credits."),
        Field("site", pa.string(), "Site of the copy.", nullable=False),
        Field("url", pa.string(), "Address of the copy.", nullable=False),
        Field("title", pa.string(), "Headline of the copy."),
        Field("published_at", INSTANT, "Publication of the copy, UTC; null when unknown."),
        Field("original_site", pa.string(), "Site of the original.", nullable=False),
        Field("original_url", pa.string(), "Address of the original.", nullable=False),
        Field("decided_at", INSTANT, "Instant the relation was decided or last changed, UTC.", nullable=False),
        Field("run_id", pa.string(), "Run that published this row.", nullable=False),
        Field("date", pa.date32(), "Partition: the copy's `date` in revisions.", nullable=False),
    ),
    key=("article_id",),
    sort_by=("site", "article_id"),
)
