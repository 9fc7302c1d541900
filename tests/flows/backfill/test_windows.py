import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.backfill.windows import (
    ALWAYS,
    Span,
    by_month,
    byte_windows,
    month_span,
    months_of,
    next_month,
    parse_span,
)

BERLIN, KIRITIMATI, CAIRO = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Africa/Cairo")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("since", "until", "zone", "expected"),
    [
        ("2024-02", "2024-02", UTC, (utc(2024, 2, 1), utc(2024, 3, 1))),
        ("2023-02", "2023-02", UTC, (utc(2023, 2, 1), utc(2023, 3, 1))),
        ("2024-01-31", "2024-02-29", UTC, (utc(2024, 1, 31), utc(2024, 3, 1))),
        ("2024-12-31", "2024-12-31", UTC, (utc(2024, 12, 31), utc(2025, 1, 1))),
        ("2024", "2024", UTC, (utc(2024, 1, 1), utc(2025, 1, 1))),
        ("1900-02", "1900-02", UTC, (utc(1900, 2, 1), utc(1900, 3, 1))),
        ("2024-03-31", "2024-03-31", BERLIN, (utc(2024, 3, 30, 23), utc(2024, 3, 31, 22))),
        ("2024-10-27", "2024-10-27", BERLIN, (utc(2024, 10, 26, 22), utc(2024, 10, 27, 23))),
        ("2024-02-29", "2024-02-29", KIRITIMATI, (utc(2024, 2, 28, 10), utc(2024, 2, 29, 10))),
        ("2024-04-26", "2024-04-26", CAIRO, (utc(2024, 4, 25, 22), utc(2024, 4, 26, 21))),
        ("2024-02-29T12:00", "2024-02-29T13:30", BERLIN, (utc(2024, 2, 29, 11), utc(2024, 2, 29, 12, 30))),
        ("2024-02-29T12:00+05:00", "2024-02-29", UTC, (utc(2024, 2, 29, 7), utc(2024, 3, 1))),
        (None, None, UTC, (ALWAYS.since, ALWAYS.until)),
    ],
)
def test_a_span_ends_with_the_day_or_month_it_names(since: str, until: str, zone: ZoneInfo, expected: object) -> None:
    span = parse_span(since, until, zone)
    assert (span.since, span.until) == expected


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2023-02-29", None),
        ("2024-04-31", None),
        ("2024-13", None),
        ("1900-02-29", None),
        ("yesterday", None),
        ("2024-03-02", "2024-03-01"),
        ("2024-2", None),
    ],
)
def test_days_that_are_none_are_refused_in_words(since: str, until: str | None) -> None:
    with pytest.raises(ValueError, match=r"no date such as|no time at all"):
        parse_span(since, until)


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        # From a 31st: a month step of thirty days, or one that keeps the day, would lose February.
        ("2024-01-31", "2024-03-01", [(2024, 1), (2024, 2), (2024, 3)]),
        ("2023-10-31", "2024-02-29", [(2023, 10), (2023, 11), (2023, 12), (2024, 1), (2024, 2)]),
        ("2024-02-29", "2024-02-29", [(2024, 2)]),
        ("2024-02", "2024-02", [(2024, 2)]),
        ("2023-12-31", "2024-01-01", [(2023, 12), (2024, 1)]),
    ],
)
def test_months_of_a_span(since: str, until: str, months: object) -> None:
    assert months_of(parse_span(since, until)) == months


def test_the_same_instant_is_in_another_month_elsewhere() -> None:
    span = parse_span("2024-02-29T23:30", "2024-02-29T23:45")
    assert months_of(span) == [(2024, 2)]
    assert months_of(span, BERLIN) == [(2024, 3)]


@pytest.mark.parametrize(
    ("since", "until", "zone", "told"),
    [
        ("2024-02-03", "2024-02-05", UTC, "2024-02-03 to 2024-02-05"),
        ("2024-02", "2024-02", UTC, "2024-02-01 to 2024-02-29"),
        ("2024-02-03", "2024-02-03", BERLIN, "2024-02-02 23:00 UTC to 2024-02-03 23:00 UTC"),
        ("2024-02-03", "2024-02-05T12:00", UTC, "2024-02-03 to 2024-02-05 12:00 UTC"),
        ("2024-02-03", None, UTC, "since 2024-02-03"),
        (None, None, UTC, "all times"),
    ],
)
def test_a_span_is_told_as_it_was_asked_for(since: str | None, until: str | None, zone: ZoneInfo, told: str) -> None:
    assert str(parse_span(since, until, zone)) == told


def test_a_span_without_end_has_no_months() -> None:
    for open_span in (ALWAYS, parse_span("2024-02", None), parse_span(None, "2024-02")):
        with pytest.raises(ValueError, match="without beginning or end"):
            months_of(open_span)


instants = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
zones = st.sampled_from([UTC, BERLIN, KIRITIMATI, CAIRO, ZoneInfo("America/St_Johns"), ZoneInfo("Pacific/Apia")])


@settings(deadline=None)
@given(instants, st.timedeltas(timedelta(seconds=1), timedelta(days=900)), zones)
def test_months_cover_a_span_without_gap_or_overlap(since: datetime, length: timedelta, zone: ZoneInfo) -> None:
    span = Span(since, since + length)
    parts = by_month(span, zone)
    assert parts[0].since == span.since
    assert parts[-1].until == span.until
    assert all(one.until == other.since for one, other in itertools.pairwise(parts))
    assert all(part.since < part.until for part in parts)


@settings(deadline=None)
@given(instants, zones)
def test_every_instant_lies_in_its_own_month_and_no_other(at: datetime, zone: ZoneInfo) -> None:
    local = at.astimezone(zone)
    month = (local.year, local.month)
    assert at in month_span(month, zone)
    assert at not in month_span(next_month(month), zone)


@settings(deadline=None)
@given(st.integers(0, 3_000), st.integers(1, 1_000))
def test_byte_windows_cover_a_file(size: int, step: int) -> None:
    parts = list(byte_windows(size, step))
    assert sum(end - start for start, end in parts) == size
    assert all(one[1] == other[0] for one, other in itertools.pairwise(parts))
