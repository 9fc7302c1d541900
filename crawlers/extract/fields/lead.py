"""What the feed or sitemap said of the page, where the page itself is vaguer. It never overrules a clear statement."""

import re
from collections.abc import Callable
from datetime import timedelta

from crawlers.extract.fields.dates import Clock, Dated, Instant
from crawlers.extract.fields.han import units
from crawlers.extract.fields.sitename import SEPARATOR
from crawlers.extract.markup.segments import Segment, key_of
from crawlers.model import Lead

ADDED = re.compile(r":(?=\S)|\s+by\s+(?=[^\W\d_a-z])|\s+(?=\(\d[\d/.-]+\)$)")
"""What some systems join to a title without a separator: `Paper:Section:Title`, `Title by JANE DOE (03/06/00)`."""

MIN_UNITS = 5
"""Pairs of characters, in scripts without spaces, that a part of a title is more than a channel's name with."""


def plain_title(title: str | None, lead: Lead | None, blocks: Callable[[], list[Segment]]) -> str | None:
    """The title without a site name behind (or before) it that nothing else gave away.

    Of a title in parts (`Minister resigns - The Paper`) one part is taken where the feed lists the page under
    it, or where it stands alone on the page.
    """
    if not title:
        return lead.title if lead else None
    cuts = [(match.start(), match.end()) for cut in (SEPARATOR, ADDED) for match in cut.finditer(title)]
    ends = sorted({0, *(end for _, end in cuts)})
    parts = [title[begin:start].strip() for begin in ends for start, _ in [*cuts, (len(title), 0)] if begin < start]
    parts = [part for part in dict.fromkeys(parts) if part != title]
    if not parts or len(title) > 300:
        return title
    wanted = {key_of(lead.title)} if lead and lead.title else set()
    if key_of(title) in wanted:
        return title
    if found := next((part for part in parts if key_of(part) in wanted), None):
        return found
    printed = {block.bare() for block in blocks() if not block.hidden and len(block.text) <= len(title)}
    if key_of(title) in printed:
        return title
    signed = [
        part for part in parts if title.startswith(" by ", title.find(part) + len(part)) and key_of(part) in printed
    ]
    if signed:
        return min(signed, key=len)
    standing = [
        part for part in parts if (len(part.split()) > 2 or len(units(part)) > MIN_UNITS) and key_of(part) in printed
    ]
    return max(standing, key=len) if standing else title


def refined_date(published: Dated | None, lead: Lead | None, clock: Clock) -> Dated | None:
    """The page's date, or the feed's where the page has none, or only the day and the feed the time of that day."""
    if lead is None or lead.published_at is None:
        return published
    # A feed that gives midnight most likely means the day.
    midnight = (lead.published_at.hour, lead.published_at.minute, lead.published_at.second) == (0, 0, 0)
    stated = clock.plausible(Instant(lead.published_at, "day" if midnight else "second"))
    if stated is None:
        return published
    if published is None:
        return Dated(stated, "feed")
    if published.instant.precision == "day" and not midnight:
        apart = stated.at - published.instant.at
        if timedelta(hours=-14) <= apart < timedelta(hours=38):
            return Dated(stated, "feed")
    return published
