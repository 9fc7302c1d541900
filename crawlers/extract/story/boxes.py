"""Boxes among the story's paragraphs: promotion, teasers, sign-ups, of which only a part was taken for text.

A generic extractor leaves out a box's button, form or links and takes its sentence. What was left out tells what the
box is; no class name is needed. A box that was taken whole stays: facts, a recipe, the story's own lists.
"""

from collections import Counter
from collections.abc import Collection

from lxml.html import HtmlElement

from crawlers.extract.story.branches import Branches, right_in, taken_from
from crawlers.extract.story.decision import Decision, words_in

RULE = "box"

BOXES = frozenset({"div", "section", "aside", "center"})

LEAST_STORY = 0.42
"""Share of what was taken that stands right in the story's container, at least: else its parts may be boxes, too."""

LEFT_OUT = 0.05
"""Share of a box's text that was not taken, at least."""

MOST_CHARS, MOST_SHARE, MOST_WORDS = 500, 0.15, 40
"""What was taken of a box, at most: characters, share of the story, and words of one block. More of it is told."""

MOST_TWINS = 6
"""Boxes of one class among the story's paragraphs, at most: what recurs more often is the story's own form."""

OWN_KINDS = frozenset({"quote", "table_row", "code"})
"""Embedded posts, data: parts of the story though links stand with them."""


def leave_boxes(decisions: list[Decision], stated: Collection[int] = ()) -> None:
    """Take out what was taken of boxes below the story's first paragraph; not what is `stated` (numbers of blocks)."""
    taken = taken_from(decisions)
    weights = right_in(taken)
    if not weights:
        return
    total = weights.total()
    story, chars = weights.most_common(1)[0]
    if chars < LEAST_STORY * total:
        return
    twins = Counter(_look(child) for child in story)
    for box, items in _boxes(decisions, story).items():
        kept = [item for item in items if item.kept]
        size = sum(len(item.text) for item in kept)
        out = sum(len(item.text) for item in items) - size
        if not kept or size > min(MOST_CHARS, MOST_SHARE * total) or out < LEFT_OUT * (size + out):
            continue
        if twins[_look(box)] <= MOST_TWINS and not any(_own(item, stated) for item in kept):
            for item in kept:
                item.kept, item.rule = False, RULE


def _own(item: Decision, stated: Collection[int]) -> bool:
    """Whether a block makes its box a part of the story."""
    told = item.segment is not None and item.segment.index in stated
    return told or item.kind in OWN_KINDS or words_in(item.text) > MOST_WORDS


def _look(element: HtmlElement) -> tuple[str, str | None]:
    return str(element.tag), element.get("class")


def _boxes(decisions: list[Decision], story: HtmlElement) -> dict[HtmlElement, list[Decision]]:
    """What the boxes right in the story's container, below its first paragraph, show but captions."""
    inside = Branches((story, *story.iterancestors()))
    boxes: dict[HtmlElement, list[Decision]] = {}
    begun = False
    for item in decisions:
        block = item.segment
        if block is None or block.hidden or item.kind == "caption":
            continue
        begun = begun or (item.kept and block.element.tag == "p" and block.element.getparent() is story)
        box = inside.of(item) if begun else None
        if box is not None and box.tag in BOXES and box.getparent() is story:
            boxes.setdefault(box, []).append(item)
    return boxes
