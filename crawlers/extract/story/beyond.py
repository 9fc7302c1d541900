"""What stands past the story, in a container of its own: biographies, appeals, disclaimers, teasers, mastheads.

Where nearly all of a story stands in one container, what comes after that in another is hardly ever part of it,
whatever it is called and however much it reads like prose. This needs no class names, as the rules about places do.
"""

from collections import Counter
from collections.abc import Collection, Iterator

from lxml.html import HtmlElement

from crawlers.extract.markup.segments import HEADINGS
from crawlers.extract.markup.signature import Paths, signature_of
from crawlers.extract.markup.walk import INLINE
from crawlers.extract.story.branches import Branches, innermost, right_in, taken_from, with_around
from crawlers.extract.story.decision import Decision

RULE = "beyond"

MOST = 0.65
"""Share of what was taken that the container holds which has the story's paragraphs right in it, at least."""

LEAST, LEFT_OUT = 0.4, 0.2
"""The same where a branch shows more that was not taken, and how much of it as a share of what was."""

NEARLY_ALL = 0.85
"""The same of a container around the parts of a story, each in one of its own."""

MOST_CHARS, MOST_SHARE = 1200, 0.6
"""Characters of what stands past the story, and share of the story, at most: a longer part is likely told on."""

LOOSE = HEADINGS | INLINE | {"p", "blockquote", "ul", "ol", "pre"}
"""Elements that are no container of their own: a paragraph after the story's `div` may well be its last.

A table of data isn't either, but one that lays out the page is.
"""


def leave_beyond(decisions: list[Decision], stated: Collection[int] = ()) -> None:
    """Take out what was taken from containers past the one that holds the story.

    Not where it stands at a place of the story's own blocks, or is `stated` (numbers of blocks) as the story's.
    """
    for core, sure in _cores(taken_from(decisions)):
        left = None if sure else _left_out(decisions, core)
        for branch, items in _past(taken_from(decisions), core, stated).items():
            if left is None or left[branch] >= LEFT_OUT * sum(len(item.text) for item in items):
                for item in items:
                    item.kept, item.rule = False, RULE


def _cores(taken: list[Decision]) -> Iterator[tuple[HtmlElement, bool]]:
    """Containers past which the story may end, and whether it surely does.

    The one with most of what was taken right in it; else the innermost with nearly all of it at any depth, and,
    less surely, the one that has more right in it than others have.
    """
    direct = right_in(taken)
    if not direct:
        return
    total = direct.total()
    around = with_around(direct)
    main, _ = direct.most_common(1)[0]
    sure = around[main] >= MOST * total
    if not sure and (nearly_all := innermost(around, NEARLY_ALL * total)) is not None:
        yield nearly_all, True
    if sure or around[main] >= LEAST * total:
        yield main, sure


def _past(taken: list[Decision], core: HtmlElement, stated: Collection[int]) -> dict[HtmlElement, list[Decision]]:
    """What was taken from branches past a container, by branch, where it is no part of the story told on."""
    inside = Branches(core.iterancestors())
    own = [number for number, item in enumerate(taken) if inside.of(item) is core]
    if not own:
        return {}
    size = sum(len(taken[number].text) for number in own)
    paths = Paths()
    places = {signature_of(block, paths) for number in own if (block := taken[number].segment) is not None}
    past: dict[HtmlElement, list[Decision]] = {}
    for item in taken[own[-1] + 1 :]:
        if (branch := inside.of(item)) is not None:
            past.setdefault(branch, []).append(item)

    def told_on(branch: HtmlElement, items: list[Decision]) -> bool:
        blocks = [item.segment for item in items if item.segment is not None]
        if branch.tag in LOOSE or any(block.kind == "table_row" for block in blocks):
            return True
        if any(block.index in stated or signature_of(block, paths) in places for block in blocks):
            return True
        return sum(len(item.text) for item in items) > min(MOST_CHARS, MOST_SHARE * size)

    return {branch: items for branch, items in past.items() if not told_on(branch, items)}


def _left_out(decisions: list[Decision], core: HtmlElement) -> Counter[HtmlElement]:
    """Characters that each branch beside a container shows and that were not taken."""
    inside = Branches(core.iterancestors())
    found: Counter[HtmlElement] = Counter()
    for item in decisions:
        block = item.segment
        if block is not None and not item.kept and not block.hidden and (branch := inside.of(item)) is not None:
            found[branch] += len(item.text)
    return found
