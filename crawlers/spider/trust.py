"""How far a source's word is taken: its validators, and whether what it shows joins up with what was seen before. Pure.

A server that answers 304 to a changed document is found out by a full fetch now and then. Its validators are then
kept as empty strings, which go from run to run in the crawl log, until it is given another chance.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawlers.cadence import REVISITS
from crawlers.model import Lead
from crawlers.spider.due import GOOD, full_fetch_due
from crawlers.spider.known import Known
from crawlers.spider.polling import Overlap, missed_alarm
from crawlers.urlkey import url_key
from schemas import Outcome

DISTRUSTED = ""
"""ETag of a source whose validators must not be used."""
FULL_EVERY = timedelta(days=1)
SECOND_CHANCE = timedelta(days=7)
PAGE_FULL_AFTER = timedelta(hours=18)
"""An article page last looked at longer ago than this is fetched in full."""
SLACK = timedelta(minutes=30)
"""A feed may lag behind the publication dates it shows."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes a request conditional (RFC 9110, 13.1); nothing where both are None."""

    etag: str | None = None
    last_modified: str | None = None


NONE = Validators()


def source_validators(known: Known | None, url: str, now: datetime) -> Validators:
    """Validators for a source: none on the first look, for a liar, and once in a period for everybody."""
    if known is None or known.etag == DISTRUSTED or full_fetch_due(url, known.fetched_at, now, every=FULL_EVERY):
        return NONE
    return Validators(known.etag, known.last_modified)


def page_validators(known: Known | None, now: datetime, revisits: Sequence[timedelta] = REVISITS) -> Validators:
    """Validators for an article page that we have; the last of its revisits, and any after long, are full fetches.

    The validators of a page that was something else (a bot check) would only bring back a 304 for that.
    """
    if known is None or known.outcome not in GOOD or known.stored is False:
        return NONE
    if now - known.fetched_at > PAGE_FULL_AFTER or now >= known.born_at + max(revisits, default=timedelta(0)):
        return NONE
    return Validators(known.etag or None, known.last_modified)


def still_distrusted(known: Known | None, url: str, now: datetime) -> bool:
    """Whether a source found lying before gets no other chance yet."""
    if known is None or known.etag != DISTRUSTED:
        return False
    return not full_fetch_due(url, known.fetched_at, now, every=SECOND_CHANCE)


def lie(known: Known | None, leads: Iterable[Lead], articles: Container[str]) -> Lead | None:
    """An article that shows that the last 304 was a lie: unknown to us, though published well before it."""
    if known is None or known.outcome != Outcome.NOT_MODIFIED:
        return None
    for lead in leads:
        if lead.published_at and lead.published_at < known.fetched_at - SLACK and url_key(lead.url) not in articles:
            return lead
    return None


def gap(source: Known | None, found: Overlap) -> str | None:
    """An alarm where articles may have scrolled off a feed between two looks."""
    looked = source is not None and source.outcome in (Outcome.READ, Outcome.NOT_MODIFIED)
    if source is None or not missed_alarm(found.share, found.entries, looked_before=looked):
        return None
    return (
        f"hardly anything in it was known: articles may have been missed since {source.fetched_at:%Y-%m-%d %H:%M} UTC"
    )
