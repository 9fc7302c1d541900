"""Pages that are no article although they have text: the front page in a story's place, labels alone."""

import pytest
from lxml.html import document_fromstring

from crawlers.extract import extract_page
from crawlers.extract.markup.walk import segment
from crawlers.extract.story.decision import Decision
from crawlers.extract.story.nothing import drop_labels_alone, is_front_page
from crawlers.model import Article, Rejection
from schemas import Outcome
from tests.crawlers.extract.pages import article, page

HOST = "https://www.harbournews.example"
STORY = f"{HOST}/town/votes-to-rebuild-breakwater"


@pytest.mark.parametrize(
    ("address", "stated", "said", "expected"),
    [
        (STORY, f"{HOST}/", ("Harbour News", "News, weather and tides"), True),
        (STORY, "https://harbournews.example", ("Harbour News", None), True),
        (STORY, f"{HOST}/", ("Town votes for its breakwater", None), False),
        (STORY, f"{HOST}/", ("Harbour News", "The town votes today"), False),
        (STORY, STORY, ("Harbour News", None), False),
        (STORY, f"{HOST}/?p=12", ("Harbour News", None), False),
        (STORY, "https://www.webworks.example/", ("Harbour News", None), False),
        (STORY, f"{HOST}/", ("Гавань: новости", None), False),
        (STORY, None, ("Harbour News", None), False),
        (f"{HOST}/", f"{HOST}/", ("Harbour News", None), False),
        (f"{HOST}/town/12345678.html", f"{HOST}/", ("Harbour News", None), False),
    ],
)
def test_the_front_page_in_a_storys_place_is_told(address, stated, said, expected):
    assert is_front_page(address, stated, said) is expected


def test_it_gives_no_article_and_a_story_on_a_site_that_always_states_its_root_does():
    root = f'<link rel="canonical" href="{HOST}/">'
    front = extract_page(page(article(title="Harbour News", head=root), url=f"{HOST}/town/mayor-opens-fish-market"))
    assert isinstance(front, Rejection)
    assert front.outcome is Outcome.NO_ARTICLE
    story = extract_page(page(article(head=root), url=STORY))
    assert isinstance(story, Article)


LINK = "<p><a href='/latest'>{}</a></p>"


@pytest.mark.parametrize(
    ("blocks", "stays"),
    [
        ("<h2>Weather and tides</h2><h2>Take our news with you</h2><h2>National News and Sports</h2>", False),
        (LINK.format("All the news of the harbour, of its ferries and of its fish market today") * 2, False),
        ("<p>The wall holds, and the fish market opens.</p>" + "<h2>National News and Sports</h2>" * 2, True),
        ("<p>Nine boats left at dawn and all of them came back before the storm</p>", True),
        ("".join(f"<p>over the wall number {n} the sea came in</p>" for n in range(9)), True),
    ],
)
def test_a_page_without_a_sentence_holds_no_story(blocks, stays):
    tree = document_fromstring(f"<html><body>{blocks}</body></html>")
    decisions = [Decision(block.kind, block.text, True, None, block) for block in segment(tree)]
    drop_labels_alone(decisions)
    assert all(item.kept for item in decisions) is stays
    assert any(item.kept for item in decisions) is stays
