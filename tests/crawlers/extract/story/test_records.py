"""Lists of other stories, known by the form of their entries; and lists that are the story's own."""

import pytest
from lxml.html import document_fromstring

from crawlers.extract import extract_page
from crawlers.extract.markup.segments import mark_host
from crawlers.extract.markup.walk import segment
from crawlers.extract.story.decision import Decision
from crawlers.extract.story.records import drop_records
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, article, page

TITLE = "Town votes"
TITLES = [
    "Ferry timetable changes from Sunday",
    "Bakery on the quay to close after a century",
    "Seal pup found asleep in the post office",
    "Lifeboat crew wants a second engine",
]
TEASER = "The change had been announced in autumn; few had noticed, and nobody had objected until the week before."
BRIEF = "Nobody had noticed."
LONG = " ".join([TEASER] * 6)
STYLES = {
    "items": '<li><span>Harbour</span><h3><a href="/{n}">{title}</a></h3><p>{teaser}</p></li>',
    "cards": '<div><img src="{n}.jpg"><div><h4><a href="/{n}">{title}</a></h4><p>{teaser}</p></div></div>',
    "kickers": '<section><h3>Harbour: <a href="/{n}">{title}</a></h3><div>{teaser}</div></section>',
    "lines": '<li><a href="/{n}">{title}</a> <span>{teaser}</span></li>',
    "links": '<article><a href="/{n}">{title}</a><p>{teaser}</p><time>2 March</time></article>',
}


def entries(style: str = "items", count: int = 4, teaser: str = TEASER, host: str = "") -> str:
    form = '<h3><a href="/{n}">{title}</a></h3><p>{teaser}</p>' if style == "headings" else STYLES[style]
    made = (
        form.format(n=number, title=title, teaser=f"{number}. {teaser}").replace('href="', f'href="{host}')
        for number, title in enumerate(TITLES[:count])
    )
    return "".join(made)


def paragraphs(prose: list[str]) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in prose)


def judged(body: str) -> list[Decision]:
    """Decisions on a page of which every block that is no link was taken, once the lists are out."""
    tree = document_fromstring(f"<html><body>{body}</body></html>")
    mark_host(tree, "https://www.harbournews.example/news/breakwater")
    decisions = [Decision(block.kind, block.text, block.link_share < 0.8, None, block) for block in segment(tree)]
    drop_records(decisions, TITLE)
    return decisions


STORY = f"<main><h1>Town votes</h1><div>{paragraphs(PROSE * 2)}</div></main>"


@pytest.mark.parametrize("style", STYLES)
def test_entries_below_the_story_go_with_all_their_text(style):
    decisions = judged(f"{STORY}<div><h2>What else happened</h2><div>{entries(style)}</div></div>")
    assert [item.text for item in decisions if item.kept] == ["Town votes", *PROSE * 2]


def test_a_short_list_at_the_end_of_the_story_itself_goes():
    decisions = judged(f"<div>{paragraphs(PROSE * 4)}<ul>{entries(teaser=BRIEF)}</ul></div>")
    assert [item.text for item in decisions if item.kept] == PROSE * 4


@pytest.mark.parametrize(("headline", "gone"), [("<h1>Town votes</h1>", True), ("", False)])
def test_entries_below_a_story_shorter_than_they_are_go_where_its_headline_stands_above(headline, gone):
    listed = entries(teaser=" ".join([TEASER] * 3))
    decisions = judged(f"<main>{headline}<div>{paragraphs(PROSE)}</div></main><div><div>{listed}</div></div>")
    assert [item.text for item in decisions if item.kept and item.text in PROSE] == PROSE
    assert any(TEASER in item.text for item in decisions if item.kept) is not gone


@pytest.mark.parametrize("style", STYLES)
def test_entries_above_the_headline_go_however_much_they_say(style):
    decisions = judged(f"<div>{entries(style, teaser=f'{TEASER} {TEASER}')}</div>{STORY}")
    assert [item.text for item in decisions if item.kept] == ["Town votes", *PROSE * 2]


def test_of_the_headings_above_a_list_the_nearest_goes():
    decisions = judged(f"{STORY}<div><h3>Post a comment</h3><h3>Read on</h3><div>{entries()}</div></div>")
    assert [item.text for item in decisions if item.kept][-1] == "Post a comment"


@pytest.mark.parametrize(
    "body",
    [
        f"{STORY}<div>{entries(count=2)}</div>",
        f"{STORY}<div>{entries(host='https://elsewhere.example')}</div>",
        f"{STORY}<div>{entries(host='#')}</div>",
        f"<main>{paragraphs(PROSE * 20)}</main><div>{entries(teaser=LONG)}</div>",
        f"<div>{paragraphs(PROSE * 4)}<ul>{entries(teaser=BRIEF)}</ul>{paragraphs(PROSE * 4)}</div>",
        f"<div>{paragraphs(PROSE * 4)}{entries('cards', teaser=BRIEF)}</div>",
        f"<main><div>{paragraphs(PROSE)}</div><div>{entries(teaser=f'{TEASER} {TEASER}')}</div></main>",
        f"<div>{paragraphs(PROSE * 4)}<ul>{entries('lines', teaser=BRIEF)}</ul></div>",
        f"{STORY}<div>{entries('headings', teaser=BRIEF)}<h3><a href='/all'>All that happened</a> elsewhere</h3></div>",
        f"<main>{paragraphs(PROSE[:1])}</main><div>{entries(count=3, teaser='Soon.')}</div>",
    ],
    ids=[
        "two entries",
        "links to another site",
        "links to places on the page",
        "entries that tell a story each",
        "a list amid the story",
        "entries beside the paragraphs",
        "a list of half the text",
        "links with a word on each",
        "steps below headings that are links",
        "a page without a story above",
    ],
)
def test_other_lists_stay(body):
    assert not any(item.rule for item in judged(body))


def test_links_that_the_story_sends_its_readers_to_stay():
    links = "".join(f"<li><p><a href='/{n}'>{title}</a></p><p>Map</p></li>" for n, title in enumerate(TITLES[:2]))
    links += "".join(f"<li><a href='/{n}'>{title}</a></li>" for n, title in enumerate(TITLES))
    decisions = judged(f"<div>{paragraphs(PROSE * 4)}<ul>{links}</ul></div>")
    assert not any(item.rule for item in decisions)


def test_teasers_that_a_generic_extractor_took_are_no_part_of_the_article():
    body = article(prose=PROSE * 2).replace("</main>", f"<div>{entries('links')}</div></main>")
    result = extract_page(page(body))
    assert isinstance(result, Article)
    assert TEASER not in result.text
    assert result.text.split("\n")[0] == PROSE[0]
