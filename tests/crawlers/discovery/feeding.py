"""Feeds written for the tests of discovery, and how they are read."""

from datetime import UTC, datetime

from crawlers.discovery import discover
from crawlers.model import Discovery

URL = "https://paper.example/feeds/all.xml"
NOON = datetime(2025, 3, 2, 12, tzinfo=UTC)


def feed(body: str | bytes, content_type: str | None = None, zone: str | None = None) -> Discovery:
    """What a feed at `URL` offers."""
    data = body if isinstance(body, bytes) else body.encode()
    return discover(data, url=URL, kind="feed", content_type=content_type, zone=zone)


def rss(items: str, head: str = "<link>https://paper.example/</link>") -> str:
    """An RSS 2.0 feed of the items."""
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>{head}{items}</channel></rss>'


RSS_20 = rss(
    """<item><title>Story</title><link>https://paper.example/story</link><guid isPermaLink="false">17</guid>
<pubDate>Sun, 02 Mar 2025 13:00:00 +0100</pubDate></item>""",
    "<link>https://paper.example/</link><language>en</language>",
)
