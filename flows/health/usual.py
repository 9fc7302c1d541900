"""What is usual for a site: articles to be expected by weekday and hour (UTC), from its own history.

A day's level is the median of its weekday, so that one outage or one big news day doesn't move it; within a day the
articles fall as they did on the site's working days or weekends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median

LEAST_DAYS = 5
"""Whole days of history before anything is expected of a site."""

_WEEKEND = 5


@dataclass(frozen=True)
class Usual:
    """Articles to be expected of one site."""

    levels: tuple[float, ...]
    """Articles a day by weekday, Monday first."""
    shares: tuple[tuple[float, ...], tuple[float, ...]]
    """Share of a day's articles by hour, for working days and weekends; each adds up to 1."""

    def day(self, day: date) -> float:
        """Articles to be expected on a day."""
        return self.levels[day.weekday()]

    def between(self, begin: datetime, end: datetime) -> float:
        """Articles to be expected between two instants."""
        total, moment = 0.0, begin.astimezone(UTC)
        while moment < end:
            following = min(moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1), end)
            share = self.shares[moment.weekday() >= _WEEKEND][moment.hour]
            total += self.day(moment.date()) * share * ((following - moment) / timedelta(hours=1))
            moment = following
        return total


def usual(counts: Mapping[date, int], hours: Iterable[tuple[bool, int, int]], first: date, last: date) -> Usual | None:
    """The site's expectation from its whole days `first` to `last` (both included); None with too few of them.

    `counts` are articles by day (days without are missing), `hours` (weekend, hour, articles).
    """
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    if len(days) < LEAST_DAYS:
        return None
    return Usual(_levels({day: counts.get(day, 0) for day in days}), _shares(hours))


def _levels(counts: Mapping[date, int]) -> tuple[float, ...]:
    kinds = {kind: [n for day, n in counts.items() if (day.weekday() >= _WEEKEND) is kind] for kind in (False, True)}
    everything = list(counts.values())
    levels = []
    for weekday in range(7):
        same = [n for day, n in counts.items() if day.weekday() == weekday]
        alike = kinds[weekday >= _WEEKEND] or everything
        # One Monday says little about Mondays: with fewer than three, its kind of day has as much to say.
        levels.append(float(median(same)) if len(same) > 2 else (float(median(same or alike)) + median(alike)) / 2)
    return tuple(levels)


def _shares(hours: Iterable[tuple[bool, int, int]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    # One article spread over the day keeps hours that never had one possible.
    seen = {False: [1 / 24] * 24, True: [1 / 24] * 24}
    for weekend, hour, articles in hours:
        seen[weekend][hour] += articles
    parts = {kind: tuple(n / sum(counts) for n in counts) for kind, counts in seen.items()}
    return parts[False], parts[True]
