"""`revisions`: every revision of every article ever published, copies included; only added to."""

from schemas.articles import ARTICLE_FIELDS
from schemas.table import Table

REVISIONS = Table(
    name="revisions",
    version="1.2.0",
    description=(
        "Every revision ever published, also of articles that are copies of others. Rows are only added. "
        "Columns as in articles."
    ),
    fields=ARTICLE_FIELDS,
    key=("article_id", "revision"),
    sort_by=("site", "published_at", "article_id", "revision"),
)
