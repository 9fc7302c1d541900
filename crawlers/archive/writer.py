"""Write exchanges (request and response) to WARC segments."""

import base64
import hashlib
import http.client
import io
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from crawlers.archive.recover import recover
from crawlers.model import WarcRef

SEGMENT_BYTES = 256 * 1024 * 1024
"""A segment that has grown to this size is closed and the next one begun."""
GZIP_LEVEL = 6
KIND_HEADER = "Presslake-Kind"
"""WARC extension field (WARC 1.1, 5: unknown fields are ignored): what the URL was asked for."""

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response as they went over the wire, transfer coding undone."""

    url: str
    kind: str
    """`robots`, `feed`, `sitemap`, `section` or `article`."""
    request_headers: Headers
    status: int
    headers: Headers
    body: bytes
    """Still in its Content-Encoding."""
    fetched_at: datetime
    protocol: str = "HTTP/1.1"
    reason: str | None = None
    ip_address: str | None = None


class ArchiveWriter:
    """The segments of one site and run: `<root>/archive/site=<site>/date=<UTC date>/<run>-<n>.warc.gz`.

    Each record is handed to the operating system before `write` returns, so that a log line written after it
    never points to a record a killed process failed to write. `close` (and a roll) also syncs to disk.
    """

    def __init__(self, root: Path, site: str, run_id: str, *, software: str, segment_bytes: int = SEGMENT_BYTES):
        self.root, self.site, self.run_id, self.software = root, site, run_id, software
        self.segment_bytes = segment_bytes
        self.files: list[Path] = []
        self._number = 0
        self._date = ""
        self._file: BinaryIO | None = None
        self._offset = 0

    def write(self, exchange: Exchange) -> WarcRef:
        """Append request and response; the returned reference is to the response.

        Raises OSError where the disk does (full, gone); the torn tail is cut off again before that.
        """
        file, name = self._segment(exchange.fetched_at)
        digest = "sha1:" + base64.b32encode(hashlib.sha1(exchange.body, usedforsecurity=False).digest()).decode()
        response_id = uuid.uuid4()
        response = _member(_response_record(exchange, response_id, digest))
        request = _member(_request_record(exchange, response_id))
        ref = WarcRef(file=name, offset=self._offset, digest=digest)
        self._append(file, response + request)
        return ref

    def close(self) -> None:
        """Sync and close the open segment, if any. Writing again begins a new one."""
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def _append(self, file: BinaryIO, data: bytes) -> None:
        try:
            _write_all(file, data)
        except OSError:
            file.truncate(self._offset)
            raise
        self._offset += len(data)

    def _segment(self, at: datetime) -> tuple[BinaryIO, str]:
        date = at.astimezone(UTC).date().isoformat()
        if self._file is not None and (date != self._date or self._offset >= self.segment_bytes):
            self.close()
        if self._file is None:
            self._open(date, at)
        assert self._file is not None
        return self._file, str(self.files[-1].relative_to(self.root))

    def _open(self, date: str, at: datetime) -> None:
        folder = self.root / "archive" / f"site={self.site}" / f"date={date}"
        folder.mkdir(parents=True, exist_ok=True)
        while True:  # numbers taken by an interrupted run of the same id are passed over
            path = folder / f"{self.run_id}-{self._number}.warc.gz"
            self._number += 1
            try:
                self._file = path.open("xb", buffering=0)
                break
            except FileExistsError:
                recover(path)
        self.files.append(path)
        self._date, self._offset = date, 0
        self._append(self._file, _member(_warcinfo_record(path.name, self.software, at)))


def _write_all(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _member(record: WarcRecord) -> bytes:
    """The record as one gzip member, so that readers can start at its offset (WARC 1.1, Annex D)."""
    buffer = io.BytesIO()
    writer = GzipWriter(buffer, compression_level=GZIP_LEVEL)
    record.write(writer, checksum_data=False)
    writer.finish()
    return buffer.getvalue()


def _record(kind: WarcRecordType, at: datetime, content_type: str, block: bytes) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(record_type=kind)
    record.headers["WARC-Date"] = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    record.headers["Content-Type"] = content_type
    record.set_bytes_content(block)
    return record


def _response_record(exchange: Exchange, record_id: uuid.UUID, digest: str) -> WarcRecord:
    reason = http.client.responses.get(exchange.status, "") if exchange.reason is None else exchange.reason
    protocol = exchange.protocol if exchange.protocol.startswith("HTTP/1") else "HTTP/1.1"
    head = f"{protocol} {exchange.status} {reason}".rstrip().encode("latin-1", "replace")
    block = _http_head(head, exchange.headers) + exchange.body
    record = _record(WarcRecordType.response, exchange.fetched_at, "application/http; msgtype=response", block)
    record.headers["WARC-Record-ID"] = record_id.urn.join("<>")
    record.headers["WARC-Target-URI"] = exchange.url
    record.headers["WARC-Payload-Digest"] = digest
    record.headers[KIND_HEADER] = exchange.kind
    if exchange.ip_address:
        record.headers["WARC-IP-Address"] = exchange.ip_address
    if protocol != exchange.protocol:
        record.headers["WARC-Protocol"] = exchange.protocol.lower()
    return record


def _request_record(exchange: Exchange, response_id: uuid.UUID) -> WarcRecord:
    parts = urlsplit(exchange.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = f"GET {target} HTTP/1.1".encode("utf-8", "replace")
    headers = [(b"Host", parts.netloc.rpartition("@")[2].encode("utf-8", "replace")), *exchange.request_headers]
    block = _http_head(head, headers)
    record = _record(WarcRecordType.request, exchange.fetched_at, "application/http; msgtype=request", block)
    record.headers["WARC-Target-URI"] = exchange.url
    record.headers["WARC-Concurrent-To"] = response_id.urn.join("<>")
    return record


def _warcinfo_record(name: str, software: str, at: datetime) -> WarcRecord:
    fields = f"software: {software}\r\nformat: WARC File Format 1.1\r\nrobots: obey\r\n".encode()
    record = _record(WarcRecordType.warcinfo, at, "application/warc-fields", fields)
    record.headers["WARC-Filename"] = name
    return record


def _http_head(first: bytes, headers: Headers) -> bytes:
    lines = [first]
    for name, value in headers:
        # A line break inside a value would forge headers or end the head early.
        lines.append(name + b": " + value.replace(b"\r", b" ").replace(b"\n", b" "))
    return b"\r\n".join(lines) + b"\r\n\r\n"
