"""Boxes among the story's paragraphs of which a part was taken; and those that are the story's own."""

import pytest
from lxml.html import document_fromstring

from crawlers.extract import extract_page
from crawlers.extract.markup.walk import segment
from crawlers.extract.story.boxes import MOST_TWINS, leave_boxes
from crawlers.extract.story.decision import Decision
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, article, page

LINE = "Every Friday we write about the harbour and the people who live from it."
LEFT_OUT = "Get our letter"
BUTTON = f"<a href='/letter'>{LEFT_OUT}</a>"


def left_out(inside: str, *, above: str = "", stated: frozenset[int] = frozenset()) -> list[str]:
    """What goes of a page of which all was taken but for the text of the button."""
    story = [f"<p>{paragraph}</p>" for paragraph in PROSE]
    body = f"<div>{above}{story[0]}{story[1]}{inside}{story[2]}{story[3]}</div>"
    decisions = [
        Decision(block.kind, block.text, block.text != LEFT_OUT, None, block)
        for block in segment(document_fromstring(f"<html><body>{body}</body></html>"))
    ]
    leave_boxes(decisions, stated)
    gone = [item for item in decisions if not item.kept and item.text != LEFT_OUT]
    assert {item.rule for item in gone} <= {"box"}
    return [item.text for item in gone]


@pytest.mark.parametrize("tag", ["div", "aside", "section"])
def test_a_sentence_goes_with_the_button_it_promotes(tag):
    assert left_out(f"<{tag}><div><h4>The harbour letter</h4><p>{LINE}</p>{BUTTON}</div></{tag}>") == [
        "The harbour letter",
        LINE,
    ]


@pytest.mark.parametrize(
    "inside",
    [
        f"<div><h4>The harbour</h4><p>{LINE}</p></div>",
        f"<div><blockquote>{LINE}</blockquote><div>{BUTTON}</div></div>",
        f"<div><table><tr><th>Wall</th><th>Metres</th></tr><tr><td>North</td><td>9</td></tr></table>{BUTTON}</div>",
        f"<div><p>{PROSE[0]} {PROSE[1]}</p>{BUTTON}</div>",
        f"<p>{LINE}</p><p>{BUTTON}</p>",
        f"<ul><li>{LINE}</li><li>{BUTTON}</li></ul>",
        f"<div><div><p>{LINE}</p></div></div><div>{BUTTON}</div>",
        f"<div><p>{LINE}</p><div hidden>{BUTTON}</div></div>",
        f"<div><p>{LINE}</p>{BUTTON}</div>" * (MOST_TWINS + 1),
    ],
)
def test_the_storys_own_boxes_stay(inside):
    assert left_out(inside) == []


def test_what_stands_above_the_first_paragraph_stays():
    assert left_out("", above=f"<div><p>{LINE}</p>{BUTTON}</div>") == []


def test_what_the_page_states_as_its_story_stays():
    assert left_out(f"<div><p>{LINE}</p>{BUTTON}</div>", stated=frozenset({2})) == []


def test_a_story_that_consists_of_boxes_stays():
    parts = "".join(f"<div><p>{paragraph}</p></div>" for paragraph in PROSE * 2)
    assert left_out(f"{parts}<div><p>{LINE}</p>{BUTTON}</div>") == []


def test_a_box_on_a_page_without_telling_names():
    box = f'<div class="k4"><p>{LINE}</p><p><a href="/letter">Get our letter every Friday morning</a></p></div>'
    result = extract_page(page(article(box)))
    assert isinstance(result, Article)
    assert result.text == "\n".join(PROSE)
    assert {block.rule for block in result.removed_blocks if block.text == LINE} == {"box"}
