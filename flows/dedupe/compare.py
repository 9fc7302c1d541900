"""Whether two texts are one, decided on all of both texts, with the reason where they are not."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from flows.dedupe import keys
from flows.dedupe.rules import Rules
from flows.dedupe.shingles import Hashes, Shingles, shingles

TEMPLATE = "template_numbers"
"""A short text with other numbers: market reports, results, the weather."""
FAR_APART = "far_apart"
"""Alike, but not enough for articles published so far from each other."""
TOO_SHORT = "too_short"
"""Too few words to tell."""
BOILERPLATE = "boilerplate"
"""What they share stands at the beginning or the end of both, the rest differs."""
OTHER_WORDS = "other_words"
"""They share passages; most is told in other words."""
REASONS = (TEMPLATE, FAR_APART, TOO_SHORT, BOILERPLATE, OTHER_WORDS)


@dataclass(frozen=True, slots=True)
class Text:
    """A text made ready to be compared."""

    hash: str
    words: int
    shingles: Shingles
    numbers: Counter[str]
    title: str
    """Words of the headline; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How alike two texts are, and the rule by which they are one, or the reason why not."""

    rule: str | None
    reason: str | None
    containment: float
    jaccard: float
    of_first: float
    """Share of the first text's shingles that the second has."""
    of_second: float


EXACT = (1.0, 1.0, 1.0, 1.0)


def prepare(text: str, title: str | None) -> Text:
    """Tokenise and shingle a text."""
    found = keys.words(text)
    headline = " ".join(keys.words(title or ""))
    return Text(keys.hash_words(found), len(found), shingles(found), Counter(keys.numbers(found)), headline)


def compare(first: Text, second: Text, apart: timedelta, rules: Rules) -> Verdict:
    """Judge two texts; `apart` is the time between their publications, not negative."""
    if first.hash == second.hash:
        return _exact(first, second, apart, rules)
    containment, jaccard, of_first, of_second = alike(first.shingles.unique, second.shingles.unique)
    rule = _near(containment, apart, rules)
    reason = None
    if rule:
        reason = _objection(first, second, apart, rules)
    elif containment >= rules.contained_soon:
        reason = FAR_APART
    else:
        reason = BOILERPLATE if _at_the_ends(first.shingles, second.shingles) else OTHER_WORDS
    named = f"{rule}/{rules.version}" if rule and not reason else None
    return Verdict(named, reason, containment, jaccard, of_first, of_second)


def alike(first: Hashes, second: Hashes) -> tuple[float, float, float, float]:
    """Containment of the shorter, Jaccard similarity, share of the first and of the second that is shared."""
    shared = len(np.intersect1d(first, second, assume_unique=True))
    least = min(len(first), len(second))
    if not shared:
        return 0.0, 0.0, 0.0, 0.0
    return (
        shared / least,
        shared / (len(first) + len(second) - shared),
        shared / len(first),
        shared / len(second),
    )


def _exact(first: Text, second: Text, apart: timedelta, rules: Rules) -> Verdict:
    same_title = bool(first.title) and first.title == second.title and apart <= rules.far
    enough = first.words >= rules.tiny or (first.words >= rules.least and same_title)
    return Verdict(f"exact/{rules.version}", None, *EXACT) if enough else Verdict(None, TOO_SHORT, *EXACT)


def _near(containment: float, apart: timedelta, rules: Rules) -> str | None:
    if apart <= rules.soon and containment >= rules.contained_soon:
        return "near" if containment >= rules.contained else "soon"
    if apart <= rules.far and containment >= rules.contained:
        return "near"
    if apart <= rules.window and containment >= rules.contained_far:
        return "far"
    return None


def _objection(first: Text, second: Text, apart: timedelta, rules: Rules) -> str | None:
    """What speaks against taking two texts as one that share enough."""
    shorter, longer = sorted((first, second), key=lambda text: text.words)
    if shorter.words < rules.tiny:
        return TOO_SHORT
    if shorter.words >= rules.short:
        return None
    if apart > rules.far:
        return FAR_APART
    total = sum(shorter.numbers.values())
    if total and sum((shorter.numbers & longer.numbers).values()) < rules.numbers_agree * total:
        return TEMPLATE
    return None


def _at_the_ends(first: Shingles, second: Shingles) -> bool:
    """Whether what two texts share is one run at the beginning or at the end of each."""
    for one, other in ((first, second), (second, first)):
        shared = np.flatnonzero(np.isin(one.ordered, other.unique))
        if not len(shared):
            return False
        run = shared[-1] - shared[0] + 1 <= 1.2 * len(shared)
        edge = min(shared[0], len(one.ordered) - 1 - shared[-1]) <= 0.05 * len(one.ordered)
        if not (run and edge):
            return False
    return True
