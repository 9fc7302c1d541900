"""Pages that list stories, and stories that look like lists."""

import pytest

from crawlers.extract import extract_page
from crawlers.model import Article, Rejection
from schemas import Outcome
from tests.crawlers.extract.pages import PROSE, page

PLACES = ["Portby", "Saltham", "Marhaven", "Old Quay", "Fishery Hill", "Lantern Point", "Tollgate", "Upper Mole"]
STORIES = [
    (f"Breakwater of {place} to be rebuilt", f"Work at {place} begins in April and should take eighteen months in all.")
    for place in PLACES
]
STYLES = {
    "articles": '<article><h2><a href="{href}">{title}</a></h2><p>{teaser}</p><time>March 3</time></article>',
    "blocks": '<div class="item"><a href="{href}"><h3>{title}</h3></a><p>{teaser}</p></div>',
    "items": '<li><a href="{href}">{title}</a><p>{teaser}</p></li>',
}


def listing(style: str = "articles", stories: int = 8, host: str = "") -> str:
    return "".join(
        STYLES[style].format(href=f"{host}/news/{number}", title=title, teaser=teaser)
        for number, (title, teaser) in enumerate(STORIES[:stories])
    )


def read(main: str, head: str = "") -> Article | Rejection:
    return extract_page(
        page(
            f"<!DOCTYPE html><html lang='en'><head><title>Coast | Harbour News</title>{head}</head>"
            f"<body><nav><ul><li><a href='/'>Home</a></li></ul></nav><main>{main}</main></body></html>",
            url="https://www.harbournews.example/coast",
        )
    )


@pytest.mark.parametrize("style", STYLES)
def test_a_page_that_lists_stories_is_no_article(style):
    result = read(f"<h1>Coast</h1>{listing(style)}")
    assert isinstance(result, Rejection)
    assert (result.outcome, result.detail) == (Outcome.NO_ARTICLE, "an index of 8 stories")


def test_of_a_story_with_others_listed_below_the_story_stays():
    story = "".join(f"<p>{paragraph}</p>" for paragraph in PROSE[:3])
    result = read(f"<article><h1>Harbour board votes</h1>{story}</article><section>{listing()}</section>")
    assert isinstance(result, Article)
    assert result.text.split("\n")[-3:] == PROSE[:3]
    assert STORIES[0][1] not in result.text


@pytest.mark.parametrize(
    ("entries", "head"),
    [
        (listing(), '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "The week"}</script>'),
        (listing(), '<meta property="article:published_time" content="2026-03-01T08:00:00Z">'),
        (listing(host="https://elsewhere.example"), ""),
        (listing(stories=5), ""),
        ("".join(f"<h2>{title}</h2><p>{teaser} {teaser}</p>" for title, teaser in STORIES), ""),
    ],
    ids=["says that it is a story", "has a time of publication", "leads to other sites", "few", "leads nowhere"],
)
def test_a_story_in_the_form_of_a_list_stays(entries, head):
    result = read(f"<h1>The week on the coast</h1>{entries}", head)
    assert isinstance(result, Article)
    assert STORIES[0][1] in result.text
