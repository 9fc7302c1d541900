"""Which of a page's titles is its headline."""

import json

import pytest
from lxml.html import document_fromstring

from crawlers.extract import extract_page
from crawlers.extract.fields.head import read_head
from crawlers.extract.fields.lead import plain_title
from crawlers.extract.fields.titles import read_title
from crawlers.extract.markup.walk import segment
from crawlers.model import Article
from tests.crawlers.extract.pages import article, page

URL = "https://www.harbournews.example/town/wall"
NAMES = ["Harbour News", "harbournews.example", "harbournews"]


def headline(
    body: str,
    *,
    title: str = "",
    og: str = "",
    structured: str = "",
    names: list[str] | None = None,
    url: str = URL,
) -> str:
    head = f"<title>{title}</title>" if title else ""
    head += f'<meta property="og:title" content="{og}">' if og else ""
    if structured:
        story = json.dumps({"@type": "NewsArticle", "headline": structured})
        head += f'<script type="application/ld+json">{story}</script>'
    tree = document_fromstring(f"<html><head>{head}</head><body>{body}</body></html>")
    return read_title(read_head(tree, url), tree, NAMES if names is None else names) or ""


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
        ("小镇投票重建防波堤 港口_例港网", "harbour.example", "小镇投票重建防波堤 港口"),
        ("小镇投票重建防波堤_港口_例港日报", "harbour.example", "小镇投票重建防波堤"),
        ("小镇投票重建防波堤--例港在线", "harbour.example", "小镇投票重建防波堤"),
        ("小镇投票重建防波堤-老城墙", "harbour.example", None),
        ("例港日报-小镇", "harbour.example", None),
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


LOGO = "<h1><a href='/'>The Wall Club</a></h1>"
SLUG = "https://www.harbournews.example/town/2026/why-the-old-breakwater-goes-up-again.html"


@pytest.mark.parametrize(
    ("url", "expected"), [(SLUG, "Why the old breakwater goes up again"), (URL, "Great days for Port Mary")]
)
def test_an_h1_in_the_words_of_the_address_is_the_headline_whatever_else_is_stated(url, expected):
    found = headline("<h1>Why the old breakwater goes up again</h1>", og="Great days for Port Mary", url=url)
    assert found == expected


@pytest.mark.parametrize(
    ("body", "title", "url", "expected"),
    [
        (LOGO + "<h2>Spring market</h2>", "Spring market › The Wall Club", URL, "Spring market"),
        (LOGO + "<h2>Spring market</h2>", "The Wall Club » Spring market", URL, "Spring market"),
        ("<h1>Spring market</h1><h2>The Wall Club</h2>", "Spring market › The Wall Club", URL, "Spring market"),
        ("<h1>Walls. Docks. Piers</h1><h2>Why the old breakwater goes up again</h2>",
         "Why the old breakwater goes up again | Walls. Docks. Piers", SLUG, "Why the old breakwater goes up again"),
        ("<h2><a href='/x'>Why the old breakwater goes up again</a></h2><h2>The breakwater of old</h2>",
         "The Old Docker | Why the old breakwater goes up again", SLUG, "Why the old breakwater goes up again"),
        ("<h1></h1><h2>Why the old breakwater goes up again</h2>", "", SLUG, "Why the old breakwater goes up again"),
        ("<h1></h1><h2>Ferries run every hour from now</h2>", "", SLUG, ""),
    ],
)  # fmt: skip
def test_the_other_end_of_the_title_element_is_the_headline_where_the_h1_is_the_sites(body, title, url, expected):
    assert headline(body, title=title, url=url, names=[]) == expected


def test_a_heading_that_is_a_part_of_the_stated_title_gives_way_to_the_whole():
    found = headline("<h2>The breakwater project:</h2>", og="The breakwater project: stones for the town")
    assert found == "The breakwater project: stones for the town"


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("<h1>Town votes for wall <span>Subscribers</span></h1>", "Town votes for wall"),
        ("<h1>Town votes for wall <b>and pays for it twice</b></h1>", "Town votes for wall and pays for it twice"),
    ],
)  # fmt: skip
def test_a_badge_behind_the_title_is_left_out(heading, expected):
    assert headline(heading, title="Town votes for wall | Town | Harbour News") == expected


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<span>Town <b>council</b></span> votes<span>: yes</span>", "Town council votes: yes"),
        ("La digue : quand la ville vote", "La digue : quand la ville vote"),
        ("Town<script>x</script> votes <!-- c -->yes", "Town votes yes"),
        ("<i>T</i>own votes , yes", "Town votes, yes"),
    ],
)
def test_the_parts_of_a_heading_stay_in_order_and_keep_their_spaces(inner, expected):
    assert headline(f"<h1>{inner}</h1>", title=expected) == expected


@pytest.mark.parametrize(
    ("title", "printed", "expected"),
    [
        ("Paper:Features:Poolside with Yoda", "Poolside with Yoda", "Poolside with Yoda"),
        ("dance / Love Canal by JANE DOE (03/06/00)", "Love Canal", "Love Canal"),
        ("Walls: why we need them", "why we need them", "Walls: why we need them"),
        ("小镇投票重建防波堤-镇务公开", "小镇投票重建防波堤", "小镇投票重建防波堤-镇务公开"),
        ("小镇投票重建防波堤 - 镇务公开", "小镇投票重建防波堤", "小镇投票重建防波堤"),
        ("小镇投票重建防波堤 - 镇务公开", "镇务公开", "小镇投票重建防波堤 - 镇务公开"),
        ("How stones are laid by hand", "How stones are laid", "How stones are laid by hand"),
    ],
)
def test_what_systems_join_to_a_title_goes_where_the_title_stands_alone_on_the_page(title, printed, expected):
    tree = document_fromstring(f"<html><body><p>{printed}</p></body></html>")
    assert plain_title(title, None, lambda: segment(tree)) == expected


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("", "<h1>Harbour wall goes up</h1>", "Harbour wall goes up"),
        ("News", "<h1>Harbour wall goes up</h1>", "Harbour wall goes up"),
        ("News", "<h1>Town</h1>", "News"),
        ("News", "<h1>Wall goes up</h1><h1>Old mill comes down</h1>", "News"),
        ("Wall rises at last", "<h1>Allergies health centre</h1>", "Wall rises at last"),
    ],
)
def test_the_only_heading_of_a_page_without_a_title_is_its_headline(title, body, expected):
    assert headline(body, title=title) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p><span class='headline entry-title'>Harbour wall goes up</span></p>", "Harbour wall goes up"),
        ("<div itemprop='headline'>Harbour wall goes up</div>", "Harbour wall goes up"),
        (
            "<div itemprop='headline'>Wall goes up</div><div itemprop='headline'>Mill comes down</div>",
            "News of the day",
        ),
        ("<h1>News of the day</h1><span class='entry-title'>Harbour wall goes up</span>", "News of the day"),
    ],
)
def test_the_one_text_marked_as_headline_is_it_where_no_heading_is(body, expected):
    assert headline(body, title="News of the day") == expected


@pytest.mark.parametrize(
    ("heading", "title", "expected"),
    [
        (
            "<h1><span>First League</span> <span>Town lose late</span></h1>",
            "Town lose late | Harbour News",
            "Town lose late",
        ),
        ("<h1><time>Dec 18 2025</time> Town lose late</h1>", "Town lose late | A fan's diary", "Town lose late"),
        ("<h1>First League Town lose late</h1>", "Town lose late | Harbour News", "First League Town lose late"),
        ("<h1><b>How the town came to</b> lose</h1>", "lose | Harbour News", "How the town came to lose"),
        ("<h1>Best of the year – Harbour News</h1>", "Best of the year - Harbour News", "Best of the year"),
        ("<h1>Our wall – harbournews at the fair</h1>", "Our wall - harbournews", "Our wall – harbournews at the fair"),
        ("<h1>Best of the year – by readers</h1>", "Best of the year - Harbour News", "Best of the year – by readers"),
    ],
)
def test_what_stands_before_or_behind_the_title_in_its_heading_is_left_out(heading, title, expected):
    assert headline(heading, title=title) == expected


@pytest.mark.parametrize(
    ("first", "mark", "expected"),
    [
        ("<h1><a href='/'>The Paper</a></h1>", "itemprop='headline'", "Surprised in hospital"),
        ("<h1><a href='/'>The Paper</a></h1>", "", "Singer gave birth while her manager looked on"),
        ("<h1>Singer gave birth</h1>", "itemprop='headline'", "Singer gave birth"),
    ],
)
def test_an_h1_marked_as_the_headline_behind_the_linked_logo_is_it_in_whatever_words(first, mark, expected):
    body = f"{first}<h1 {mark}>Surprised in hospital</h1>"
    assert headline(body, title="Singer gave birth while her manager looked on") == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Local trails - Blue Line Bike Lab Houston Texas and Beyond", "Local trails"),
        ("Local trails - Blue Line and the hills around it", "Local trails - Blue Line and the hills around it"),
    ],
)
def test_what_begins_with_the_hosts_whole_name_is_the_site_however_long(title, expected):
    assert headline("", title=title, names=["bluelinebikelab.example"]) == expected
