"""Pages and feeds of the fault web, and what should become of each of its addresses."""

import gzip
import zlib
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import brotli
from backports import zstd

from schemas import Outcome
from tests.crawlers.faultweb.server import Reply, Seen

SENTENCE = "The council met on Tuesday to talk about the bridge, which has been closed since the flood of last spring. "
LIMIT = 200_000
"""Body limit the fault web is crawled with, in bytes."""
DECODED = 1_000_000


def article(number: int = 0, *, extra: str = "") -> bytes:
    """An article page."""
    paragraphs = "".join(f"<p>{SENTENCE}Paragraph {n} of article {number}. {extra}</p>\n" for n in range(6))
    return (
        f"<!doctype html><html><head><title>Bridge news {number}</title></head>"
        f"<body><article><h1>Bridge news {number}</h1>{paragraphs}</article></body></html>"
    ).encode()


def feed(urls: Iterable[str], *, start: datetime | None = None, title: str = "Bridge news") -> bytes:
    """An RSS feed, newest entry first, an hour apart from two hours ago on."""
    start = start or datetime.now(UTC) - timedelta(hours=2)
    items = "".join(
        f"<item><title>{title} {n}</title><link>{url.replace('&', '&amp;')}</link>"
        f"<pubDate>{format_datetime(start - timedelta(seconds=n))}</pubDate></item>"
        for n, url in enumerate(urls)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>t</title>'
        f"<link>http://127.0.0.1/</link><description>d</description>{items}</channel></rss>"
    ).encode()


def small(title: str, text: str, head: str = "") -> bytes:
    """A page without a story."""
    return f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1><p>{text}</p></body></html>".encode()


def _encoded(encoding: str, body: bytes) -> Reply:
    return Reply(body=body, headers={"Content-Encoding": encoding})


def _bomb() -> bytes:
    stream = zlib.compressobj(9, wbits=31)
    return stream.compress(b"<p>" + b"\0" * (DECODED * 20)) + stream.flush()


BOMB = _bomb()
ARTICLE = article()

STEADY: dict[str, tuple[Reply, Outcome]] = {
    "plain": (Reply(body=ARTICLE), Outcome.NEW),
    "chunked": (Reply(body=ARTICLE, chunked=True), Outcome.NEW),
    "gzip": (_encoded("gzip", gzip.compress(ARTICLE)), Outcome.NEW),
    "deflate": (_encoded("deflate", zlib.compress(ARTICLE)), Outcome.NEW),
    "brotli": (_encoded("br", brotli.compress(ARTICLE)), Outcome.NEW),
    "zstd": (_encoded("zstd", zstd.compress(ARTICLE)), Outcome.NEW),
    "gzip-cut": (_encoded("gzip", gzip.compress(ARTICLE)[:-40]), Outcome.TRUNCATED),
    "gzip-not": (_encoded("gzip", ARTICLE), Outcome.NEW),
    "unknown-coding": (_encoded("presslake", ARTICLE), Outcome.NEW),
    "no-type": (Reply(body=ARTICLE, content_type=None), Outcome.NEW),
    "wrong-charset": (
        Reply(body=article(extra="Käse für zwölf Mäuse").decode().encode("latin-1")),
        Outcome.NEW,
    ),
    "utf16": (Reply(body=ARTICLE.decode().encode("utf-16"), content_type="text/html; charset=utf-16"), Outcome.NEW),
    "gone": (Reply(404, b"no"), Outcome.GONE),
    "gone-for-good": (Reply(410, b"no"), Outcome.GONE),
    "unauthorised": (Reply(401, b"no"), Outcome.REFUSED),
    "forbidden": (Reply(403, b"no"), Outcome.REFUSED),
    "legal": (Reply(451, b"no"), Outcome.REFUSED),
    "teapot": (Reply(418, b"no"), Outcome.HTTP_ERROR),
    "no-content": (Reply(204, b""), Outcome.EMPTY_BODY),
    "broken": (Reply(500, b"oops"), Outcome.SERVER_ERROR),
    "unavailable": (Reply(503, b"oops"), Outcome.SERVER_ERROR),
    "reset": (Reply(cut="reset"), Outcome.CONNECTION_FAILED),
    "closed": (Reply(cut="close"), Outcome.CONNECTION_FAILED),
    "garbage": (Reply(raw=b"\x16\x03\x01 this is not HTTP\r\n\r\n"), Outcome.CONNECTION_FAILED),
    "truncated": (Reply(body=ARTICLE, announced=len(ARTICLE) + 500), Outcome.TRUNCATED),
    "slow": (Reply(body=ARTICLE, drip=0.2), Outcome.TIMED_OUT),
    "silent": (Reply(body=ARTICLE, delay=30), Outcome.TIMED_OUT),
    "huge": (Reply(body=b"<p>" + b"x" * (LIMIT + 1)), Outcome.TOO_LARGE),
    "huge-chunked": (Reply(body=b"<p>" + b"x" * (LIMIT * 2), chunked=True), Outcome.TOO_LARGE),
    "gzip-bomb": (_encoded("gzip", BOMB), Outcome.TOO_LARGE),
    "empty": (Reply(body=b""), Outcome.EMPTY_BODY),
    "blank": (Reply(body=b" \r\n\0\0 "), Outcome.EMPTY_BODY),
    "binary": (Reply(body=b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20), Outcome.NOT_HTML),
    "pdf": (Reply(body=b"%PDF-1.7\n" + b"x" * 900, content_type="application/pdf"), Outcome.NOT_HTML),
    "bad-zstd": (_encoded("zstd", b"\x01\x02\x03nothing of the sort"), Outcome.NOT_HTML),
    "challenge": (
        Reply(body=small("Just a moment...", "Checking", '<script src="/cdn-cgi/cf-chl-bypass"></script>')),
        Outcome.CHALLENGE,
    ),
    "consent": (Reply(body=small("Before you continue", "We and our partners …")), Outcome.CHALLENGE),
    "login": (
        Reply(body=small("Sign in", '<form><input name="u"><input type="password" name="p"></form>')),
        Outcome.LOGIN_WALL,
    ),
    "soft-404": (Reply(body=small("Page not found", "Try the search.")), Outcome.SOFT_404),
    "shell": (
        Reply(body=b'<html><head><title>News</title></head><body><div id="root"></div><script>x()</script></body>'),
        Outcome.JAVASCRIPT_SHELL,
    ),
    "to-loop": (Reply(302, headers={"Location": "/loop"}), Outcome.REDIRECT_LOOP),
    "to-spiral": (Reply(302, headers={"Location": "/spiral/0"}), Outcome.REDIRECT_LOOP),
    "to-other-site": (Reply(301, headers={"Location": "http://elsewhere.example/x"}), Outcome.OFF_SITE),
    "to-mail": (Reply(301, headers={"Location": "mailto:editor@example.org"}), Outcome.UNSAFE_ADDRESS),
    "to-home": (Reply(302, headers={"Location": "/"}), Outcome.SOFT_404),
    "to-login": (Reply(302, headers={"Location": "/login?back=1"}), Outcome.LOGIN_WALL),
    "to-nowhere": (Reply(302), Outcome.HTTP_ERROR),
    "disallowed": (Reply(body=ARTICLE), Outcome.ROBOTS),
}
"""Faults that answer alike each time."""

FLAKY: dict[str, tuple[Reply, Outcome]] = {
    "once-broken": (Reply(502, b"oops"), Outcome.NEW),
    "once-reset": (Reply(cut="reset"), Outcome.NEW),
    "once-busy": (Reply(503, b"wait", headers={"Retry-After": "1"}), Outcome.NEW),
    "once-limited": (Reply(429, b"wait", headers={"Retry-After": "1"}), Outcome.NEW),
    "once-truncated": (Reply(body=ARTICLE, announced=len(ARTICLE) + 9), Outcome.NEW),
}
"""Faults that are gone at the second try."""

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
SOURCES: list[tuple[Reply, Outcome]] = [
    (Reply(body=feed(["http://127.0.0.1/a"])), Outcome.READ),
    (Reply(body=feed([])), Outcome.READ),
    (Reply(body=small("Welcome", "This is not a feed.")), Outcome.NOT_A_FEED),
    (Reply(body=b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9), Outcome.NOT_A_FEED),
    (Reply(body=b""), Outcome.EMPTY_BODY),
    (Reply(404, b"no"), Outcome.GONE),
    (Reply(403, b"no"), Outcome.REFUSED),
    (Reply(500, b"oops"), Outcome.SERVER_ERROR),
    (Reply(cut="close"), Outcome.CONNECTION_FAILED),
    (Reply(body=feed([]), announced=9999), Outcome.TRUNCATED),
    (Reply(302, headers={"Location": "/feed"}), Outcome.REDIRECT_LOOP),
    (_encoded("gzip", BOMB), Outcome.TOO_LARGE),
    (Reply(body=b"<rss>" + b"x" * LIMIT), Outcome.TOO_LARGE),
    (Reply(body=gzip.compress(feed([]))), Outcome.READ),
    (
        Reply(body=f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{LAUGHS}]><rss version="2.0"><channel>'
              "<title>&l11;</title><item><link>http://127.0.0.1/a</link></item></channel></rss>".encode()),
        Outcome.READ,
    ),
]  # fmt: skip
"""What a feed's address may answer, and what becomes of it. Entities are never expanded."""

ROBOTS = b"User-agent: *\nDisallow: /a/disallowed/\n"


class FaultPages:
    """Answers for the addresses `/a/<fault>/<number>`, and a feed of them on each port at `/feed`."""

    def __init__(self, feeds: dict[str, list[str]]):
        self.feeds = feeds
        """By host: paths to list."""
        self._asked: Counter[tuple[str, str]] = Counter()

    def __call__(self, seen: Seen) -> Reply:
        path = seen.path
        if path == "/robots.txt":
            return Reply(body=ROBOTS, content_type="text/plain")
        if path == "/feed":
            body = feed(f"http://{seen.host}{path}" for path in self.feeds[seen.host])
            return Reply(body=body, content_type="application/rss+xml")
        if path == "/loop":
            return Reply(302, headers={"Location": "/loop"})
        if path.startswith("/spiral/"):
            return Reply(302, headers={"Location": f"/spiral/{int(path.rsplit('/', 1)[1]) + 1}"})
        if path.startswith(("/login", "/?")) or path == "/":
            return Reply(body=small("Home", "Welcome."))
        if not path.startswith("/a/"):
            return Reply(404, b"no")
        fault = path.split("/")[2]
        self._asked[seen.host, path] += 1
        if fault in FLAKY:
            return FLAKY[fault][0] if self._asked[seen.host, path] == 1 else Reply(body=ARTICLE)
        return STEADY[fault][0]


def expected(path: str) -> Outcome:
    """What should become of a path."""
    fault = path.split("/")[2]
    return (STEADY.get(fault) or FLAKY[fault])[1]
