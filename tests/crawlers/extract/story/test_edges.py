"""Where a story begins and ends by the places of its paragraphs, where classes say nothing and where they differ."""

from lxml.html import document_fromstring

from crawlers.extract.markup.walk import segment
from crawlers.extract.story.decision import Decision
from crawlers.extract.story.edges import Edges
from tests.crawlers.extract.pages import PROSE

TITLE = "Town votes to rebuild breakwater"
STORY = "".join(f"<p>{paragraph}</p>" for paragraph in PROSE)


def outside(body: str, standfirst: str | None = None) -> tuple[list[str], list[str]]:
    """The texts above and below a story on a page of which all was taken but the headline."""
    tree = document_fromstring(f"<html><body>{body}</body></html>")
    decisions = [Decision(block.kind, block.text, block.text != TITLE, None, block) for block in segment(tree)]
    marked = {number for number, item in enumerate(decisions) if item.text == standfirst}
    edges = Edges(decisions, TITLE, marked)
    return [decisions[at].text for at in edges.opening], [decisions[at].text for at in edges.ending]


def test_what_stands_at_a_place_of_its_own_is_outside():
    page = f"<h1>{TITLE}</h1><div><span>Harbours</span></div><main>{STORY}</main><section><p>A box.</p></section>"
    assert outside(page) == (["Harbours"], ["A box."])


def test_the_storys_own_first_and_last_lines_are_inside():
    page = f"<h1>{TITLE}</h1><main><p>It was late.</p>{STORY}<p>Nobody spoke.</p></main>"
    assert outside(page) == ([], [])


def test_a_standfirst_that_is_known_is_not_looked_at():
    page = f"<h1>{TITLE}</h1><div><b>The wall stays.</b></div><div><i>Ann</i></div><main>{STORY}</main>"
    assert outside(page, "The wall stays.") == (["Ann"], [])


def test_paragraphs_with_ids_of_their_own_are_told_by_their_container():
    named = "".join(f"<p id='{name}'>{text}</p>" for name, text in zip("abcd", PROSE, strict=True))
    assert outside(f"<h1>{TITLE}</h1><main>{named}</main><div><p id='e'>A box.</p></div>") == ([], ["A box."])


def test_a_page_of_places_that_are_all_different_tells_nothing():
    named = "".join(f"<div id='{name}'><p>{text}</p></div>" for name, text in zip("abcd", PROSE, strict=True))
    assert outside(f"<h1>{TITLE}</h1>{named}<section><p>A box.</p></section>") == ([], [])


def test_without_a_headline_nothing_is_above_the_story():
    assert outside(f"<div><span>Harbours</span></div><main>{STORY}</main>") == ([], [])
