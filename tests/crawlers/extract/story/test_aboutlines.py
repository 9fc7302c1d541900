"""Bylines, dates and labels around a story whose classes say nothing; first lines and lists that are the story's."""

import pytest
from lxml.html import document_fromstring

from crawlers.extract import extract_page
from crawlers.extract.markup.walk import segment
from crawlers.extract.story.aboutlines import drop_lines
from crawlers.extract.story.decision import Decision
from crawlers.extract.story.edges import Edges
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, page

TITLE = "Town votes to rebuild breakwater"
STORY = f"<main>{''.join(f'<p>{paragraph}</p>' for paragraph in PROSE)}</main>"


def left(above: str = "", story: str = STORY, below: str = "", missed: tuple[str, ...] = ()) -> list[str]:
    """What is left besides the prose of a page of which all was taken but the headline and what is `missed`."""
    tree = document_fromstring(f"<html><body><h1>{TITLE}</h1>{above}{story}{below}</body></html>")
    decisions = [
        Decision(block.kind, block.text, block.text not in (TITLE, *missed), None, block) for block in segment(tree)
    ]
    drop_lines(decisions, Edges(decisions, TITLE), ["Jane Doe"])
    return [item.text for item in decisions if item.kept and item.text not in PROSE]


@pytest.mark.parametrize(
    "line",
    [
        "May 12, 2018/0 Comments/in Harbour News /by jdoe",
        "Jane Doe, HN Auto Writer",
        "Tempo de leitura: 1 minuto",
        "Senior Harbour Reporter",
    ],
)
def test_a_line_about_the_story_above_it_goes(line):
    assert left(f"<div><span>{line}</span></div>") == []


def test_a_line_about_the_story_below_it_goes():
    assert left(below="<footer><div>Updated at 1:23 p.m. | Jane Doe</div></footer>") == []


def test_a_label_above_what_was_left_out_goes():
    assert left("<div><span>Luke Roe</span></div><div><a href='/p'>Profile</a></div>", missed=("Profile",)) == []


def test_a_line_below_a_standfirst_goes_and_the_standfirst_stays():
    deck = "The board has voted, the mayor has turned, and the quarry says that it can deliver the granite by March."
    assert left(f"<section><p>{deck}</p></section><div><b>by Jane Doe—10 min read</b></div>") == [deck]


@pytest.mark.parametrize(
    "above",
    [
        "<div><span>It was late.</span></div>",
        "<div><span>Roses are red,</span></div>",
        "<div><b>About this rating</b></div>",
        "<div><h2>May 1968, Paris</h2></div>",
    ],
)
def test_a_first_line_and_a_first_subheading_stay(above):
    assert len(left(above)) == 1


def test_a_first_line_among_the_storys_paragraphs_stays_whatever_it_says():
    assert left(story=STORY.replace("<main>", "<main><p>Monday, 3 May 2024</p>")) == ["Monday, 3 May 2024"]


@pytest.mark.parametrize("where", ["above", "below"])
def test_a_list_of_dates_is_the_storys_own(where):
    days = [f"{day} May 2026 | Harbour hall" for day in range(3, 9)]
    listed = f"<ul>{''.join(f'<li>{day}</li>' for day in days)}</ul>"
    assert left(**{where: listed}) == days


def test_a_page_whose_class_names_say_nothing_loses_its_byline():
    body = f"""<html lang="en"><head><title>{TITLE} | Harbour News</title></head><body><div><div>
    <h1>{TITLE}</h1><div class="c3f"><p>by Jane Doe—10 min read</p></div>
    <div class="a81">{"".join(f"<p>{paragraph}</p>" for paragraph in PROSE)}</div></div></div></body></html>"""
    result = extract_page(page(body))
    assert isinstance(result, Article)
    assert result.text.split("\n") == PROSE
