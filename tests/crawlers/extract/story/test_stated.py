"""The story as the page's JSON-LD states it, a second witness for what is story."""

import json

from crawlers.extract import extract_page
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, article, page

WHY, ASIDE = "Why?", "Our quiz of the week"


def told(inside: str, body: list[str]) -> list[str]:
    """The text of a page whose JSON-LD gives the paragraphs of `body`, all in one line, as its story."""
    data = json.dumps({"@type": "NewsArticle", "headline": "Town votes", "articleBody": " ".join(body)})
    result = extract_page(page(article(inside, head=f'<script type="application/ld+json">{data}</script>')))
    assert isinstance(result, Article)
    return result.text.split("\n")


def test_a_paragraph_of_one_word_that_is_stated_stays():
    assert told(f"<p>{WHY}</p>", [*PROSE[:2], WHY, *PROSE[2:]]) == [*PROSE[:2], WHY, *PROSE[2:]]


def test_a_short_line_that_a_whole_statement_lacks_goes():
    assert told(f"<p>{ASIDE}</p>", PROSE) == PROSE


def test_a_label_whose_word_is_stated_goes():
    assert told("<p>Prices</p>", [*PROSE, "Prices. Nobody named them."]) == PROSE


def test_a_short_line_outside_the_stated_story_stays_out():
    outside = f"<p>{WHY}</p>"
    html = article("", head="").replace("</article>", f"</article>{outside}")
    data = json.dumps({"@type": "NewsArticle", "headline": "Town votes", "articleBody": " ".join([*PROSE, WHY])})
    html = html.replace("</head>", f'<script type="application/ld+json">{data}</script></head>')
    result = extract_page(page(html))
    assert isinstance(result, Article)
    assert result.text.split("\n") == PROSE


def test_a_statement_of_another_story_is_not_believed():
    other = ["The bakery on the quay closes after a hundred and two years of bread, cake and gossip."] * 6
    assert told("<p>Nobody at the meeting spoke.</p>", other) == [
        *PROSE[:2],
        "Nobody at the meeting spoke.",
        *PROSE[2:],
    ]
