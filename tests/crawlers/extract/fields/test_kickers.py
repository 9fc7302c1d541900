"""The line above a headline belongs to it where the page's address has it, and not where the address leaves it out."""

import pytest
from lxml.html import document_fromstring

from crawlers.extract.fields.head import read_head
from crawlers.extract.fields.titles import read_title

SITE = "https://www.harbournews.example/town/"
SPLIT = "<h2><span>Harbour dispute</span><span>Town votes to rebuild old breakwater</span></h2>"
JOINED = "Harbour dispute: Town votes to rebuild old breakwater"


def headline(body: str, title: str, slug: str, head: str = "") -> str | None:
    tree = document_fromstring(f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>")
    return read_title(read_head(tree, SITE + slug), tree, ["Harbour News", "harbournews.example"])


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("town-votes-to-rebuild-old-breakwater.html", "Town votes to rebuild old breakwater"),
        ("harbour-dispute-town-votes-to-rebuild-old-breakwater.html", JOINED),
        ("article1234.html", JOINED),
    ],
)
def test_a_kicker_within_the_heading_goes_where_the_address_leaves_it_out(slug, expected):
    assert headline(f"<h1>{JOINED}</h1>{SPLIT}", f"{JOINED} - Harbour News", slug) == expected


def test_what_is_not_set_apart_is_no_kicker():
    assert headline(f"<h1>{JOINED}</h1>", JOINED, "town-votes-to-rebuild-old-breakwater") == JOINED


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("4711.kenya-nairobi-seen-from-below.html", "Kenya: Nairobi seen from below"),
        ("nairobi-seen-from-below", "Nairobi seen from below"),
        ("4711", "Nairobi seen from below"),
    ],
)
def test_a_kicker_above_the_heading_comes_where_title_element_and_address_have_it(slug, expected):
    title = "Kenya: Nairobi seen from below, a daily paper, 18.05.2026"
    assert headline("<p>Kenya</p><h1>Nairobi seen from below</h1>", title, slug) == expected


def test_what_the_page_states_as_its_headline_goes_before_the_address():
    head = '<meta property="og:title" content="Nairobi seen from below">'
    found = headline(
        "<h1>Nairobi seen from below</h1>", "Kenya: Nairobi seen from below", "kenya-nairobi-seen-from-below", head
    )
    assert found == "Nairobi seen from below"


def test_a_heading_whose_parts_only_style_sets_apart_is_written_as_the_title_element_has_it():
    found = headline(SPLIT.replace("h2", "h1"), f"{JOINED} - Politics", "harbour-dispute-town-votes-to-rebuild")
    assert found == JOINED


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("trams-dead-how-safe-is-our-power-grid", "Trams dead: How safe is our power grid?"),
        ("power-cut-how-safe-is-our-grid-now", "Power cut: how safe is our grid now?"),
    ],
)
def test_of_the_path_and_the_heading_the_one_that_the_address_has_more_words_of_is_the_headline(slug, expected):
    last = "<h1 data-breadcrumb-headline>Power cut: how safe is our grid now?</h1>"
    body = f"<ul><li><a href='/town/'>Town</a></li><li>{last}</li></ul>"
    body += "<article><h2>Trams dead: How safe is our power grid?</h2></article>"
    assert headline(body, "Power cut: how safe is our grid now?", slug) == expected
