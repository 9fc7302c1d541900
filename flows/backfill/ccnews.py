"""Common Crawl's news archive, CC-NEWS: WARC files by month, named by the instant they were begun (UTC).

`crawl-data/CC-NEWS/2024/03/CC-NEWS-20240301004512-00123.warc.gz`. A file holds captures from then until it was full,
a few hours later: so the first hours of a month are in a file of the month before.
"""

import gzip
import os
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from flows.backfill.blobs import WHERE_VARIABLE, SourceError, WarcFile, http_get, list_s3
from flows.backfill.windows import Month, Span, months_of
from flows.errors import SettingsError

BUCKET = "commoncrawl"
PREFIX = "crawl-data/CC-NEWS/"
FIRST: Month = (2016, 8)
"""Month of the first file."""
LONGEST_FILE = timedelta(days=2)
"""No file was open for longer; those begun earlier can't reach into a span."""
WEB = "https://data.commoncrawl.org"

_NAME = re.compile(r"CC-NEWS-(\d{14})-\d+\.warc(?:\.gz)?$")


def files_of(span: Span) -> list[WarcFile]:
    """The files that may hold captures of the span, in order of time.

    Raises SettingsError for a span without beginning or end, SourceError where the listing can't be had.
    """
    try:
        months = months_of(Span(span.since - LONGEST_FILE, span.until))
    except (ValueError, OverflowError) as error:
        raise SettingsError("CC-NEWS needs a first and a last day or month: --since 2024-03 --until 2024-03") from error
    now = datetime.now(UTC)
    months = [month for month in months if FIRST <= month <= (now.year, now.month)]
    where = os.environ.get(WHERE_VARIABLE) or "s3"
    listing = _from_s3 if where.startswith("s3") else _from_web(WEB if where == "https" else where.rstrip("/"))
    return select((file for month in months for file in listing(month)), span)


def select(files: Iterable[WarcFile], span: Span) -> list[WarcFile]:
    """Those files that may hold captures of the span: begun before its end, the next one begun after its beginning."""
    begun = sorted((at, file) for file in files if (at := begun_at(file.uri)) is not None)
    found = []
    for number, (at, file) in enumerate(begun):
        ended = begun[number + 1][0] if number + 1 < len(begun) else at + LONGEST_FILE
        # The crawler writes several files at a time, so the next file's beginning is not quite this one's end.
        if at < span.until and max(ended, at + timedelta(hours=12)) > span.since:
            found.append(file)
    return found


def begun_at(uri: str) -> datetime | None:
    """The instant in a file's name; None where the name is another."""
    match = _NAME.search(uri)
    try:
        return datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def _from_s3(month: Month) -> list[WarcFile]:
    return list_s3(BUCKET, f"{PREFIX}{month[0]:04d}/{month[1]:02d}/")


def _from_web(root: str) -> Callable[[Month], list[WarcFile]]:
    def listing(month: Month) -> list[WarcFile]:
        url = f"{root}/{PREFIX}{month[0]:04d}/{month[1]:02d}/warc.paths.gz"
        try:
            names = gzip.decompress(http_get(url)).decode().split()
        except (OSError, EOFError, UnicodeDecodeError) as error:
            raise SourceError(f"{url}: not a list of files: {error}") from error
        return [WarcFile(f"{root}/{name}", None) for name in names]

    return listing
