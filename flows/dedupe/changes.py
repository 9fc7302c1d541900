"""What changed between two revisions of an article: its kind, and the difference as text."""

import difflib
import re
from collections import Counter

from flows.dedupe import keys
from flows.dedupe.shingles import WIDTH, shingles

NONE = "none"
"""The words are the same."""
BOILERPLATE = "boilerplate"
"""Only what is not the story: blocks that extraction took out of one revision and not of the other, notes of time."""
HEADLINE = "headline"
"""The same text under another headline."""
CORRECTION = "correction"
"""A few words."""
UPDATE = "update"
"""Passages were added, taken out or changed; most of the text stayed."""
REWRITE = "rewrite"
"""Most of the text is new."""
REEXTRACTION = "reextraction"
"""The publisher changed nothing: it is the page of the other revision, byte for byte, read by other rules."""
KINDS = (HEADLINE, CORRECTION, UPDATE, REWRITE)
"""The kinds that publishers' changes make a revision of."""

_CORRECTION_WORDS, _CORRECTION_SHARE = 12, 0.05
"""A correction changes no more words than this, and of a short text no more than this share (three at least)."""
_REWRITE_SHARE = 0.5
_NOTE = re.compile(
    r"(?:(?:last )?(?:updated?|modified|published|posted)|stand|aktualisiert|veröffentlicht|(?:mis à jour|publié)|"
    r"(?:actualizado|publicado)|(?:aggiornato|pubblicato)|(?:atualizado|publicado)|bijgewerkt|обновлено)\b"
    r"(?:[^.!?]|\.(?=\s?\d)){0,60}|"
    r"\d+ (?:min(?:ute)?s?|hours?|days?|comments?|shares?|views?|kommentare?|minuten?|stunden?)(?: ago)?",
    re.IGNORECASE,
)
"""A line that tells when the page changed or how often it was read: counters and clocks, not the story."""


def kind_of_change(old: str, new: str, *, old_removed: tuple[str, ...] = (), new_removed: tuple[str, ...] = ()) -> str:
    """Kind of the change from one text to the next, headlines aside."""
    before, after = keys.words(old), keys.words(new)
    if before == after:
        return NONE
    if _only_boilerplate(old, new, old_removed, new_removed):
        return BOILERPLATE
    one, other = shingles(before).unique, shingles(after).unique
    shared = len(set(one.tolist()) & set(other.tolist()))
    if _few_words(before, after, max(len(one), len(other)) - shared):
        return CORRECTION
    return UPDATE if shared and shared >= _REWRITE_SHARE * min(len(one), len(other)) else REWRITE


def headline_changed(old: str | None, new: str | None) -> bool:
    """Whether a headline was rewritten; one that only gained or lost the site's name at an end was not."""
    before, after = keys.words(old or ""), keys.words(new or "")
    if not before or not after or before == after:
        return False
    short, long = sorted((before, after), key=len)
    return not (long[: len(short)] == short or long[-len(short) :] == short)


def text_diff(old: str, new: str, *, old_name: str = "before", new_name: str = "after", context: int = 1) -> str:
    """The difference between two texts, a block a line, in unified format; empty where they are equal."""
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, n=context, lineterm="")
    return "\n".join(lines)


def _only_boilerplate(old: str, new: str, old_removed: tuple[str, ...], new_removed: tuple[str, ...]) -> bool:
    before, after = _lines(old), _lines(new)
    beside = {" ".join(keys.words(line)) for line in (*old_removed, *new_removed)}
    changed = [line for key, line in before.items() if key not in after]
    changed += [line for key, line in after.items() if key not in before]
    common = [key for key in before if key in after]
    if not changed or common != [key for key in after if key in before]:
        return False
    return all(" ".join(keys.words(line)) in beside or _NOTE.fullmatch(line.strip(" .:|–—-")) for line in changed)


def _lines(text: str) -> dict[str, str]:
    return {" ".join(keys.words(line)): line for line in text.split("\n") if line.strip()}


def _few_words(before: list[str], after: list[str], other_shingles: int) -> bool:
    """Whether only a few words differ, wherever they stand; not where passages changed places."""
    old, new = Counter(before), Counter(after)
    changed = max((old - new).total(), (new - old).total())
    limit = min(_CORRECTION_WORDS, max(3, _CORRECTION_SHARE * max(len(before), len(after))))
    return changed <= limit and other_shingles <= WIDTH * max(changed, 2)
