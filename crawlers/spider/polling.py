"""How often a source is worth a look: by what earlier looks at it brought. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from schemas import Outcome

SHORTEST_POLL = timedelta(minutes=5)
LONGEST_POLL = timedelta(hours=24)
QUIET_SHARE = 10
"""A source rests for a tenth of the time in which nothing new was in it: what RFC 9111, 4.2.2 has caches do."""

_OVERLAP = re.compile(r"(\d+) entries, (\d+) known")


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a source shows, and how much of it was known from earlier runs."""

    entries: int
    known: int

    @property
    def share(self) -> float:
        """Known entries by all, 0 to 1."""
        return self.known / self.entries if self.entries else 1.0

    def __str__(self) -> str:
        return f"{self.entries} entries, {self.known} known"


@dataclass(frozen=True, slots=True)
class Look:
    """One earlier look at a source."""

    at: datetime
    overlap: float | None
    """Share of its entries that were known, 1 where it answered 304; None where the look says nothing of that."""


def look(at: datetime, outcome: str, detail: str | None) -> Look:
    """A look as the crawl log has it."""
    if outcome == Outcome.NOT_MODIFIED:
        return Look(at, 1.0)
    told = _OVERLAP.match(detail or "") if outcome == Outcome.READ else None
    return Look(at, Overlap(int(told[1]), int(told[2])).share if told and int(told[1]) else None)


def rests_until(looks: Sequence[Look]) -> datetime | None:
    """Until when a source need not be looked at, by its looks so far, oldest first; None where nothing speaks for rest.

    The interval follows the overlap, and is never longer than a tenth of the time for which the source has been quiet:
    a feed that rests at night is awake in the morning. Failures, and sources without entries, get no rest.
    """
    if len(looks) < 2 or looks[-1].overlap is None:
        return None
    told = [one for one in looks if one.overlap is not None]
    last = told[-1]
    changed = next((one.at for one in reversed(told) if one.overlap is not None and one.overlap < 1), told[0].at)
    overlaps = [(later.overlap or 0.0, later.at - earlier.at) for earlier, later in pairwise(told)]
    interval = min(poll_interval(overlaps), (last.at - changed) / QUIET_SHARE)
    return last.at + interval if interval else None


def poll_interval(
    overlaps: Sequence[tuple[float, timedelta]],
    *,
    start: timedelta = timedelta(minutes=30),
    shortest: timedelta = SHORTEST_POLL,
    longest: timedelta = LONGEST_POLL,
) -> timedelta:
    """How long to wait between two looks at a source.

    `overlaps` holds, oldest first, for each earlier look the share of its entries that were known already (1 when
    it answered 304) and the time since the look before. Aims at an overlap of about two thirds: a feed that shows
    30 entries is then seen three times before an entry scrolls off.
    """
    interval = start
    for overlap, waited in overlaps:
        base = min(interval, max(waited, shortest)) if overlap < 0.5 else interval
        factor = 0.5 if overlap < 0.34 else 0.8 if overlap < 0.6 else 1.0 if overlap < 0.8 else 1.5
        interval = min(max(base * factor, shortest), longest)
    return interval


def missed_alarm(overlap: float, entries: int, *, looked_before: bool) -> bool:
    """Whether articles may have scrolled off between two looks: nearly nothing of a full source was known."""
    return looked_before and entries >= 5 and overlap < 0.1
