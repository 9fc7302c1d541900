"""Section and tags: stated, or as the page's own lists have them."""

import json

import pytest
from lxml.html import document_fromstring

from crawlers.extract.fields.head import read_head
from crawlers.extract.fields.topics import read_section, read_tags

TITLE = "Town votes to rebuild breakwater"


def tree_and_head(body: str = "", **node: object):
    script = f'<script type="application/ld+json">{json.dumps(node)}</script>' if node else ""
    tree = document_fromstring(f"<html><head>{script}</head><body>{body}</body></html>")
    return tree, read_head(tree, "https://www.harbournews.example/a")


def section(*steps: object) -> str | None:
    _, head = tree_and_head(**{"@type": "BreadcrumbList", "itemListElement": list(steps)})
    return read_section(head, TITLE, ["Harbour News", "harbournews.example"])


def step(position: int, name: str) -> dict[str, object]:
    return {"@type": "ListItem", "position": position, "item": {"@id": "https://x.example", "name": name}}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([step(1, "Home"), step(2, "Town"), step(3, "Harbour"), step(4, TITLE)], "Town"),
        ([step(3, "Harbour"), step(1, "Startseite"), step(2, "Town")], "Town"),
        ([step(1, "Harbour News"), step(2, "Town")], "Town"),
        ([step(1, "www.harbour.example"), step(2, "My&#x20;Town")], "My Town"),
        ([{"name": "Town", "position": "1"}], "Town"),
        ([step(1, "Home"), step(2, "2016"), step(3, "Town")], "Town"),
        ([step(1, "Home"), step(2, TITLE)], None),
        ([step(1, "Home"), step(2, "How the town at last came to agree on the wall at its harbour mouth")], None),
        (["Town", None, {"item": "https://x.example"}], None),
    ],
)
def test_a_breadcrumb_names_the_section(steps, expected):
    assert section(*steps) == expected


@pytest.mark.parametrize(
    ("stated", "expected"),
    [("Arts, Culture", "Arts, Culture"), ("game,news,slider", "game"), ("A, B, C", "A"), ("2016", None), ("HN", None)],
)
def test_of_a_list_of_sections_the_first_counts(stated, expected):
    _, head = tree_and_head(**{"@type": "NewsArticle", "articleSection": stated})
    assert read_section(head, TITLE, ["HN"]) == expected


def test_a_stated_section_goes_first():
    _, head = tree_and_head(**{"@type": "NewsArticle", "articleSection": ["Sea", "Town"]})
    assert read_section(head, TITLE, []) == "Sea"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "<h1>x</h1><p><a rel='tag' href='/t/wall'>Wall</a> <a rel='nofollow tag' href='/t/sea'>#Sea</a></p>",
            ["Wall", "Sea"],
        ),
        ("<h1>x</h1><ul class='tagList'><li><a href='/t/wall'>Wall (12)</a></li></ul>", ["Wall"]),
        ("<h1>x</h1><div class='article-topics'><a href='/t/wall'>Wall</a></div>", ["Wall"]),
        ("<article><h1>x</h1><footer><nav><a rel='tag' href='/t/wall'>Wall</a></nav></footer></article>", ["Wall"]),
        (
            (
                "<h1>x</h1><ul class='story-body__tags share-list'><li><a href='/s'>Share this with Mail</a></li></ul>"
                "<ul class='story-body__tags'><li><a href='/t'>Wall</a></li></ul>"
            ),
            ["Wall"],
        ),
        ("<h1>x</h1><div class='tags'><a href='/t'>Wall</a><a href='/topics'>See all topics</a></div>", ["Wall"]),
        ("<h1>x</h1><div class='topics'><a href='/q'>How old is the town wall?</a></div>", []),
        ("<h1>x</h1><div class='topics'><a href='/q'>我在港口工作，问我吧！</a></div>", []),
        ("<h1>x</h1><div class='tags'><a href='/t'>Jeopardy!</a></div>", ["Jeopardy!"]),
        ("<nav class='topics'><a href='/t/wall'>Wall</a></nav><h1>x</h1>", []),
        ("<div class='topics'><a href='/t/wall'>Wall</a></div><h1>x</h1>", []),
        ("<h1>x</h1><div class='sidebar'><a rel='tag' href='/t/wall'>Wall</a></div>", []),
        ("<h1>x</h1><ul class='tags'>" + "<li><a href='/t'>Wall</a></li>" * 40 + "</ul>", []),
        ("<h1>x</h1><div class='heritage-stages'><a href='/t/wall'>Wall</a></div>", []),
    ],
)
def test_linked_tags_are_read_where_none_are_stated(body, expected):
    tree, head = tree_and_head(body)
    assert read_tags(head, tree) == expected


def test_stated_tags_are_rid_of_identifiers_and_counts():
    keywords = ["Wall", "8f507083-bac4-423a-9015-2eb31e1bce50", "18153161", "(1) Sea", "Wall"]
    tree, head = tree_and_head("<h1>x</h1><a rel='tag'>Other</a>", **{"@type": "NewsArticle", "keywords": keywords})
    assert read_tags(head, tree) == ["Wall", "Sea"]


def test_a_keyword_that_is_the_pages_title_or_its_type_is_no_tag():
    tree = document_fromstring(
        "<html><head><title>Wall rises - HN</title><meta name='keywords' content='NewsArticle,Wall rises - HN,Wall'>"
    )
    assert read_tags(read_head(tree, "https://www.harbournews.example/a"), tree) == ["Wall"]
