"""Scraps of sidebars, comments, labels and teasers that were taken with the story; and what only looks like them."""

import pytest
from lxml.html import document_fromstring

from crawlers.extract.markup.segments import mark_host
from crawlers.extract.markup.walk import segment
from crawlers.extract.story.decision import Decision
from crawlers.extract.story.outskirts import drop_labels, end_at_comments, trim
from tests.crawlers.extract.pages import PROSE

TITLE = "Town votes to rebuild breakwater"
STORY = f"<h1>{TITLE}</h1><div class='body'>{''.join(f'<p>{paragraph}</p>' for paragraph in PROSE)}</div>"
LINKS = "".join(f'<li><a href="/{number}">Ferry timetable changes from Sunday</a></li>' for number in range(6))


def decided(body: str, *taken: str) -> list[Decision]:
    """Decisions on a page's blocks, of which the story's and those with the given texts were taken."""
    tree = document_fromstring(f"<html><body>{body}</body></html>")
    mark_host(tree, "https://www.harbournews.example/news/breakwater")
    return [
        Decision(block.kind, block.text, block.text in PROSE or block.text in taken, None, block)
        for block in segment(tree)
    ]


def kept(decisions: list[Decision]) -> list[str]:
    return [item.text for item in decisions if item.kept and item.text not in PROSE]


def test_what_stands_past_a_list_of_links_in_another_container_goes():
    scrap = "Our weekly quiz asks about knots, tides and the men who sailed by them."
    decisions = decided(f"{STORY}<ul>{LINKS}</ul><div class='quiz'><p>{scrap}</p></div>", scrap)
    trim(decisions, TITLE)
    assert kept(decisions) == []
    assert [item.rule for item in decisions if item.text == scrap] == ["apart"]


@pytest.mark.parametrize("gap", ["", "<div><a href='/share'>Share</a></div>"])
def test_what_stands_next_to_the_story_stays(gap):
    note = "The author lives in a house by the breakwater."
    decisions = decided(f"{STORY}{gap}<div class='note'><p>{note}</p></div>", note)
    trim(decisions, TITLE)
    assert kept(decisions) == [note]


def test_a_further_piece_of_the_story_past_an_interruption_stays():
    last = "The quarry's owner said he could deliver by March."
    decisions = decided(f"{STORY}<ul>{LINKS}</ul><div class='body'><p>{last}</p></div>", last)
    trim(decisions, TITLE)
    assert kept(decisions) == [last]


SHORT = (
    "A crane fell into the harbour basin on Monday night. Nobody was hurt, said the harbour master; divers will look "
    "for it when the tide allows, and the fish market opens as on every other day of the week."
)


@pytest.mark.parametrize("facts", [False, True])
def test_menus_around_a_short_story_go_and_its_own_list_stays(facts):
    entries = [
        f"Weather and tides of the {place} coast, all through the week" for place in ("north", "south", "west", "east")
    ]
    listed = "".join(f"<li>{entry}</li>" for entry in entries)
    lists = f"<div><p>{SHORT}</p><ul>{listed}</ul></div>" if facts else f"<div><p>{SHORT}</p></div>"
    around = "" if facts else f"<section><dl>{listed.replace('li>', 'dd>')}</dl></section>"
    decisions = decided(f"<h1>{TITLE}</h1>{lists}<ul>{LINKS}</ul>{around}", SHORT, *entries)
    trim(decisions, TITLE)
    assert kept(decisions) == [SHORT, *(entries if facts else [])]


@pytest.mark.parametrize(("headline", "stays"), [(f"<p>{TITLE}</p>", False), ("<p>Harbour</p>", True)])
def test_entries_of_a_menu_right_above_the_headline_go(headline, stays):
    decisions = decided(f"<ul><li>Town council</li></ul>{headline}{STORY.partition('</h1>')[2]}", "Town council")
    trim(decisions, TITLE)
    assert kept(decisions) == (["Town council"] if stays else [])


def test_above_the_headline_a_notice_goes_and_below_it_an_opening_line_stays():
    notice, opening = "This site stores small files on your machine.", "Fishermen and anglers are content."
    menu = f"<ul>{LINKS}</ul>"
    story = STORY.replace("</h1>", f"</h1><div class='opening'><p>{opening}</p></div>{menu}")
    decisions = decided(f"<div class='notice'><p>{notice}</p></div>{menu}{story}", notice, opening)
    trim(decisions, TITLE)
    assert kept(decisions) == [opening]


TEASER = (
    "The bakery on the quay closes after a century, because nobody wants to get up at two in the morning any more, "
    "says the baker, whose children have long moved to the city and bake no bread."
)


@pytest.mark.parametrize("tag", ["p", "li"])
def test_where_the_story_stands_in_one_place_all_that_was_taken_above_its_headline_goes(tag):
    decisions = decided(f"<div><{tag}>{TEASER}</{tag}><div>Find a boat</div></div>{STORY}", TEASER, "Find a boat")
    trim(decisions, TITLE)
    assert kept(decisions) == []
    assert [item.rule for item in decisions if item.text == TEASER] == ["above-headline"]


def test_what_is_stated_as_the_story_stays_above_the_headline():
    decisions = decided(f"<div><p>{TEASER}</p></div>{STORY}", TEASER)
    stated = {item.segment.index for item in decisions if item.text == TEASER and item.segment is not None}
    trim(decisions, TITLE, stated)
    assert kept(decisions) == [TEASER]


def test_a_headline_printed_again_below_the_first_paragraphs_ends_nothing():
    first, rest = STORY.split(f"<p>{PROSE[2]}", 1)
    again = f"</div><div>{TITLE}</div><div class='body'><p>{PROSE[2]}"
    decisions = decided(first.replace(f"<h1>{TITLE}</h1>", "<h1>The harbour</h1>") + again + rest)
    trim(decisions, TITLE)
    assert [item.text for item in decisions if item.kept] == PROSE


COMMENT = "<div class='thread'><p>Finally! I have waited for this since the storms.</p></div>"


@pytest.mark.parametrize(
    ("heading", "stays"),
    [
        ("<h3>Leave a Reply</h3>", False),
        ("<p>Kommentare</p>", False),
        ("<p>3 комментария</p><h3>Комментарии (3)</h3>", False),
        ("<h3>Comments like these hurt</h3>", True),
        ("<p><a href='#c'>Comments</a></p>", True),
    ],
)
def test_comments_below_their_heading_go(heading, stays):
    text = "Finally! I have waited for this since the storms."
    decisions = decided(f"{STORY}{heading}{COMMENT}", text)
    end_at_comments(decisions)
    assert kept(decisions) == ([text] if stays else [])


def test_a_comments_heading_above_the_story_ends_nothing():
    decisions = decided(f"<h3>Comments</h3>{STORY}")
    end_at_comments(decisions)
    assert all(item.kept for item in decisions if item.text in PROSE)


@pytest.mark.parametrize(
    ("label", "below", "stays"),
    [
        ("More on the mayor and her family:", LINKS, False),
        ("Who else builds", LINKS, False),
        ("Who else builds", "", True),
        ("The mayor said no.", LINKS, True),
        ("Where to buy:", '<li><a href="https://shop.example/1">Granite by the tonne, at Stones</a></li>', True),
        ("The islands:", "<li><a href='/n'>North</a></li><li><a href='/s'>South</a></li>", True),
    ],
)
def test_a_label_goes_with_the_list_of_stories_that_was_left_out(label, below, stays):
    decisions = decided(f"{STORY}<p>{label}</p><ul>{below}</ul>", label)
    drop_labels(decisions)
    assert kept(decisions) == ([label] if stays else [])


def test_a_heading_amid_the_story_stays_though_a_link_follows_it():
    story = STORY.replace(f"<p>{PROSE[3]}", f"<h2>The granite</h2><p><a href='/x'>Share</a></p><p>{PROSE[3]}")
    decisions = decided(story, "The granite")
    drop_labels(decisions)
    assert kept(decisions) == ["The granite"]


def test_the_beginning_of_another_story_below_its_headline_goes():
    teaser = "The baker has kneaded on the quay for forty years, and now he […]"
    ended = "He wrote that the wall would outlive us all…"
    body = f"{STORY}<div><p>{ended}</p><h4><a href='/b'>Bakery on the quay to close</a></h4><p>{teaser}</p></div>"
    decisions = decided(body, teaser, ended)
    drop_labels(decisions)
    assert kept(decisions) == [ended]


@pytest.mark.parametrize(("text", "stays"), [("热门标签推荐", False), ("票价三十六元，小镇居民半价，暂不售年票", True)])
def test_where_no_spaces_set_words_apart_a_text_with_clauses_is_no_label(text, stays):
    decisions = decided(f"{STORY}<p>{text}</p><ul>{LINKS}</ul>", text)
    drop_labels(decisions)
    assert kept(decisions) == ([text] if stays else [])


TEASER = "A century of ropes, told by the last man on the quay who still makes them by hand."


@pytest.mark.parametrize(
    ("below", "stays"),
    [
        (f"<h3>Related stories</h3><section><blockquote>{TEASER}</blockquote></section>", False),
        (f"<h3>Recommended reading</h3><div class='more'><p>{TEASER}</p></div>", False),
        (f"<h3>Related stories</h3><div class='body'><p>{TEASER}</p></div>", True),
        (f"<h3>Of ropes</h3><div class='more'><p>{TEASER}</p></div>", True),
        (f"<p>Related stories</p><div class='more'><p>{TEASER}</p></div>", True),
    ],
)
def test_what_stands_below_a_heading_of_other_stories_goes(below, stays):
    decisions = decided(STORY + below, TEASER)
    end_at_comments(decisions)
    assert kept(decisions) == ([TEASER] if stays else [])


def test_other_stories_amid_a_story_end_nothing():
    half = f"<h1>{TITLE}</h1><div class='body'><p>{PROSE[0]}</p></div><h3>Related stories</h3>"
    rest = "".join(f"<p>{paragraph}</p>" for paragraph in PROSE[1:])
    decisions = decided(f"{half}<div class='part'>{rest}</div>")
    end_at_comments(decisions)
    assert [item.text for item in decisions if item.kept] == PROSE
