"""When to look again. Pure functions of what the crawl log says; nothing is remembered elsewhere."""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from crawlers.cadence import REVISITS
from crawlers.model import Lead
from crawlers.spider.known import FETCHED, Known
from schemas import Outcome

GOOD = FETCHED
REVISIT = "revisit"
"""Why an article is asked for again that has reached one of its ages."""
WAITING = frozenset({Outcome.NOT_FETCHED, Outcome.OVER_BUDGET})
"""It was never asked for: its turn comes in the next run."""
PASSING = frozenset(
    {
        Outcome.TIMED_OUT,
        Outcome.CONNECTION_FAILED,
        Outcome.SERVER_ERROR,
        Outcome.TRUNCATED,
        Outcome.DNS_FAILED,
        Outcome.CHALLENGE,
        Outcome.EMPTY_BODY,
    }
)
"""Failures that may have passed: tried again with growing pauses, whether or not a source still lists the address."""
STUBBORN = frozenset(
    {
        Outcome.GONE,
        Outcome.REFUSED,
        Outcome.HTTP_ERROR,
        Outcome.SOFT_404,
        Outcome.LOGIN_WALL,
        Outcome.JAVASCRIPT_SHELL,
        Outcome.REDIRECT_LOOP,
        Outcome.NO_ARTICLE,
        Outcome.TOO_LARGE,
        Outcome.NOT_HTML,
        Outcome.OPTED_OUT,
    }
)
"""Answers that seldom change: tried again daily for the first days while a source still lists the address."""
TOO_MANY = 429
"""Status of an answer that says nothing of the address, only that it came too soon: it is tried again like PASSING."""
STUBBORN_DAYS = 3
SHORTEST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=24)


def due(
    known: Known, now: datetime, *, lead: Lead | None = None, revisits: Sequence[timedelta] = REVISITS
) -> str | None:
    """Why a known article address is to be asked for again now; None where it isn't.

    `lead` is what a source says of it in this run, None where no source lists it any more.
    """
    if known.outcome in WAITING:
        return "was not reached"
    if known.outcome in PASSING or known.status == TOO_MANY:
        pause = min(max(known.fetched_at - (known.first_seen_at or known.fetched_at), SHORTEST_RETRY), LONGEST_RETRY)
        return "failed before" if now - known.fetched_at >= pause else None
    if known.outcome in STUBBORN:
        fresh = now - known.born_at < timedelta(days=STUBBORN_DAYS)
        return "failed before" if lead and fresh and now - known.fetched_at >= LONGEST_RETRY else None
    if known.outcome in (Outcome.ROBOTS, Outcome.OFF_SITE, Outcome.UNSAFE_ADDRESS, Outcome.OUT_OF_RANGE):
        return "not asked for yet" if lead else None  # costs no request unless the answer is another one now
    if known.outcome not in GOOD:
        return None
    if lead is not None:
        if lead.modified_at and known.fetched_at < lead.modified_at <= now:
            return "the source says it changed"
        if lead.title and known.lead_title and lead.title != known.lead_title:
            return "its headline changed"
    published = known.lead_published_at or known.first_seen_at
    if published is not None and any(known.fetched_at < published + age <= now for age in revisits):
        return REVISIT
    return None


def full_fetch_due(url: str, last: datetime, now: datetime, *, every: timedelta = timedelta(days=1)) -> bool:
    """Whether a source is to be fetched without validators, to find out one that answers 304 to all.

    Each address has its own moment in every period, so that the load is spread; due where it lies since `last`.

    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> full_fetch_due("https://example.org/feed", at, at + timedelta(days=1))
    True
    """
    period = every.total_seconds()
    offset = zlib.crc32(url.encode()) % max(1, int(period))
    turn = (now.timestamp() - offset) // period
    return turn * period + offset > last.timestamp()


assert not GOOD & (WAITING | PASSING | STUBBORN)
