"""Extraction of the demo web's article pages against what its story files say."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawlers.declarations import load_sites
from crawlers.extract import TemplateBook, extract_page, learn_pages
from crawlers.model import Article, Page
from infra.demo import SITES, NewsWeb
from infra.demo.expected import ExpectedArticle, expected_articles

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DECLARED = load_sites(SITES)


def pages() -> list[tuple[ExpectedArticle, Page]]:
    """What is expected of each page at the second moment, and the page."""
    web, found = NewsWeb(NOW, 2), []
    for expected in expected_articles(NOW, 2):
        answer = web.answer(expected.url)
        if answer is not None and answer.status == 200:
            found.append((expected, Page(expected.site, expected.url, answer.body, NOW, answer.content_type)))
    return found


PAGES = pages()
IDS = [expected.url.removeprefix("http://") for expected, _ in PAGES]


@pytest.fixture(scope="module", params=["alone", "with its sisters"])
def extracted(request: pytest.FixtureRequest) -> dict[str, Article]:
    """Every page extracted alone, and by templates learned from the pages of its site first."""
    results = {}
    book = TemplateBook()
    if request.param == "with its sisters":
        learn_pages(book, [page for _, page in PAGES], processes=1)
    for expected, page in PAGES:
        zone = DECLARED[page.site].timezone
        article = extract_page(page, zone=ZoneInfo(zone) if zone else None, templates=book)
        assert isinstance(article, Article), article
        results[expected.url] = article
    return results


@pytest.mark.parametrize("expected", [expected for expected, _ in PAGES], ids=IDS)
def test_the_text_is_the_story_and_nothing_else(extracted: dict[str, Article], expected: ExpectedArticle) -> None:
    text = extracted[expected.url].text
    assert [passage for passage in expected.passages if passage not in text] == []
    assert [bad for bad in (*expected.forbidden, *expected.captions) if bad in text] == []


@pytest.mark.parametrize("expected", [expected for expected, _ in PAGES], ids=IDS)
def test_the_fields_are_what_the_page_states(extracted: dict[str, Article], expected: ExpectedArticle) -> None:
    article = extracted[expected.url]
    assert article.title == expected.title
    assert tuple(article.authors) == expected.authors
    assert (article.published_at, article.published_precision) == (expected.published_at, expected.published_precision)
    assert article.credited_source == expected.credited_source
    assert article.is_accessible_for_free == expected.is_accessible_for_free
