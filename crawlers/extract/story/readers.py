"""What readers wrote below the story: comments, replies, reviews, told by their form where no class names tell.

They stand one after the other in one container, each with what stories don't have: who says it, when, and the
buttons to answer, to vote and to complain. Two of these in most entries make them remarks of readers; right below
the heading of comments a date is enough. Entries of a liveblog have times, those of a round-up names, but not both,
and no buttons.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract.markup.segments import Segment
from crawlers.extract.rules import match_phrase
from crawlers.extract.story.decision import reads, words_in
from crawlers.extract.story.stamps import is_said, is_stamp

LEVELS = 8
"""Elements from a line up to the list of remarks, at most."""

NEAR = 12
"""Visible blocks from the comments' heading to the first remark, at most: the form to write one stands between."""

SENTENCE_WORDS = 8
STORY_WORDS = 60
"""Words of sentences above the comments' heading, at least; with fewer it tells how many comments a story has that is
yet to be told."""

LEAST = 2
"""Remarks of a list, at least."""

OTHERS, HEADED_OTHERS = 0.2, 1
"""Entries with prose that stand among the remarks and don't look like some, as paragraphs do among posts quoted in a
story, at most, for each remark; and below the comments' heading, where names and texts may be entries of their own."""

MAX_DATES = 2
"""Dates of a remark: when it was written, and when changed."""

MAX_LINE = 140
"""Characters of a line that tells who wrote a remark, when, or what to do with it; longer ones are text."""

HEADS = frozenset({"comments", "comments-title"})
"""Rules that know the heading of comments."""

STAMP, SAID, BUTTON, HEADING = 1, 2, 4, 8
"""What lines tell of remarks: when, who says it, what to do with it; and that they come below."""


@dataclass(slots=True)
class Entry:
    """A child of what may be a list of remarks: its first and last block, and what its lines tell."""

    start: int
    end: int
    marks: list[tuple[int, int]] = field(default_factory=list)
    titled: bool = False
    told: bool = False
    """Whether there is text in it besides headings, links and what tells of a remark."""
    prose: bool = False

    def sure(self, known: Collection[int]) -> bool:
        """Whether two marks tell of a remark that is none of those known."""
        own = 0
        for index, mark in self.marks:
            own |= mark if index not in known else 0
        return own.bit_count() >= 2

    def likely(self, known: Collection[int]) -> bool:
        """Whether a date does, as it is enough below the comments' heading."""
        dates = sum(1 for index, mark in self.marks if mark & STAMP and index not in known)
        return 0 < dates <= MAX_DATES and self.told and not self.titled


Entries = dict[HtmlElement, Entry]


@dataclass(slots=True)
class Remarks:
    """The blocks of readers' remarks, and the elements that hold them."""

    blocks: set[int] = field(default_factory=set)
    elements: list[HtmlElement] = field(default_factory=list)


def find_remarks(segments: list[Segment], stated: Collection[int]) -> Remarks:
    """Readers' remarks among the blocks; `stated` are those that the page says are the story's."""
    remarks = Remarks()
    first = next((block for block in segments if _is_prose(block)), None)
    if first is None:
        return remarks
    below = [block for block in segments[first.index + 1 :] if not block.hidden]
    marks = _marks(below)
    if not marks:
        return remarks
    headings = _headings(words_in(first.text), below, marks)
    order = [block.index for block in below]
    for entries in _lists(first, below, marks):
        start, end = _run(entries, remarks.blocks, headings, order) or (0, -1)
        if start <= end and not any(index in stated for index in range(start, end + 1)):
            remarks.blocks.update(range(start, end + 1))
            remarks.elements += [child for child, entry in entries.items() if start <= entry.start <= end]
    return remarks


def without_remarks(tree: HtmlElement, remarks: Remarks) -> HtmlElement:
    """The tree itself where it has no remarks, else a copy that has none."""
    if not remarks.elements:
        return tree
    copy = deepcopy(tree)
    sought = {*remarks.elements}
    for element in [twin for element, twin in zip(tree.iter(), copy.iter(), strict=True) if element in sought]:
        element.drop_tree()
    return copy


def _headings(words: int, below: list[Segment], marks: dict[int, int]) -> list[int]:
    """Where in the blocks the comments' headings stand that have a story above them; `words` are those of its first."""
    found = []
    for number, block in enumerate(below):
        if marks.get(block.index) == HEADING and words >= STORY_WORDS:
            found.append(number)
        length = words_in(block.text)
        words += length if length >= SENTENCE_WORDS and block.link_share < 0.5 else 0
    return found


def _marks(below: list[Segment]) -> dict[int, int]:
    """What the lines below the story's first tell, by block; nothing where all they tell are dates."""
    lines = [block for block in below if len(block.text) <= MAX_LINE]
    found = {block.index: mark for block in lines if (mark := _signed(block.text))}
    if not found:
        return {}
    for block in lines:
        hit = match_phrase(block.text)
        if hit is not None and hit.rule.id in HEADS and block.link_share <= 0.5:
            found[block.index] = HEADING
        elif hit is not None and hit.rule.action == "mark":
            found[block.index] = found.get(block.index, 0) | BUTTON
    return found if any(mark != STAMP for mark in found.values()) else {}


def _signed(text: str) -> int:
    mark = STAMP if is_stamp(text) else 0
    return mark | SAID if is_said(text) else mark


def _lists(first: Segment, below: list[Segment], marks: dict[int, int]) -> list[Entries]:
    """The entries of each container below the story's first block, inner containers first; none has that block."""
    story = {first.element, *first.element.iterancestors()}
    lists: dict[HtmlElement, Entries] = {}
    for block in below:
        mark, prose, child = marks.get(block.index, 0), _is_prose(block), block.element
        for parent in islice(child.iterancestors(), LEVELS):
            if child not in story:
                entry = lists.setdefault(parent, {}).setdefault(child, Entry(block.index, block.index))
                entry.end = block.index
                entry.titled |= block.kind == "heading"
                entry.prose |= prose
                entry.told |= not mark and block.kind != "heading" and block.link_share < 0.5
                if mark & ~HEADING:
                    entry.marks.append((block.index, mark))
            child = parent
    marked = [entries for entries in lists.values() if any(entry.marks for entry in entries.values())]
    return sorted(marked, key=_length)


def _length(entries: Entries) -> int:
    return max(entry.end for entry in entries.values()) - min(entry.start for entry in entries.values())


def _run(entries: Entries, known: Collection[int], headings: list[int], order: list[int]) -> tuple[int, int] | None:
    """The first and the last block of a list's remarks, besides those known; None where it is no list of such."""
    marked = [(str(child.tag), entry) for child, entry in entries.items() if entry.marks]
    headed = _headed(marked[0][1].start, headings, order)
    remarks = [(tag, entry) for tag, entry in marked if entry.sure(known) or (headed and entry.likely(known))]
    tags = Counter(tag for tag, _ in remarks).most_common(1)
    own = [entry for tag, entry in remarks if tag == tags[0][0]]
    if len(own) < LEAST and not (headed and own and own[0].told and own[0].sure(known)):
        return None
    start, end = own[0].start, max(entry.end for entry in own)
    between = [entry for entry in entries.values() if start <= entry.start <= end]
    others = sum(1 for entry in between if entry.prose and not entry.marks and entry.start not in known)
    return (start, end) if others <= (HEADED_OTHERS if headed else OTHERS) * len(own) else None


def _headed(start: int, headings: list[int], order: list[int]) -> bool:
    """Whether a heading of comments stands right above a block; `headings` are places in `order`."""
    number = bisect_left(order, start)
    at = bisect_left(headings, number)
    return at > 0 and number - headings[at - 1] <= NEAR


def _is_prose(block: Segment) -> bool:
    return not block.hidden and reads(block)
