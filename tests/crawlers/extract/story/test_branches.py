"""Which container holds the story: weights of elements, their sums outwards, branches beside."""

from collections import Counter

from lxml.html import HtmlElement, document_fromstring

from crawlers.extract.markup.walk import segment
from crawlers.extract.story.branches import Branches, innermost, right_in, with_around
from crawlers.extract.story.decision import Decision

PAGE = (
    "<html><body><div id='a'><p>One two</p><div id='b'><p>Three</p></div></div>"
    "<div id='c'><p>Four</p></div></body></html>"
)


def taken(html: str = PAGE) -> tuple[HtmlElement, list[Decision]]:
    tree = document_fromstring(html)
    return tree, [Decision(block.kind, block.text, True, None, block) for block in segment(tree)]


def by_id(tree: HtmlElement, name: str) -> HtmlElement:
    return tree.get_element_by_id(name)


def test_an_element_weighs_what_is_in_it_at_any_depth():
    tree, items = taken()
    direct = right_in(items)
    assert {element.get("id"): chars for element, chars in direct.items()} == {"a": 7, "b": 5, "c": 4}
    whole = with_around(direct)
    assert whole[by_id(tree, "a")] == 12
    assert whole[by_id(tree, "b")] == 5
    assert whole[tree] == whole[tree.find("body")] == direct.total() == 16


def test_the_innermost_element_of_a_weight_is_found():
    tree, items = taken()
    whole = with_around(right_in(items))
    assert innermost(whole, 12) is by_id(tree, "a")
    assert innermost(whole, 13) is tree.find("body")
    assert innermost(whole, 5, most=12) is by_id(tree, "b")
    assert innermost(whole, 17) is None
    assert innermost(Counter(), 0) is None


def test_a_branch_is_the_outermost_element_beside_the_storys():
    tree, items = taken()
    story = by_id(tree, "b")
    beside = Branches((story, *story.iterancestors()))
    assert [found.tag if (found := beside.of(item)) is not None else None for item in items] == ["p", "p", "div"]
    assert beside.of(items[2]) is by_id(tree, "c")
    assert Branches(story.iterancestors()).of(items[1]) is story
