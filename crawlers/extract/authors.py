"""Who wrote it: JSON-LD, then meta elements, then the byline on the page."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawlers.extract import jsonld, names
from crawlers.extract.head import Head

META_AUTHOR = (
    "author",
    "article:author",
    "article:author_name",
    "og:article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "dc.contributor",
    "byl",
    "cxenseparse:author",
    "citation_author",
    "og:author",
    "vr:author",
    "authors",
    "creator",
)
BYLINE_CLASS = re.compile(
    r"(?:^|[-_\s])(?:byline|by-line|author|authors|author-name|autor|autoren|auteur|firma)(?:$|[-_\s])", re.IGNORECASE
)
NOT_BYLINE = re.compile(r"comment|related|teaser|card|bio|box|avatar|image|photo|sidebar|recommend", re.IGNORECASE)


def read_authors(head: Head, tree: HtmlElement, site_names: Iterable[str]) -> names.Bylines:
    """Authors of the page, in order; each source is asked only where the one before names nobody."""
    own = {bare for name in site_names if (bare := _bare(name))}
    host = urlsplit(head.url).hostname or ""
    fallback: list[str] = []
    for candidates in (_from_jsonld(head), _from_meta(head), _from_byline(tree)):
        found = [name for name in candidates if name]
        people = [name for name in found if not _is_site(name, own, host)]
        if people:
            return names.Bylines(people, [name for name in people if names.is_agency(name)])
        fallback = fallback or found
    return names.Bylines([], [])


def _from_jsonld(head: Head) -> list[str]:
    found: list[str] = []
    for story in head.stories:
        author = head.resolve(story.get("author") or story.get("creator"))
        found = [name for text in _author_texts(head, author) for name in names.split_names(text)]
        if found:
            break
    return list(dict.fromkeys(found))


def _author_texts(head: Head, author: object) -> list[str]:
    if isinstance(author, list):
        return [text for item in author for text in _author_texts(head, head.resolve(item))]
    if isinstance(author, dict):
        name = author.get("name")
        if not name:
            name = " ".join(filter(None, map(jsonld.first_string, (author.get("givenName"), author.get("familyName")))))
        return _author_texts(head, name)
    if isinstance(author, str) and not author.startswith(("http://", "https://", "/", "#")):
        return jsonld.strings(author)
    return []


def _from_meta(head: Head) -> list[str]:
    for name in META_AUTHOR:
        values = [value for value in head.all(name) if not re.match(r"(?:https?:)?//|/|www\.", value)]
        found = [person for value in values for person in names.split_names(value)]
        if found:
            return list(dict.fromkeys(found))
    return []


def _from_byline(tree: HtmlElement) -> list[str]:
    """Names from `rel=author`, `itemprop=author` or a byline class, the first that gives any."""
    byline: list[HtmlElement] = []
    for element in tree.iter("a", "span", "div", "p", "address", "li", "em", "strong", "cite"):
        if element.get("rel") == "author" or element.get("itemprop") == "author":
            if found := _visible_names(element):
                return found
        elif (label := element.get("class")) and BYLINE_CLASS.search(label) and not NOT_BYLINE.search(label):
            byline.append(element)
    for element in byline[:8]:
        if found := _visible_names(element):
            return found
    return []


def _visible_names(element: HtmlElement) -> list[str]:
    inner = element.find('.//*[@itemprop="name"]')
    if inner is not None:
        text = inner.get("content") or inner.text_content()
    else:
        links = [link.text_content() for link in element.iter("a") if link.text_content().strip()]
        text = "\n".join(links) if links else element.text_content()
    text = text.strip()
    if not text or len(text) > 160:
        return []
    return [name for name in names.split_names(text) if len(name.split()) <= 5]


def _is_site(name: str, own: set[str], host: str) -> bool:
    bare = _bare(name)
    labels = host.removeprefix("www.").split(".")
    return bare in own or bare in {_bare(host), _bare(host.removeprefix("www.")), *(labels[:-1])}


def _bare(name: str) -> str:
    return re.sub(r"\W+", "", name).casefold()
