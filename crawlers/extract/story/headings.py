"""Headings that head nothing: teasers of other stories, labels of what was taken out.

A subheading of a story has the story's own text below it. What has none is judged here, after the other rules.
"""

import re

from crawlers.extract.fields.han import units
from crawlers.extract.markup.segments import HEADINGS, Segment, in_page, internal
from crawlers.extract.story.decision import LONG_WORDS, Decision, words_in

RUN = 4
"""Headings one after the other that can only be a list of teasers."""

LABELS = 6
"""Headings at a story's end that can be labels; more of them are the story's own list."""

LINKED = 0.8
TEASER_WORDS = 4
LETTER = re.compile(r"[^\W_]")
ALIKE = 0.75
"""Share of the words that a printed headline and the page's title have in common."""

ALIKE_WORDS = 4
LEAST_OF_TITLE = 0.6


def judge_headings(kept: list[Decision]) -> None:
    """Take out headings without text of their own; `kept` are the blocks taken, in page order."""
    alive = [item for item in kept if item.kept and item.kind != "caption"]
    for number, item in enumerate(alive):
        if item.kind == "heading" and not LETTER.search(item.text):
            item.kept, item.rule = False, "separator"
        elif item.kind == "heading" and (rule := _rule(alive, number)):
            item.kept, item.rule = False, rule
    _runs(alive)
    _trailing(alive)


def _rule(alive: list[Decision], number: int) -> str | None:
    item = alive[number]
    block = item.segment
    following = alive[number + 1] if number + 1 < len(alive) else None
    if block is not None and block.link_share >= LINKED and words_in(item.text) >= TEASER_WORDS and internal(block):
        beside = following is not None and following.segment is not None and following.kind != "heading"
        after_teaser = number > 0 and alive[number - 1].rule == "all-link"
        if after_teaser or not beside or _parent(following) is not _parent(item):
            return "all-link"
    return None


def _linked(item: Decision) -> bool:
    """Whether a heading leads to another page."""
    block = item.segment
    if block is None or in_page(block):
        return False
    return block.link_share >= LINKED or next(block.element.iterancestors("a"), None) is not None


def _parent(item: Decision | None) -> object:
    if item is None or item.segment is None:
        return None
    element = item.segment.element
    while element.tag in HEADINGS or element.tag == "a":
        parent = element.getparent()
        if parent is None:
            return None
        if element.tag in HEADINGS and parent.tag != "a":
            return parent
        element = parent
    return element.getparent()


def _runs(alive: list[Decision]) -> None:
    """Lists of teasers: headings one after the other."""
    run: list[Decision] = []
    for item in [*alive, None]:
        if item is not None and not item.kept:
            continue
        if item is not None and item.kind == "heading":
            run.append(item)
            continue
        if len(run) >= RUN and sum(_linked(heading) for heading in run) > len(run) / 2:
            # The last may be the subheading of what follows, where something does.
            for heading in run if item is None else run[:-1]:
                heading.kept, heading.rule = False, "headings-only"
        run = []


def _trailing(alive: list[Decision]) -> None:
    """Labels of what stood below the story."""
    end = len(alive)
    while end and (not alive[end - 1].kept or alive[end - 1].kind == "heading"):
        end -= 1
    labels = alive[end:]
    few = len(labels) <= LABELS or 3 * sum(_linked(item) for item in labels) >= len(labels)
    if few and any(words_in(item.text) >= LONG_WORDS for item in alive[:end]):
        for item in labels:
            if item.kept:
                item.kept, item.rule = False, "heading-without-text"


def same_headline(text: str, title: str | None) -> bool:
    """Whether a printed heading is the page's title in slightly other words (a kicker before it, an ending less)."""
    ours, theirs = units(text), units(title or "")
    common = len(ours & theirs)
    if min(len(ours), len(theirs)) < ALIKE_WORDS:
        return False
    return common >= ALIKE * len(theirs) or (common >= ALIKE * len(ours) and len(ours) >= LEAST_OF_TITLE * len(theirs))


def is_headline(block: Segment | None, title: str | None) -> bool:
    """Whether a block is a heading that shows the page's headline."""
    if block is None or block.hidden or block.kind != "heading":
        return False
    return block.element.tag == "h1" or same_headline(block.text, title)
