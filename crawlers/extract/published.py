"""When a page was first published and last changed: what it states, then what it prints."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract import jsonld
from crawlers.extract.dates import Clock, Dated
from crawlers.extract.head import Head
from crawlers.extract.lead import refined_date
from crawlers.extract.segments import Segment, key_of
from crawlers.extract.titles import heading_text
from crawlers.extract.visible import generic_date, loose_date, title_date, url_date, visible_date
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
CALLED_PUBLISHED = re.compile(r"publi|pubdate|posted", re.IGNORECASE)
LABELLED = re.compile(r"\b(?:first )?published\b|\bpubdate\b|veröffentlicht|publié le|publicado", re.IGNORECASE)
MODIFIED_HINT = re.compile(r"modif|updat|aktual|edited|mis-a-jour|actualiz|aggiorn|changed|reviewed", re.IGNORECASE)
ELSEWHERE = re.compile(
    r"related|comment|teaser|sidebar|widget|recommend|most-read|latest|footer|carousel|ticker", re.IGNORECASE
)


ANOTHER_DAY = timedelta(hours=38)
"""A day that begins (in UTC) this long before an instant is an earlier day than the instant's in every zone."""

MAX_LABEL = 40
"""Characters; what stands before a date and is longer is no label of it."""

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
    modified = read_modified(page.tree, head, clock)
    stated, doubtful = read_published(page.tree, head, clock)
    published = stated or _time_element(page)
    if published is None:
        published = _printed(page)
    elif modified is not None and published.instant.at >= modified.instant.at:
        first = _time_element(page) or _printed(page)
        published = first if first and first.instant.at + ANOTHER_DAY <= published.instant.at else published
    published = _unambiguous(published, url_date(head.url, clock))
    published = published or title_date(head.page_title, clock) or loose_date(page.blocks(), clock, page.title)
    published = refined_date(published or url_date(head.url, clock), lead, clock)
    published = published or doubtful
    if published is None and "date" not in head.placed:
        published = _not_of(modified, generic_date(page.tree, head.url, clock))
    return published, modified


def _printed(page: Dating) -> Dated | None:
    return visible_date(page.blocks(), page.clock, page.title, page.month_first)


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


def read_published(tree: HtmlElement, head: Head, clock: Clock) -> tuple[Dated | None, Dated | None]:
    """First publication as stated in JSON-LD, then in meta elements; and one that is most likely the last change."""
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
    if not sure:
        return None, next(iter(candidates), None)
    best = _most_precise(candidates)
    if best is not None and best.instant.precision == "day":
        day = best.instant.at
        exact = (found for found in _time_elements(tree, clock, modified=False) if found.instant.precision != "day")
        best = next((found for found in exact if abs((found.instant.at - day).days) < 1), best)
    return best, None


def _time_element(page: Dating) -> Dated | None:
    """The instant of the time element that says it is the publication's, else of the one closest to the headline."""
    key = key_of(page.title or "")
    headings = (
        list(islice(page.tree.iter("h1", "h2"), 40)) if next(page.tree.iter("time", "abbr"), None) is not None else []
    )
    heading = next((element for element in headings if key_of(heading_text(element)) == key), None)
    return next(iter(_time_elements(page.tree, page.clock, modified=False, heading=heading)), None)


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


def read_modified(tree: HtmlElement, head: Head, clock: Clock) -> Dated | None:
    """Last change as stated in JSON-LD, meta elements or a time element that says so."""
    for story in head.stories:
        if instant := clock.read(jsonld.first_string(story.get("dateModified"))):
            return Dated(instant, "json-ld")
    for name in META_MODIFIED:
        for value in head.all(name):
            if instant := clock.read(value):
                return Dated(instant, "meta")
    return next(iter(_time_elements(tree, clock, modified=True)), None)


def _time_elements(
    tree: HtmlElement, clock: Clock, *, modified: bool, heading: HtmlElement | None = None
) -> list[Dated]:
    """Instants in time elements of the story: the ones that say so (`itemprop`, `pubdate`) first, then by closeness."""
    found: list[tuple[tuple[bool, int, bool], Dated]] = []
    levels = {node: level for level, node in enumerate(heading.iterancestors())} if heading is not None else {}
    for element in list(tree.iter("time", "abbr"))[:60]:
        if _says_modified(element) != modified:
            continue
        stated = element.get("itemprop") == "datePublished"
        if not stated and any(ELSEWHERE.search(node.get("class") or "") for node in _around(element)):
            continue
        value = element.get("datetime") or element.get("title") or element.get("data-datetime")
        instant = (clock.read(value) if value else None) or clock.read_visible(element.text_content())
        if instant is not None:
            apart = next((levels[node] for node in element.iterancestors() if node in levels), 0)
            rank = (not stated and element.get("pubdate") is None, apart, not LABELLED.search(_near(element)))
            found.append((rank, Dated(instant, "time-element")))
    return [dated for _, dated in sorted(found, key=lambda item: item[0])]


def _says_modified(element: HtmlElement) -> bool:
    """Whether a time element is called the last change's; `published updated`, as WordPress has it, is both's."""
    parent = element.getparent()
    called = f"{element.get('class') or ''} {parent.get('class') or '' if parent is not None else ''}"
    return MODIFIED_HINT.search(_near(element)) is not None and not CALLED_PUBLISHED.search(called)


def _near(element: HtmlElement) -> str:
    """Class, property and the words just before a time element, which say what kind of date it is."""
    parent, before = element.getparent(), element.getprevious()
    words = before.tail if before is not None else parent.text if parent is not None else None
    if not (words or "").strip() and before is not None and len(label := before.text_content().strip()) <= MAX_LABEL:
        words = label
    texts = [element.get("class"), element.get("itemprop"), parent.get("class") if parent is not None else None, words]
    return " ".join(filter(None, texts))


def _around(element: HtmlElement) -> list[HtmlElement]:
    return [element, *islice(element.iterancestors(), 6)]
