"""A story that stands on its page more than once: laid out for phone and desk, or repeated by a faulty template.

Lines recur in honest stories (a question put to each guest, a meal of each day); most of what was told so far doesn't.
"""

from crawlers.extract.story.decision import LONG_WORDS, Decision, words_in

LEAST_BLOCKS = 4
LEAST_PROSE = 3
"""Blocks, and blocks of prose among them, that recur in the same order where a stretch is a copy."""

SHARE = 0.5
"""Of all that stands before a copy, what it repeats at least."""


def drop_copies(decisions: list[Decision]) -> None:
    """Take out stretches of the story that repeat an earlier stretch block by block."""
    kept = [item for item in decisions if item.kept and item.kind != "caption"]
    first: dict[str, int] = {}
    at = told = 0
    while at < len(kept):
        start = first.setdefault(kept[at].text, at)
        stretch = kept[at : at + (_recurring(kept, start, at) or 1)]
        chars = sum(len(item.text) for item in stretch)
        if start < at and chars >= SHARE * told and _is_story(stretch):
            for item in stretch:
                item.kept, item.rule = False, "copy"
        else:
            told += chars
        at += len(stretch)


def _recurring(kept: list[Decision], start: int, at: int) -> int:
    """Blocks from `at` on that are those from `start` on."""
    length = 0
    while at + length < len(kept) and start + length < at and kept[at + length].text == kept[start + length].text:
        length += 1
    return length


def _is_story(stretch: list[Decision]) -> bool:
    return len(stretch) >= LEAST_BLOCKS and sum(words_in(item.text) >= LONG_WORDS for item in stretch) >= LEAST_PROSE
