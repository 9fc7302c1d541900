"""How often a source is worth a look."""

from datetime import UTC, datetime, timedelta

import pytest

from crawlers.spider.polling import (
    LONGEST_POLL,
    SHORTEST_POLL,
    Look,
    look,
    missed_alarm,
    poll_interval,
    rests_until,
)
from schemas import Outcome

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_polling_settles_between_its_bounds() -> None:
    start = timedelta(minutes=30)
    assert poll_interval([]) == start
    assert poll_interval([(0.7, start)] * 20) == start
    assert poll_interval([(1.0, start)] * 40) == LONGEST_POLL
    assert poll_interval([(0.0, start)] * 40) == SHORTEST_POLL
    faster = poll_interval([(0.2, start)])
    assert SHORTEST_POLL < faster < start < poll_interval([(0.95, start)])
    # A quiet night, then a busy morning: back to short intervals within a few looks.
    assert poll_interval([(1.0, start)] * 6 + [(0.2, hours(1))] * 3) <= start


def test_missed_alarm() -> None:
    assert missed_alarm(0.0, 30, looked_before=True)
    assert not missed_alarm(0.0, 30, looked_before=False)
    assert not missed_alarm(0.5, 30, looked_before=True)
    assert not missed_alarm(0.0, 2, looked_before=True)


@pytest.mark.parametrize(
    ("outcome", "detail", "overlap"),
    [
        (Outcome.NOT_MODIFIED, None, 1.0),
        (Outcome.READ, "30 entries, 15 known; WebSub hub https://hub.example/", 0.5),
        (Outcome.READ, "30 entries, 30 known", 1.0),
        (Outcome.READ, "0 entries, 0 known", None),
        (Outcome.READ, None, None),
        (Outcome.TIMED_OUT, "no answer", None),
        (Outcome.NOT_A_FEED, "30 entries, 30 known", None),
    ],
)
def test_what_a_look_says(outcome: Outcome, detail: str | None, overlap: float | None) -> None:
    assert look(NOW, str(outcome), detail) == Look(NOW, overlap)


def looks(every: timedelta, *overlaps: float | None) -> list[Look]:
    """Looks at an interval, the last one now."""
    return [Look(NOW - every * (len(overlaps) - 1 - n), overlap) for n, overlap in enumerate(overlaps)]


@pytest.mark.parametrize(
    ("history", "rest"),
    [
        ([], None),
        (looks(hours(1), 1.0), None),
        (looks(hours(1), 0.0, 0.9), None),  # something new just now
        (looks(hours(1), 0.9, *[1.0] * 10), hours(1)),  # ten hours quiet
        (looks(hours(1), 0.9, 1.0), hours(0.1)),
        (looks(hours(24), 0.9, *[1.0] * 20), LONGEST_POLL),
        (looks(hours(1), *[1.0] * 10, None), None),  # the last look failed
        (looks(hours(1), 0.9, *[1.0] * 4, None, *[1.0] * 5), hours(1)),
    ],
)
def test_a_quiet_source_rests(history: list[Look], rest: timedelta | None) -> None:
    assert rests_until(history) == (None if rest is None else NOW + rest)


def test_a_dead_feed_costs_a_look_a_day_and_one_that_wakes_is_seen_within_one() -> None:
    at, news = NOW - timedelta(days=60), NOW - hours(0.5)
    history = [Look(at, 0.0)]
    while at < NOW + timedelta(days=2):
        at += hours(0.25)  # the site's cadence
        until = rests_until(history[-24:])
        if until is None or until <= at:
            history.append(Look(at, 0.5 if history[-1].at < news <= at else 1.0))
    assert len([one for one in history if timedelta(days=1) < NOW - one.at < timedelta(days=31)]) <= 35
    woken = next(place for place, one in enumerate(history) if one.overlap == 0.5)
    assert history[woken].at - news <= LONGEST_POLL
    assert history[woken + 1].at - history[woken].at == hours(0.25)
