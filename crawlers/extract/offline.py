"""The offline door: pages in a Parquet file to articles in a Parquet file."""

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crawlers.extract.batch import PAGE_TIMEOUT, extract_pages, learn_pages
from crawlers.extract.templates import TemplateBook
from crawlers.extract.templates.template import MIN_PAGES
from crawlers.model import Article, Page, Rejection
from schemas import ARTICLES

COLUMNS_IN = ("id", "site", "url", "fetched_at", "html")

ARTICLE_COLUMNS = (
    "title",
    "description",
    "authors",
    "section",
    "tags",
    "language",
    "published_at",
    "published_precision",
    "published_source",
    "published_offset",
    "modified_at",
    "modified_source",
    "modified_offset",
    "blocks",
    "image_url",
    "is_accessible_for_free",
    "canonical_url",
    "credited_source",
    "removed_blocks",
    "template",
)
"""Columns taken over from `schemas.ARTICLES`, with its types; all are null where there is no article."""

SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False, metadata={"description": "The caller's id of the page."}),
        pa.field("site", pa.string()),
        pa.field("url", pa.string()),
        pa.field(
            "outcome", pa.string(), nullable=False, metadata={"description": "`extracted`, or why there is no article."}
        ),
        pa.field("detail", pa.string(), metadata={"description": "More about the outcome, for a person to read."}),
        pa.field("text", pa.string(), nullable=False),
        *[pa.field(name, ARTICLES.schema.field(name).type) for name in ARTICLE_COLUMNS],
        pa.field("publisher", pa.string()),
        pa.field("extractor_version", pa.string()),
    ]
)
EXTRACTED = "extracted"
ROWS_AT_ONCE = 64
LEARNED_PAGES = 150
"""Pages a site, at most, that its template is learned from, spread over those it has."""


class InputError(ValueError):
    """The input lacks a column or has one of an unusable type; says which."""


def extract_parquet(
    src: Path,
    dst: Path,
    *,
    processes: int,
    page_timeout: float = PAGE_TIMEOUT,
    use_templates: bool = True,
    on_progress: Callable[[int, int], None] | None = None,
) -> Counter[str]:
    """Extract every page of `src` into `dst`; returns how many rows have each outcome.

    `src` has the columns id, site, url, fetched_at (timestamp, ISO 8601 text or null) and html (text or
    bytes). `dst` has one row for each, in the same order, and appears only when it is complete. With
    `use_templates`, the sites' templates are learned from the pages of the file first.
    `on_progress` is given pages done and pages in all. Raises InputError, OSError, pa.ArrowException.
    """
    source = pq.ParquetFile(src)
    missing = [name for name in COLUMNS_IN if name not in source.schema_arrow.names]
    if missing:
        raise InputError(f"{src}: missing column(s) {', '.join(missing)}; needed are {', '.join(COLUMNS_IN)}")
    counts: Counter[str] = Counter()
    total = source.metadata.num_rows
    book = learn_sites(source, processes=processes, page_timeout=page_timeout) if use_templates else None
    with _complete_or_absent(dst) as writer:
        rows: list[dict[str, Any]] = []
        pages = read_pages(source)
        for page, result in extract_pages(
            pages, processes=processes, page_timeout=page_timeout, templates=book, learn=False
        ):
            rows.append(row_of(page, result))
            counts[rows[-1]["outcome"]] += 1
            if len(rows) >= ROWS_AT_ONCE:
                writer.write_table(pa.Table.from_pylist(rows, SCHEMA))
                rows = []
            if on_progress is not None:
                on_progress(counts.total(), total)
        writer.write_table(pa.Table.from_pylist(rows, SCHEMA))
    return counts


def learn_sites(source: pq.ParquetFile, *, processes: int, page_timeout: float) -> TemplateBook:
    """Learn the templates of the sites that have enough pages in the file, from a sample spread over them."""
    sites = Counter(site or "" for batch in source.iter_batches(columns=["site"]) for site in batch.to_pydict()["site"])
    total = {site: pages for site, pages in sites.items() if pages >= MIN_PAGES}
    seen: Counter[str] = Counter()

    def sample() -> Iterator[Page]:
        for page in read_pages(source):
            seen[page.site] += 1
            most, number = min(total.get(page.site, 0), LEARNED_PAGES), seen[page.site]
            if most and number * most // total[page.site] > (number - 1) * most // total[page.site]:
                yield page

    book = TemplateBook()
    if total:
        learn_pages(book, sample(), processes=processes, page_timeout=page_timeout)
    return book


class _complete_or_absent:  # noqa: N801 - a context manager, read as a phrase
    """A Parquet writer on a temporary file that takes the target's place when all went well."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __enter__(self) -> pq.ParquetWriter:
        handle, name = tempfile.mkstemp(dir=self.target.parent, prefix=f".{self.target.name}.", suffix=".part")
        os.close(handle)
        self.part = Path(name)
        self.writer = pq.ParquetWriter(self.part, SCHEMA, compression="zstd")
        return self.writer

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self.writer.close()
            if kind is None:
                self.part.chmod(0o644)
                self.part.replace(self.target)
        finally:
            with suppress(FileNotFoundError):
                self.part.unlink()


def read_pages(source: pq.ParquetFile) -> Iterator[Page]:
    """The pages of a Parquet file, a few at a time in memory."""
    optional = [name for name in ("content_type",) if name in source.schema_arrow.names]
    for batch in source.iter_batches(batch_size=16, columns=[*COLUMNS_IN, *optional]):
        for row in batch.to_pylist():
            body = row["html"]
            yield Page(
                site=str(row["site"] or ""),
                url=str(row["url"] or ""),
                body=body if isinstance(body, bytes) else str(body or "").encode("utf-8", "replace"),
                fetched_at=_instant(row["fetched_at"]),
                content_type=row.get("content_type") or ("text/html; charset=utf-8" if isinstance(body, str) else None),
                id="" if row["id"] is None else str(row["id"]),
            )


def _instant(value: object) -> datetime:
    """When the page was fetched; where the file doesn't say, now is the latest it can have been."""
    if isinstance(value, str) and value.strip():
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            value = None
    if not isinstance(value, datetime):
        return datetime.now(UTC)
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def row_of(page: Page, result: Article | Rejection) -> dict[str, Any]:
    """The output row for a page."""
    row: dict[str, Any] = {"id": page.id, "site": page.site, "url": page.url}
    if isinstance(result, Rejection):
        return row | {"outcome": result.outcome.value, "detail": result.detail, "text": ""}
    row |= {name: getattr(result, name) for name in (*ARTICLE_COLUMNS, "text", "publisher", "extractor_version")}
    row["blocks"] = [{"kind": block.kind, "text": block.text} for block in result.blocks]
    row["removed_blocks"] = [{"text": block.text, "rule": block.rule} for block in result.removed_blocks]
    return row | {"outcome": EXTRACTED, "detail": None}
