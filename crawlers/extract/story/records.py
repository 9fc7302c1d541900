"""Lists of other stories told by their form: like entries side by side, each with a link to another page, few words.

A site prints them from one template ("data records"; Liu, Grossman and Zhai, 2003): headline, kicker, date and the
first words of a text. Generic extractors take those first words for paragraphs of the story. Here the entries of a
list are looked for together, whether their blocks were taken or not; no class names are needed.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, islice, pairwise

from lxml.html import HtmlElement

from crawlers.extract.markup.content import text_of
from crawlers.extract.markup.nested import within
from crawlers.extract.markup.segments import HEADINGS, Segment, in_page, internal
from crawlers.extract.story.branches import innermost, with_around
from crawlers.extract.story.decision import Decision, reads, words_in
from crawlers.extract.story.headings import is_headline

RECORDS = 3
"""Entries that make a list, at least."""

LINKED, LINKED_HEADING = 0.8, 0.5
"""Shares of a headline that are link, of a heading less: it may have its kicker before it."""

HEADLINE_WORDS = 3
"""Words of a link that is an entry's headline, at least; shorter ones are buttons and sections."""

LEVELS = 8
"""Levels from a headline, or a teaser, up to its entry, at most."""

TEASER_WORDS = 80
"""Words of an entry that are not linked, at most; with more it tells something itself."""

STORY_CHARS = 500
"""Characters of prose outside the lists, at least; with less the page may be a list itself."""

AFTER, AMONG = 0.1, 0.05
"""Shares of the story's prose that may stand below a list (in the same container as most), and beside its entries."""

CORE = 0.8
"""Share of the story's prose that its container holds, at least."""

SHARE_APART, SHARE_WITHIN = 0.4, 0.1
"""What a list may have of all that was taken, at most: outside the story's container, and within it."""

MOST_BELOW = 0.75
"""The same of a list below all of the story's prose, where the headline stands above that."""

LABEL_WORDS = 10
RULE = "listed-stories"


@dataclass(slots=True)
class _List:
    """Entries of one form in one container."""

    container: HtmlElement
    words: dict[HtmlElement, int] = field(default_factory=dict)
    """Of each entry, those that are not linked."""
    blocks: list[int] = field(default_factory=list)
    """Numbers of the decisions on the entries' blocks."""


def drop_records(decisions: list[Decision], title: str | None) -> None:
    """Take out lists of other stories from below the story and above its headline, with the labels above them."""
    start = _start(decisions, title)
    entries = _lists(decisions, start)
    if not entries or not any(_within(item, entries) for item in islice(decisions, start, None) if item.kept):
        return
    lists = _fill(decisions, start, entries)
    story = _Story(decisions, {number for found in lists for number in found.blocks}, title)
    for found in lists:
        if story.chars >= STORY_CHARS and story.apart(found):
            _drop(decisions, found)


def _start(decisions: list[Decision], title: str | None) -> int:
    """The first block of prose that was taken; where a headline stands below it, the page's first block."""
    prose = next((number for number, item in enumerate(decisions) if item.kept and reads(item.segment)), len(decisions))
    return 0 if any(is_headline(item.segment, title) for item in decisions[prose:]) else prose


def _lists(decisions: list[Decision], first: int) -> dict[HtmlElement, _List]:
    """Lists by their entries: of two headlines in a row, these are the largest elements that hold but one of them."""
    found: dict[tuple[HtmlElement, object], _List] = {}
    for left, right in pairwise(_headlines(decisions, first)):
        above = {element: number for number, element in enumerate(left)}
        shared = next((number for number, element in enumerate(right) if element in above), 0)
        if shared and (other := above[right[shared]]):
            entries = left[other - 1], right[shared - 1]
            if entries[0].tag == entries[1].tag and entries[0].tag not in HEADINGS:
                one = found.setdefault((right[shared], entries[0].tag), _List(right[shared]))
                one.words.update(dict.fromkeys(entries, 0))
    return {entry: one for one in found.values() if len(one.words) >= RECORDS for entry in one.words}


def _headlines(decisions: list[Decision], first: int) -> Iterator[list[HtmlElement]]:
    """Elements with a block that is a link to another page of the site, each with the containers around."""
    last: HtmlElement | None = None
    for item in islice(decisions, first, None):
        block = item.segment
        if block is None or not block.link_chars or block.element is last or words_in(item.text) < HEADLINE_WORDS:
            continue
        if block.link_share < (LINKED_HEADING if block.kind == "heading" else LINKED) and not _begins_linked(block):
            continue
        last = block.element
        if internal(block) and not in_page(block):
            yield _around(block)


def _begins_linked(block: Segment) -> bool:
    """Whether an item of a list is a headline with the first words of a text behind it."""
    item = block.element
    link = next(iter(item), None)
    if item.tag != "li" or link is None or link.tag != "a" or (item.text and item.text.strip()):
        return False
    return words_in(" ".join(text_of(link).split())) >= HEADLINE_WORDS


def _around(block: Segment) -> list[HtmlElement]:
    return [block.element, *islice(block.element.iterancestors(), LEVELS)]


def _within(item: Decision, entries: dict[HtmlElement, _List]) -> bool:
    return item.segment is not None and any(element in entries for element in _around(item.segment))


def _fill(decisions: list[Decision], first: int, owners: dict[HtmlElement, _List]) -> list[_List]:
    """The lists with their blocks, and their entries with their words; without those that have an entry of many."""
    for number in range(first, len(decisions)):
        if (block := decisions[number].segment) is None:
            continue
        for element in _around(block):
            if (found := owners.get(element)) is not None:
                found.blocks.append(number)
                found.words[element] += _own_words(block)
    lists = {id(found): found for found in owners.values()}.values()
    return [found for found in lists if found.blocks and max(found.words.values()) <= TEASER_WORDS]


def _own_words(block: Segment) -> int:
    """Words of a block that are not linked, roughly."""
    return round(words_in(block.text) * (1 - block.link_share)) if block.link_share < LINKED else 0


class _Story:
    """The prose taken outside of lists."""

    def __init__(self, decisions: list[Decision], listed: set[int], title: str | None) -> None:
        self.decisions = decisions
        self.taken = sum(len(item.text) for item in decisions if item.kept) or 1
        prose = {
            number: item.segment
            for number, item in enumerate(decisions)
            if item.kept and item.segment is not None and number not in listed and reads(item.segment)
        }
        self.chars = sum(len(block.text) for block in prose.values())
        by_element: Counter[HtmlElement] = Counter()
        for block in prose.values():
            by_element[block.element] += len(block.text)
        self.weights = with_around(by_element)
        core = innermost(self.weights, CORE * self.chars)
        self.inside = {core: True} if core is not None else {}
        """What is known to be within the container, or not."""
        self.numbers = [number for number, block in prose.items() if within(block.element, self.inside)]
        self.before = [0, *accumulate(len(decisions[number].text) for number in self.numbers)]
        """Characters in the container before each of its blocks, and all of them."""
        opening = decisions[: self.numbers[0]] if self.numbers else []
        self.headline = max((at for at, item in enumerate(opening) if is_headline(item.segment, title)), default=-1)

    def apart(self, found: _List) -> bool:
        """Whether a list stands clear of the prose, none of it beside the entries, and has little of what was taken."""
        below = self.before[-1] - self.before[bisect_right(self.numbers, found.blocks[0])]
        if found.blocks[-1] > self.headline and below > AFTER * self.chars:
            return False
        if self.weights[found.container] > AMONG * self.chars:
            return False
        own = sum(len(self.decisions[number].text) for number in found.blocks if self.decisions[number].kept)
        last_of_all = not below and found.blocks[0] > self.headline >= 0
        if within(found.container, self.inside):
            # Links with a text behind them in the same line, or with none, may be what the story sends readers to.
            teasers = sum(words > 0 for words in found.words.values())
            cards = len(found.blocks) > len(found.words) and 2 * teasers > len(found.words)
            return cards and own <= (MOST_BELOW if last_of_all else SHARE_WITHIN) * self.taken
        return found.blocks[-1] < self.headline or own <= (MOST_BELOW if last_of_all else SHARE_APART) * self.taken


def _drop(decisions: list[Decision], found: _List) -> None:
    for number in found.blocks:
        if decisions[number].kept:
            decisions[number].kept, decisions[number].rule = False, RULE
    above = (decisions[number] for number in range(found.blocks[0] - 1, -1, -1))
    label = next((item for item in above if item.segment is not None and not item.segment.hidden), None)
    if label is not None and label.kept and label.kind == "heading" and words_in(label.text) <= LABEL_WORDS:
        label.kept, label.rule = False, RULE
