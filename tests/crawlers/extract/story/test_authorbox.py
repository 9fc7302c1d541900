"""Boxes about authors, known without class names; and people in the story, obituaries, stories told as "I"."""

import pytest
from lxml.html import document_fromstring

from crawlers.extract import extract_page
from crawlers.extract.markup.walk import segment
from crawlers.extract.story.authorbox import drop_author_boxes, tells_of_author
from crawlers.extract.story.decision import Decision
from crawlers.extract.story.edges import Edges
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, page

TITLE = "Town votes to rebuild breakwater"
STORY = f"<main>{''.join(f'<p>{paragraph}</p>' for paragraph in PROSE)}</main>"
AUTHORS = ["Jane Doe"]


def left(above: str = "", story: str = STORY, below: str = "") -> list[str]:
    """What is left besides the prose of a page of which all was taken but the headline."""
    tree = document_fromstring(f"<html><body><h1>{TITLE}</h1>{above}{story}{below}</body></html>")
    decisions = [Decision(block.kind, block.text, block.text != TITLE, None, block) for block in segment(tree)]
    drop_author_boxes(decisions, Edges(decisions, TITLE), AUTHORS)
    return [item.text for item in decisions if item.kept and item.text not in PROSE]


BIOGRAPHIES = [
    "I am a writer, journalist, professor and gardener, not always in that order.",
    "Ich bin freie Journalistin und lebe am Hafen.",
    "Jane holds a degree in history and keeps bees.",
    "A 30-year veteran of the harbour beat, Jane has covered storms since the dam broke.",
    "As a writer, Jane creates texts that last.",
    "John Roe is a full-time freelance writer from the valley.",
    "Max Muster, MA, ist Redakteur und schreibt über Häfen.",
]


@pytest.mark.parametrize("text", BIOGRAPHIES)
def test_what_is_told_of_an_author_below_the_story_goes(text):
    assert left(below=f"<section><div><p>{text}</p></div></section>") == []


@pytest.mark.parametrize("text", BIOGRAPHIES)
def test_the_same_as_the_storys_own_paragraph_stays(text):
    assert left(story=STORY.replace("</main>", f"<p>{text}</p></main>")) == [text]


def test_a_biography_goes_with_the_name_above_it_and_the_paragraphs_below():
    told = "<h4>Dr. John Roe</h4><div>Columnist</div><p>John is a columnist.</p><p>His bees live on the roof.</p>"
    assert left(below=f"<section>{told}</section>") == ["Columnist"]


def test_several_contributors_go():
    boxes = "".join(
        f"<div><h4>{name}</h4><p>{name} is an editor who lives by the sea.</p></div>"
        for name in ("John Roe", "Max Muster", "Ann Poe")
    )
    assert left(below=f"<section>{boxes}</section>") == []


def test_who_is_named_and_then_called_she_goes():
    assert left(below="<aside><h3>Ann Poe</h3><p>She is a historian and writes about walls.</p></aside>") == []


@pytest.mark.parametrize(
    "text",
    [
        "The mayor is a former teacher who grew up by the river.",
        "Nobody knows what the wall will cost.",
        "The Harbour Board is an old body, and a slow one.",
        "I am tired of walls, and so is the town.",
    ],
)
def test_other_last_words_in_a_container_of_their_own_stay(text):
    assert left(below=f"<section><p>{text}</p></section>") == [text]


def test_many_paragraphs_about_people_are_a_part_of_the_story():
    people = [f"{name} is a writer of this town." for name in ("Ann Poe", "Max Muster", "Eve Roe", "Tom Roe")]
    parts = [line for name in people for line in (name, "A house by the harbour was home for years.")]
    assert left(below=f"<section>{''.join(f'<p>{part}</p>' for part in parts)}</section>") == parts


def test_a_standfirst_that_names_its_author_stays():
    deck = "Novelist Jane Doe walks the wall with those who built it."
    assert left(f"<section><p>{deck}</p></section>") == [deck]


def test_an_author_introduced_above_the_story_goes():
    told = "Jane Doe is a reporter who covers harbours."
    assert left(f"<section><p>{told}</p></section>") == []


def test_a_name_alone_tells_nothing():
    assert not tells_of_author("The reporters met Jane Doe on the wall.", {"Ann", "Poe"})
    assert not tells_of_author("Ask the Old Poe Company today, and its specialists.", {"Ann", "Poe"})
    assert tells_of_author("Poe is a special correspondent.", {"Ann", "Poe"})


def test_an_author_that_is_no_person_has_no_biography():
    told = "<section><p>Our Editors have worn boots for a decade and writers clean them.</p></section>"
    tree = document_fromstring(f"<html><body><h1>{TITLE}</h1>{told}{STORY}{told}</body></html>")
    decisions = [Decision(block.kind, block.text, block.text != TITLE, None, block) for block in segment(tree)]
    drop_author_boxes(decisions, Edges(decisions, TITLE), ["Our Editors", "Harbour"])
    assert sum(item.kept for item in decisions) == len(PROSE) + 2


def test_an_obituary_of_a_writer_stays():
    life = [
        "Jane Roe, who has died aged 90, was a writer of the sea and of those who live by it, all her life.",
        "She is a writer, her teacher said when she was nine, and so she became one, in the attic by the harbour.",
        "Jane Roe is a historian of storms, a critic once wrote, and she framed the page and hung it in the hall.",
        "She is survived by her daughter, the novelist Ann Roe, and by the bees on the roof of the old customs house.",
    ]
    body = f"""<html lang="en"><head><title>Jane Roe, writer of the sea | Harbour News</title></head><body><main>
    <h1>Jane Roe, writer of the sea</h1><div>{"".join(f"<p>{text}</p>" for text in life)}</div></main></body></html>"""
    result = extract_page(page(body))
    assert isinstance(result, Article)
    assert result.text.split("\n") == life
