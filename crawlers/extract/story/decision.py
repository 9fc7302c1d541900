"""What became of a block, and small measures of blocks that several modules share."""

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawlers.extract.markup.segments import HEADINGS, Segment

LONG_WORDS = 25
"""Words of a paragraph that can only be prose; the story has begun with the first of them."""

ENDS = re.compile(r"[.!?…。！？]['\"”“»)]*$")
"""The end of a sentence."""

CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")


@dataclass(slots=True)
class Decision:
    """A block's fate: kept, removed by a rule, or (no rule) never part of the story."""

    kind: str
    text: str
    kept: bool
    rule: str | None = None
    segment: Segment | None = None


def label_of(element: HtmlElement) -> str:
    """Class, role and (where it names a place, not a heading) id of an element."""
    attributes = element.attrib
    if not attributes:
        return ""
    name = attributes.get("id")
    if name and (element.tag in HEADINGS or name.count("-") + name.count("_") > 3):
        name = None
    return " ".join(filter(None, (attributes.get("class"), name, attributes.get("role"))))


def words_in(text: str) -> int:
    """Words of a text; in scripts without spaces two characters count as one word."""
    words = text.count(" ") + 1
    return words if text.isascii() else words + len(CJK.findall(text)) // 2


def list_around(decision: Decision) -> HtmlElement | None:
    """The list that an item stands in; None for other blocks."""
    if decision.segment is None or decision.kind != "list_item":
        return None
    return next(decision.segment.element.iterancestors("ul", "ol"), None)


def reads(block: Segment | None) -> bool:
    """Whether a block is prose: long, hardly linked."""
    return block is not None and block.link_share < 0.5 and words_in(block.text) >= LONG_WORDS
