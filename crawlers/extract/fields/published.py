"""When a page was first published and last changed: what it states, then what it prints."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract.fields import jsonld
from crawlers.extract.fields.dates import Clock, Dated
from crawlers.extract.fields.embedded import embedded_date
from crawlers.extract.fields.head import Head
from crawlers.extract.fields.labelled import changed_date, labelled_date
from crawlers.extract.fields.lead import refined_date
from crawlers.extract.fields.marked import marked_date
from crawlers.extract.fields.printed import heading_text
from crawlers.extract.fields.timed import ANOTHER_DAY, Timed, time_elements
from crawlers.extract.fields.visible import loose_date, opening_date, title_date, url_date, visible_date
from crawlers.extract.markup.segments import Segment, key_of
from crawlers.model import Lead

META_PUBLISHED = (
    "article:published_time",
    "article:published",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "date.available",
    "dcterms.created",
    "dcterms.date",
    "dc.date.issued",
    "dc.date.created",
    "dc.date",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "publish-date",
    "publish_date",
    "published_date",
    "publication_date",
    "issue_date",
    "publishdate",
    "pubdate",
    "ptime",
    "citation_online_date",
    "citation_publication_date",
    "article.published",
    "displaydate",
    "bt:pubdate",
    "article_date_original",
    "originalpublicationdate",
    "rnews:datepublished",
    "last-published",
    "created",
    "date",
)
OTHER_PUBLISHED = re.compile(
    r"(?:^|[-_.:])(?:first[-_]?)?(?:publish(?:ed)?|publication|pub)(?:[-_]?(?:date|time|datetime|on|at))?$|"
    r"(?:^|[-_.:])(?:date|time)[-_]?(?:of[-_]?)?(?:published|publication)$",
    re.IGNORECASE,
)
"""Names of other meta elements that hold the publication: `w-published-date`, `pub_date`, `published`."""

META_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "article:modified",
    "last-modified",
    "lastmod",
    "modified",
    "utime",
    "revised",
)
WEAK = frozenset({"dcterms.date", "dc.date", "date", "created", "last-published"})
"""Meta names that some sites fill with the date of the last change."""


@dataclass(frozen=True, slots=True)
class Dating:
    """What a page's dates are read from."""

    tree: HtmlElement
    head: Head
    clock: Clock
    title: str | None
    month_first: bool
    """Whether 3/4/2024 is March on this page."""
    blocks: Callable[[], list[Segment]]


def read_dates(page: Dating, lead: Lead | None) -> tuple[Dated | None, Dated | None]:
    """First publication and last change, each null where unknown.

    What a page states goes before what it prints, except where the stated publication is but the last change
    over again, as of systems that stamp a page anew with every change; then an earlier printed date is the first.
    """
    head, clock = page.head, page.clock
    modified = read_modified(page)
    stated, doubtful = read_published(page)
    if stated is None:
        published = marked_date(page.tree, clock) or _shown(page)
    elif modified is not None and stated.instant.at >= modified.instant.at:
        first = _shown(page)
        published = first if first and first.instant.at + ANOTHER_DAY <= stated.instant.at else stated
    else:
        published = stated
    if stated is not None and published is stated and stated.instant.precision == "day" and "date" not in head.placed:
        published = _exact(page, stated)
    address = next((found for url in _addresses(head) if (found := url_date(url, clock))), None)
    published = _unambiguous(published, address)
    published = published or title_date(head.page_title, clock, page.month_first)
    if published is None:
        blocks = page.blocks()
        published = labelled_date(blocks, clock, page.title, page.month_first, head.url)
        published = published or embedded_date(page.tree, head, page.title, clock)
        published = published or opening_date(blocks, clock, page.title, page.month_first)
        modified = modified or changed_date(blocks, clock, page.title, page.month_first)
    if published is None and "date" not in head.placed:
        published = _not_of(modified, loose_date(blocks, clock, page.title, page.month_first))
    published = refined_date(published or address, lead, clock)
    return published or doubtful, modified


def _addresses(head: Head) -> list[str]:
    """The page's address, and the one that it says is its own."""
    stated = [*head.links.get("canonical", []), *head.all("og:url")]
    return [head.url, *(address for link in stated if (address := head.absolute(link)))]


def _shown(page: Dating) -> Dated | None:
    """The publication a reader is shown: by a time element, or in a line that a doubtful time element gives way to."""
    timed = _time_element(page)
    if timed is not None and timed.sure:
        return timed.dated
    printed = visible_date(page.blocks(), page.clock, page.title, page.month_first)
    if timed is None or printed is None:
        return printed or (timed.dated if timed else None)
    # The same day, more exactly, or read the right way round.
    return timed.dated if _alike(printed.instant.at, timed.dated.instant.at) else printed


def _exact(page: Dating, stated: Dated) -> Dated:
    """The printed instant of the stated day, where the page prints the time of day."""
    blocks = page.blocks()
    for printed in (
        visible_date(blocks, page.clock, page.title, page.month_first),
        loose_date(blocks, page.clock, page.title, page.month_first),
    ):
        if printed is not None and printed.instant.precision != "day":
            apart = printed.instant.at - stated.instant.at
            return printed if timedelta(hours=-14) <= apart < ANOTHER_DAY else stated
    return stated


def _alike(one: datetime, other: datetime) -> bool:
    """Whether two instants are of one day, or of days that are each other's misreading (3/4 and 4/3)."""
    swapped = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    return swapped or abs(one - other) < ANOTHER_DAY


def _unambiguous(printed: Dated | None, address: Dated | None) -> Dated | None:
    """A printed 3/10/2023 read as the page's address has it, where that is the other of its two readings."""
    if printed is None or address is None or printed.source != "visible-text":
        return printed
    day, other = printed.instant.at, address.instant.at
    swapped = (day.year, day.day, day.month) == (other.year, other.month, other.day)
    return Dated(address.instant, printed.source) if swapped and printed.instant.precision == "day" else printed


def _not_of(modified: Dated | None, guess: Dated | None) -> Dated | None:
    """A guess at the publication, unless it has hit upon the date of the last change."""
    if guess and modified and guess.instant.at.date() == modified.instant.at.date():
        return None
    return guess


def read_published(page: Dating) -> tuple[Dated | None, Dated | None]:
    """First publication as stated in JSON-LD, then in meta elements; and one that is most likely the last change."""
    head, clock = page.head, page.clock
    candidates: list[Dated] = []
    for story in head.stories:
        for key in ("datePublished", "dateCreated"):
            if instant := clock.read(jsonld.first_string(story.get(key)) or story.get(key)):
                candidates.append(Dated(instant, "json-ld"))
                break
    changes = {value[:16] for name in META_MODIFIED for value in head.all(name)}
    sure = bool(candidates)
    for name in META_PUBLISHED:
        for value in head.all(name):
            if instant := clock.read(value):
                candidates.append(Dated(instant, "meta"))
                sure = sure or name not in WEAK or value[:16] not in changes
    if not candidates:
        others = (value for name in head.metas if OTHER_PUBLISHED.search(name) for value in head.metas[name])
        read = [Dated(instant, "meta") for value in others if (instant := clock.read(value))]
        candidates += sorted(read, key=lambda dated: dated.instant.at)[:1]  # later ones are rebuilds of the page
        sure = bool(candidates)
    if not sure:
        return None, next(iter(candidates), None)
    best = _most_precise(candidates)
    if best is not None and best.instant.precision == "day":
        day = best.instant.at
        found = (timed.dated for timed in _timed(page, modified=False))
        exact = (dated for dated in found if dated.instant.precision != "day")
        best = next((dated for dated in exact if abs((dated.instant.at - day).days) < 1), best)
    return best, None


def _time_element(page: Dating) -> Timed | None:
    """The instant of the time element that says it is the publication's, else of the one closest to the headline."""
    key = key_of(page.title or "")
    headings = (
        list(islice(page.tree.iter("h1", "h2"), 40)) if next(page.tree.iter("time", "abbr"), None) is not None else []
    )
    heading = next((element for element in headings if key_of(heading_text(element)) == key), None)
    return next(iter(_timed(page, modified=False, heading=heading)), None)


def _timed(page: Dating, *, modified: bool, heading: HtmlElement | None = None) -> list[Timed]:
    return time_elements(
        page.tree,
        page.clock,
        modified=modified,
        heading=heading,
        address=page.head.url,
        month_first=page.month_first,
    )


def _most_precise(candidates: list[Dated]) -> Dated | None:
    """The first candidate, or a later one that says the same more exactly: to the minute, or with the zone."""
    if not candidates:
        return None
    first = candidates[0]
    if first.instant.precision != "day":
        return first if first.instant.zoned else next((d for d in candidates if _zoned_twin(first, d)), first)
    for other in candidates[1:]:
        if other.instant.precision != "day" and abs((other.instant.at - first.instant.at).total_seconds()) < 36 * 3600:
            return other
    return first


def _zoned_twin(one: Dated, other: Dated) -> bool:
    """Whether the other says the same time of day, zone included, that this one says without."""
    apart = abs((other.instant.at - one.instant.at).total_seconds())
    quarter = apart % 900
    return other.instant.zoned and apart <= 14 * 3600 and min(quarter, 900 - quarter) < 2


def read_modified(page: Dating) -> Dated | None:
    """Last change as stated in JSON-LD, meta elements or a time element that says so."""
    head, clock = page.head, page.clock
    for story in head.stories:
        if instant := clock.read(jsonld.first_string(story.get("dateModified"))):
            return Dated(instant, "json-ld")
    for name in META_MODIFIED:
        for value in head.all(name):
            if instant := clock.read(value):
                return Dated(instant, "meta")
    return next((timed.dated for timed in _timed(page, modified=True)), None)
