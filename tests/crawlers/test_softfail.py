"""Soft failures told from articles."""

import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from crawlers.archive import read_pages
from crawlers.softfail import soft_failure
from schemas import Outcome
from tests.crawlers.faultweb.pages import SENTENCE, article, small

URL = "https://example.org/2026/bridge"
SCRIPTS = '<script src="/cdn-cgi/challenge-platform/cf-chl-x.js"></script><script>g-recaptcha</script>'


def doc(title: str, body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


STORY = f"<p>{SENTENCE * 2}</p>" * 8
JAPANESE = "<p>" + "市議会は火曜日に橋について話し合った。" * 40 + "</p>"


@pytest.mark.parametrize(
    "page",
    [
        article(),
        doc("Bridge", STORY + SCRIPTS),
        doc("Bridge", STORY + '<input type="password"> Sign in <div id="root"></div>'),
        doc("404 days after the flood", STORY, '<meta property="article:published_time" content="2026-01-01">'),
        doc("Access denied: how the council shut its doors", STORY),
        doc("橋", JAPANESE),
        doc(
            "Short news", "<p>The bridge opens on Monday, the mayor said. Traffic will be let through at nine.</p>" * 3
        ),
        doc("Bridge", '<div id="root"></div><script type="application/ld+json">{"articleBody": "Long"}</script>'),
        b"<p>A page without a head, but with " + b"words " * 300,
        doc("Bridge", "".join(f"<div>{SENTENCE}</div><br>" for _ in range(9))),
        article().decode().encode("utf-16"),
        b"\xef\xbb\xbf \r\n" + article(),
    ],
    ids=range(12),
)
def test_articles_are_left_alone(page: bytes) -> None:
    assert soft_failure(page, url=URL, content_type="text/html") is None


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        (b"", Outcome.EMPTY_BODY),
        (b" \0\r\n", Outcome.EMPTY_BODY),
        (b"\xef\xbb\xbf", Outcome.EMPTY_BODY),
        (b"%PDF-1.4 ...", Outcome.NOT_HTML),
        (b"\xff\xd8\xff\xe0JFIF", Outcome.NOT_HTML),
        (b"\0\1\2\3" * 500, Outcome.NOT_HTML),
        (b'{"error": "not here"}', Outcome.NOT_HTML),
        (b"just words", Outcome.NOT_HTML),
        (b'<?xml version="1.0"?><rss version="2.0"><channel/></rss>', Outcome.NOT_HTML),
        (doc("Just a moment...", "<p>Checking</p>"), Outcome.CHALLENGE),
        (doc("example.org", f"<p>One second.</p>{SCRIPTS}"), Outcome.CHALLENGE),
        (doc("Access Denied", "<p>You don't have permission. errors.edgesuite.net</p>"), Outcome.CHALLENGE),
        (doc("Einen Moment bitte", "<p>…</p>"), Outcome.CHALLENGE),
        (doc("Bevor Sie fortfahren", "<p>Wir und unsere 900 Partner</p>"), Outcome.CHALLENGE),
        (doc("Log in", '<form><input type="password"></form>'), Outcome.LOGIN_WALL),
        (doc("Anmelden - Blatt", "<form><input name=a><input type='password'></form>"), Outcome.LOGIN_WALL),
        (small("404", "Sorry"), Outcome.SOFT_404),
        (small("Page not found - The Paper", "Sorry"), Outcome.SOFT_404),
        (small("Seite nicht gefunden", "…"), Outcome.SOFT_404),
        (small("Oups", "La page introuvable"), Outcome.SOFT_404),
        (small("Página no encontrada", "…"), Outcome.SOFT_404),
        (small("ページが見つかりません", "…"), Outcome.SOFT_404),
        (small("The Paper", "This article is no longer available."), Outcome.SOFT_404),
        (doc("News", '<div id="__next"></div><script src="/a.js"></script>'), Outcome.JAVASCRIPT_SHELL),
        (doc("News", "<noscript>You need to enable JavaScript.</noscript>"), Outcome.JAVASCRIPT_SHELL),
        (doc("News", "<script>boot()</script>"), Outcome.JAVASCRIPT_SHELL),
    ],
)
def test_soft_failures(page: bytes, outcome: Outcome) -> None:
    found = soft_failure(page, url=URL)
    assert found is not None
    assert found.outcome == outcome
    assert found.detail


@pytest.mark.parametrize(
    ("final_url", "page", "outcome"),
    [
        ("https://example.org/", article(), Outcome.SOFT_404),
        ("https://example.org/index.html", article(), Outcome.SOFT_404),
        ("https://example.org/404", article(), Outcome.SOFT_404),
        ("https://consent.example.org/collect?back=x", small("x", "y"), Outcome.CHALLENGE),
        ("https://example.org/login?next=/2026/bridge", small("x", "y"), Outcome.LOGIN_WALL),
        ("https://example.org/abonnement/angebote", small("x", "y"), Outcome.LOGIN_WALL),
        ("https://example.org/2026/bridge-new", article(), None),
        ("https://example.org/?p=7", article(), None),
    ],
)
def test_where_it_was_redirected_to(final_url: str, page: bytes, outcome: Outcome | None) -> None:
    found = soft_failure(page, url=URL, final_url=final_url)
    assert (found.outcome if found else None) == outcome


STATED = b'<script type="application/ld+json">{"@type": "NewsArticle"}</script>'


@pytest.mark.parametrize(
    ("url", "said", "is_article"),
    [
        ("https://www.harbournews.example", b"", False),
        ("https://www.harbournews.example/", b"", False),
        ("https://www.harbournews.example/index.html", b"", False),
        ("https://www.harbournews.example/", STATED, True),
        ("https://www.harbournews.example/", b'<meta property="article:published_time" content="2026-03-01">', True),
        ("https://www.harbournews.example/index.php?id=7", b"", True),
        ("https://www.harbournews.example/home-is-where-the-harbour-is", b"", True),
    ],
)
def test_a_front_page_is_no_article_unless_it_says_so(url: str, said: bytes, is_article: bool) -> None:
    found = soft_failure(article() + said, url=url)
    assert (found is None) == is_article
    assert found is None or (found.outcome, found.detail) == (Outcome.NO_ARTICLE, "the front page of its host")


def test_headers() -> None:
    found = soft_failure(article(), url=URL, headers={"cf-mitigated": "challenge"})
    assert found is not None
    assert found.outcome == Outcome.CHALLENGE


@pytest.mark.parametrize(
    "unit",
    [b"<", b"<p ", b"<script>", b"<!--", b"<title>", b"<h1>x</h1>", b"<input ", b"ak_bmsc ", b"&amp;", b"<p> \n"],
)
def test_hostile_markup_takes_no_time(unit: bytes) -> None:
    start = time.process_time()
    soft_failure(b"<html>" + unit * (400_000 // len(unit)), url=URL, content_type="text/html")
    assert time.process_time() - start < 3


def _recorded(shared: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted((shared / "newsweb").glob("CC-NEWS-*.warc.gz")):
        for page in read_pages(file):
            yield page.url, page.body
    for name in ("zyte181", "fundus_eval", "fundus_pages"):
        for row in pq.read_table(shared / "corpora" / f"{name}.parquet", columns=["url", "html"]).to_pylist():
            html = row["html"]
            yield row["url"], html if isinstance(html, bytes) else html.encode()


@pytest.mark.shared
def test_no_recorded_article_is_taken_for_a_failure(request: pytest.FixtureRequest) -> None:
    shared = request.config.rootpath.parent / "shared"
    if not shared.exists():
        pytest.skip("the recorded corpora are not here")
    pages = list(_recorded(shared))
    assert len(pages) > 500
    assert [(url, found) for url, body in pages if (found := soft_failure(body, url=url))] == []
