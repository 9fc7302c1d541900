import pytest
from lxml.html import HtmlElement, document_fromstring

from crawlers.extract.fields.near import blocks_near
from crawlers.extract.markup.walk import segment

HEADER = '<div class="head"><div class="line"><h1>Headline</h1></div><p>By Ada Brook</p></div>'
STORY = '<div class="story"><p>First of the story.</p><p>Second of the story.</p></div>'
OTHERS = '<div class="others"><p>Another story.</p></div>'


def read(body: str) -> tuple[HtmlElement, HtmlElement]:
    tree = document_fromstring(f"<html><body>{body}</body></html>")
    return tree, next(iter(tree.find_class("story")))


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        (
            f"{OTHERS}<main>{HEADER}{STORY}</main>",
            ["Headline", "By Ada Brook", "First of the story.", "Second of the story."],
        ),
        (f"{OTHERS}{STORY}", None),
        (f"{OTHERS}<h1>Site</h1>{HEADER}{STORY}", None),
        (
            STORY.replace("<p>First", "<h1>Headline</h1><p>First"),
            ["Headline", "First of the story.", "Second of the story."],
        ),
    ],
    ids=["headline above", "no headline", "two headlines", "headline within"],
)
def test_blocks_around_the_headline_and_of_the_story(body, texts):
    tree, root = read(body)
    blocks = blocks_near(tree, root, segment(root))
    assert (blocks and [block.text for block in blocks]) == texts
    assert blocks is None or [block.index for block in blocks] == list(range(len(blocks)))
