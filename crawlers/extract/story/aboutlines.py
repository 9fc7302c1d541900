"""Lines about a story that were taken, above and below it: who wrote it, when, where; labels.

Judged is only what stands at a place of its own there (`edges`), so that a story may open with a line or a list.
A standfirst stays if it was taken: whether it is part of the text, references don't agree.
"""

from collections import Counter
from collections.abc import Sequence

from crawlers.extract.fields import names
from crawlers.extract.fields.dateline import CALENDAR, is_dateline
from crawlers.extract.markup.signature import Paths, signature_of
from crawlers.extract.story.decision import ENDS, LONG_WORDS, Decision, words_in
from crawlers.extract.story.edges import Edges
from crawlers.extract.story.metaline import COUNT, is_metaline
from crawlers.extract.story.outskirts import CLAUSES
from crawlers.extract.story.signed import is_byline

LABEL_WORDS = 5
"""Words of a label, at most."""

LINES = 3
"""Lines at one place that are about the story, at most."""

KINDS = frozenset({"paragraph", "list_item", "table_row"})
GOES_ON = (",", "，", "、", "—", "–")
"""With what a line ends that goes on in the next."""


def drop_lines(decisions: Sequence[Decision], edges: Edges, authors: Sequence[str]) -> None:
    """Take out lines about the story above and below it, and labels above it.

    A label names a role, or what was left out follows it: else it may be the story's first subheading. Above, one long
    paragraph is passed, for it may be a standfirst.
    """
    opening, ending = (_shown(decisions, zone) for zone in (edges.opening, edges.ending))
    for item, line in zip(ending, _lines(ending, authors), strict=True):
        if line and item.kept:
            item.kept, item.rule = False, "byline"
    lines, long = _lines(opening, authors), 0
    for at, item in enumerate(opening):
        if not item.kept or item.kind == "caption":
            continue
        followed = at + 1 < len(opening) and (lines[at + 1] or not opening[at + 1].kept)
        if lines[at]:
            item.kept, item.rule = False, "byline"
        elif _is_label(item) and (followed or names.ROLE.search(item.text)):
            item.kept, item.rule = False, "label"
        elif words_in(item.text) >= LONG_WORDS:
            long += 1
            if long > 1:
                return


def _shown(decisions: Sequence[Decision], zone: Sequence[int]) -> list[Decision]:
    return [item for number in zone if (item := decisions[number]).segment is not None and not item.segment.hidden]


def _lines(zone: Sequence[Decision], authors: Sequence[str]) -> list[bool]:
    """Which blocks are lines about the story; more of them at one place are a list of the story's own, as of dates."""
    paths = Paths()
    found = [
        (signature_of(item.segment, paths), item.segment.element.getparent())
        if item.segment is not None and item.kept and _is_line(item, authors)
        else None
        for item in zone
    ]
    often = Counter(where for both in found if both is not None for where in both)
    return [both is not None and all(often[where] <= LINES for where in both) for both in found]


def _is_line(item: Decision, authors: Sequence[str]) -> bool:
    """Whether a block is a line about the story; a heading only where it is nothing else, for it may head the text."""
    if item.kind == "heading":
        return is_byline(item.text, authors) or is_dateline(item.text)
    return item.kind in KINDS and is_metaline(item.text, authors)


def _is_label(item: Decision) -> bool:
    """Whether a block is a few words that say nothing: a section, a role, a name."""
    text = item.text
    if item.kind != "paragraph" or words_in(text) > LABEL_WORDS:
        return False
    if ENDS.search(text) or CLAUSES.search(text) or text.endswith(GOES_ON):
        return False
    if not text.endswith((":", "：")):
        return not text[:1].isdigit() or COUNT.match(text) is not None
    words = text.rstrip(" :：").casefold().split()
    return all(word in CALENDAR or word in names.BYLINE_WORDS for word in words)
