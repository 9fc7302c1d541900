"""What stands past the story, in a container of its own: biographies, appeals, disclaimers, teasers, mastheads.

Where nearly all of a story stands in one container, what comes after that in another is hardly ever part of it,
whatever it is called and however much it reads like prose. This needs no class names, as the rules about places do.
"""

from collections.abc import Collection

from lxml.html import HtmlElement

from crawlers.extract.markup.segments import HEADINGS
from crawlers.extract.markup.signature import Paths, signature_of
from crawlers.extract.markup.walk import INLINE
from crawlers.extract.story.branches import Branches, innermost, right_in, taken_from, with_around
from crawlers.extract.story.decision import Decision

RULE = "beyond"

MOST = 0.65
"""Share of what was taken that the container holds which has the story's paragraphs right in it, at least."""

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
    taken = taken_from(decisions)
    core = _core(taken)
    if core is None:
        return
    inside = Branches(core.iterancestors())
    own = [number for number, item in enumerate(taken) if inside.of(item) is core]
    size = sum(len(taken[number].text) for number in own)
    if not own or size < MOST * sum(len(item.text) for item in taken):
        return
    paths = Paths()
    places = {signature_of(block, paths) for number in own if (block := taken[number].segment) is not None}
    past: dict[HtmlElement, list[Decision]] = {}
    for item in taken[own[-1] + 1 :]:
        if (branch := inside.of(item)) is not None:
            past.setdefault(branch, []).append(item)
    for branch, items in past.items():
        blocks = [item.segment for item in items if item.segment is not None]
        told_on = branch.tag in LOOSE or any(block.kind == "table_row" for block in blocks)
        told_on = told_on or any(block.index in stated or signature_of(block, paths) in places for block in blocks)
        if not told_on and sum(len(item.text) for item in items) <= min(MOST_CHARS, MOST_SHARE * size):
            for item in items:
                item.kept, item.rule = False, RULE


def _core(taken: list[Decision]) -> HtmlElement | None:
    """The container with most of what was taken right in it, else the innermost with nearly all of it at any depth."""
    direct = right_in(taken)
    if not direct:
        return None
    total = direct.total()
    within = with_around(direct)
    main, _ = direct.most_common(1)[0]
    return main if within[main] >= MOST * total else innermost(within, NEARLY_ALL * total)
