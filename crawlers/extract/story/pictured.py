"""Captions and credits, told by where they stand: in a container of their own with a picture or a player.

Names of containers are not asked. What tells a caption from a paragraph beside a picture: it is short, its box has no
heading and no further text, and paragraphs without pictures stand elsewhere. A credit, the picture's own description
in the same words, or the same line twice make it certain.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import islice

from crawlers.extract.fields.dateline import is_dateline
from crawlers.extract.markup.pictures import Box, Span, boxes
from crawlers.extract.markup.segments import HEADINGS, key_of
from crawlers.extract.markup.signature import Paths, signature_of
from crawlers.extract.rules import match_phrase
from crawlers.extract.story.decision import Decision, words_in

PICTURED = "pictured"
"""What `explain` names as the reason of a caption."""

MOST_BLOCKS, MOST_HIDDEN = 6, 24
"""Blocks in a box, shown and all together."""

MOST_BELOW = 2
"""Blocks of what stands right below a picture."""

MOST_WORDS, PLAIN_WORDS = 60, 30
"""Words in a box, each line counted once; words where nothing but the place speaks for a caption."""

SHARE, PLAIN_SHARE = 0.5, 0.25
"""Of the story, what captions may be at most: where more of it stands beside pictures, that is the story."""

NEAR = 12
"""Blocks above and below a box among which headings are looked for."""

COLONS = (":", "：")
LINKED = 0.8
DESCRIBED, DESCRIBED_AROUND = 3, 6
"""Words of a picture's description that are no accident where a line of its box, or one around it, says the same."""

REPEATED = 30
"""Letters and digits with which two lines begin that are one caption, cut short and in full."""

CREDITS = frozenset({"photo-credit", "photo-caption", "picture-credit", "copyright", "source"})
BARE_CREDITS = frozenset({"photo-credit"})
TELLING = CREDITS | {"picture-words"}
"""Rules for credits, and for credits and words of captions."""

IN_A_BOX = frozenset({"head", "tail", "picture"})
KINDS = frozenset({"paragraph", "list_item", "caption"})
OWN_TEXT = HEADINGS | {"p", "li", "dd", "dt"}
"""Elements whose own text may go on around a picture."""


class Captions:
    """The captions among a page's blocks; `standfirst` are those that open the story, as `description` may."""

    def __init__(self, decisions: list[Decision], standfirst: Collection[int], description: str | None) -> None:
        taken = [number for number, item in enumerate(decisions) if item.kept]
        near = decisions[max(0, min(taken, default=0) - MOST_HIDDEN) : max(taken, default=0) + MOST_HIDDEN + 1]
        self.decisions = [item for item in near if item.segment is not None]
        self.standfirst = standfirst
        self.description = key_of(description or "")

    def mark(self) -> None:
        """Make captions of what was taken as text."""
        total = _chars(_told(self.decisions))
        blocks = [item.segment for item in self.decisions if item.segment is not None]
        # A box with more words than a caption has is none: most paragraphs need no look at the pictures around.
        wanted = [item.kept and item.text.count(" ") < MOST_WORDS for item in self.decisions]
        found = boxes(blocks, MOST_HIDDEN, wanted)
        certain: list[Decision] = []
        described: list[Decision] = []
        likely: list[Decision] = []
        for box in found:
            lines = self._lines(box)
            if lines and _certain(box, lines):
                certain += _told(lines)
            elif around := self._described(box):
                described += _told(around)
            elif lines and _likely(box, lines) and not self._under_heading(box):
                likely += _told(lines)
        apart = self._apart(certain, described, likely)
        certain += [item for item in described if _place(item) in apart]
        plain = [item for item in likely if _place(item) in apart]
        if _chars(plain) <= PLAIN_SHARE * total:
            certain += plain
        if _chars(certain) <= SHARE * total:
            for item in certain:
                item.kind, item.rule = "caption", PICTURED

    def _shown(self, span: Span) -> list[Decision]:
        """The blocks of an element that a reader sees; nothing where they are too many for a caption."""
        first, last = span
        if last - first >= MOST_HIDDEN:
            return []
        lines = [item for item in self.decisions[first : last + 1] if item.segment and not item.segment.hidden]
        few = len(lines) <= MOST_BLOCKS and _words(lines) <= MOST_WORDS
        return lines if few and any(item.kept for item in lines) else []

    def _lines(self, box: Box) -> list[Decision]:
        """What a box shows, where that can be a caption; else nothing."""
        lines = self._shown(box.span)
        if box.below and (len(lines) > MOST_BELOW or _words(lines) > PLAIN_WORDS):
            return []
        return lines if all(self._may_be(item) for item in lines) else []

    def _may_be(self, item: Decision) -> bool:
        block = item.segment
        if block is None or block.index in self.standfirst or is_dateline(item.text) or item.text.endswith(COLONS):
            return False
        if item.kind not in KINDS:
            return item.kind == "heading" and _says(item, TELLING)
        if self.description and len(block.bare()) > REPEATED and self.description.startswith(block.bare()):
            return False
        return block.link_share < LINKED or _says(item, BARE_CREDITS)

    def _described(self, box: Box) -> list[Decision]:
        """What a picture's description says word for word around it, with the titles and credits that stand there."""
        descriptions = _descriptions(box, DESCRIBED_AROUND)
        for span in box.around if descriptions and not box.below else ():
            lines = self._shown(span)
            if any(item.segment and item.segment.element.tag == "h1" for item in lines):
                return []
            if any(item.kind in KINDS and key_of(item.text) in descriptions for item in lines):
                return [item for item in lines if key_of(item.text) in descriptions or _goes_along(item)]
        return []

    def _under_heading(self, box: Box) -> bool:
        """Whether what a box shows is all that stands between two headings: then it is the first one's text."""
        first, last = box.span
        above = self._next(range(first - 1, max(-1, first - NEAR), -1))
        below = self._next(range(last + 1, min(len(self.decisions), last + NEAR)))
        return above is not None and below is not None and above.kind == below.kind == "heading"

    def _next(self, order: Iterable[int]) -> Decision | None:
        return next((item for at in order if (item := self.decisions[at]).segment and not item.segment.hidden), None)

    def _apart(self, *captions: list[Decision]) -> set[str]:
        """The places where hardly any text stands without a picture, if those are captions."""
        beside = {id(item) for items in captions for item in items}
        paths = Paths()
        alone: Counter[str] = Counter()
        pictured: Counter[str] = Counter()
        for item in self.decisions:
            if item.kept and item.segment is not None:
                (pictured if id(item) in beside else alone)[signature_of(item.segment, paths)] += len(item.text)
        return {place for place, chars in pictured.items() if alone[place] < chars}


def _place(item: Decision) -> str:
    return item.segment.place if item.segment is not None else ""


def _told(lines: Iterable[Decision]) -> list[Decision]:
    return [item for item in lines if item.kept and item.kind != "caption"]


def _certain(box: Box, lines: Sequence[Decision]) -> bool:
    """Whether the words of a box, or of its picture, say that they are a caption."""
    if any(_says(item, CREDITS if box.below else TELLING) for item in lines):
        return True
    if not box.below and (_in_figure(box) or _twice(lines)):
        return True
    descriptions = _descriptions(box, DESCRIBED)
    return bool(descriptions) and any(key_of(item.text) in descriptions for item in lines)


def _likely(box: Box, lines: Sequence[Decision]) -> bool:
    """Whether nothing speaks against a caption: the box's own text is no paragraph that goes on around a picture."""
    return not box.below and box.element.tag not in OWN_TEXT and _words(lines) <= PLAIN_WORDS


def _descriptions(box: Box, least: int) -> set[str]:
    """What the pictures say of themselves, in so many words at least."""
    said = (picture.get("alt") or picture.get("title") or "" for picture in box.pictures[:MOST_BLOCKS])
    return {key_of(text) for text in said if words_in(text) >= least}


def _goes_along(item: Decision) -> bool:
    """Whether a line around a picture is no text by itself: a title, a link, a credit."""
    linked = item.segment is not None and item.segment.link_share >= LINKED
    return linked or item.kind == "heading" or _says(item, CREDITS)


def _says(item: Decision, rules: frozenset[str]) -> bool:
    hit = match_phrase(item.text, places=IN_A_BOX)
    return hit is not None and hit.rule.id in rules


def _in_figure(box: Box) -> bool:
    return any(node.tag == "figure" for node in (box.element, *islice(box.element.iterancestors(), 2)))


def _twice(lines: Sequence[Decision]) -> bool:
    keys = [key for item in lines if len(key := key_of(item.text)[:REPEATED]) == REPEATED]
    return len(keys) > len(set(keys))


def _words(lines: Sequence[Decision]) -> int:
    """Words of the lines, those that begin alike counted once."""
    longest: dict[str, int] = {}
    for item in lines:
        key = key_of(item.text)[:REPEATED]
        longest[key] = max(longest.get(key, 0), words_in(item.text))
    return sum(longest.values())


def _chars(items: Iterable[Decision]) -> int:
    """Characters of the lines; one that belongs to two pictures is counted once."""
    return sum(len(item.text) for item in {id(item): item for item in items}.values())
