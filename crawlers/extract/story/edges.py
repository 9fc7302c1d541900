"""Where the story's own blocks begin and end, told by the places that they share.

The paragraphs of a story stand at one place of the page (`signature_of`), or at few. What was taken from a place that
has nothing of the story's middle is no paragraph of it for certain: the lines below the headline, a box at the end.
"""

from collections import Counter
from collections.abc import Collection, Sequence

from crawlers.extract.markup.segments import Segment, key_of
from crawlers.extract.markup.signature import Paths, signature_of
from crawlers.extract.story.decision import Decision
from crawlers.extract.story.headings import is_headline

EARLY, LATE = 0.3, 0.7
"""Shares of the text between which stands the story's middle."""

FAR = 40
"""Blocks between the headline and the story, at most, for what stands between them to be judged."""

BELOW = 300
"""Blocks below the story, at most, that are judged; more of them are no lines and boxes."""

LEAST = 4
"""Blocks of a story whose places tell anything."""

SHARED = 0.5
"""Share of the text that stands at places of more than one block, at least; else places tell nothing."""

Standing = list[tuple[int, object, int]]
"""Blocks taken: number, place, characters."""


class Edges:
    """Numbers of decisions: `opening` those above the story, `ending` those below, as far as blocks were taken.

    Left out are those that are `known` to be the story's.
    """

    def __init__(self, decisions: Sequence[Decision], title: str | None, known: Collection[int] = ()) -> None:
        self.opening: Sequence[int] = ()
        self.ending: Sequence[int] = ()
        self._decisions = decisions
        taken = _standing(decisions)
        if len(taken) < LEAST:
            return
        total = sum(chars for _, _, chars in taken)
        early, late, before = set(), set(), 0
        for _, place, chars in taken:
            if before < LATE * total:
                early.add(place)
            before += chars
            if before > EARLY * total:
                late.add(place)
        first = next(number for number, place, _ in taken if place in late)
        last = max(number for number, place, _ in taken if place in early)
        below = range(last + 1, min(taken[-1][0], last + BELOW) + 1)
        self.ending = [number for number in below if number not in known]
        headline = self._headline(first, title)
        if headline is not None and first - headline <= FAR:
            self.opening = [number for number in range(headline + 1, first) if number not in known]

    def _headline(self, first: int, title: str | None) -> int | None:
        key = key_of(title or "")
        above = range(first - 1, max(-1, first - 2 * FAR), -1)
        return next((number for number in above if _shows_title(self._decisions[number].segment, title, key)), None)


def _standing(decisions: Sequence[Decision]) -> Standing:
    """Where the blocks taken stand; by containers where each has an id of its own. Empty where these have, too."""
    paths = Paths()
    taken = [
        (number, item.segment, len(item.text))
        for number, item in enumerate(decisions)
        if item.kept and item.kind != "caption" and item.segment is not None
    ]
    total = sum(chars for _, _, chars in taken)
    by_place: Standing = [(number, signature_of(block, paths), chars) for number, block, chars in taken]
    by_container: Standing = [(number, block.element.getparent(), chars) for number, block, chars in taken]
    for standing in (by_place, by_container):
        often = Counter(place for _, place, _ in standing)
        if sum(chars for _, place, chars in standing if often[place] > 1) >= SHARED * total:
            return standing
    return []


def _shows_title(block: Segment | None, title: str | None, key: str) -> bool:
    return is_headline(block, title) or (block is not None and bool(key) and not block.hidden and block.bare() == key)
