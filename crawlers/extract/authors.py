"""Who wrote it: JSON-LD, then meta elements, then the byline on the page."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawlers.extract import jsonld, names
from crawlers.extract.head import Head
from crawlers.extract.segments import Segment

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
BYLINE_TAGS = (
    *("a", "span", "div", "p", "address", "li", "em", "strong", "cite", "h4", "h5", "h6", "dd", "td", "font"),
    "figcaption",
)
BYLINE_CLASS = re.compile(
    r"(?:^|[-_\s])(?:byline|by-line|author|authors|author-?name|autor(?:en)?|auteur|firma|posted-by|writer|contributor)"
    r"(?:s?$|[-_\s])",
    re.IGNORECASE,
)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
ELSEWHERE = re.compile(r"comment|related|teaser|card|recommend|sidebar|footer|avatar|image|photo", re.IGNORECASE)
MAX_BYLINE = 200
"""Characters; a longer text with a byline's class is a biography."""

MAX_LINE = 140
_WORD = r"(?-i:[A-ZÀ-ÞĀ-ŽΑ-ΩА-ЯІЇЄ])[\w.’'-]+"
_NAME = rf"{_WORD}(?: (?:(?:{'|'.join(sorted(names.PARTICLES))}) )*{_WORD.removesuffix('+')}*){{1,3}}"
_LEAD = r"(?:[\d/.-]+ )?"
_LEAD += r"(?:(?:written|posted|reported|published|story|words|article|reviewed)\s+)?(?:by|von|par|por|di|door)"
BY_LINE = re.compile(
    rf"^\W*{_LEAD}\s*:?\s+(?P<names>{_NAME}(?:(?:,| and| und| et| y| e|,? &) {_NAME}){{0,4}})",
    re.IGNORECASE,
)
VISIBLE_BY = re.compile(
    r"^\W*(?:(?:written|posted|reported|published|story|words|text|article)\s+)?(?:by|von|par|por|di|door|av|af|przez|"
    r"автор|yazan|oleh)\s*:?\s+(?P<names>(?-i:[A-ZÀ-ÞĀ-ŽΑ-ΩА-Я])[^\n|•·]{2,80})$",
    re.IGNORECASE,
)

DATED_BY = re.compile(
    r"\b\d{4}\b[^\n]{0,24}?[\s–—|·•,-](?:by|von|par|por|di|door|av|af|przez|автор|yazan|oleh)\s+"
    r"(?P<names>(?-i:[A-ZÀ-ÞĀ-ŽΑ-ΩА-Я])[^\n|•·]{2,80})$",
    re.IGNORECASE,
)
"""A dateline and a byline in one: `Published on 3 May 2024, 6:47 pm - by Jane Doe`."""


def read_authors(
    head: Head, tree: HtmlElement, site_names: Iterable[str], blocks: Callable[[], list[Segment]] = list
) -> names.Bylines:
    """Authors of the page, in order; each source is asked only where the one before names nobody.

    A site's own name is passed over where anyone else is named; where nobody is, and the publisher states
    it as the author (a desk's or agency's byline), it stays.
    """
    own = {bare for name in site_names if (bare := names.bare(name))}
    host = (urlsplit(head.url).hostname or "").removeprefix("www.")
    own |= {names.bare(host), *host.split(".")[:-1]}
    house: list[str] = []
    readers: tuple[Callable[[], list[str]], ...] = (
        lambda: from_jsonld(head),
        lambda: from_meta(head),
        lambda: from_byline(tree),
        lambda: from_line(blocks()),
    )
    for read in readers:
        found = read()
        people = [name for name in found if names.bare(name) not in own]
        if people:
            return names.Bylines(people, [name for name in people if names.is_agency(name)])
        house = house or found
    return names.Bylines(house, [])


def from_jsonld(head: Head) -> list[str]:
    """Names in `author` (else `creator`) of the best story node that has any."""
    for story in head.stories:
        author = head.resolve(story.get("author") or story.get("creator"))
        found = [name for text in _author_texts(head, author) for name in names.split_names(text)]
        if found:
            return list(dict.fromkeys(found))
    return []


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


def from_meta(head: Head) -> list[str]:
    """Names in the first meta element that has any; addresses of profiles are no names."""
    for name in META_AUTHOR:
        values = [value for value in head.all(name) if not re.match(r"(?:https?:)?//|/|www\.", value)]
        found = [person for value in values for person in names.split_names(value)]
        if found:
            return list(dict.fromkeys(found))
    return []


def from_byline(tree: HtmlElement) -> list[str]:
    """Names from `rel=author`, `itemprop=author`, a byline's class, or a line "By …", the first that gives any."""
    by_class: list[HtmlElement] = []
    lines: list[str] = []
    for element in tree.iter(*BYLINE_TAGS):
        named = element.get("rel") == "author" or element.get("itemprop") == "author"
        if named and not _elsewhere(element) and (found := visible_names(element)):
            return found
        label = element.get("class") or ""
        if label and BYLINE_CLASS.search(CAMEL.sub("-", label)) and not ELSEWHERE.search(label):
            by_class.append(element)
        text = element.text
        if (
            text
            and len(text) < MAX_BYLINE
            and len(lines) < 3
            and (match := VISIBLE_BY.match(text.strip()) or DATED_BY.search(text.strip()))
        ):
            lines.append(match["names"])
    for element in by_class[:10]:
        if not _elsewhere(element) and (found := visible_names(element)):
            return found
    for line in lines:
        if found := [name for name in names.split_names(line) if names.personlike(name)]:
            return found
    return []


def from_line(blocks: list[Segment]) -> list[str]:
    """Names of the first short block that says "By …" (or as other languages have it), dates behind them left out."""
    for block in blocks:
        if len(block.text) > MAX_LINE or block.hidden or block.kind == "caption":
            continue
        match = BY_LINE.match(block.text)
        found = [name for name in names.split_names(match["names"]) if names.personlike(name)] if match else []
        if found:
            return found
    return []


def _elsewhere(element: HtmlElement) -> bool:
    return any(ELSEWHERE.search(node.get("class") or "") for node in list(element.iterancestors())[:6])


def visible_names(element: HtmlElement) -> list[str]:
    """Names in a byline element: its links where they look like names, else its text."""
    inner = element.find('.//*[@itemprop="name"]')
    if inner is not None:
        texts = [inner.get("content") or _spaced(inner)]
    else:
        links = [text for link in element.iter("a") if names.personlike(text := _spaced(link))]
        pieces = [text for piece in element.itertext() if names.personlike(text := " ".join(piece.split()))]
        texts = links or pieces or [_spaced(element)]
    if not any(texts) or sum(map(len, texts)) > MAX_BYLINE:
        return []
    found = [name for text in texts for name in names.split_names(text)]
    return list(dict.fromkeys(name for name in found if names.personlike(name)))


def _spaced(element: HtmlElement) -> str:
    """Text of an element with its parts kept apart, so that "By" and a linked name don't grow together."""
    return " ".join(" ".join(element.itertext()).split())
