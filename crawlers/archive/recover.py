"""Cut the torn tail off a WARC segment whose writer was killed."""

import os
import zlib
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Recovery:
    """What `recover` found."""

    records: int
    """Whole gzip members (records) kept."""
    size: int
    """Length of the file now, in bytes."""
    cut: int
    """Bytes of torn tail removed; 0 where the file was whole."""


def recover(path: Path) -> Recovery:
    """Shorten the file to its last whole gzip member. A file that is whole is left untouched.

    Damage in the middle counts as the end: what comes after it was written by nobody sane.
    Raises OSError where the file can't be read or shortened.
    """
    records, end = _whole_members(path)
    size = path.stat().st_size
    if end < size:
        with path.open("r+b") as file:
            file.truncate(end)
            os.fsync(file.fileno())
    return Recovery(records=records, size=end, cut=size - end)


def _whole_members(path: Path) -> tuple[int, int]:
    """Number of whole gzip members from the start, and where the last of them ends."""
    records = end = position = 0
    stream = zlib.decompressobj(31)
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            while data:
                fed = len(data)
                try:
                    stream.decompress(data, CHUNK)
                    while stream.unconsumed_tail and not stream.eof:
                        stream.decompress(stream.unconsumed_tail, CHUNK)
                except zlib.error:
                    return records, end
                data = stream.unused_data if stream.eof else b""
                position += fed - len(data)
                if stream.eof:
                    records, end = records + 1, position
                    stream = zlib.decompressobj(31)
    return records, end
