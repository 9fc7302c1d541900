"""What was taken from past the story, out of containers of its own; and how the story goes on in another."""

import pytest
from lxml.html import document_fromstring

from crawlers.extract import extract_page
from crawlers.extract.markup.walk import segment
from crawlers.extract.story.beyond import MOST_CHARS, leave_beyond
from crawlers.extract.story.decision import Decision
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, article, page

STORY = f"<div class='body'><h1>Town votes</h1>{''.join(f'<p>{paragraph}</p>' for paragraph in PROSE)}</div>"
APPEAL = "Harbour News lives from its readers. If you can, give us the price of a coffee a month, and thank you."


def decided(body: str) -> list[Decision]:
    """Decisions on a page's blocks, all of which were taken."""
    tree = document_fromstring(f"<html><body>{body}</body></html>")
    return [Decision(block.kind, block.text, True, None, block) for block in segment(tree)]


def left_out(body: str, *, stated: frozenset[int] = frozenset()) -> list[str]:
    decisions = decided(body)
    leave_beyond(decisions, stated)
    gone = [item for item in decisions if not item.kept]
    assert {item.rule for item in gone} <= {"beyond"}
    return [item.text for item in gone]


@pytest.mark.parametrize(
    "past",
    [
        f"<div><p>{APPEAL}</p></div>",
        f"<section><div><div><p>{APPEAL}</p></div></div></section>",
        f"<div>{APPEAL}</div>",
        f"<table><tr><td width='100%'><p>{APPEAL}</p></td></tr></table>",
        f"<p></p><aside><h3>Before you go</h3><p>{APPEAL}</p></aside>",
    ],
)
def test_prose_in_a_container_past_the_story_is_left_out(past):
    assert APPEAL in left_out(STORY + past)


def test_a_story_of_parts_ends_with_the_container_around_them():
    parts = "".join(f"<section><p>{paragraph}</p></section>" for paragraph in PROSE)
    assert left_out(f"<div><div>{parts}</div><div><p>{APPEAL}</p></div></div>") == [APPEAL]


@pytest.mark.parametrize(
    "past",
    [
        f"<p>{APPEAL}</p>",
        f"<blockquote>{APPEAL}</blockquote>",
        f"<ul><li>{APPEAL}</li></ul>",
        f"<h2>{APPEAL}</h2>",
        "<table><tr><th>Wall</th><th>Metres</th></tr><tr><td>North</td><td>120</td></tr></table>",
    ],
)
def test_a_paragraph_right_after_the_container_may_be_the_last(past):
    assert left_out(STORY + past) == []


def test_a_further_container_like_the_storys_own_is_told_on():
    last, advert = "The quarry's owner said he could deliver by March.", "<div><a href='/ad'>Advertisement</a></div>"
    assert left_out(f"{STORY}{advert}<div class='body'><p>{last}</p></div>") == ["Advertisement"]


def test_what_is_long_is_told_on():
    part = f"<section><p>{'The wall was built by hand in the year of the great frost. ' * 30}</p></section>"
    assert len(part) > MOST_CHARS
    assert left_out(STORY * 9 + part) == []
    assert left_out(f"{STORY}<section><p>{' '.join(PROSE)[: len(''.join(PROSE)) * 2 // 3]}</p></section>") == []


def test_what_the_page_states_as_its_story_stays():
    body = f"{STORY}<section><p>{APPEAL}</p></section>"
    number = next(item.segment.index for item in decided(body) if item.text == APPEAL and item.segment)
    assert left_out(body, stated=frozenset({number})) == []


def test_where_no_container_holds_the_story_nothing_is_told():
    spread = "".join(f"<div><div><p>{paragraph}</p></div><hr></div>" for paragraph in PROSE)
    assert left_out(spread + f"<section><p>{APPEAL}</p></section>") == []
    assert left_out("") == []


def test_an_appeal_below_a_story_on_a_page_without_telling_names():
    html = article().replace("</article>", f"</article><div class='x1'><div class='x2'><p>{APPEAL}</p></div></div>")
    for name in ("story__body", "story__headline", "story", "sidebar", "site-header", "site-footer"):
        html = html.replace(f'class="{name}"', f'class="c{len(name)}"')
    result = extract_page(page(html))
    assert isinstance(result, Article)
    assert result.text == "\n".join(PROSE)


MORE = "<p><a href='/join'>Become a member of Harbour News, from today on and for good</a></p>"


@pytest.mark.parametrize(("button", "gone"), [(MORE, True), ("", False)])
def test_boxes_that_are_more_than_the_story_go_where_a_part_of_each_was_left_out(button, gone):
    """Each of the boxes past the story is small, but together they are more than it."""
    boxes = "".join(f"<div class='box{n}'><p>{APPEAL} {n}</p><p>{APPEAL} Or {n}.</p>{button}</div>" for n in range(4))
    tree = document_fromstring(f"<html><body>{STORY}{boxes}</body></html>")
    decisions = [Decision(block.kind, block.text, block.link_share < 0.8, None, block) for block in segment(tree)]
    leave_beyond(decisions)
    assert any(APPEAL in item.text for item in decisions if item.kept) is not gone
    assert [item.text for item in decisions if item.kept][1:5] == PROSE
