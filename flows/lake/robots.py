"""What origins said of themselves in the last day (robots.txt, tdmrep.json), read back from the archive.

RFC 9309, 2.4: crawlers should not use a cached version for more than 24 hours; asking in each run would be asking a
hundred times a day for the same.
"""

import io
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from crawlers.archive import ArchiveError, read_page
from flows.errors import LakeError
from flows.lake.lake import Lake
from flows.lake.query import rows

KEPT = timedelta(hours=23)
"""How old an answer may be when a run begins, which takes up to an hour itself."""
LARGEST = 64 * 1024
"""Bytes of an archived record that are read, compressed; what is larger is asked for again."""
READERS = 16

log = logging.getLogger(__name__)

_SQL = """
SELECT url, arg_max(warc_file, fetched_at) AS file, arg_max(warc_offset, fetched_at) AS offset_
FROM fetches
WHERE kind = 'robots' AND attempts > 0 AND date >= $1 AND fetched_at > $2 AND site IN (SELECT unnest($3::VARCHAR[]))
GROUP BY url
HAVING arg_max(outcome IN ('read', 'empty_body') AND status BETWEEN 200 AND 299, fetched_at)
    AND arg_max(warc_file IS NOT NULL, fetched_at)
"""


def kept_robots(lake: Lake, sites: Sequence[str], now: datetime) -> dict[str, bytes]:
    """The bodies by URL. What can't be read is left out: it is asked for again."""
    since = now - KEPT
    found = rows(lake, _SQL, [since.date(), since, list(sites)])
    with ThreadPoolExecutor(READERS) as readers:  # on S3 each is a round trip
        bodies = readers.map(lambda row: _body(lake, row), found)
        return {row["url"]: body for row, body in zip(found, bodies, strict=True) if body is not None}


def _body(lake: Lake, row: Mapping[str, Any]) -> bytes | None:
    try:
        with lake.store.open(row["file"], row["offset_"]) as stream:
            return read_page(io.BytesIO(stream.read(LARGEST)), 0).body
    except (ArchiveError, LakeError, OSError) as error:
        log.info("%s is asked for again: %s", row["url"], error)
        return None
