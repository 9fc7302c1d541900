"""The thresholds, in one place, with the version that goes into every row they decide."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    """When two articles tell the same story in the same words. Containment and the like are shares, 0 to 1."""

    version: int = 1
    window: timedelta = timedelta(days=90)
    """Near duplicates are looked for among articles published no further apart; exact ones among all."""
    contained: float = 0.8
    """Containment that makes a near duplicate (rule `near`) …"""
    far: timedelta = timedelta(days=7)
    """… of articles no further apart than this; of short ones, than `soon`."""
    contained_soon: float = 0.7
    """Enough within `soon`, for texts that are not short or have like headlines (rule `soon`)."""
    titles_alike: float = 0.6
    """Share of all words of two like headlines that both have; their numbers are the same."""
    soon: timedelta = timedelta(hours=48)
    contained_headline: float = 0.45
    """Enough within `soon` under the same headline (rule `headline`)."""
    contained_far: float = 0.95
    """Needed beyond `far`; of short texts beyond `soon`, and never beyond `far` (rule `far`)."""
    short: int = 150
    """Words below which a text may be a filled-in template: its numbers must agree, its dates be close."""
    numbers_agree: float = 0.8
    """Share of the shorter text's numbers that the longer must have, where that one is short."""
    tiny: int = 25
    """Words below which a text is never a near duplicate; an exact one only under the same headline."""
    least: int = 5
    """Words below which a text says nothing: never a duplicate."""
    own: float = 0.35
    """An article with more than this share of its own stays in `articles`, whatever it repeats besides."""
    several: float = 0.15
    """An article with more than this share of other leaders' texts, beyond the one it joins, is a digest."""
    near_miss: float = 0.3
    """Containment from which a rejected pair is reported."""
    least_shared: int = 3
    """Sampled shingles two texts must share to be compared."""
    most_common: int = 1000
    """Sampled shingles on more texts than this are boilerplate and find no candidates."""


RULES = Rules()
