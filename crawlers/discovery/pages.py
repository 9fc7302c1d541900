"""HTML pages that name other documents: their links, feeds and further pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from lxml import etree

from crawlers.discovery.links import absolute
from crawlers.discovery.shapes import url_score
from crawlers.urlkey import url_key

MAX_HTML = 16 * 2**20
"""Characters of a page that are looked at."""
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
_COMMENTS = re.compile(r"comment|kommentar|comentari|commentaire", re.IGNORECASE)
_FEED_PATH = re.compile(
    r"(?:/|\.)(?:rss|feed|atom|rdf)s?(?:/|\.xml|\.php|$)|\.rss$|/(?:rss|feed)[^/]*\.xml$", re.IGNORECASE
)
_AWAY = frozenset({"nav", "footer", "menu", "form", "dialog", "noscript"})
_AWAY_CLASS = re.compile(
    r"(?:^|[\s_-])(?:nav|navi|navbar|navigation|menu|footer|breadcrumbs?|masthead|toolbar|topbar|pagination|pager|sitenav"
    r"|social|share|cookie|consent|login|subscribe|newsletter|sr-only)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ASIDE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:sidebar|promo|advert|ad|ads|sponsored|partner|tags?|tagcloud)(?:$|[\s_-])", re.IGNORECASE
)
_STORY_CLASS = re.compile(r"headline|teaser|story|article|card|post|entry|title|news|item", re.IGNORECASE)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SILENT = frozenset({"script", "style", "svg", "noscript", "template"})
_PAGE_NAMES = "page|paged|pg|p|seite|pagina|pag|sayfa|strona|sida|side|pagenum|page_no|pageno"
_PAGE_PATH = re.compile(rf"/(?:{_PAGE_NAMES})[/-]?(\d{{1,4}})(?=/|\.html?$|$)|/(\d{{1,3}})/?$", re.IGNORECASE)
_MAX_PAGE = 100


@dataclass(slots=True)
class Link:
    """An address a page links to, with all its places on the page taken together."""

    url: str
    text: str = ""
    """The longest text of its links, the heading's alone where it holds one."""
    heading: bool = False
    article: bool = False
    main: bool = False
    styled: bool = False
    away: bool = True
    """Every link to it stands in navigation, footer or the like."""
    aside: bool = True


class FeedLink(NamedTuple):
    """A feed that a page announces."""

    url: str
    title: str


def parse(text: str) -> etree._Element | None:
    """The tree of a page; None where it has no elements. Never raises."""
    # libxml2 drops what comes after the end of the document, browsers do not.
    text = re.sub(r"</(?:body|html)\s*>", "", text[:MAX_HTML].replace("\x00", ""), flags=re.IGNORECASE)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        tree = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return tree


def base_address(tree: etree._Element, url: str) -> str:
    """The address a page's links are relative to (HTML, `base`)."""
    base = next(iter(tree.iter("base")), None)
    return (absolute(base.get("href"), url) if base is not None else None) or url


def language(tree: etree._Element) -> str | None:
    """The language the page says it is in, as written (BCP 47, or a locale): by `lang`, else by its meta elements."""
    root = tree if tree.tag == "html" else next(iter(tree.iter("html")), tree)
    if stated := root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"):
        return stated
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("http-equiv") or meta.get("name") or "").lower()
        if name in ("og:locale", "content-language", "language", "dc.language") and meta.get("content"):
            return meta.get("content")
    return None


def title(tree: etree._Element) -> str | None:
    """Text of the page's title element."""
    element = next(iter(tree.iter("title")), None)
    return " ".join("".join(map(str, element.itertext())).split()) or None if element is not None else None


def announced_feeds(tree: etree._Element, url: str) -> list[FeedLink]:
    """Feeds a page names with `<link rel=alternate>` (RSS Board, feed autodiscovery), comment feeds left out."""
    base = base_address(tree, url)
    feeds: dict[str, FeedLink] = {}
    for element in tree.iter("link"):
        relations = (element.get("rel") or "").lower().split()
        kind = (element.get("type") or "").lower().partition(";")[0].strip()
        if not {"alternate", "feed"} & set(relations) or "stylesheet" in relations or kind not in _FEED_TYPES:
            continue
        target = absolute(element.get("href"), base)
        name = element.get("title") or ""
        if target and not _COMMENTS.search(f"{name} {urlsplit(target).path}") and not _of_one_page(target):
            feeds.setdefault(target, FeedLink(target, name.strip()))
    return list(feeds.values())


def hub(tree: etree._Element, url: str) -> str | None:
    """The WebSub hub a page names with `<link rel=hub>` (W3C WebSub, section 4)."""
    base = base_address(tree, url)
    hubs = (link.get("href") for link in tree.iter("link") if "hub" in (link.get("rel") or "").lower().split())
    return next((target for href in hubs if (target := absolute(href, base))), None)


def _of_one_page(feed: str) -> bool:
    """Whether a feed's address is an article's with `/feed` after it: the comments on it, in WordPress."""
    stem = re.sub(r"/(?:feed|rss|atom)/?$", "", urlsplit(feed)._replace(query="").geturl())
    return stem != feed and url_score(stem) >= 2


def linked_feeds(tree: etree._Element, url: str) -> list[FeedLink]:
    """Feeds a page links to like any other page, told by their addresses."""
    base = base_address(tree, url)
    feeds: dict[str, FeedLink] = {}
    for element in tree.iter("a"):
        target = absolute(element.get("href"), base)
        if target and _FEED_PATH.search(urlsplit(target).path) and not _COMMENTS.search(target):
            feeds.setdefault(target, FeedLink(target, _text(element)))
    return list(feeds.values())


def words(tree: etree._Element) -> str:
    """All text of the page's body."""
    body = next(iter(tree.iter("body")), None)
    return "" if body is None else " ".join("".join(_words(body)).split())


def links(tree: etree._Element, url: str) -> dict[str, Link]:
    """Every address the page links to, its variants taken together, by `url_key` in document order."""
    base = base_address(tree, url)
    found: dict[str, Link] = {}
    places: dict[etree._Element, _Place] = {}
    for element in tree.iter("a", "area"):
        target = absolute(element.get("href"), base)
        if target is None:
            continue
        link = found.setdefault(url_key(target), Link(target))
        place = _place(element, places)
        inner = next((node for node in element.iter(*_HEADINGS)), None)
        text = _text(element if inner is None else inner) or (element.get("aria-label") or element.get("title") or "")
        heading = inner is not None or place.heading
        within = "#" in (element.get("href") or "")  # "14 comments"
        if text and not within and (heading, len(text)) > (link.heading, len(link.text)):
            link.text = text
        link.heading |= heading and not place.away
        link.article |= place.article
        link.main |= place.main
        link.styled |= bool(_STORY_CLASS.search(element.get("class") or "")) or place.styled
        link.away &= place.away
        link.aside &= place.aside
    return found


class _Place(NamedTuple):
    """Where on a page an element stands."""

    heading: bool = False
    article: bool = False
    main: bool = False
    styled: bool = False
    away: bool = False
    aside: bool = False


def _place(element: etree._Element, places: dict[etree._Element, _Place]) -> _Place:
    """The place of an element, from its ancestors; each ancestor is looked at once."""
    chain: list[etree._Element] = []
    node: etree._Element | None = element
    place = _Place()
    while node is not None:
        if node in places:
            place = places[node]
            break
        chain.append(node)
        node = node.getparent()
    for node in reversed(chain):
        place = _step(node, place)
        places[node] = place
    return place


def _step(node: etree._Element, outer: _Place) -> _Place:
    tag = str(node.tag)
    named = f"{node.get('class') or ''} {node.get('id') or ''}"[:500] if tag not in ("html", "body", "main") else ""
    role = (node.get("role") or "").lower()
    story = tag == "article"
    away = tag in _AWAY or role in ("navigation", "contentinfo", "search", "menu") or bool(_AWAY_CLASS.search(named))
    away = away or (tag == "header" and not outer.article)
    return _Place(
        heading=outer.heading or tag in _HEADINGS,
        article=outer.article or story,
        main=outer.main or tag == "main" or role == "main",
        styled=bool(_STORY_CLASS.search(named)),
        # An article element (or the main one) inside what is named like a menu is no menu entry.
        away=(outer.away and not story and tag != "main") or away,
        aside=outer.aside or tag == "aside" or bool(_ASIDE_CLASS.search(named)),
    )


def _text(element: etree._Element) -> str:
    return " ".join("".join(_words(element)).split())[:2000]


def _words(element: etree._Element) -> Iterator[str]:
    if element.tag not in _SILENT:
        yield element.text or ""
        for child in element:
            yield from _words(child)
            # Blocks side by side are words apart.
            yield f" {child.tail or ''}" if child.tag not in ("b", "i", "em", "strong", "span") else child.tail or ""


def next_page(tree: etree._Element, url: str, found: dict[str, Link]) -> str | None:
    """The page that continues this listing: by rel=next, else the address that differs by the next page number."""
    number, stem = page_number(url)
    if number >= _MAX_PAGE:
        return None
    base = base_address(tree, url)
    for element in tree.iter("link", "a"):
        if "next" in (element.get("rel") or "").lower().split():
            target = absolute(element.get("href"), base)
            if target and target != url and urlsplit(target).netloc == urlsplit(url).netloc:
                return target
    return next((link.url for link in found.values() if page_number(link.url) == (number + 1, stem)), None)


def page_number(url: str) -> tuple[int, str]:
    """Which page of a listing an address names (1 where it names none), and the address without that."""
    parts = urlsplit(url)
    number, kept = 1, []
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if re.fullmatch(_PAGE_NAMES, name, re.IGNORECASE) and value.isdigit() and len(value) < 5:
            number = int(value)
        else:
            kept.append((name, value))
    path = parts.path
    if match := _PAGE_PATH.search(path):
        number, path = int(match[1] or match[2]), path[: match.start()] + path[match.end() :]
    stem = path.rstrip("/").removesuffix(".html")
    return number, f"{parts.netloc}{stem}?{urlencode(kept)}"
