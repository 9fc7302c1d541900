"""How often a site is to be looked at: an interval (`15m`, `2h`, `1d`) or five fields of cron. Pure.

And at which ages an article is looked at again.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

DEFAULT = "1h"
NAMED = {"hourly": "1h", "daily": "1d", "weekly": "7d"}
REVISITS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(days=7))
"""Ages at which an article is looked at again, unless its site's declaration says otherwise."""
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=31)

_INTERVAL = re.compile(r"([1-9]\d{0,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_FIELD = r"(?:\*|\d{1,2}(?:-\d{1,2})?)(?:/\d{1,2})?"
_LISTS = [re.compile(rf"{_FIELD}(?:,{_FIELD})*") for _ in range(5)]
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_CRON_NAMES = ("minute", "hour", "day of month", "month", "day of week")


@dataclass(frozen=True, slots=True)
class Cadence:
    """Either `every` or `cron` is set."""

    text: str
    """In one spelling: equal cadences have equal texts."""
    every: timedelta | None = None
    cron: str | None = None

    @property
    def name(self) -> str:
        """For names of deployments: `every-15m`, `cron-xs15_6-22_x_x_1-5`."""
        if self.cron is None:
            return f"every-{self.text}"
        return "cron-" + self.cron.translate(str.maketrans("*/ ,", "xs_."))


def parse_cadence(text: str) -> Cadence:
    """The cadence a text names. Raises ValueError that says what is expected."""
    text = NAMED.get(text.strip().lower(), text.strip())
    if _INTERVAL.fullmatch(text):
        every = parse_interval(text, SHORTEST, LONGEST)
        return Cadence(brief(every), every=every)
    fields = text.split()
    if len(fields) != 5:
        raise ValueError(f"must be an interval such as '15m', '2h', '1d' or five fields of cron, not {text!r}")
    for number, value in enumerate(fields):
        _check(number, value)
    return Cadence(" ".join(fields), cron=" ".join(fields))


def parse_interval(text: str, shortest: timedelta, longest: timedelta) -> timedelta:
    """The interval a text such as `15m`, `2h` or `1d` names. Raises ValueError that says what is expected."""
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise ValueError(f"must be an interval such as '15m', '2h' or '1d', not {text!r}")
    interval = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if not shortest <= interval <= longest:
        raise ValueError(f"must be from {brief(shortest)} to {brief(longest)}, not {text!r}")
    return interval


def brief(every: timedelta) -> str:
    """An interval as `parse_interval` reads it."""
    minutes = int(every.total_seconds()) // 60
    for size, unit in ((1440, "d"), (60, "h")):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


def _check(number: int, value: str) -> None:
    low, high = _BOUNDS[number]
    found = [int(part) for part in re.findall(r"(?<!/)\b\d+", value)]
    steps = [int(part) for part in re.findall(r"(?<=/)\d+", value)]
    wrong = any(not low <= part <= high for part in found) or any(not 1 <= step <= high for step in steps)
    if wrong or not _LISTS[number].fullmatch(value):
        raise ValueError(
            f"the {_CRON_NAMES[number]} of a cron line must be *, n, n-m, lists or steps of {low} to {high}"
        )
