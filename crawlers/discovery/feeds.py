"""RSS 0.9x to 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0 (RFC 4287), with the extensions that matter for news.

Read as a stream and with recovery, so that a huge or broken feed gives what it holds. Entries are told by their local
names, in whatever namespace, nested or not: many feeds in use break the letter of their format.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from crawlers.discovery import documents
from crawlers.discovery.dates import is_day_first, parse_instant
from crawlers.discovery.gathering import Gathering, Reading, clean_title
from crawlers.discovery.links import absolute
from crawlers.urlkey import host_of

FORMATS = {"rss": "rss", "channel": "rss", "rdf": "rdf", "feed": "atom"}
"""Name of the root element (local, lower case) → format."""

_PREFIXES = {
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://www.w3.org/2005/atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
}
_REDIRECTORS = frozenset({"feedproxy.google.com", "feeds.feedblitz.com", "rss.feedsportal.com", "tracking.feedpress.it",
                          "tracking.feedpress.com", "click.feedly.com"})  # fmt: skip
"""Services that count clicks on a feed's links: the article's own address is preferred, wherever the entry has it."""
_PLAIN_DATE = re.compile(r"[>\[]\s*(\d{1,2}[./-]\d{1,2}[./-]\d{4},?\s+(?:-\s+)?\d{1,2}:\d{2})")
_BODY = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|(?P<entry></?(?:item|entry)\b)"
    r"|<(?P<end>/?)(?P<name>(?:\w+:)?(?:description|summary|encoded)|(?:atom:)?content)(?:\s[^<>]*)?(?<!/)>",
    re.DOTALL | re.IGNORECASE,
)
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

_PUBLISHED = ("pubdate", "atom:published", "atom:issued", "dcterms:issued", "dc:date", "dcterms:created",
              "atom:created", "published", "date")  # fmt: skip
_MODIFIED = ("atom:updated", "dcterms:modified", "atom:modified", "updated")


def read_feed(text: str, url: str, zone: str | None = None) -> Reading:
    """Read a feed already decoded. `zone`: IANA zone of dates that name none. Never raises."""
    xml = _without_bodies(documents.clean_xml(text))
    feed = _Feed(url, zone, FORMATS.get(documents.root_name(xml) or "", "rss"))
    feed.day_first = is_day_first(_PLAIN_DATE.findall(xml))
    feed.found.lost = documents.count_elements(xml, "item", "entry")
    for element in documents.xml_elements(xml):
        feed.take(element)
    return Reading(feed.found.finish(torn=documents.ends_early(xml)), feed.format, feed.title, feed.language)


def _without_bodies(xml: str) -> str:
    """The feed with its entries' texts cut out, which nobody reads here.

    HTML that was neither escaped nor is XML (`<br>`, `<p class=a>`) would take the following entries along.
    """
    parts: list[str] = []
    kept, opened = 0, None
    for mark in _BODY.finditer(xml):
        if mark["name"] and not mark["end"]:
            opened = opened or mark
        elif opened and (mark["entry"] or mark["name"] == opened["name"]):
            end = "" if mark["name"] else f"</{opened['name']}>"  # an entry's end is its texts' end
            parts += [xml[kept : opened.end()], end]
            kept, opened = mark.start(), None
    return "".join((*parts, xml[kept:]))


class _Feed:
    """State of one pass over a feed: what its head has said so far, and the leads."""

    def __init__(self, url: str, zone: str | None, form: str):
        self.url, self.zone, self.format = url, zone, form
        self.day_first: bool | None = None
        self.found = Gathering(url)
        self.title: str | None = None
        self.language: str | None = None
        self.home: str | None = None

    def take(self, element: etree._Element) -> None:
        name = _name(element)
        if name.rpartition(":")[2] in ("item", "entry"):
            self.found.lost -= 1
            self._entry(element)
            documents.forget(element)
            return
        parent = element.getparent()
        if parent is not None and _name(parent).rpartition(":")[2] in ("channel", "feed"):
            self._head(element, name)

    def _head(self, element: etree._Element, name: str) -> None:
        if name in ("title", "atom:title"):
            self.title = self.title or clean_title(_text(element))
        elif name in ("language", "dc:language"):
            self.language = self.language or _text(element).strip() or None
        elif name == "link" and not element.get("href"):
            self.home = self.home or absolute(_text(element), _base(element, self.url))
        elif name in ("link", "atom:link"):
            relations = (element.get("rel") or "alternate").lower().split()
            target = absolute(element.get("href"), _base(element, self.url))
            if "hub" in relations:
                self.found.hub = self.found.hub or target
            elif "next" in relations and target:  # RFC 5005, paged feeds
                self.found.source(target, "feed")

    def _entry(self, element: etree._Element) -> None:
        self.language = self.language or element.getroottree().getroot().get(_XML_LANG)
        children: dict[str, list[etree._Element]] = {}
        for child in element:
            children.setdefault(_name(child), []).append(child)
        # Atom resolves against the document (RFC 4287, section 2); for RSS nobody says, and what is relative there was
        # written for the site's pages.
        base = _base(element, self.url if self.format == "atom" else self.home or self.url)
        links = [address for link in _links(element, children) if (address := absolute(link, base))]
        self.found.lead(
            next((link for link in links if host_of(link) not in _REDIRECTORS), links[0] if links else None),
            title=_title(children),
            published_at=self._date(children, _PUBLISHED),
            modified_at=self._date(children, _MODIFIED),
        )

    def _date(self, children: dict[str, list[etree._Element]], names: tuple[str, ...]) -> datetime | None:
        texts = (_text(child) for name in names for child in children.get(name, ()))
        dates = (parse_instant(text, self.zone, day_first=self.day_first) for text in texts)
        return next((instant for instant in dates if instant), None)


def _links(entry: etree._Element, children: dict[str, list[etree._Element]]) -> Iterator[str | None]:
    """Where an entry may point, best first: the address behind a redirecting service, links, permanent ids."""
    for name in ("feedburner:origlink", "pheedo:origlink"):
        yield from map(_text, children.get(name, ()))
    links = children.get("link", []) + children.get("atom:link", [])
    yield from (_text(link) for link in links if not link.get("href"))
    alternates = [
        link for link in links if link.get("href") and (link.get("rel") or "alternate").lower() == "alternate"
    ]
    yield from (
        link.get("href") for link in sorted(alternates, key=lambda link: "html" not in (link.get("type") or "html"))
    )
    redirected = any(host_of(_text(link)) in _REDIRECTORS for link in links)
    for guid in children.get("guid", ()):
        permanent = (guid.get("isPermaLink") or guid.get("ispermalink") or "true").strip().lower() != "false"
        if permanent or redirected:
            yield _if_web(_text(guid))
    yield entry.get(_RDF_ABOUT)
    for name in ("atom:id", "id"):
        yield from (_if_web(_text(element)) for element in children.get(name, ()))


def _if_web(text: str) -> str | None:
    return text if text.strip().lower().startswith(("http://", "https://")) else None


def _title(children: dict[str, list[etree._Element]]) -> str | None:
    for name in ("title", "atom:title", "dc:title", "media:title"):
        for element in children.get(name, ()):
            # RFC 4287, section 3.1.1: text unless it says otherwise (Atom 0.3 says it by mode).
            plain = name == "atom:title" and (element.get("type") or "text") in ("text", "text/plain")
            markup = not plain or element.get("mode") == "escaped"
            if title := clean_title(_text(element), markup=markup):
                return title
    return None


def _name(element: etree._Element) -> str:
    """`prefix:local` in lower case, with the usual prefix of the namespace whatever the feed calls it; none for RSS."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    if not tag.startswith("{"):
        return tag.lower()  # a prefix that was never declared stays part of the name
    namespace, _, local = tag[1:].partition("}")
    prefix = _PREFIXES.get(namespace.lower(), _PREFIXES.get(namespace.lower() + "/"))
    if prefix is None:
        prefix = element.prefix or ""
    return f"{prefix}:{local}".lower() if prefix else local.lower()


def _text(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext())


def _base(element: etree._Element, default: str) -> str:
    """The base address in force (XML Base)."""
    bases = [own for node in (element, *element.iterancestors()) if (own := node.get(_XML_BASE))]
    for own in reversed(bases):
        default = absolute(own, default) or default
    return default
