"""Everything a page says of its article beside the text, from its own statements first."""

import re
from collections.abc import Callable
from datetime import tzinfo
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawlers.extract import jsonld
from crawlers.extract.authors import read_authors
from crawlers.extract.dates import Clock, Dated
from crawlers.extract.head import Head
from crawlers.extract.language import month_first, read_language
from crawlers.extract.lead import plain_title, refined_date
from crawlers.extract.names import Bylines
from crawlers.extract.segments import Segment, key_of
from crawlers.extract.titles import heading_text, read_title
from crawlers.extract.visible import generic_date, url_date, visible_date
from crawlers.model import Article, Page

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
PUBLISHED_HINT = re.compile(r"publi|posted|created|entry-date|dateline|pubdate|erstellt|veröff|date", re.IGNORECASE)
MODIFIED_HINT = re.compile(r"modif|updat|aktual|edited|mis-a-jour|actualiz|aggiorn|changed", re.IGNORECASE)
ELSEWHERE = re.compile(
    r"related|comment|teaser|sidebar|widget|recommend|most-read|latest|footer|carousel|ticker", re.IGNORECASE
)


def read_fields(
    tree: HtmlElement,
    head: Head,
    page: Page,
    zone: tzinfo | None = None,
    blocks: Callable[[], list[Segment]] = list,
) -> Article:
    """An article with every field the page states, and no text yet.

    `blocks` gives the page's blocks of text; it is called only where a date must be looked for among them.
    """
    clock = Clock(page.fetched_at, zone)
    site_names = names_of_site(head, page)
    title = _title(tree, head, page, site_names, blocks)
    bylines: Bylines = read_authors(head, tree, site_names, blocks, title)
    article = Article(
        title=title,
        description=_description(head),
        authors=bylines.authors,
        section=_section(head),
        tags=_tags(head),
        language=read_language(head),
        image_url=_image(head),
        is_accessible_for_free=_accessible(head),
        canonical_url=_canonical(head),
        credited_source=bylines.agencies[0] if bylines.agencies else None,
        publisher=_publisher(head),
    )
    published = read_published(tree, head, clock)
    published = published or visible_date(blocks(), clock, article.title, month_first(head, article.language))
    published = refined_date(published or url_date(page.url, clock), page.lead, clock)
    modified = read_modified(tree, head, clock)
    published = published or _not_of(modified, generic_date(tree, page.url, clock))
    if published is not None:
        article.published_at = published.instant.at
        article.published_precision = published.instant.precision
        article.published_source = published.source
    if modified is not None and (published is None or modified.instant.at >= published.instant.at):
        article.modified_at = modified.instant.at
    return article


def _not_of(modified: Dated | None, guess: Dated | None) -> Dated | None:
    """A guess at the publication, unless it has hit upon the date of the last change."""
    if guess and modified and guess.instant.at.date() == modified.instant.at.date():
        return None
    return guess


def _title(
    tree: HtmlElement, head: Head, page: Page, site_names: list[str], blocks: Callable[[], list[Segment]]
) -> str | None:
    """The title; where it is no heading of the page, rid of what the page's blocks and the feed don't confirm."""
    title = read_title(head, tree, site_names)
    if title and any(key_of(heading_text(heading)) == key_of(title) for heading in tree.iter("h1")):
        return title
    return plain_title(title, page.lead, blocks())


def names_of_site(head: Head, page: Page) -> list[str]:
    """Names the site goes by: its publisher, og:site_name, application name, host."""
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    found = [
        *head.all("og:site_name", "application-name", "apple-mobile-web-app-title", "al:ios:app_name", "dc.publisher")
    ]
    found += [name for name in (_publisher(head), page.site, host, *host.split(".")[:-1]) if name]
    found += [
        name for node in head.nodes if str(node.get("@type")) == "WebSite" for name in jsonld.strings(node.get("name"))
    ]
    return list(dict.fromkeys(found))


def read_published(tree: HtmlElement, head: Head, clock: Clock) -> Dated | None:
    """First publication: JSON-LD, meta elements, time elements, in this order; never the modification."""
    candidates: list[Dated] = []
    for story in head.stories:
        for key in ("datePublished", "dateCreated"):
            if instant := clock.read(jsonld.first_string(story.get(key)) or story.get(key)):
                candidates.append(Dated(instant, "json-ld"))
                break
    for name in META_PUBLISHED:
        candidates += [Dated(instant, "meta") for value in head.all(name) if (instant := clock.read(value))]
    if best := _most_precise(candidates):
        if best.instant.precision != "day":
            return best
        refined = next(
            (
                d
                for d in _time_elements(tree, clock, modified=False)
                if abs((d.instant.at - best.instant.at).days) < 1 and d.instant.precision != "day"
            ),
            None,
        )
        return refined or best
    return next(iter(_time_elements(tree, clock, modified=False)), None)


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


def _time_elements(tree: HtmlElement, clock: Clock, *, modified: bool) -> list[Dated]:
    """Instants in time elements of the story, the ones that say so (`itemprop`, `pubdate`) first."""
    found: list[tuple[int, Dated]] = []
    for element in list(tree.iter("time", "abbr"))[:60]:
        if (MODIFIED_HINT.search(_near(element)) is not None) != modified:
            continue
        stated = element.get("itemprop") == "datePublished"
        if not stated and any(ELSEWHERE.search(node.get("class") or "") for node in _around(element)):
            continue
        value = element.get("datetime") or element.get("title") or element.get("data-datetime")
        instant = (clock.read(value) if value else None) or clock.read_visible(element.text_content())
        if instant is not None:
            strong = 0 if stated or element.get("pubdate") is not None else 1
            found.append((strong, Dated(instant, "time-element")))
    return [dated for _, dated in sorted(found, key=lambda item: item[0])]


def _near(element: HtmlElement) -> str:
    """Class, property and the words just before a time element, which say what kind of date it is."""
    parent, before = element.getparent(), element.getprevious()
    words = before.tail if before is not None else parent.text if parent is not None else None
    texts = [element.get("class"), element.get("itemprop"), parent.get("class") if parent is not None else None, words]
    return " ".join(filter(None, texts))


def _around(element: HtmlElement) -> list[HtmlElement]:
    return [element, *islice(element.iterancestors(), 6)]


def _description(head: Head) -> str | None:
    text = head.first("og:description", "description", "twitter:description", "dc.description")
    return text or jsonld.first_string(head.story_value("description"))


def _section(head: Head) -> str | None:
    value = jsonld.first_string(head.story_value("articleSection"))
    return value or head.first("article:section", "section", "parsely-section", "dc.subject.section", "category")


def _tags(head: Head) -> list[str]:
    raw = jsonld.strings(head.story_value("keywords")) or head.all("article:tag", "og:article:tag")
    raw = raw or head.all("news_keywords") or head.all("parsely-tags", "sailthru.tags") or head.all("keywords")[:1]
    separator = ";" if any(";" in text for text in raw) and not any("," in text for text in raw) else ","
    tags = [tag.strip(" #\"'") for text in raw for tag in text.split(separator)]
    return list(dict.fromkeys(tag for tag in tags if tag and len(tag) <= 100))[:60]


def _image(head: Head) -> str | None:
    address = head.absolute(
        head.first("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
    )
    if address:
        return address
    image = head.resolve(head.story_value("image") or head.story_value("thumbnailUrl"))
    while isinstance(image, list) and image:
        image = image[0]
    if isinstance(image, dict):
        image = image.get("url") or image.get("contentUrl")
    return head.absolute(jsonld.first_string(image))


def _accessible(head: Head) -> bool | None:
    value = head.story_value("isAccessibleForFree")
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower().rsplit("/", 1)[-1] if value is not None else ""
    if text in {"true", "false"}:
        return text == "true"
    tier = (head.first("article:content_tier") or "").lower()
    return {"free": True, "locked": False, "metered": False}.get(tier)


def _canonical(head: Head) -> str | None:
    for link in head.links.get("canonical", []):
        if address := head.absolute(link):
            return address
    return head.absolute(head.first("og:url"))


def _publisher(head: Head) -> str | None:
    publisher = head.resolve(head.story_value("publisher"))
    if isinstance(publisher, (list, dict)):
        items = publisher if isinstance(publisher, list) else [publisher]
        publisher = [item.get("name") if isinstance(item, dict) else item for item in items]
    name = jsonld.first_string(publisher)
    if name and name.startswith(("http://", "https://")):
        name = None
    return name or head.first("og:site_name")
