"""The element with most of the page's prose right in it, where the generic extractor took hardly any of that."""

from collections import Counter

from lxml.html import HtmlElement

from crawlers.extract.markup.segments import Segment
from crawlers.extract.story.dense import is_prose

LEAST, SHARE = 300, 0.15
"""Characters of prose such an element has right in it, and share of the page's, at least."""

MISSED = 0.5
"""Share of its prose that was taken, at most."""

KINDS = frozenset({"paragraph", "heading", "quote"})


def heaviest(segments: list[Segment], kept: set[int]) -> set[int]:
    """Indexes of the blocks right in that element, of which some others were taken; empty where nothing was missed."""
    weights: Counter[HtmlElement] = Counter()
    for block in segments:
        parent = block.element.getparent()
        if parent is not None and block.kind in KINDS and is_prose(block):
            weights[parent] += len(block.text)
    if not weights:
        return set()
    holder, chars = weights.most_common(1)[0]
    if chars < max(LEAST, SHARE * weights.total()):
        return set()
    own = [block for block in segments if block.element.getparent() is holder]
    taken = sum(len(block.text) for block in own if block.index in kept and is_prose(block))
    if taken > MISSED * chars or not any(block.index in kept for block in own):
        return set()
    return {block.index for block in own if block.kind in KINDS and not block.hidden and block.link_share < 0.5}
