"""Section and front pages: which of their links are articles.

Told by how a link is set on the page (headings, article elements, the length of its text; navigation and footers
against it) and by its address: its shape on news sites at large and, once articles of the site are known, the shapes
of theirs.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from crawlers.declarations import within
from crawlers.discovery import pages
from crawlers.discovery.gathering import Gathering, Reading, clean_title
from crawlers.discovery.links import absolute
from crawlers.discovery.pages import Link
from crawlers.discovery.shapes import Shapes, is_page, may_be_section, url_score
from crawlers.model import Discovery
from crawlers.urlkey import host_of, registered_domain, url_key
from schemas import Outcome

THRESHOLD = 3.0
"""Score from which on a link counts as an article's."""
_LEARNED_FROM = 2000
"""Known articles the shapes are learned from: the last ones."""
_WIDE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def read_section(text: str, url: str, known: Iterable[str] = (), domains: Iterable[str] = ()) -> Reading:
    """Read a section or front page. Never raises.

    Sub-sources: the feeds the page announces, and its next page, unless all its articles are among the known ones.
    """
    tree = pages.parse(text)
    if tree is None:
        return Reading(Discovery(outcome=Outcome.NOT_HTML, problem="no elements in it"))
    known = list(known)
    site = tuple(domains) or (registered_domain(host_of(url)),)
    found = Gathering(url)
    seen = pages.links(tree, url)
    shapes = Shapes(known[-_LEARNED_FROM:])
    for listed in _item_lists(tree):
        address = absolute(listed[0], pages.base_address(tree, url))
        if address and _on_site(address, site) and is_page(address) and url_score(address) > -2:
            found.lead(address, title=clean_title(listed[1]))
    for link in seen.values():
        here = link.url != url and _on_site(link.url, site) and is_page(link.url)
        if here and link_score(link, shapes) >= THRESHOLD:
            found.lead(link.url, title=clean_title(link.text, markup=False))
    found.hub = pages.hub(tree, url)
    for feed in pages.announced_feeds(tree, url):
        found.source(feed.url, "feed")
    if (following := pages.next_page(tree, url, seen)) and _holds_news(found, known):
        found.source(following, "section")
    return Reading(found.finish(), "page", clean_title(pages.title(tree)), pages.language(tree))


def _holds_news(found: Gathering, known: list[str]) -> bool:
    """Whether any of the leads isn't among the known articles."""
    fresh = set(found.leads)
    for address in known:
        fresh.discard(url_key(address))
    return bool(fresh)


def section_links(tree: etree._Element, url: str, domains: tuple[str, ...]) -> list[Link]:
    """Links of a front page that seem to lead to its sections: short names of short paths, mostly in navigation."""
    found = [
        link
        for link in pages.links(tree, url).values()
        if link.url != url and _on_site(link.url, domains) and may_be_section(link.url) and 0 < _length(link.text) <= 4
    ]
    return sorted(found, key=lambda link: not link.away)


def link_score(link: Link, shapes: Shapes) -> float:
    """How much a link looks like an article's; see THRESHOLD."""
    score = url_score(link.url) + shapes.score(link.url)
    length = _length(link.text)
    score += 2.0 if length >= 5 else 0.5 if length >= 3 else -1.5 if length and not link.heading else 0.0
    score += 2.5 * link.heading + 1.0 * link.article + 1.5 * (link.heading and link.article)
    score += 0.5 * link.main + 0.5 * link.styled
    return score - 4.0 * link.away - 1.0 * link.aside


def _length(text: str) -> float:
    """Words of a text; in scripts without spaces three characters count as one."""
    wide = len(_WIDE.findall(text))
    return len(_WIDE.sub(" ", text).split()) + wide / 3


def _on_site(url: str, domains: Iterable[str]) -> bool:
    host = host_of(url)
    return any(within(host, domain) for domain in domains)


def _item_lists(tree: etree._Element) -> Iterator[tuple[str, str | None]]:
    """Address and name of what the page's JSON-LD lists as its items (schema.org/ItemList)."""
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        try:
            data = json.loads("".join(map(str, script.itertext())), strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data):
            elements = node.get("itemListElement")
            if "ItemList" in str(node.get("@type")) and isinstance(elements, list):
                yield from filter(None, map(_listed, elements))


def _nodes(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 8:
        return
    if isinstance(data, dict):
        yield data
        for value in data.values():
            yield from _nodes(value, depth + 1)
    elif isinstance(data, list):
        for value in data:
            yield from _nodes(value, depth + 1)


def _listed(element: Any) -> tuple[str, str | None] | None:
    if not isinstance(element, dict):
        return None
    item = element.get("item")
    inner = item if isinstance(item, dict) else {}
    address = element.get("url") or inner.get("url") or inner.get("@id") or (item if isinstance(item, str) else None)
    name = element.get("name") or inner.get("headline") or inner.get("name")
    return (address, name if isinstance(name, str) else None) if isinstance(address, str) else None
