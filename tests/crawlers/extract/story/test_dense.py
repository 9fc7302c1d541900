"""The story where the generic extractor took hardly any of it: by its first words, and by the heaviest element."""

import pytest
from lxml.html import document_fromstring

from crawlers.extract import extract_page
from crawlers.extract.markup.segments import Segment
from crawlers.extract.markup.walk import segment
from crawlers.extract.story.dense import opening
from crawlers.extract.story.heaviest import heaviest
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, page

OTHERS = [
    "Harbour News has been printed on the quay since the lighthouse was built, and is read in every house of the town.",
    "The bakery on the quay closes after a century, because nobody wants to get up at two in the morning any more.",
]


def blocks_of(body: str) -> list[Segment]:
    return segment(document_fromstring(f"<html><body>{body}</body></html>"))


def texts(blocks: list[Segment], indexes: set[int]) -> list[str]:
    return [blocks[index].text for index in sorted(indexes)]


@pytest.mark.parametrize(
    ("description", "found"),
    [
        (PROSE[0][:120] + "…", True),
        (PROSE[0], True),
        ("", False),
        (PROSE[0][:20], False),
        ("All that happens on the quay, in the town and on the water around it.", False),
    ],
)
def test_the_story_opens_with_what_the_page_is_described_by(description, found):
    dateline = f"HARBOUR, March 2 - {PROSE[0]}"
    blocks = blocks_of(f"<div>{OTHERS[0]}</div><div>{dateline}</div><div>{OTHERS[1]}</div>")
    assert texts(blocks, opening(blocks, description)) == ([dateline] if found else [])


STORY = "".join(f"<div class='text'>{paragraph}</div>" for paragraph in PROSE)
CREDIT = "Reporting by Jane Doe"


def test_the_element_with_most_prose_right_in_it_is_the_story_where_only_a_scrap_of_it_was_taken():
    blocks = blocks_of(f"<main>{STORY}<p>{CREDIT}</p></main><div><p>{OTHERS[0]}</p></div>")
    assert texts(blocks, heaviest(blocks, {len(PROSE), len(PROSE) + 1})) == [*PROSE, CREDIT]


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        ({5}, "nothing of it was taken: it may be comments, or terms"),
        ({0, 1, 2, 4}, "most of it was taken: what was left out, was so for a reason"),
    ],
)
def test_else_the_heaviest_element_is_none_of_the_story(kept, why):
    blocks = blocks_of(f"<main>{STORY}<p>{CREDIT}</p></main><div><p>{OTHERS[0]}</p></div>")
    assert not heaviest(blocks, kept), why


def test_prose_spread_evenly_has_no_heaviest_element():
    blocks = blocks_of("".join(f"<div><p>{text}</p><p>{CREDIT}</p></div>" for text in [*PROSE, *OTHERS] * 2))
    assert not heaviest(blocks, {1})


def test_a_story_without_paragraphs_between_paragraphs_of_others_is_read():
    """Generic extractors that find no container by its name take what is in `p`."""
    teasers = "".join(f"<div class='b{n}'><p>{text}</p></div>" for n, text in enumerate(OTHERS))
    body = f"""<html><head><title>Town votes to rebuild breakwater</title></head><body>
    <div><h1>Town votes to rebuild breakwater</h1><div>{STORY}<p>{CREDIT}</p></div></div>{teasers}</body></html>"""
    article = extract_page(page(body))
    assert isinstance(article, Article)
    assert article.text.startswith("\n".join(PROSE))
