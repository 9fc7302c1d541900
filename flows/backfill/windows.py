"""Spans of time and the windows they fall into. Pure.

All spans are half open, [since, until), with instants in UTC: a month ends where the next one begins, whatever its
length, and no instant lies in two windows or in none. Calendar arithmetic is done on year and month alone, never by
adding days to a date or by keeping a day of the month that the next month may not have. Local days and months begin
at local midnight of their zone, so a day of a change of clocks has 23 or 25 hours.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

EARLIEST = datetime(1600, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)

_PERIOD = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")

Month = tuple[int, int]
"""Year and month, counted from 1."""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open span of time, [since, until), in UTC."""

    since: datetime
    until: datetime

    def __contains__(self, instant: object) -> bool:
        return isinstance(instant, datetime) and self.since <= instant < self.until

    def __str__(self) -> str:
        if self.is_open():
            return f"since {_brief(self.since)}" if self.since > EARLIEST else "all times"
        whole = _is_midnight(self.since) and _is_midnight(self.until) and self.since < self.until
        # As it was asked for: of whole days the last one, itself included.
        return f"{_brief(self.since)} to {_brief(self.until - timedelta(days=1) if whole else self.until)}"

    def is_open(self) -> bool:
        """Whether no end was asked for."""
        return self.until >= LATEST

    def cut(self, until: datetime) -> "Span":
        """The part before an instant."""
        return Span(self.since, max(self.since, min(self.until, until)))


ALWAYS = Span(EARLIEST, LATEST)


def parse_span(since: str | None, until: str | None, zone: tzinfo = UTC) -> Span:
    """The span from the beginning of `since` to the end of `until`, both in the zone.

    Each is a year, a month, a day or an instant: `2024`, `2024-02`, `2024-02-29`, `2024-02-29T12:00` (an offset of
    its own counts before the zone). The last day, month or year is meant whole: until 2024-02 ends with 29 February.
    Raises ValueError, in words for an operator.
    """
    begin = EARLIEST if since is None else _period(since, zone)[0]
    end = LATEST if until is None else _period(until, zone)[1]
    if begin >= end:
        raise ValueError(f"from {since} until {until} is no time at all")
    return Span(begin, end)


def next_month(month: Month) -> Month:
    """The month after."""
    year, number = month
    return (year + 1, 1) if number == 12 else (year, number + 1)


def month_span(month: Month, zone: tzinfo = UTC) -> Span:
    """The whole month in the zone."""
    return Span(_midnight(date(*month, 1), zone), _midnight(date(*next_month(month), 1), zone))


def months_of(span: Span, zone: tzinfo = UTC) -> list[Month]:
    """The months, by the zone's calendar, that the span touches. Raises ValueError for one without an end."""
    if span.is_open() or span.since <= EARLIEST:
        raise ValueError("months of a span without beginning or end")
    first, last = span.since.astimezone(zone), (span.until - timedelta(microseconds=1)).astimezone(zone)
    month, found = (first.year, first.month), []
    while month <= (last.year, last.month):
        found.append(month)
        month = next_month(month)
    return found


def by_month(span: Span, zone: tzinfo = UTC) -> list[Span]:
    """The span cut at the beginnings of the zone's months."""
    whole = [month_span(month, zone) for month in months_of(span, zone)]
    return [Span(max(span.since, month.since), min(span.until, month.until)) for month in whole]


def byte_windows(size: int, step: int) -> Iterator[tuple[int, int]]:
    """Byte ranges [start, end) that cover a file of that size; the same for the same size and step."""
    for start in range(0, size, step):
        yield start, min(size, start + step)


def _period(text: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """Beginning and end of what the text names."""
    match = _PERIOD.fullmatch(text.strip())
    try:
        if match is None:
            instant = datetime.fromisoformat(text.strip())
            at = (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC)
            return at, at
        year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
        first = date(year, month, day)
        if match[2] is None:
            after = date(year + 1, 1, 1)
        elif match[3] is None:
            after = date(*next_month((year, month)), 1)
        else:
            after = first + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is no date such as 2024, 2024-02, 2024-02-29 or 2024-02-29T12:00") from error
    return _midnight(first, zone), _midnight(after, zone)


def _midnight(day: date, zone: tzinfo) -> datetime:
    """The first instant of a day in the zone; where clocks skip midnight, the instant they are set forward."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _brief(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d" if _is_midnight(instant) else "%Y-%m-%d %H:%M UTC")


def _is_midnight(instant: datetime) -> bool:
    return (instant.hour, instant.minute, instant.second) == (0, 0, 0)
