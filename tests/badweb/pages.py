"""The bad pages."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from infra.demo.proxy import Answer
from schemas import Outcome
from tests.badweb.cases import HTML, MEGABYTE, NOISE, PNG, PUBLISHED_AT, PageCase
from tests.badweb.story import (
    GERMAN,
    HOST,
    JAPANESE,
    MORE_JAPANESE,
    PUBLISHED,
    RUSSIAN,
    SPANISH,
    TITLE,
    page,
    passages,
)

_GZIP = (("Content-Encoding", "gzip"),)


def _broken(name: str, change: Callable[[str], str | bytes], *, content_type: str | None = HTML) -> PageCase:
    """A decent page after a change that a lenient reader sees through."""
    told = passages(name)
    changed = change(page(told))
    body = changed.encode() if isinstance(changed, str) else changed
    return PageCase(name, Answer(body, content_type), frozenset({Outcome.NEW}), passages=told)


def _encoded(name: str, told: tuple[str, ...], encoding: str, content_type: str, **options: Any) -> PageCase:
    body = page(told, **options).encode(encoding)
    return PageCase(name, Answer(body, content_type), frozenset({Outcome.NEW}), passages=told)


def _stated(name: str, *, title: str | None = TITLE, at: datetime | None = PUBLISHED_AT, **options: Any) -> PageCase:
    """A decent page whose metadata is off; `title` and `at` are what can still be known."""
    told = passages(name)
    body = page(told, **options).encode()
    return PageCase(name, Answer(body, HTML), frozenset({Outcome.NEW}), title, told, at)


def _refused(name: str, body: bytes | str, *outcomes: Outcome, **answer: Any) -> PageCase:
    data = body.encode() if isinstance(body, str) else body
    whole = replace(Answer(data, HTML), **answer)
    return PageCase(name, whole, frozenset(outcomes), title=None, published_at=None)


def _moved(name: str, to: str | None, *outcomes: Outcome) -> PageCase:
    return _refused(name, b"", *outcomes, status=302, headers=(("Location", to),) if to is not None else ())


NAVIGATION = page((), title="Town").replace(
    "</h1>",
    "</h1><ul>" + "".join(f'<li><a href="/s/{n}">All about street number {n}</a></li>' for n in range(40)) + "</ul>",
)
"""A page of links and nothing else."""

BROKEN_HTML = (
    _broken("control", lambda html: html),
    _broken("unclosed", lambda html: html.replace("</p>", "").replace("</article></main>", "").replace("</html>", "")),
    _broken("cut-in-a-tag", lambda html: html.split("<footer>")[0] + '<div class="foot'),
    _broken("nested-wrongly", lambda html: html.replace("<p>", "<b><p><i>").replace("</p>", "</b></p></i>")),
    _broken("two-bodies", lambda html: html.replace("<main>", "</head><body><html><body><main>")),
    _broken("no-quotes", lambda html: html.replace('"utf-8"', "utf-8").replace("<p>", "<p class=a b=c=d>")),
    _broken("nul-bytes", lambda html: html.replace("o’clock", "o’clo\0ck").replace("<p>", "\0<p>\0")),
    _broken("control-characters", lambda html: html.replace(" at ", " \x0c\x1b at \x08 ")),
    _broken("bad-utf-8", lambda html: html.encode().replace(b"<p>", b"<p>\xff\xc3 ", 1)),
    _broken("no-content-type", lambda html: html, content_type=None),
    _broken("unheard-of-charset", lambda html: html.replace("utf-8", "klingon"), content_type="text/html; charset=x-x"),
)

CHARSETS = (
    _encoded("latin-1-as-utf-8", GERMAN, "latin-1", HTML, language="de"),
    _encoded("utf-8-as-latin-1", SPANISH, "utf-8", "text/html; charset=iso-8859-1", language="es", head=""),
    _encoded("no-charset", RUSSIAN, "windows-1251", "text/html", language="ru", head=""),
    _encoded("utf-16-as-utf-8", JAPANESE, "utf-16", HTML, language="ja"),
    _encoded("shift-jis-by-meta", MORE_JAPANESE, "shift_jis", "text/html", head='<meta charset="Shift_JIS">'),
)

METADATA = (
    _stated("date-in-2203", at=None, published="2203-05-05T10:00:00Z"),
    _stated("date-in-year-0", at=None, published="0000-00-00T00:00:00Z"),
    _stated("date-beyond-utc", at=None, published="9999-12-31T23:59:59-14:00"),
    _stated("date-of-words", at=None, published="the day before yesterday"),
    _broken("title-of-10000-characters", lambda html: html.replace(TITLE, TITLE + " and again" * 1000)),
    _broken("title-with-nul", lambda html: html.replace("Town clock", "Town\0 clo\0ck")),
    _stated(
        "lone-surrogate",
        title=None,
        jsonld=f'{{"@type": "NewsArticle", "headline": "Thirteen \\ud83d", "articleSection": "\\udcff", '
        f'"datePublished": "{PUBLISHED}"}}',
    ),
    _stated("jsonld-cut", at=None, jsonld='{"@type": "NewsArticle", "headline": "Half a'),
    _stated("jsonld-of-nested-lists", at=None, jsonld="[" * 100_000 + "]" * 100_000),
    _stated(
        "jsonld-of-wrong-types",
        at=None,
        jsonld='{"@type": ["NewsArticle"], "headline": {"a": [1]}, "author": 7, "datePublished": [null], '
        '"keywords": {"x": {}}, "image": false, "isAccessibleForFree": "perhaps"}',
    ),
)

NOT_PAGES = (
    _refused("empty", b"", Outcome.EMPTY_BODY),
    _refused("white-space", b"\xef\xbb\xbf \r\n\t\n", Outcome.EMPTY_BODY),
    _refused(
        "tags-only",
        "<html><head></head><body></body></html>",
        Outcome.NO_ARTICLE,
        Outcome.EMPTY_BODY,
        Outcome.JAVASCRIPT_SHELL,
    ),
    _refused("navigation-only", NAVIGATION, Outcome.NO_ARTICLE),
    _refused("png", PNG, Outcome.NOT_HTML),
    _refused("jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + NOISE * 8, Outcome.NOT_HTML),
    _refused("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + NOISE, Outcome.NOT_HTML),
    _refused("zip", b"PK\x03\x04\x14\0\0\0\x08\0" + NOISE, Outcome.NOT_HTML),
    _refused("noise", NOISE * 16, Outcome.NOT_HTML),
    _refused("image-type", PNG, Outcome.NOT_HTML, content_type="image/png"),
    _refused("json", '{"error": "no such article", "status": 200}', Outcome.NOT_HTML, Outcome.NO_ARTICLE),
    _refused("feed-as-page", '<?xml version="1.0"?><rss version="2.0"></rss>', Outcome.NOT_HTML, Outcome.NO_ARTICLE),
)

TOO_MUCH_OR_TOO_LITTLE = (
    _refused("40-megabytes", b"<p>More of it" * 80, Outcome.TOO_LARGE, copies=40 * MEGABYTE // (13 * 80) + 1),
    _refused("gzip-bomb", gzip.compress(bytes(200 * MEGABYTE), 9, mtime=0), Outcome.TOO_LARGE, headers=_GZIP),
    _refused(
        "gzip-cut",
        gzip.compress(page(passages("gzip-cut")).encode(), mtime=0)[:200],
        Outcome.TRUNCATED,
        Outcome.CONNECTION_FAILED,
        Outcome.NOT_HTML,
        headers=_GZIP,
    ),
    _refused("cut-short", page(passages("cut-short")), Outcome.TRUNCATED, cut_after=300),
)

ELSEWHERE = (
    _moved("redirect-to-itself", f"http://{HOST}/redirect-to-itself.html", Outcome.REDIRECT_LOOP),
    _moved("redirect-to-loopback", "http://127.0.0.1:9/", Outcome.UNSAFE_ADDRESS, Outcome.OFF_SITE),
    _moved("redirect-to-a-file", "file:///etc/hostname", Outcome.UNSAFE_ADDRESS, Outcome.OFF_SITE),
    _moved("redirect-off-site", "http://elsewhere.example/", Outcome.OFF_SITE),
    _moved("redirect-to-nowhere", None, Outcome.HTTP_ERROR, Outcome.REDIRECT_LOOP, Outcome.EMPTY_BODY),
    _refused("not-there", "no\n", Outcome.GONE, status=404),
    _refused("not-yours", "no\n", Outcome.REFUSED, status=403),
    _refused("teapot", "short and stout\n", Outcome.HTTP_ERROR, status=418),
    _refused("broken-server", "oh\n", Outcome.SERVER_ERROR, status=500),
)

PAGES = (*BROKEN_HTML, *CHARSETS, *METADATA, *NOT_PAGES, *TOO_MUCH_OR_TOO_LITTLE, *ELSEWHERE)
