"""Blocks of a page and of containers in it, some of them within others: each part of the page is walked once."""

from collections.abc import Iterable

from lxml.html import HtmlElement

from crawlers.extract.markup.segments import Segment
from crawlers.extract.markup.walk import INLINE, KINDS, SKIPPED, is_hidden, show, walk

COLOURING = INLINE | KINDS.keys() | SKIPPED | {"tr"}
"""Elements that may decide what becomes of the blocks within them, which so can't be cut without them."""


class Cut:
    """The blocks of a page's containers, and of all of it; `segment` gives the same of each, and walks it anew."""

    def __init__(self, tree: HtmlElement) -> None:
        self._tree = tree
        self._whole: list[Segment] | None = None
        self._known: dict[HtmlElement, list[Segment]] = {}
        """Containers that a walk over the page needs not enter again."""

    def of(self, roots: Iterable[HtmlElement]) -> dict[HtmlElement, list[Segment]]:
        """The blocks of each of the elements."""
        found: dict[HtmlElement, list[Segment]] = {}
        walked: set[HtmlElement] = set()
        for root in sorted(set(roots), key=lambda element: sum(1 for _ in element.iterancestors())):
            outer = next((element for element in root.iterancestors() if element in walked), None)
            part = _part(found[outer], outer, root) if outer is not None else None
            if part is None:
                part = walk(root)
                walked.add(root)
            found[root] = part
        # What is hidden in a container may be shown in it, and be hidden in the page.
        self._known = {root: found[root] for root in walked if not any(block.hidden for block in found[root])}
        for blocks in {id(blocks): blocks for blocks in found.values()}.values():
            show(blocks)
        return found

    def whole(self) -> list[Segment]:
        """The blocks of the page; cut once, when first asked for."""
        if self._whole is None:
            self._whole = walk(self._tree, self._known)
            show(self._whole)
        return self._whole


def _part(blocks: list[Segment], outer: HtmlElement, inner: HtmlElement) -> list[Segment] | None:
    """The blocks of an inner element, picked from an outer one's; None where what is around it would colour them."""
    if inner.tag in INLINE or "-" in str(inner.tag) or inner.tag == "tr":
        return None
    for node in inner.iterancestors():
        if node.tag in COLOURING or is_hidden(node):
            return None
        if node is outer:
            break
    known: dict[HtmlElement, bool] = {inner: True, outer: False}
    own = [block for block in blocks if within(block.element, known)]
    return blocks if len(own) == len(blocks) else [block.numbered(number) for number, block in enumerate(own)]


def within(element: HtmlElement, known: dict[HtmlElement, bool]) -> bool:
    """Whether an element is one of those known to be within, or stands in one; `known` grows by what is passed."""
    passed: list[HtmlElement] = []
    node: HtmlElement | None = element
    while node is not None and node not in known:
        passed.append(node)
        node = node.getparent()
    found = node is not None and known[node]
    known.update(dict.fromkeys(passed, found))
    return found
