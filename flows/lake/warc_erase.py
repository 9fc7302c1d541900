"""Records of an archive file erased in place: other records keep their offsets, which the tables point to.

A WARC file is a row of gzip members, one a record (WARC 1.1, annex D). The member to go is replaced by one of
exactly its length: a small record that says what happened, padded by the comment of the gzip header (RFC 1952).
"""

import struct
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from uuid import uuid4

from crawlers.model import Fetch
from flows.errors import LakeError
from flows.lake.lake import Lake
from flows.lake.ledger import TAKEN_DOWN
from flows.lake.store import ObjectStore

_COMMENT = 16
_HEADER = struct.Struct("<2sBBIBB")
_TRAILER = struct.Struct("<II")


def erase_records(store: ObjectStore, name: str, offsets: Collection[int]) -> int:
    """Overwrite the records at these byte offsets of the archive object; gives how many were there to erase.

    The object is replaced whole. Erasing again changes nothing. Raises LakeError where an offset is no record.
    """
    data = store.get(name)
    if data is None:
        return 0
    content, erased = bytearray(data), 0
    for offset in sorted(set(offsets)):
        length, is_ours = _member(data, offset, name)
        if is_ours:
            continue
        content[offset : offset + length] = _filler(length)
        erased += 1
    if erased:
        store.put(name, bytes(content))
    return erased


def erase_blocked(lake: Lake, fetches: Iterable[Fetch]) -> None:
    """Erase the pages that a run brought back although they were taken down."""
    places: dict[str, set[int]] = defaultdict(set)
    for fetch in fetches:
        if fetch.warc and fetch.detail and fetch.detail.startswith(TAKEN_DOWN):
            places[fetch.warc.file].add(fetch.warc.offset)
    for name, offsets in places.items():
        erase_records(lake.store, name, offsets)


def _member(data: bytes, offset: int, name: str) -> tuple[int, bool]:
    """Length of the gzip member at `offset`, and whether it is a filler already."""
    decoder = zlib.decompressobj(wbits=31)
    try:
        content = decoder.decompress(data[offset:])
    except zlib.error as error:
        raise LakeError(f"{name} has no record at {offset}, where the tables point: {error}") from error
    if not decoder.eof:
        raise LakeError(f"{name}: the record at {offset} is cut; it can't be erased without harm to what follows")
    return len(data) - offset - len(decoder.unused_data), not content or b"\r\nWARC-Type: metadata\r\n" in content[:200]


def _filler(length: int) -> bytes:
    """A gzip member of exactly `length` bytes; an empty one where not even a small record fits."""
    record = (
        f"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:uuid:{uuid4()}>\r\n"
        f"WARC-Date: {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\r\n"
        "Content-Type: text/plain\r\nContent-Length: 10\r\n\r\ntaken down\r\n\r\n"
    ).encode()
    for content in (record, b""):
        encoder = zlib.compressobj(9, wbits=-15)
        body = encoder.compress(content) + encoder.flush()
        padding = length - _HEADER.size - len(body) - _TRAILER.size - 1
        if padding >= 0:
            header = _HEADER.pack(b"\x1f\x8b", 8, _COMMENT, 0, 0, 255) + b" " * padding + b"\0"
            return header + body + _TRAILER.pack(zlib.crc32(content), len(content))
    raise LakeError(f"a record of {length} bytes is too small to be one")
