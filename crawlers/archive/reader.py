"""Read pages from WARC: our own segments, or anybody's (Common Crawl's CC-NEWS)."""

import io
import mmap
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from crawlers.archive.coding import CodingError, TooLargeError, decode_body
from crawlers.archive.writer import KIND_HEADER
from crawlers.model import Fetch, Lead, Page, WarcRef

MAX_RECORD = 64 * 1024 * 1024
"""Larger records are skipped, in bytes."""
MAX_HEADER = 64 * 1024
GZIP_MAGIC = b"\x1f\x8b\x08"
HTML_TYPES = ("text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain")
"""Content types under which servers deliver web pages, rightly or wrongly."""


class ArchiveError(ValueError):
    """There is no readable page at this place of the archive."""


class PageReader:
    """Iterates over the pages of one WARC file; `skipped` counts what was passed over, by reason.

    Pages are responses with status 200 and a content type a web page may have. The walk goes on after damage:
    it looks for the next gzip member.
    """

    def __init__(self, source: Path | str | BinaryIO, *, site: str = "", max_size: int = MAX_RECORD):
        self.skipped: Counter[str] = Counter()
        self._source, self._site, self._max_size = source, site, max_size

    def __iter__(self) -> Iterator[Page]:
        with ExitStack() as stack:
            name = ""
            if isinstance(self._source, str | Path):
                name = str(self._source)
                file: BinaryIO = stack.enter_context(Path(self._source).open("rb"))
            else:
                file = self._source if self._source.seekable() else io.BytesIO(self._source.read())
            for record, offset in self._records(file):
                page = self._page(record, WarcRef(name, offset, record.headers.get("WARC-Payload-Digest") or ""))
                if page is not None:
                    yield page

    def _records(self, file: BinaryIO) -> Iterator[tuple[WarcRecord, int]]:
        start = 0
        while True:
            file.seek(start)
            last = start
            try:
                for record in ArchiveIterator(file, WarcRecordType.any_type, parse_http=False):
                    last = record.stream_pos
                    yield record, last
                return
            except (OSError, ValueError):
                self.skipped["torn"] += 1
            following = _next_member(file, last + 1)
            if following is None:
                return
            start = following

    def _page(self, record: WarcRecord, ref: WarcRef) -> Page | None:
        if record.record_type in (WarcRecordType.request, WarcRecordType.warcinfo, WarcRecordType.metadata):
            return None
        if record.record_type != WarcRecordType.response:
            self.skipped[f"type {record.headers.get('WARC-Type')}"] += 1
            return None
        if record.headers.get(KIND_HEADER, "article") != "article":
            return None
        if record.content_length > self._max_size:
            self.skipped["too large"] += 1
            return None
        try:
            return _to_page(record, ref, self._site, self._max_size)
        except ArchiveError as error:
            self.skipped[str(error).partition(":")[0]] += 1
            return None


def read_pages(source: Path | str | BinaryIO, *, site: str = "") -> PageReader:
    """The pages of a WARC file (plain, gzip), in order, each with `warc` naming its place in `source`.

    Raises OSError on iteration where the file can't be opened; damage inside it is counted in `.skipped`.
    """
    return PageReader(source, site=site)


def read_page(
    source: Path | BinaryIO, offset: int, *, site: str = "", lead: Lead | None = None, ref: WarcRef | None = None
) -> Page:
    """The page whose record begins at `offset` of a file or seekable stream, whatever its HTTP status.

    Raises ArchiveError where there is none, OSError where the file can't be read.
    """
    if not isinstance(source, Path):
        return _page_at(source, ref or WarcRef("", offset, ""), offset, site, lead)
    with source.open("rb") as file:
        return _page_at(file, ref or WarcRef(str(source), offset, ""), offset, site, lead)


def read_fetched(root: Path, fetches: Iterable[Fetch]) -> Iterator[tuple[Fetch, Page | ArchiveError]]:
    """The archived page of each fetch that has one, file by file in order of offset (not of `fetches`).

    `root` is the folder that the fetches' `warc.file` is relative to.
    """
    placed = [(fetch.warc, fetch) for fetch in fetches if fetch.warc is not None]
    placed.sort(key=lambda pair: (pair[0].file, pair[0].offset))
    with ExitStack() as stack:
        name, file, problem = "", None, ""
        for ref, fetch in placed:
            if ref.file != name:
                stack.close()
                name, file = ref.file, None
                try:
                    file = stack.enter_context((root / name).open("rb"))
                except OSError as error:
                    problem = f"unreadable: {error}"
            if file is None:
                yield fetch, ArchiveError(problem)
                continue
            lead = Lead(fetch.url, fetch.found_in, fetch.lead_title, fetch.lead_published_at)
            try:
                yield fetch, _page_at(file, ref, ref.offset, fetch.site, lead)
            except ArchiveError as error:
                yield fetch, error


def _page_at(file: BinaryIO, ref: WarcRef, offset: int, site: str, lead: Lead | None) -> Page:
    file.seek(offset)
    try:
        record = next(iter(ArchiveIterator(file, WarcRecordType.any_type, parse_http=False)), None)
        if record is None or record.record_type != WarcRecordType.response:
            raise ArchiveError(f"no response: at {offset} of {ref.file}")
        return _to_page(record, ref, site, MAX_RECORD, lead=lead, strict=False)
    except (OSError, ValueError) as error:
        if isinstance(error, ArchiveError):
            raise
        raise ArchiveError(f"torn: {error} at {offset} of {ref.file}") from error


def _to_page(
    record: WarcRecord, ref: WarcRef, site: str, max_size: int, *, lead: Lead | None = None, strict: bool = True
) -> Page:
    try:
        # Chunked bodies are undone where the archive kept them so; CC-NEWS has the header but not the chunks.
        record.parse_http(max_header_len=MAX_HEADER)
        raw = record.reader.read()
    except (OSError, ValueError) as error:
        raise ArchiveError(f"torn: {error}") from error
    headers = record.http_headers
    if headers is None:
        raise ArchiveError("not http")
    if strict and headers.status_code != 200:
        raise ArchiveError(f"status {headers.status_code}")
    content_type = headers.get("Content-Type")
    if strict and not _may_be_html(content_type):
        raise ArchiveError("not html")
    try:
        body = decode_body(_dechunk(raw, headers.get("Transfer-Encoding")), headers.get("Content-Encoding"),
                           max_size=max_size)  # fmt: skip
    except TooLargeError as error:
        raise ArchiveError(f"too large: {error}") from error
    except CodingError as error:
        raise ArchiveError(f"bad encoding: {error}") from error
    return Page(
        site=site,
        url=(record.headers.get("WARC-Target-URI") or "").strip("<>"),
        body=body,
        fetched_at=_instant(record),
        content_type=content_type,
        lead=lead,
        warc=ref if ref.digest else WarcRef(ref.file, ref.offset, record.headers.get("WARC-Payload-Digest") or ""),
    )


def _may_be_html(content_type: str | None) -> bool:
    kind = (content_type or "text/html").partition(";")[0].strip().lower()
    return kind in HTML_TYPES


def _dechunk(body: bytes, transfer_encoding: str | None) -> bytes:
    """The body without chunks, where the header names them and they are really there."""
    if "chunked" not in (transfer_encoding or "").lower():
        return body
    parts: list[bytes] = []
    position = 0
    while True:
        end = body.find(b"\r\n", position)
        try:
            size = int(body[position:end].partition(b";")[0], 16) if end > position else -1
        except ValueError:
            size = -1
        if size < 0:
            return b"".join(parts) if parts else body
        if size == 0:
            return b"".join(parts)
        parts.append(body[end + 2 : end + 2 + size])
        position = end + 4 + size


def _instant(record: WarcRecord) -> datetime:
    text = record.headers.get("WARC-Date") or ""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise ArchiveError(f"bad date: {text!r}") from error


def _next_member(file: BinaryIO, position: int) -> int | None:
    """Offset of the next gzip header at or after `position`."""
    try:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            found = view.find(GZIP_MAGIC, position)
    except (OSError, ValueError):  # not a file on disk, or an empty one
        file.seek(position)
        found = file.read().find(GZIP_MAGIC)
        found += position if found >= 0 else 0
    return found if found >= 0 else None
