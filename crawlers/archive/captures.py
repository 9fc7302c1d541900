"""Read captures from anybody's WARC: every response with what it says of itself, and the bytes to keep it as it is.

`read_pages` gives pages and passes over the rest; this door is for taking somebody else's archive into ours, where
everything that was passed over is to be named.
"""

import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from crawlers.archive.coding import CodingError, TooLargeError, decode_body
from crawlers.archive.reader import GZIP_MAGIC, MAX_HEADER, MAX_RECORD, _dechunk
from crawlers.archive.writer import KIND_HEADER

PLAIN_MAGIC = b"WARC/"
SEARCH_BYTES = 1 << 20
_ASIDE = (WarcRecordType.request, WarcRecordType.warcinfo, WarcRecordType.metadata)


class CaptureError(ValueError):
    """A response record that can't be read; the message begins with the reason's name, up to a colon."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One response record."""

    url: str
    captured_at: datetime
    """WARC-Date, UTC."""
    status: int
    headers: dict[str, str]
    """HTTP headers, names in lower case; the last of several of one name."""
    body: bytes
    """Decoded of transfer and content coding."""
    digest: str
    """Payload digest as the record has it; empty where it has none."""
    truncated: str | None
    """Why the record is cut short (WARC-Truncated), where it says so."""
    member: bytes
    """The record as one gzip member, its bytes unchanged."""

    @property
    def content_type(self) -> str | None:
        """Content-Type header."""
        return self.headers.get("content-type")


class CaptureReader:
    """Iterates over the records that begin at an offset in [start, end) of a WARC file.

    So a file can be read in parts by several readers, each record by exactly one. What is no response counts in
    `passed`, what can't be read in `damaged`, both by reason. The walk goes on after damage at the next record.
    """

    def __init__(self, file: BinaryIO, start: int = 0, end: int | None = None):
        """`file` must be seekable; offsets are those of the file as it is, compressed or not."""
        self.file, self._start, self._end = file, start, end
        self.passed: Counter[str] = Counter()
        self.damaged: Counter[str] = Counter()
        self._told = False
        """The damage met now has been counted."""

    def __iter__(self) -> Iterator["Record"]:
        start: int | None = self._start if self._start == 0 else next_record(self.file, self._start)
        while start is not None and (self._end is None or start < self._end):
            self.file.seek(start)
            last = start - 1
            try:
                for record in ArchiveIterator(self.file, WarcRecordType.any_type, parse_http=False):
                    self._told = False
                    last = record.stream_pos
                    if self._end is not None and last >= self._end:
                        return
                    yield Record(self, record, last)
                return
            except (OSError, ValueError):
                if not self._told:
                    self.damaged["torn"] += 1
            # Reading may have broken off before the damaged record: the next try finds that one first, and is silent.
            self._told = last >= start
            start = next_record(self.file, max(last, start) + 1)

    def damage(self, reason: str) -> None:
        """Count a record that can't be read."""
        self.damaged[reason] += 1
        self._told = reason == "torn"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of any type and its place; valid until the next one is asked for."""

    reader: CaptureReader
    record: WarcRecord
    offset: int

    @property
    def url(self) -> str:
        """WARC-Target-URI; empty where there is none."""
        return (self.record.headers.get("WARC-Target-URI") or "").strip("<> ")

    @property
    def kind(self) -> str:
        """What the URL was asked for, where it is one of our own archives; else `article`."""
        return self.record.headers.get(KIND_HEADER) or "article"

    def is_response(self) -> bool:
        """Whether this is a response; other types are counted, those that belong to a response silently."""
        kind = self.record.record_type
        if kind == WarcRecordType.response:
            return True
        if kind not in _ASIDE:
            self.reader.passed[f"type {(self.record.headers.get('WARC-Type') or 'unknown')[:40]}"] += 1
        return False

    def capture(self) -> Capture | None:
        """The response; None, and counted as damage, where it can't be read."""
        try:
            return self._capture()
        except CaptureError as error:
            self.reader.damage(str(error).partition(":")[0])
            return None

    def _capture(self) -> Capture:
        record = self.record
        if record.content_length > MAX_RECORD:
            raise CaptureError(f"too large: {record.content_length} bytes")
        captured_at = _instant(record)
        try:
            announced = record.content_length  # freezing sets it to what there is
            record.freeze()
            if record.content_length < announced:
                raise CaptureError("torn: shorter than its Content-Length")
            member = self._member()
            record.parse_http(max_header_len=MAX_HEADER)
            raw = record.reader.read()
        except CaptureError:
            raise
        except (OSError, ValueError) as error:
            raise CaptureError(f"torn: {error}") from error
        http = record.http_headers
        if http is None or not http.status_code:
            raise CaptureError("not http")
        headers = {name.lower(): value for name, value in http}
        try:
            body = decode_body(_dechunk(raw, headers.get("transfer-encoding")), headers.get("content-encoding"))
        except TooLargeError as error:
            raise CaptureError(f"too large: {error}") from error
        except CodingError as error:
            raise CaptureError(f"bad encoding: {error}") from error
        said = record.headers
        digest, truncated = said.get("WARC-Payload-Digest") or "", said.get("WARC-Truncated")
        return Capture(self.url, captured_at, http.status_code, headers, body, digest, truncated, member)

    def _member(self) -> bytes:
        """The record's own gzip member where it has one, else a new one with the same bytes in it."""
        file = self.reader.file
        here = file.tell()
        try:
            own = _member_at(file, self.offset)
        finally:
            file.seek(here)
        if own is not None:
            return own
        buffer = io.BytesIO()
        self.record.write(buffer, checksum_data=False)
        self.record.reader.seek(0)
        return compressed(buffer.getvalue())


def next_record(file: BinaryIO, position: int) -> int | None:
    """Offset of the first record that begins at or after `position`; None where none does.

    A place counts where a gzip member begins whose content begins with `WARC/`, or where that stands at the
    beginning of a line: the bytes of a gzip header also turn up by chance, inside compressed data.
    """
    overlap = 16
    while True:
        file.seek(max(0, position - 2))
        block = file.read(SEARCH_BYTES)
        skip = min(2, position)
        if len(block) <= skip:
            return None
        for found in _places(block, skip):
            at = max(0, position - 2) + found
            if block.startswith(PLAIN_MAGIC, found) or _begins_record(file, at):
                return at
        if len(block) < SEARCH_BYTES:
            return None
        position += len(block) - skip - overlap


def _places(block: bytes, skip: int) -> list[int]:
    places = []
    for magic, prefix in ((GZIP_MAGIC, b""), (b"\n" + PLAIN_MAGIC, b"\n")):
        found = block.find(magic)
        while found >= 0:
            if found + len(prefix) >= skip:
                places.append(found + len(prefix))
            found = block.find(magic, found + 1)
    return sorted(places)


def _begins_record(file: BinaryIO, at: int) -> bool:
    file.seek(at)
    try:
        return zlib.decompressobj(31).decompress(file.read(1024), 16).startswith(PLAIN_MAGIC)
    except zlib.error:
        return False


def _member_at(file: BinaryIO, offset: int) -> bytes | None:
    """The gzip member that begins there, unchanged; None where none does or it holds more than one record."""
    file.seek(offset)
    stream = zlib.decompressobj(31)
    parts: list[bytes] = []
    content = b""
    while not stream.eof:
        part = file.read(SEARCH_BYTES)
        try:
            content += stream.decompress(part, MAX_RECORD + MAX_HEADER - len(content))
        except zlib.error:
            return None
        if not part or stream.unconsumed_tail:
            return None
        parts.append(part)
    raw = b"".join(parts)
    return raw[: len(raw) - len(stream.unused_data)] if _is_one_record(content) else None


def _is_one_record(content: bytes) -> bool:
    """Whether the bytes are a record and nothing after it (WARC 1.1, 4: version, headers, block, two line ends)."""
    head, _, rest = content.partition(b"\r\n\r\n")
    length = next((line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), b"")
    try:
        return content.startswith(PLAIN_MAGIC) and 0 <= len(rest) - int(length.partition(b":")[2]) <= len("\r\n\r\n")
    except ValueError:
        return False


def _instant(record: WarcRecord) -> datetime:
    text = record.headers.get("WARC-Date") or ""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise CaptureError(f"bad date: {text[:60]!r}") from error
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)


def compressed(record: bytes) -> bytes:
    """A record as one gzip member, always the same for the same bytes."""
    return gzip.compress(record, 6, mtime=0)
