"""The story by its prose, or by its first words, alone: for pages in which the generic extractor finds nothing."""

from collections import Counter

from lxml.html import HtmlElement

from crawlers.extract.markup.segments import Segment, key_of

PROSE = 90
"""Characters that make a block without links prose."""

LEAST = 400
"""Characters of prose a page must have."""

SHARE = 0.7
"""Of the page's prose, what the story's container holds at least."""

BEGINS = 30
"""Letters and digits of a description by which the paragraph it was taken from is known."""

KINDS = frozenset({"paragraph", "heading", "quote", "list_item", "table_row", "code"})
NO_STORY = frozenset({"nav", "footer", "form"})


def densest(segments: list[Segment]) -> set[int]:
    """Indexes of the blocks of the smallest container with most of the page's prose; empty where there is little."""
    weights: Counter[HtmlElement] = Counter()
    whole = 0
    for block in segments:
        if not is_prose(block):
            continue
        whole += len(block.text)
        for element in (block.element, *block.element.iterancestors()):
            weights[element] += len(block.text)
    if whole < LEAST:
        return set()
    # Of nested holders, the innermost: it comes last in document order.
    holders = [element for element, chars in weights.items() if chars >= SHARE * whole]
    container = max(holders, key=lambda element: sum(1 for _ in element.iterancestors()))
    return {block.index for block in segments if _part(block, container)}


def opening(segments: list[Segment], description: str | None) -> set[int]:
    """Index of the first prose that begins as the page's description does: many give their first sentence as such.

    A dateline may stand before it.
    """
    begins = key_of(description or "")[:BEGINS]
    if len(begins) < BEGINS:
        return set()
    first = next((block.index for block in segments if is_prose(block) and begins in block.bare()[: 2 * BEGINS]), None)
    return set() if first is None else {first}


def is_prose(block: Segment) -> bool:
    """Whether a block reads like prose: shown, long, hardly linked."""
    return not block.hidden and len(block.text) >= PROSE and block.link_share <= 0.3 and block.kind in KINDS


def _part(block: Segment, container: HtmlElement) -> bool:
    if block.hidden or block.link_share > 0.5 or block.kind not in KINDS:
        return False
    for element in (block.element, *block.element.iterancestors()):
        if element is container:
            return True
        if element.tag in NO_STORY:
            return False
    return False
