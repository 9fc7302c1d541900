"""When to look again, and how far a source is trusted."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from crawlers.cadence import REVISITS
from crawlers.model import Lead
from crawlers.spider.due import due, full_fetch_due
from crawlers.spider.known import Known
from crawlers.spider.polling import Overlap
from crawlers.spider.trust import (
    DISTRUSTED,
    NONE,
    Validators,
    gap,
    lie,
    page_validators,
    source_validators,
    still_distrusted,
)
from schemas import Outcome

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
URL = "https://example.org/a"


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def known(outcome: Outcome = Outcome.NEW, fetched: float = 2, published: float | None = None, **more: object) -> Known:
    """A known address, fetched and published so many hours ago."""
    values: dict[str, object] = {
        "lead_published_at": None if published is None else NOW - hours(published),
        "lead_title": "Old",
    } | more
    return Known(URL, "example.org/a", outcome, NOW - hours(fetched), **values)  # type: ignore[arg-type]


LEAD = Lead(URL, title="Old")


@pytest.mark.parametrize(
    ("entry", "lead", "expected"),
    [
        # Published articles: the revisits at 1, 6, 24 hours and 7 days of age.
        (known(fetched=0.5, published=0.9), LEAD, None),
        (known(fetched=0.5, published=1.1), LEAD, "revisit"),
        (known(fetched=0.5, published=1.1), None, "revisit"),
        (known(fetched=2, published=5), LEAD, None),
        (known(fetched=2, published=7), LEAD, "revisit"),
        (known(fetched=2, published=25), None, "revisit"),
        (known(fetched=2, published=26), None, None),
        (known(fetched=24, published=24 * 7 + 1), None, "revisit"),
        (known(fetched=24, published=24 * 9), None, None),
        (known(Outcome.UNCHANGED, fetched=2, published=7), None, "revisit"),
        (known(Outcome.NOT_MODIFIED, fetched=2, published=7), None, "revisit"),
        # No date: the first we saw of it stands in for it, where that is known.
        (known(fetched=2), LEAD, None),
        (known(fetched=2, first_seen_at=NOW - hours(7)), LEAD, "revisit"),
        # The source says that it changed.
        (known(fetched=2), Lead(URL, modified_at=NOW - hours(1)), "the source says it changed"),
        (known(fetched=2), Lead(URL, modified_at=NOW - hours(3)), None),
        (known(fetched=2), Lead(URL, modified_at=NOW + hours(3)), None),
        (known(fetched=2), Lead(URL, title="New"), "its headline changed"),
        # Never asked for: at once, listed or not.
        (known(Outcome.OVER_BUDGET), None, "was not reached"),
        (known(Outcome.NOT_FETCHED, fetched=0.01), None, "was not reached"),
        # Failures that may pass: with growing pauses.
        (known(Outcome.TIMED_OUT, fetched=0.05), None, None),
        (known(Outcome.TIMED_OUT, fetched=0.1), None, "failed before"),
        (known(Outcome.SERVER_ERROR, fetched=4, first_seen_at=NOW - hours(10)), None, None),
        (known(Outcome.SERVER_ERROR, fetched=6, first_seen_at=NOW - hours(10)), None, "failed before"),
        (known(Outcome.TRUNCATED, fetched=25, first_seen_at=NOW - hours(900)), None, "failed before"),
        # Answers that seldom change: daily for three days, while they are listed.
        (known(Outcome.GONE, fetched=25), None, None),
        (known(Outcome.GONE, fetched=25), LEAD, "failed before"),
        (known(Outcome.GONE, fetched=5), LEAD, None),
        (known(Outcome.REFUSED, fetched=25, published=80), LEAD, None),
        (known(Outcome.ROBOTS), LEAD, "not asked for yet"),
        (known(Outcome.ROBOTS), None, None),
        (known(Outcome.EXTRACT_CRASHED), LEAD, None),
    ],
)
def test_due(entry: Known, lead: Lead | None, expected: str | None) -> None:
    assert due(entry, NOW, lead=lead) == expected


def test_every_revisit_comes_once() -> None:
    published = NOW - hours(24 * 8)
    at, looks = published + hours(0.2), []
    entry = Known(URL, "k", Outcome.NEW, at, lead_published_at=published)
    while at < NOW:
        at += hours(0.25)
        if due(entry, at):
            looks.append(at - published)
            entry = Known(URL, "k", Outcome.UNCHANGED, at, lead_published_at=published)
    assert len(looks) == len(REVISITS)
    assert all(age <= look <= age + hours(0.25) for look, age in zip(looks, REVISITS, strict=True))


def test_full_fetches_come_once_a_period() -> None:
    due_at = [hour for hour in range(24 * 5) if full_fetch_due(URL, NOW + hours(hour), NOW + hours(hour + 1))]
    assert len(due_at) == 5
    assert {later - earlier for earlier, later in pairwise(due_at)} == {24}
    others = {
        hour
        for n in range(200)
        for hour in range(24)
        if full_fetch_due(f"{URL}{n}", NOW + hours(hour), NOW + hours(hour + 1))
    }
    assert len(others) == 24  # spread over the day
    assert full_fetch_due(URL, NOW - hours(24), NOW)


class TestTrust:
    """What makes requests conditional, and what ends that."""

    quiet = next(f"{URL}{n}" for n in range(99) if not full_fetch_due(f"{URL}{n}", NOW - hours(2), NOW))

    def test_source_validators(self) -> None:
        assert source_validators(None, self.quiet, NOW) == NONE
        assert source_validators(known(etag='"1"'), self.quiet, NOW) == Validators('"1"', None)
        assert source_validators(known(last_modified="d"), self.quiet, NOW) == Validators(None, "d")
        assert source_validators(known(etag=DISTRUSTED, last_modified="d"), self.quiet, NOW) == NONE
        assert source_validators(known(etag='"1"', fetched=24), self.quiet, NOW) == NONE

    def test_page_validators(self) -> None:
        assert page_validators(None, NOW) == NONE
        assert page_validators(known(), NOW) == NONE
        assert page_validators(known(etag='"1"', fetched=5), NOW) == Validators('"1"', None)
        assert page_validators(known(etag='"1"', fetched=20), NOW) == NONE
        last = [hours(1), hours(6)]  # a page that answers 304 to all is found out by the last look at it
        assert page_validators(known(etag='"1"', fetched=4, published=5), NOW, last) == Validators('"1"', None)
        assert page_validators(known(etag='"1"', fetched=4, published=6.1), NOW, last) == NONE
        assert page_validators(known(Outcome.CHALLENGE, etag='"1"'), NOW) == NONE
        assert page_validators(known(Outcome.KNOWN, etag='"1"', stored=False), NOW) == NONE

    def test_a_liar_is_found_out_and_gets_a_second_chance(self) -> None:
        old = Lead(URL + "x", published_at=NOW - hours(9))
        fresh = Lead(URL + "x", published_at=NOW - hours(1))
        quiet = known(Outcome.NOT_MODIFIED, fetched=2)
        assert lie(quiet, [old], {}) == old
        assert lie(quiet, [fresh], {}) is None
        assert lie(quiet, [old], {"example.org/ax": known()}) is None
        assert lie(known(Outcome.READ), [old], {}) is None
        assert lie(None, [old], {}) is None
        assert still_distrusted(known(etag=DISTRUSTED, fetched=1), self.quiet, NOW)
        assert not still_distrusted(known(etag=DISTRUSTED, fetched=24 * 7), self.quiet, NOW)
        assert not still_distrusted(known(etag='"1"'), self.quiet, NOW)

    def test_overlap_and_gap(self) -> None:
        assert (Overlap(10, 1).share, str(Overlap(10, 1))) == (0.1, "10 entries, 1 known")
        assert Overlap(0, 0).share == 1.0
        assert gap(known(Outcome.READ), Overlap(30, 0)) is not None
        assert gap(known(Outcome.READ), Overlap(30, 9)) is None
        assert gap(known(Outcome.TIMED_OUT), Overlap(30, 0)) is None
        assert gap(None, Overlap(30, 0)) is None
