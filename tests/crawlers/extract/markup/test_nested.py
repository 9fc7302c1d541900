import pytest
from lxml.html import document_fromstring

from crawlers.extract.markup.nested import Cut
from crawlers.extract.markup.walk import segment

PROSE = "The council voted to repair the harbour wall before the winter storms come back again. "
PAGES = {
    "plain": "<div id=a><p>Before</p><div id=b><h2>Title</h2>loose <b>text</b><p>One</p></div>after<p>Below</p></div>",
    "all of it": "<div id=a><div id=b><p>One</p><p>Two</p></div></div>",
    "within a quotation": "<div id=a><blockquote><div id=b><p>One</p>two</div></blockquote></div>",
    "within a list": "<div id=a><p>Zero</p><ul><li><div id=b>One<p>two</p></div></li></ul></div>",
    "within a link": "<div id=a><a href=/x><div id=b>One<p>two</p></div></a></div>",
    "within a data row": "<table id=a><tr><td>One</td><td><div id=b>Two</div></td></tr></table>",
    "hidden around": f"<div id=a><p>Zero</p><div hidden><div id=b><p>{PROSE}</p></div></div></div>",
    "hidden itself": f"<div id=a><p>{PROSE}</p><div id=b hidden><p>{PROSE * 20}</p></div></div>",
    "hidden within": f"<div id=a><p>{PROSE * 12}</p><div id=b><p>One</p><p hidden>{PROSE * 20}</p></div></div>",
    "an inline element": "<div id=a>One <span id=b>two<p>three</p></span> four</div>",
    "beside each other": "<div id=a><p>One</p></div><div id=b><p>Two</p></div>",
    "in a form's button": "<div id=a><button><div id=b>One</div></button><p>Two</p></div>",
}


def described(blocks):
    return [
        (block.index, block.kind, block.text, block.element, block.link_chars, block.emphasis_chars, block.hidden)
        for block in blocks
    ]


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("order", ["ab", "ba"])
def test_blocks_of_containers_within_each_other_are_those_of_each_alone(html, order):
    tree = document_fromstring(f"<html><body>{html}</body></html>")
    roots = [tree.get_element_by_id(name) for name in order]
    found = Cut(tree).of([*roots, tree])
    for root in (*roots, tree):
        assert described(found[root]) == described(segment(root))
        assert all(block is found[root][block.index] for block in found[root])


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("chosen", ["a", "b", "ab"])
def test_blocks_of_a_page_are_the_same_where_those_of_containers_in_it_are_known(html, chosen):
    tree = document_fromstring(f"<html><body><p>Above</p>{html}<p>Below</p></body></html>")
    cut = Cut(tree)
    cut.of(tree.get_element_by_id(name) for name in chosen)
    assert described(cut.whole()) == described(segment(tree))
    assert cut.whole() is cut.whole()
