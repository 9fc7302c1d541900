"""Which of a page's titles is its headline."""

import json

import pytest
from lxml.html import document_fromstring

from crawlers.extract import extract_page
from crawlers.extract.head import read_head
from crawlers.extract.titles import read_title
from crawlers.model import Article
from tests.crawlers.extract.pages import article, page

URL = "https://www.harbournews.example/town/wall"
NAMES = ["Harbour News", "harbournews.example", "harbournews"]


def headline(body: str, *, title: str = "", og: str = "", structured: str = "", names: list[str] | None = None) -> str:
    head = f"<title>{title}</title>" if title else ""
    head += f'<meta property="og:title" content="{og}">' if og else ""
    if structured:
        story = json.dumps({"@type": "NewsArticle", "headline": structured})
        head += f'<script type="application/ld+json">{story}</script>'
    tree = document_fromstring(f"<html><head>{head}</head><body>{body}</body></html>")
    return read_title(read_head(tree, URL), tree, NAMES if names is None else names) or ""


def test_the_printed_headline_goes_before_one_written_for_search_engines():
    found = headline(
        "<h1>The harbour wall nobody wanted is going up</h1>",
        title="Harbour wall: what you need to know about the wall | Harbour News",
        og="Harbour wall: what you need to know about the wall",
        structured="Harbour wall: what you need to know about the wall",
    )
    assert found == "The harbour wall nobody wanted is going up"


def test_the_structured_headline_goes_before_a_page_printed_for_the_title_element():
    found = headline(
        "<h1>Wall dispute</h1>", title="Wall dispute", og="Town settles quarrel", structured="Town settles quarrel"
    )
    assert found == "Town settles quarrel"


def test_an_h1_that_is_about_something_else_is_no_headline():
    found = headline(
        "<h1>Our blog</h1><h2>Town rebuilds its wall</h2>",
        title="Town rebuilds its wall",
        og="Town rebuilds its wall",
        structured="Town rebuilds its wall",
    )
    assert found == "Town rebuilds its wall"


@pytest.mark.parametrize(
    "path",
    [
        "<nav class='breadcrumb'><a href='/'>Home</a><h1>Harbour wall news: all on the wall</h1></nav>",
        "<ol><li>Home</li><li><h1>Harbour wall news: all on the wall</h1></li></ol>",
        "<div class='Breadcrumbs_seotitle'><h1>Harbour wall news: all on the wall</h1></div>",
        "<h1>Harbour wall news: all on the wall</h1>",
    ],
)
def test_a_lower_heading_is_the_headline_where_the_h1_stands_in_the_path(path):
    found = headline(
        f"{path}<article><h2><span>Dispute ended</span> <span>Town votes for its wall</span></h2></article>",
        title="Harbour wall news: all on the wall | Harbour News",
        og="Town votes for its wall",
    )
    assert found == "Town votes for its wall"


def test_a_teaser_of_the_same_story_is_not_its_headline():
    found = headline(
        "<h1>Town votes for wall</h1><h2><a href='/town/wall'>Wall: the vote</a></h2>",
        title="Town votes for wall",
        og="Wall: the vote",
    )
    assert found == "Town votes for wall"


def test_a_page_without_h1_has_its_headline_in_a_lower_heading():
    found = headline("<h2>Your basket</h2><h2>Seven ways to mend an old wall</h2>", title="7 ways to mend an old wall")
    assert found == "Seven ways to mend an old wall"


@pytest.mark.parametrize(
    "heading",
    [
        "<a href='/town/wall'>Town votes for its wall</a> <span>(quarry.example)</span> <span>87</span>",
        "<time datetime='2026-03-02'>Mar <b>2</b> 2026</time> Town votes for its wall",
        "<small>Town</small> Town votes for its wall",
    ],
)
def test_what_stands_beside_the_title_in_its_heading_is_left_out(heading):
    assert headline(f"<h1>{heading}</h1>", og="Town votes for its wall") == "Town votes for its wall"


@pytest.mark.parametrize(
    ("printed", "og", "expected"),
    [
        ("Politics: Mayor gives up her seat", "Mayor gives up her seat", "Mayor gives up her seat"),
        ("Town mayor gives up her seat", "Mayor gives up her seat", "Town mayor gives up her seat"),
        ("How much does a new wall cost?", "a new wall cost", "How much does a new wall cost?"),
    ],
)
def test_only_what_is_set_apart_is_a_kicker(printed, og, expected):
    assert headline(f"<h1>{printed}</h1>", og=og) == expected


def test_a_kicker_that_the_structured_headline_has_stays():
    whole = "The prize for walls: the best dry stone"
    assert headline(f"<h1>{whole}</h1>", og="the best dry stone", structured=whole) == whole


def test_what_the_title_element_has_beside_og_title_names_the_site():
    found = headline(
        "<h1>Lessons of a Mason</h1><h3>The lean wall</h3>",
        title="Lessons of a Mason: The lean wall",
        og="The lean wall",
        names=["blog.example"],
    )
    assert found == "The lean wall"


def test_one_word_is_a_headline_where_the_title_element_begins_with_it():
    body = "<h1>Open menu Close menu</h1><h1>Webcams</h1>"
    assert headline(body, title="Webcams - Harbour Board (Port Authority)", og="Webcams - Harbour Board") == "Webcams"


@pytest.mark.parametrize(
    ("title", "host", "expected"),
    [
        ("Ten walls | Patient Guide | Harbour Trust", "harbour.example", "Ten walls | Patient Guide"),
        ("Ten walls | Masonry Tools", "tools.masonry.example", "Ten walls"),
        ("Ten walls | a masonry guide for the patient and the careful", "masonry.example", None),
    ],
)
def test_what_names_the_host_at_the_end_of_a_title_is_the_site(title, host, expected):
    assert headline("", title=title, names=[host]) == (expected or title)


def test_entities_escaped_twice_are_read():
    assert headline("<h1>Walls &amp;#x26; bridges</h1>", og="Walls &amp; bridges") == "Walls & bridges"


def test_an_application_that_is_named_as_the_page_names_no_site():
    title = "How the town came to agree on its wall"
    head = f'<meta name="application-name" content="{title}"><meta property="og:title" content="{title}">'
    found = extract_page(page(article(title=title, head=head)))
    assert isinstance(found, Article)
    assert found.title == title
