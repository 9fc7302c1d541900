from dataclasses import replace

import pytest

from crawlers.extract import extract_page, extract_pages
from crawlers.model import Article, Rejection
from schemas import Outcome
from tests.crawlers.extract.pages import FETCHED, PROSE, article, page


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"", Outcome.EMPTY_BODY),
        (b" \n\t ", Outcome.EMPTY_BODY),
        (b"<html>" + b"x" * (40 * 1024 * 1024), Outcome.TOO_LARGE),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", Outcome.NOT_HTML),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 500, Outcome.NOT_HTML),
        (b"\x1f\x8b\x08\x00" + b"\x12\x03" * 400, Outcome.NOT_HTML),
        (bytes(range(32)) * 90, Outcome.NOT_HTML),
        (b'{"error": "not found"}', Outcome.NOT_HTML),
        (b'<?xml version="1.0"?><rss version="2.0"><channel><item/></channel></rss>', Outcome.NOT_HTML),
        (b"just some words", Outcome.NOT_HTML),
        (b"<html><head><title>x</title></head><body></body></html>", Outcome.NO_ARTICLE),
        (b"<html><body><p>Hello.</p></body></html>", Outcome.NO_ARTICLE),
        (b"<html><body><p>Page not found.</p></body></html>", Outcome.SOFT_404),
        (b"<html><body><h1>Seite nicht gefunden</h1></body></html>", Outcome.SOFT_404),
        (b"<html><head><title>Just a moment...</title></head><body><p>Checking.</p></body></html>", Outcome.CHALLENGE),
        (b"<html><body><form><label>Log in to continue</label><input></form></body></html>", Outcome.LOGIN_WALL),
        (
            b"<html><body><div id=app></div>" + b"<script src=x></script>" * 5 + b"</body></html>",
            Outcome.JAVASCRIPT_SHELL,
        ),
    ],
)
def test_what_is_no_article_has_a_named_outcome(body, outcome):
    result = extract_page(page(body))
    assert isinstance(result, Rejection)
    assert result.outcome is outcome


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("</p>", ""),
        lambda text: text.replace("</div>", "").replace("</article>", ""),
        lambda text: text[: text.index("</article>")],
        lambda text: text.replace("<html", "<htm"),
        lambda text: text.replace(
            "<!DOCTYPE html>", '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01" [<!ENTITY x "y">]>'
        ),
        lambda text: '<?xml version="1.0" encoding="iso-8859-1"?>' + text,
        lambda text: text.replace("harbour", "har\x00bour"),
        lambda text: text.replace("<body>", "<body><p></b></i></p></div></div>"),
        lambda text: text.replace("<p>", "<P ALIGN=left CLASS=x'y>"),
    ],
)
def test_broken_html_still_gives_the_story(damage):
    result = extract_page(page(damage(article())))
    assert isinstance(result, Article)
    assert PROSE[0] in result.text
    assert PROSE[3] in result.text


def test_a_title_of_ten_thousand_characters_is_cut():
    result = extract_page(page(article(title="breakwater " * 1000)))
    assert isinstance(result, Article)
    assert result.title is not None
    assert 400 < len(result.title) <= 501
    assert "\x00" not in result.text


def dated(value: str) -> str:
    return article(head=f'<meta property="article:published_time" content="{value}">')


@pytest.mark.parametrize(
    "value", ["2203-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-03-05T00:00:00Z", "soon"]
)
def test_impossible_dates_are_refused(value):
    result = extract_page(page(dated(value)))
    assert isinstance(result, Article)
    assert result.published_at is None


def test_the_fetch_time_is_never_a_publication_date():
    result = extract_page(page(article()))
    assert isinstance(result, Article)
    assert result.published_at is None
    assert result.published_at != FETCHED


def nested(depth: int) -> bytes:
    return b"<html><body>" + b"<div>" * depth + b"<p>deep</p>" + b"</div>" * depth + b"</body></html>"


def hostile() -> dict[str, bytes]:
    """Pages made to hold up whoever reads them."""
    return {
        "nesting": nested(100_000),
        "unclosed font tags": b"<html><body>" + b"<font>x" * 60_000,
        "a million attributes": b"<html><body><p "
        + b" ".join(b"a%d=1" % n for n in range(1_000_000))
        + b">x</p></body></html>",
        "white space": b"<html><body><p>" + b" \n" * 10_000_000 + b"</p></body></html>",
        "one long word": b"<html><body><p>" + b"a" * 5_000_000 + b"</p></body></html>",
        "regex bait: by": b"<html><body><h1>t</h1><p>By " + b"Ab " * 60_000 + b"</p></body></html>",
        "regex bait: dates": b"<html><body><h1>t</h1>" + b"<p>1.1.1.1.1.1.1.1.1.1.1</p>" * 5_000 + b"</body></html>",
        "a script of one line in Latin-1": b"<html><script>"
        + b"var a=1;" * 130_000
        + b"</script><p>caf\xe9</p></html>",
        "regex bait: breaks": b"<html><body><p>" + b"<br> " * 200_000 + b"</p></body></html>",
        "entities": b"<html><body><p>" + b"&amp;" * 500_000 + b"</p></body></html>",
        "many links": b"<html><body>" + b"<a href='/x'>link text</a> " * 40_000 + b"</body></html>",
        "json-ld depth": b'<html><head><script type="application/ld+json">'
        + b"[" * 200_000
        + b"</script></head><body>x</body>",
        "json-ld backslashes": b'<html><head><script type="application/ld+json">{"a":"'
        + b"\\" * 500_001
        + b"</script></head></html>",
    }


def test_hostile_pages_end_with_a_result_and_hold_up_nobody():
    bodies = hostile()
    pages = [replace(page(body), id=name) for name, body in bodies.items()]
    decent = replace(page(article()), id="decent")
    results = {p.id: result for p, result in extract_pages([*pages, decent], processes=2, page_timeout=8)}
    assert set(results) == {*bodies, "decent"}
    assert isinstance(results["decent"], Article)
    assert all(isinstance(result, (Article, Rejection)) for result in results.values())
