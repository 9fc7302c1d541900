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


@dataclass(frozen=True, slots=True)
class Text:
    """A text made ready to be compared."""

    hash: str
    words: int
    shingles: Shingles
    numbers: tuple[str, ...]
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
    return Text(keys.hash_words(found), len(found), shingles(found), tuple(keys.numbers(found)), headline)


def compare(first: Text, second: Text, apart: timedelta, rules: Rules, *, same_publisher: bool = False) -> Verdict:
    """Judge two texts; `apart` is the time between their publications, not negative."""
    if first.hash == second.hash:
        reason = _exact_objection(first, second, apart, rules, same_publisher=same_publisher)
        return Verdict(None if reason else f"exact/{rules.version}", reason, *EXACT)
    containment, jaccard, of_first, of_second = alike(first.shingles.unique, second.shingles.unique)
    rule, reason = _near(first, second, containment, apart, rules)
    return Verdict(f"{rule}/{rules.version}" if rule else None, reason, containment, jaccard, of_first, of_second)


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


def _exact_objection(first: Text, second: Text, apart: timedelta, rules: Rules, *, same_publisher: bool) -> str | None:
    if first.words < rules.least or (
        first.words < rules.tiny and not (_same_title(first, second) and apart <= rules.far)
    ):
        return TOO_SHORT
    # A notice that recurs: the same few words are news again.
    return FAR_APART if same_publisher and first.words < rules.short and apart > rules.far else None


def _near(
    first: Text, second: Text, containment: float, apart: timedelta, rules: Rules
) -> tuple[str | None, str | None]:
    """The rule that takes two texts as one, or the reason against it."""
    shorter, longer = sorted((first, second), key=lambda text: text.words)
    short = shorter.words < rules.short
    headline = apart <= rules.soon and _same_title(first, second)
    if containment < (rules.contained_headline if headline else rules.contained_soon):
        return None, BOILERPLATE if _at_the_ends(first.shingles, second.shingles) else OTHER_WORDS
    if shorter.words < rules.tiny:
        return None, TOO_SHORT
    if short and not _numbers_agree(shorter, longer, rules):
        return None, TEMPLATE
    if apart <= (rules.soon if short else rules.far) and containment >= rules.contained:
        return "near", None
    if headline:
        return "headline", None
    if apart <= rules.soon:
        return ("soon", None) if not short or _titles_alike(first, second, rules) else (None, OTHER_WORDS)
    if apart <= (rules.far if short else rules.window) and containment >= rules.contained_far:
        return "far", None
    return None, FAR_APART


def _same_title(first: Text, second: Text) -> bool:
    return bool(first.title) and first.title == second.title


def _titles_alike(first: Text, second: Text, rules: Rules) -> bool:
    """Whether two headlines share most words and all numbers."""
    one, other = set(first.title.split()), set(second.title.split())
    same_numbers = set(keys.numbers([*one])) == set(keys.numbers([*other]))
    return same_numbers and len(one & other) >= rules.titles_alike * len(one | other) > 0


def _numbers_agree(shorter: Text, longer: Text, rules: Rules) -> bool:
    common = Counter(shorter.numbers) & Counter(longer.numbers)
    return common.total() >= rules.numbers_agree * len(shorter.numbers)


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
