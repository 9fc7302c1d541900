"""The story by its prose, or by its first words, alone: for pages in which the generic extractor finds nothing."""

from collections import Counter

from lxml.html import HtmlElement

from crawlers.extract.markup.segments import Segment, key_of
from crawlers.extract.story.branches import innermost, with_around

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
    prose: Counter[HtmlElement] = Counter()
    for block in segments:
        if is_prose(block):
            prose[block.element] += len(block.text)
    whole = prose.total()
    container = innermost(with_around(prose), SHARE * whole) if whole >= LEAST else None
    if container is None:
        return set()
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
