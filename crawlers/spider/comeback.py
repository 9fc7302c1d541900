"""When a host asks to be left alone until an instant (Retry-After), and how the crawl log says it. Pure.

The words stand in `fetches.detail` of every address that had to wait, so that any later run can read them back.
"""

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

LONGEST = timedelta(days=30)
"""A host that asks for longer, by mistake or in earnest, is asked once after this."""
PHRASE = ": asks to come back after "
_WORDS = re.compile(rf"(\S+){PHRASE}(\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")


def host_key(url: str) -> str:
    """Key of politeness: the host name, with the port where it isn't the scheme's own."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    name = (parts.hostname or "").lower()
    return name if port in (None, 80, 443) else f"{name}:{port}"


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date); None where it says nothing.

    >>> retry_after("120", datetime(2026, 1, 1, tzinfo=UTC))
    120.0
    """
    if not value or not (value := value.strip()):
        return None
    if value.isdigit():
        return float(min(int(value), 10**9)) if len(value) < 20 else math.inf
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return max(0.0, (at - now).total_seconds())


def come_back_at(seconds: float, now: datetime) -> datetime:
    """The instant meant, UTC, on the full second and never early."""
    at = now + min(timedelta(seconds=min(seconds, LONGEST.total_seconds())), LONGEST)
    return at.replace(microsecond=0) + timedelta(seconds=bool(at.microsecond))


def in_words(host: str, until: datetime) -> str:
    """What the crawl log says of a host that wants to be left alone."""
    return f"{host}{PHRASE}{until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def from_words(detail: str | None) -> tuple[str, datetime] | None:
    """Host and instant in a detail of the crawl log; None where it tells of no such wish.

    >>> from_words("status 429; a.example: asks to come back after 2026-01-31T12:00:00Z")
    ('a.example', datetime.datetime(2026, 1, 31, 12, 0, tzinfo=datetime.timezone.utc))
    """
    found = _WORDS.search(detail or "")
    return None if found is None else (found[1], datetime.fromisoformat(found[2]))
