"""Which container holds the story, and which others stand beside it."""

from collections import Counter
from collections.abc import Iterable
from math import inf

from lxml.html import HtmlElement

from crawlers.extract.story.decision import Decision


def taken_from(decisions: Iterable[Decision]) -> list[Decision]:
    """The blocks taken as the story's text."""
    return [item for item in decisions if item.kept and item.kind != "caption" and item.segment is not None]


def right_in(taken: Iterable[Decision]) -> Counter[HtmlElement]:
    """Characters of blocks by the elements that have them right in them."""
    weights: Counter[HtmlElement] = Counter()
    for item in taken:
        if item.segment is not None:
            element = item.segment.element
            parent = element.getparent()
            weights[element if parent is None else parent] += len(item.text)
    return weights


def with_around(weights: Counter[HtmlElement]) -> Counter[HtmlElement]:
    """The same for the elements around, too, each with all that is in it at any depth."""
    # From the innermost elements outwards: each passes what it has to its parent once, however deep the page is.
    found = Counter(weights)
    depths: dict[HtmlElement, int] = {}
    for element in weights:
        chain: list[HtmlElement] = []
        node: HtmlElement | None = element
        while node is not None and node not in depths:
            chain.append(node)
            node = node.getparent()
        depth = depths[node] if node is not None else -1
        depths |= {inner: depth + number for number, inner in enumerate(reversed(chain), 1)}
    for element in sorted(depths, key=depths.__getitem__, reverse=True):
        parent = element.getparent()
        if parent is not None:
            found[parent] += found[element]
    return found


def innermost(weights: Counter[HtmlElement], least: float, most: float = inf) -> HtmlElement | None:
    """The innermost element of a weight between two; None where there is none."""
    holders = [element for element, chars in weights.items() if least <= chars < most]
    return max(holders, key=lambda element: sum(1 for _ in element.iterancestors()), default=None)


class Branches:
    """The outermost element around a block that is none of the `holders`, which are elements around one another."""

    def __init__(self, holders: Iterable[HtmlElement]) -> None:
        self._known: dict[HtmlElement, HtmlElement | None] = dict.fromkeys(holders)

    def of(self, item: Decision) -> HtmlElement | None:
        """The branch of a block; None where the block's element is a holder itself."""
        chain: list[HtmlElement] = []
        node = item.segment.element if item.segment is not None else None
        while node is not None and node not in self._known:
            chain.append(node)
            node = node.getparent()
        branch = self._known[node] if node is not None else None
        if branch is None and chain:
            branch = chain[-1]
        for element in chain:
            self._known[element] = branch
        return branch
