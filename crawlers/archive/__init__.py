"""The archive: what came over the wire, unchanged, as WARC 1.1 (ISO 28500), a gzip member per record.

The door: `ArchiveWriter` writes; `read_pages`, `read_page` and `read_fetched` read our own archives or anybody's;
`recover` cuts the torn tail a killed writer leaves.
"""

from crawlers.archive.coding import CodingError, CutShortError, TooLargeError, decode_body
from crawlers.archive.reader import ArchiveError, PageReader, read_fetched, read_page, read_pages
from crawlers.archive.recover import Recovery, recover
from crawlers.archive.writer import ArchiveWriter, Exchange

__all__ = [
    "ArchiveError",
    "ArchiveWriter",
    "CodingError",
    "CutShortError",
    "Exchange",
    "PageReader",
    "Recovery",
    "TooLargeError",
    "decode_body",
    "read_fetched",
    "read_page",
    "read_pages",
    "recover",
]
