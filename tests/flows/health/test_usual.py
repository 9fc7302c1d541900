from datetime import UTC, date, datetime, timedelta

import pytest

from flows.health.usual import LEAST_DAYS, usual

FIRST = date(2026, 11, 2)  # a Monday
EVEN = [(weekend, hour, 10) for weekend in (False, True) for hour in range(24)]


def _weeks(count: int, weekday: int = 20, weekend: int = 6) -> dict[date, int]:
    days = [FIRST + timedelta(n) for n in range(7 * count)]
    return {day: weekend if day.weekday() >= 5 else weekday for day in days}


def test_too_little_history_gives_nothing() -> None:
    assert usual({}, [], FIRST, FIRST + timedelta(LEAST_DAYS - 2)) is None
    assert usual({}, [], FIRST, FIRST - timedelta(3)) is None
    assert usual({}, [], FIRST, FIRST + timedelta(LEAST_DAYS - 1)) is not None


def test_one_bad_day_does_not_move_what_is_usual() -> None:
    counts = _weeks(4)
    counts[FIRST + timedelta(7)] = 0
    counts[FIRST + timedelta(14)] = 500
    found = usual(counts, EVEN, FIRST, FIRST + timedelta(27))
    assert found is not None
    assert found.day(date(2026, 11, 30)) == 20


def test_a_window_over_midnight_into_the_weekend_is_summed_by_the_hour() -> None:
    found = usual(_weeks(4, 24, 48), EVEN, FIRST, FIRST + timedelta(27))
    assert found is not None
    friday = datetime(2026, 12, 4, 21, 30, tzinfo=UTC)
    assert found.between(friday, friday + timedelta(hours=4)) == pytest.approx(2.5 * 1 + 1.5 * 2, rel=0.05)
    assert found.between(friday, friday) == 0


def test_articles_fall_where_they_used_to() -> None:
    found = usual(_weeks(4), [(False, 9, 300)], FIRST, FIRST + timedelta(27))
    assert found is not None
    monday = datetime(2026, 11, 30, tzinfo=UTC)
    assert found.between(monday.replace(hour=9), monday.replace(hour=10)) > 19
    assert found.between(monday.replace(hour=1), monday.replace(hour=8)) < 0.1
