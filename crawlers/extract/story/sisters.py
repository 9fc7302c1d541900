"""Blocks the generic extractor missed though they stand where the story stands.

A page's own regularity is evidence: where most text of one place (path of containers) was taken as
story, the rest of that place is story, too; so are headings and lists between story paragraphs of
one parent.
"""

from collections import Counter
from collections.abc import Collection
from itertools import pairwise

from lxml.html import HtmlElement

from crawlers.extract.markup.nested import within
from crawlers.extract.markup.segments import Segment, internal
from crawlers.extract.markup.signature import Paths, signature_of
from crawlers.extract.story.branches import innermost, with_around

MIN_STORY = 200
"""Characters of kept text that make a place a place of the story."""

STORY_SHARE = 0.25
"""Share of a place's text that must have been taken: generic extractors may stop at the first of several chunks."""

MAX_LINK_SHARE = 0.5
REGION = 0.9
"""Share of the text taken that stands in the smallest element around it, at least."""

LEVELS_UP = 3
MAX_HEADING = 160
MAX_ROWS = 80
RESTORED_KINDS = frozenset({"paragraph", "heading", "quote", "list_item", "table_row", "code"})


def restore(segments: list[Segment], kept: set[int]) -> set[int]:
    """Indexes of blocks to take into the story besides those kept."""
    if not kept:
        return set()
    paths = Paths()
    signatures = {block.index: signature_of(block, paths) for block in segments if _may(block)}
    region = _region([segments[index] for index in kept])
    known = {region: True} if region is not None else {}
    inside = {index: place for index, place in signatures.items() if within(segments[index].element, known)}
    total: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for index, place in inside.items():
        total[place] += len(segments[index].text)
        taken[place] += len(segments[index].text) if index in kept else 0
    places = {place for place, chars in taken.items() if chars >= MIN_STORY and chars >= STORY_SHARE * total[place]}
    found = {index for index, place in inside.items() if place in places and index not in kept}
    found |= _between(segments, kept | found)
    return found | _headings(segments, kept | found, inside.keys())


def _may(block: Segment) -> bool:
    return block.kind in RESTORED_KINDS and not block.hidden and block.link_share < MAX_LINK_SHARE


def _region(kept: list[Segment]) -> HtmlElement | None:
    """The smallest element that holds nearly all of the kept text."""
    weights: Counter[HtmlElement] = Counter()
    for block in kept:
        weights[block.element] += len(block.text)
    inner = innermost(with_around(weights), REGION * weights.total())
    if inner is None:
        return None
    # Stories are cut into chunks around advertisements: the other chunks are cousins, a few levels up.
    for _ in range(LEVELS_UP):
        outer: HtmlElement | None = inner.getparent()
        if outer is None or outer.tag in {"body", "html"} or inner.tag == "article":
            break
        inner = outer
    return inner


def _between(segments: list[Segment], kept: set[int]) -> set[int]:
    """Blocks between two kept neighbours of one parent: children of that parent, or items of its lists."""
    found: set[int] = set()
    for left, right in pairwise(sorted(kept)):
        if not 1 < right - left <= 8:
            continue
        parent = _holder(segments[left])
        if parent is None or _holder(segments[right]) is not parent:
            continue
        for index in range(left + 1, right):
            block = segments[index]
            item = block.kind == "list_item" and not block.hidden and (block.link_share < 0.5 or not internal(block))
            plain = _may(block) and block.kind in {"heading", "paragraph", "quote"}
            if (item or plain) and _holder(block) is parent:
                found.add(index)
    return found | _headings_of(segments, kept | found)


def _headings_of(segments: list[Segment], kept: set[int]) -> set[int]:
    """Headings right above a kept block of the same parent, once the story has begun, whatever stands above them."""
    begun = {_holder(segments[index]) for index in sorted(kept)[:-1]}
    first = min(kept, default=0)
    return {
        index - 1
        for index in kept
        if index - 1 not in kept
        and index > first
        and segments[index - 1].kind == "heading"
        and _may(segments[index - 1])
        and _holder(segments[index - 1]) is _holder(segments[index])
        and _holder(segments[index]) in begun
    }


def _holder(block: Segment) -> HtmlElement | None:
    """The element that holds a block: its parent, for a list's item the parent of the list."""
    parent = block.element.getparent()
    if parent is not None and block.element.tag == "li" and parent.tag in {"ul", "ol"}:
        return parent.getparent()
    if block.kind == "table_row":
        table = next(block.element.iterancestors("table"), None)
        return table.getparent() if table is not None else None
    return parent


def table_rows(segments: list[Segment], kept: set[int]) -> set[int]:
    """Rows of data tables that stand between kept blocks of the table's own parent."""
    found: set[int] = set()
    for left, right in pairwise(sorted(kept)):
        parent = _holder(segments[left])
        if not 1 < right - left <= MAX_ROWS or parent is None or _holder(segments[right]) is not parent:
            continue
        rows = [segments[index] for index in range(left + 1, right)]
        found |= {row.index for row in rows if row.kind == "table_row" and not row.hidden and _holder(row) is parent}
    return found


def _headings(segments: list[Segment], kept: set[int], inside: Collection[int]) -> set[int]:
    """Subheadings within the story whose text was taken: a heading of what is story is story."""
    first, last = min(kept), max(kept)
    found: set[int] = set()
    for index in range(last - 1, first, -1):
        block = segments[index]
        if block.kind == "heading" and index not in kept and index in inside and len(block.text) <= MAX_HEADING:
            follower = index + 1
            if follower in kept or follower in found:
                found.add(index)
    return found
