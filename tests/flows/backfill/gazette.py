"""A paper with a long past: sitemaps by month behind an index, a feed of its latest stories, and the same as WARC."""

import gzip
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from infra.demo.proxy import Answer, Proxy, Web

HOST = "www.gazette.example"
ROOT = f"http://{HOST}"
_WORDS = """
    harbour council bridge winter market river school library concert garden mayor budget tram festival museum
    weather ferry clinic forest orchard station theatre bakery lighthouse quarry meadow archive parade vineyard
""".split()  # noqa: SIM905 - easier on the eye


@dataclass(frozen=True)
class Story:
    """A story; `listed` says how the sitemap dates it: `news`, `lastmod` or `nothing`."""

    number: int
    published_at: datetime
    listed: str = "news"
    status: int = 200
    edition: int = 1

    @property
    def url(self) -> str:
        return f"{ROOT}/story/{self.number}-{_WORDS[self.number % len(_WORDS)]}-news.html"

    @property
    def title(self) -> str:
        title = f"Story {self.number}: the {_WORDS[self.number % len(_WORDS)]} and the {_WORDS[-self.number % 7]}"
        return title if self.edition == 1 else f"{title}, corrected by the mayor"

    def paragraphs(self) -> list[str]:
        more = [f"Correction {self.number}: the mayor spoke on the day after, not on the day, as she says."]
        return paragraphs_of(self.number) + (more if self.edition > 1 else [])

    def html(self) -> str:
        paragraphs = "".join(f"<p>{text}</p>" for text in self.paragraphs())
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{self.title} - Gazette</title>'
            f'<link rel="canonical" href="{self.url}">'
            '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",'
            f'"headline":"{self.title}","datePublished":"{self.published_at.isoformat()}"}}</script></head>'
            f'<body><header><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav></header><main><article>'
            f"<h1>{self.title}</h1>{paragraphs}</article></main><footer>Gazette Press</footer></body></html>"
        )


def paragraphs_of(number: int) -> list[str]:
    """Four paragraphs that no other story shares."""
    found = []
    for part in range(4):
        words = [_WORDS[(number * 7 + part * 5 + at * (part + 3)) % len(_WORDS)] for at in range(24)]
        quarter, witness = number * 31 + part, number * 17 + part
        found.append(
            f"Paragraph {part + 1} of report {number} says that the {' '.join(words[:12])} of quarter {quarter} "
            f"met the {' '.join(words[12:])}, as witness {witness} told the Gazette on the day."
        )
    return found


def past(count: int = 12) -> list[Story]:
    """Stories from the end of 2023 to the first of March 2024: around year's end and the leap day."""
    first = datetime(2023, 12, 31, 22, 30, tzinfo=UTC)
    stories = [Story(number, first + timedelta(days=5 * number, hours=number)) for number in range(1, count + 1)]
    edges = [
        Story(101, datetime(2024, 1, 31, 23, 59, 59, tzinfo=UTC)),
        Story(102, datetime(2024, 2, 29, 12, 0, tzinfo=UTC)),
        Story(103, datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC), "lastmod"),
        Story(104, datetime(2024, 3, 1, 0, 0, tzinfo=UTC)),
        Story(105, datetime(2023, 11, 5, 9, 0, tzinfo=UTC), "nothing"),
        Story(106, datetime(2024, 2, 10, 9, 0, tzinfo=UTC), "nothing"),
        Story(107, datetime(2024, 2, 11, 9, 0, tzinfo=UTC), "news", 503),
    ]
    return sorted(stories + edges, key=lambda story: story.published_at)


class Gazette(Web):
    """The paper's web; `broken` addresses answer 503 until they are mended."""

    def __init__(self, stories: Iterable[Story]) -> None:
        self.stories = {urlsplit(story.url).path: story for story in stories}
        self.mended = False
        self.feed_size: int | None = None
        self.delay = 0.0

    def answer(self, url: str) -> Answer | None:
        parts = urlsplit(url)
        if parts.hostname != HOST:
            return None
        if parts.path == "/robots.txt":
            return Answer(f"User-agent: *\nAllow: /\nSitemap: {ROOT}/maps/index.xml\n".encode(), "text/plain")
        if parts.path == "/maps/index.xml":
            return Answer(self._index().encode(), "application/xml")
        if parts.path.startswith("/maps/"):
            return Answer(self._sitemap(parts.path.removeprefix("/maps/").removesuffix(".xml")).encode(), "text/xml")
        if parts.path == "/feed.xml":
            return Answer(self._feed().encode(), "application/rss+xml")
        story = self.stories.get(parts.path)
        if story is None:
            return Answer(b"<html><title>Not found</title></html>", "text/html", 404)
        if story.status != 200 and not self.mended:
            return Answer(b"", "text/html", story.status)
        return Answer(story.html().encode(), "text/html; charset=utf-8", delay=self.delay)

    def months(self) -> list[str]:
        return sorted({f"{story.published_at:%Y-%m}" for story in self.stories.values()})

    def _latest(self) -> list[Story]:
        found = sorted(self.stories.values(), key=lambda story: story.published_at, reverse=True)
        return [story for story in found if story.status == 200][: self.feed_size]

    def _index(self) -> str:
        entries = "".join(f"<sitemap><loc>{ROOT}/maps/{month}.xml</loc></sitemap>" for month in self.months())
        return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</sitemapindex>'

    def _sitemap(self, month: str) -> str:
        entries = []
        for story in self.stories.values():
            if f"{story.published_at:%Y-%m}" != month:
                continue
            dated = {
                "news": "<news:news><news:publication><news:name>Gazette</news:name><news:language>en</news:language>"
                f"</news:publication><news:publication_date>{story.published_at.isoformat()}</news:publication_date>"
                f"<news:title>{story.title}</news:title></news:news>",
                "lastmod": f"<lastmod>{(story.published_at + timedelta(days=40)).isoformat()}</lastmod>",
                "nothing": "",
            }[story.listed]
            entries.append(f"<url><loc>{story.url}</loc>{dated}</url>")
        return (
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
            f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{"".join(entries)}</urlset>'
        )

    def _feed(self) -> str:
        items = "".join(
            f"<item><title>{story.title}</title><link>{story.url}</link>"
            f"<pubDate>{story.published_at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
            for story in self._latest()
        )
        return f'<rss version="2.0"><channel><title>Gazette</title><link>{ROOT}</link>{items}</channel></rss>'


def serving(stories: Iterable[Story]) -> Proxy:
    """The web as a forward proxy; a context manager."""
    return Proxy(Gazette(stories))


def declare(folder: Path, *, feeds: bool = True, sitemaps: bool = False) -> Path:
    """The paper's declaration. Returns the directory of declarations."""
    path = folder / "zz" / "gazette.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    sources = f'feeds = ["{ROOT}/feed.xml"]\n' if feeds else ""
    sources += f'sitemaps = ["{ROOT}/maps/index.xml"]\n' if sitemaps else ""
    path.write_text(
        f'name = "Gazette"\nurl = "{ROOT}/"\nlanguage = "en"\ndelay = 0.0\nmax_age_days = 3650\n{sources}', "utf-8"
    )
    return folder


def record(kind: str, url: str, at: datetime, block: bytes, extra: str = "") -> bytes:
    """One WARC record, not compressed (WARC 1.0, as Common Crawl writes)."""
    content_type = "application/http; msgtype=response" if kind == "response" else "application/http; msgtype=request"
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <{uuid.uuid5(uuid.NAMESPACE_URL, url + kind).urn}>\r\n"
        f"WARC-Date: {at:%Y-%m-%dT%H:%M:%SZ}\r\nWARC-Target-URI: {url}\r\n{extra}"
        f"Content-Type: {content_type}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def response(
    url: str, at: datetime, body: bytes, *, status: str = "200 OK", headers: str = "", extra: str = ""
) -> bytes:
    """A response record of an HTML page."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n{headers}\r\n"
    return record("response", url, at, head.encode() + body, extra)


def captures(stories: Iterable[Story], at: datetime) -> list[bytes]:
    """Request and response records of the stories' pages."""
    found = []
    for story in stories:
        found.append(record("request", story.url, at, f"GET {urlsplit(story.url).path} HTTP/1.1\r\n\r\n".encode()))
        found.append(response(story.url, at, story.html().encode()))
    return found


def write_warc(path: Path, records: Iterable[bytes], *, compress: bool = True) -> Path:
    """A WARC file, a gzip member per record where `compress`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(gzip.compress(one, mtime=0) if compress else one for one in records))
    return path
