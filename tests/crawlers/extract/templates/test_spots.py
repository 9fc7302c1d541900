"""Places of headline, byline and date: learned where pages state them, used where they don't."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crawlers.extract import TemplateBook, extract_page, learn_pages
from crawlers.extract.templates import render
from crawlers.model import Article, Page
from tests.crawlers.extract.pages import FETCHED, page
from tests.crawlers.extract.templates.test_templates import sentence

NAMES = ("Ada Brook", "Carl Dorn", "Eva Finch")


def statement(number: int) -> str:
    data = {
        "@type": "NewsArticle",
        "headline": f"What happened on pier {number} at noon",
        "author": [{"@type": "Person", "name": NAMES[number % 3]}],
        "datePublished": f"2026-01-{number + 1:02d}T08:{number + 10}:00Z",
    }
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def dispatch(number: int, *, stated: bool = True, printed: str | None = None, title: str | None = None) -> Page:
    """A page of a site that prints headline, byline and date where no generic rule looks for them."""
    text = "".join(f'<p class="par">{sentence(number * 10 + n)}</p>' for n in range(6))
    date = printed or f"{number + 1} January 2026, 08:{number + 10}"
    body = f"""<html lang="en"><head><title>{title or f"What happened on pier {number} at noon"}</title>
{statement(number) if stated else ""}</head><body>
<div class="today"><span class="clock">2 March 2026</span></div>
<div class="balk"><h2 class="promo">Our new quiz about lighthouses of the world</h2></div>
<div class="kop"><div class="kopregel">What happened on pier {number} at noon</div></div>
<div class="wrap"><div class="story-text">{text}</div></div>
<div class="colofon"><span class="wie">{NAMES[number % 3]}</span> <span class="wanneer">{date}</span></div>
</body></html>"""
    url = f"https://www.harbournews.example/pier-{number}"
    return page(body, url=url, fetched_at=FETCHED + timedelta(minutes=number), id=str(number))


@pytest.fixture(scope="module")
def book() -> TemplateBook:
    book = TemplateBook()
    learn_pages(book, [dispatch(number) for number in range(8)], processes=1)
    return book


def read(target: Page, book: TemplateBook | None) -> Article:
    result = extract_page(target, templates=book)
    assert isinstance(result, Article)
    return result


def test_fields_that_a_page_doesn_t_state_are_read_where_the_site_prints_them(book):
    target = dispatch(20, stated=False, title="Untitled document")
    alone, helped = read(target, None), read(target, book)
    assert (alone.authors, alone.published_source) == ([], None)
    assert helped.template
    assert helped.authors == [NAMES[20 % 3]]
    assert helped.published_at == datetime(2026, 1, 21, 8, 30, tzinfo=UTC)
    assert (helped.published_source, helped.published_precision) == ("visible-text", "minute")


def test_a_date_read_where_the_site_prints_it_is_of_the_sites_zone(book):
    target = dispatch(20, stated=False, printed="21 January 2026, 08:30")
    helped = extract_page(target, zone=ZoneInfo("Europe/Berlin"), templates=book)
    assert isinstance(helped, Article)
    assert (helped.published_at, helped.published_offset) == (datetime(2026, 1, 21, 7, 30, tzinfo=UTC), 60)


def test_a_title_is_read_where_the_site_prints_it(book):
    stated = dispatch(21, stated=False, title="What happened on pier 21 at noon – all you must know")
    assert read(stated, book).title == "What happened on pier 21 at noon"


def test_what_the_page_states_of_itself_comes_first(book):
    article = read(dispatch(5, printed="9 February 2026, 11:11"), book)
    assert article.published_at == datetime(2026, 1, 6, 8, 15, tzinfo=UTC)
    assert article.published_source == "json-ld"


def test_a_date_that_is_not_where_the_site_prints_it_is_not_guessed_at(book, monkeypatch):
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a date was guessed")

    monkeypatch.setattr("crawlers.extract.fields.published.loose_date", never)
    assert read(dispatch(23, stated=False, printed="undated"), book).template


def test_dates_are_not_guessed_at_where_guessing_never_found_any(monkeypatch):
    book = TemplateBook()
    learn_pages(book, [undated(number) for number in range(4)], processes=1)
    assert book.versions["harbour"][0].guesses == 0

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a date was guessed")

    monkeypatch.setattr("crawlers.extract.fields.published.loose_date", never)
    assert read(undated(9), book).published_at is None


def undated(number: int) -> Page:
    text = "".join(f"<p>{sentence(number * 10 + n)}</p>" for n in range(6))
    body = f"<html><body><h1>Pier {number} of ours</h1><div class='story-text'>{text}</div></body></html>"
    return page(body, url=f"https://www.harbournews.example/pier-{number}")


def test_a_place_that_agrees_on_few_pages_is_not_used(book):
    spots = book.trusted("harbour")[0].trusted_spots()
    assert set(spots) == {"title", "byline", "date"}
    assert all("clock" not in place and "promo" not in place for places in spots.values() for place in places)


def test_places_of_fields_are_shown_and_stored(book):
    version = book.trusted("harbour")[0]
    shown = render(version)
    for line in ("title 8 of 8 ", "byline 8 of 8 ", "date 8 of 8 "):
        assert line in shown
    again = TemplateBook.from_bytes(book.to_bytes())
    assert again.to_bytes() == book.to_bytes()
    assert again.trusted("harbour")[0].trusted_spots() == version.trusted_spots()


def test_templates_stored_before_there_were_spots_still_serve(book):
    stored = json.loads(book.to_bytes())
    for versions in stored["sites"].values():
        for version in versions:
            del version["spots"], version["guesses"]
    old = TemplateBook.from_bytes(json.dumps(stored).encode())
    article = read(dispatch(22, stated=False), old)
    assert article.template
    assert article.text == read(dispatch(22), book).text
    assert "unknown" in render(old.trusted("harbour")[0])


def test_what_all_pages_print_alike_is_no_field():
    def signed(number: int, name: str) -> Page:
        target = dispatch(number, stated=False)
        head = f'<meta name="author" content="{name}"></head>'
        foot = '<div class="colophon"><span class="house">Harbour Press Limited</span></div></body>'
        body = (
            target.body.decode().replace("</head>", head).replace("</body>", foot).replace(NAMES[number % 3], "Staff")
        )
        return page(body, url=target.url, fetched_at=target.fetched_at)

    book = TemplateBook()
    learn_pages(book, [signed(number, "Harbour Press Limited") for number in range(8)], processes=1)
    version = book.versions["harbour"][0]
    assert any(spot.agreed == 8 for spot in version.spots["byline"].values())
    assert "byline" not in version.trusted_spots()
