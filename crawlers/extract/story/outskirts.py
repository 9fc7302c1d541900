"""What stands apart from the story though it was taken: scraps of sidebars, comments, labels of lists left out.

Generic extractors judge blocks one by one. Here the page's order is evidence, with the blocks that were not taken:
what comes after the comments' heading, or past a stretch of menus and teasers in another container, is no story.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from math import inf

from lxml.html import HtmlElement

from crawlers.extract.markup.nested import within
from crawlers.extract.markup.segments import in_page, internal
from crawlers.extract.markup.signature import Paths, signature_of
from crawlers.extract.rules import match_phrase
from crawlers.extract.story.branches import innermost, with_around
from crawlers.extract.story.decision import ENDS, LONG_WORDS, Decision, reads, words_in
from crawlers.extract.story.headings import is_headline, same_headline

CORE = 0.8
"""Share of what was taken that the story's container holds, at least."""

SCRAPS = 0.5
"""Share of prose in what was taken, below which the rest is likely menus from around a short story."""

GAP = 5
"""Visible blocks not taken between the story and what stands apart from it, at least."""

LEAST_BEFORE = 0.4
"""Share of the text before a comments' heading, at least."""

RELATED, LEAST_ABOVE_RELATED = "below-related", 0.7
"""What stands below a heading of other stories; share of the text before it, at least: lists interrupt stories, too."""

READERS = "readers"
"""Remarks of readers, and what stands below them."""

MAIN_PLACE = 0.5
"""Share of the prose that stands at one place, for that to be where the story begins."""

LINKED = 0.8
MENU_KINDS = frozenset({"list_item", "table_row"})
LABEL_KINDS = frozenset({"paragraph", "heading", "list_item"})
LABEL_WORDS = 10
LISTED_WORDS = 3
"""Words of a link that is an entry of a list of stories; shorter ones are buttons."""

CLAUSES = re.compile("[，；].+")
"""Where no spaces set words apart a sentence is short, and often has no full stop; but labels have no clauses."""

TRUNCATED = re.compile(r"(?:\[(?:…|\.\.\.)\]|…|\.\.\.)$")


def trim(decisions: list[Decision], title: str | None, stated: Collection[int] = ()) -> None:
    """Take out what was taken from outside the story's container, past other things of the page.

    Above the story stand its opening lines, too; there only what comes before the headline is taken out. Where
    less than half of it is prose, as with a short story and the menus around it, the prose tells where the story is.
    """
    _trim_around(decisions, _core(_taken(decisions)), title)
    taken = _taken(decisions)
    prose = [item for item in taken if reads(item.segment)]
    if sum(len(item.text) for item in prose) < SCRAPS * sum(len(item.text) for item in taken):
        _trim_around(decisions, _core(prose, all_of_it=True), title)
    _drop_above_headline(decisions, title, stated)


def _drop_above_headline(decisions: list[Decision], title: str | None, stated: Collection[int]) -> None:
    """Take out entries of lists and links that were taken from above the headline.

    Where most of the story's prose stands at one place below the headline, what else was taken above goes, too.
    """
    first, sure = _begins(decisions)
    headline = next((number for number in range(first) if _titled(decisions[number], title)), 0)
    for item in decisions[:headline]:
        block = item.segment
        if not item.kept or block is None or block.index in stated:
            continue
        if sure or item.kind in MENU_KINDS or block.link_share >= 0.5:
            item.kept, item.rule = False, "above-headline"


def _begins(decisions: list[Decision]) -> tuple[int, bool]:
    """Number of the block the story's prose begins with, and whether most of the prose stands at its place."""
    paths = Paths()
    places: Counter[str] = Counter()
    first: dict[str, int] = {}
    for number, item in enumerate(decisions):
        if item.kept and item.segment is not None and reads(item.segment):
            place = signature_of(item.segment, paths)
            places[place] += len(item.text)
            first.setdefault(place, number)
    if not first:
        return 0, False
    place, chars = places.most_common(1)[0]
    return (first[place], True) if chars >= MAIN_PLACE * places.total() else (min(first.values()), False)


def _taken(decisions: list[Decision]) -> list[Decision]:
    return [item for item in decisions if item.kept and item.segment is not None]


def _trim_around(decisions: list[Decision], core: HtmlElement | None, title: str | None) -> None:
    if core is None:
        return
    known = {core: True}
    own = [
        number
        for number, item in enumerate(decisions)
        if item.kept and item.segment and within(item.segment.element, known)
    ]
    paths = Paths()
    places = {signature_of(block, paths) for number in own if (block := decisions[number].segment) is not None}
    above = next((number for number in range(own[0]) if is_headline(decisions[number].segment, title)), 0)
    for order in (range(own[-1] + 1, len(decisions)), range(above - 1, -1, -1)):
        gap = 0
        for number in order:
            item = decisions[number]
            block = item.segment
            if block is not None and not item.kept:
                gap += not block.hidden
            elif block is not None and gap >= GAP and signature_of(block, paths) not in places:
                item.kept, item.rule = False, "apart"


def _titled(item: Decision, title: str | None) -> bool:
    """Whether a block, heading or not, shows the page's title."""
    return item.segment is not None and not item.segment.hidden and same_headline(item.segment.text, title)


def _core(taken: list[Decision], *, all_of_it: bool = False) -> HtmlElement | None:
    """The innermost element that holds nearly all of what was taken; None where only those of all of it do."""
    by_element: Counter[HtmlElement] = Counter()
    for item in taken:
        if item.segment is not None:
            by_element[item.segment.element] += len(item.text)
    total = by_element.total()
    return innermost(with_around(by_element), CORE * total, inf if all_of_it else total)


def end_at_comments(decisions: list[Decision]) -> None:
    """Take out what follows the heading of the comments, or of other stories, where that itself was not taken."""
    total = sum(len(item.text) for item in decisions if item.kept)
    before = 0
    paths = Paths()
    for number, item in enumerate(decisions):
        before += len(item.text) if item.kept else 0
        if before == total:
            return
        rule = _opens(item) if before >= LEAST_BEFORE * total and not item.kept else None
        if rule is None or (rule == RELATED and before < LEAST_ABOVE_RELATED * total):
            continue
        _drop_elsewhere(decisions, number, rule, paths)
        return


def _drop_elsewhere(decisions: list[Decision], number: int, rule: str, paths: Paths) -> None:
    """Take out what follows a block and stands in no place of what was taken before it."""
    places = {signature_of(own.segment, paths) for own in decisions[:number] if own.kept and own.segment}
    for later in decisions[number + 1 :]:
        if later.kept and later.segment is not None and signature_of(later.segment, paths) not in places:
            later.kept, later.rule = False, rule


def end_at_remarks(decisions: list[Decision], remarks: Collection[int], taken: Collection[int]) -> None:
    """Take out what follows readers' remarks, and name those that had been taken."""
    if not remarks:
        return
    total = sum(len(item.text) for item in decisions if item.kept)
    before, begins = 0, min(remarks)
    for number, item in enumerate(decisions):
        if item.segment is not None and item.segment.index in remarks:
            item.rule = READERS if item.segment.index in taken else None
        if item.segment is not None and item.segment.index == begins and before >= LEAST_BEFORE * total:
            _drop_elsewhere(decisions, number, READERS, Paths())
        before += len(item.text) if item.kept else 0


def _opens(item: Decision) -> str | None:
    """What a block is the heading of: of comments, or (a heading only) of other stories."""
    block = item.segment
    if block is None or block.hidden or block.link_share > 0.5 or len(item.text) > 80:
        return None
    hit = match_phrase(item.text)
    if hit is not None and hit.rule.action == "tail":
        return "comments"
    return RELATED if hit is not None and hit.rule.id == "related-label" and item.kind == "heading" else None


def drop_labels(decisions: list[Decision]) -> None:
    """Take out labels of lists that were not taken, and the beginnings of other stories below their headlines."""
    last = max((at for at, item in enumerate(decisions) if item.kept and words_in(item.text) >= LONG_WORDS), default=0)
    total = sum(len(item.text) for item in decisions if item.kept)
    before = 0
    for number, item in enumerate(decisions):
        if not item.kept or item.segment is None or item.kind not in LABEL_KINDS:
            continue
        before += len(item.text)
        apart = item.kind == "heading" or number > last > 0 or item.text.endswith((":", "："))
        if apart and _label(item) and _heads_links(decisions, number):
            item.kept, item.rule = False, "label-without-list"
        elif before > LEAST_BEFORE * total and len(item.text) < total / 3 and _teaser(decisions, number):
            item.kept, item.rule = False, "teaser"


def _teaser(decisions: list[Decision], number: int) -> bool:
    """Whether a text breaks off, right below a link to another story."""
    item = decisions[number]
    return item.kind != "heading" and TRUNCATED.search(item.text) is not None and _below_link(decisions, number)


def _label(item: Decision) -> bool:
    block = item.segment
    return (
        block is not None
        and block.link_share < 0.5
        and words_in(item.text) <= LABEL_WORDS
        and not ENDS.search(item.text)
        and not CLAUSES.search(item.text)
    )


def _heads_links(decisions: list[Decision], number: int) -> bool:
    """Whether two links to other pages, none of them taken, come right below a block; of a "label:" one is enough."""
    enough = 1 if decisions[number].text.endswith((":", "：")) else 2
    found = 0
    for item in _visible(decisions, range(number + 1, len(decisions))):
        if not _entry(item):
            break
        found += 1
    return found >= enough


def _below_link(decisions: list[Decision], number: int) -> bool:
    above = next(_visible(decisions, range(number - 1, -1, -1)), None)
    return above is not None and _entry(above)


def _entry(item: Decision) -> bool:
    """Whether a block that was not taken is a link to another page, long enough to be a headline."""
    block = item.segment
    if block is None or item.kept or block.link_share < LINKED or words_in(item.text) < LISTED_WORDS:
        return False
    return internal(block) and not in_page(block)


def _visible(decisions: list[Decision], order: range) -> Iterator[Decision]:
    return (decisions[at] for at in order if (block := decisions[at].segment) is not None and not block.hidden)
