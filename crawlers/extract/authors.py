"""Who wrote it: JSON-LD, then meta elements, then the byline on the page."""

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawlers.extract import bylines, jsonld, names
from crawlers.extract.head import Head
from crawlers.extract.labels import set_apart
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
    "articleauthor",
    "article.author",
    "creator",
)
CITED = ("citation_author", "dc.creator", "dcterms.creator")
"""Where bibliographies' customs hold: `Last, First`."""

LAST_FIRST = re.compile(r"^([^\W\d_][^,;]{1,40}),\s*([^\W\d_][^,;]{0,40})$")
BYLINE_TAGS = (
    *("a", "span", "div", "p", "address", "li", "em", "strong", "cite", "h3", "h4", "h5", "h6", "dd", "td", "font"),
    *("figcaption", "aside"),
)
BYLINE_CLASS = re.compile(
    r"(?:^|[-_\s])(?:byline|by-line|author|authors|author-?name|autor(?:en)?|auteur|firma|posted-by|writer|contributor)"
    r"(?:s?$|[-_\s])",
    re.IGNORECASE,
)
AUTHOR_NAME = re.compile(r"(?:^|[-_\s])(?:author|creator|byline|writer)(?:s?[-_]{1,2}name)?(?:$|\s)", re.IGNORECASE)
DESK = re.compile(
    r"\b(?:the\s|editorial\s)?(?:team|staff|editors?|newsroom|news\s?desk|desk|redaktion|redacción|rédaction)\b",
    re.IGNORECASE,
)
ACCOUNT = re.compile(r"^[a-z][a-z0-9._-]*$|^[A-Z][a-z]+[A-Z]$|^\w+[._]\w+$|(?i:\badmin\b)")
SIGNED = re.compile(r"[^\W\d_a-z][^\d:?!@#]*$")
SMALL = frozenset({"the", "of", "and", "for"})
MAX_TRIED = 10
PRINTED = 2
"""Number of the first reader that reads what is printed."""

BYLINE_HINT = re.compile(r"uth|byline|by-line|auteur|firma|posted|writer|contributor|autor", re.IGNORECASE)
"""What every class has that BYLINE_CLASS finds; quicker to look for."""

ELSEWHERE = re.compile(
    r"comment|related|teaser|card|recommend|sidebar|footer|avatar|image|photo|copyright|credit|caption", re.IGNORECASE
)
AROUND_ELSEWHERE = re.compile(
    r"comment|related|teaser|card|recommend|(?<!has-)(?<!with-)(?<!no-)sidebar|footer|copyright|credit", re.IGNORECASE
)
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


def read_authors(
    head: Head,
    tree: HtmlElement,
    site_names: Iterable[str],
    blocks: Callable[[], list[Segment]] = list,
    title: str | None = None,
) -> names.Bylines:
    """Authors of the page, in order; each source is asked only where the one before names nobody.

    The site's own name, an organisation's or an account's is passed over where the page prints a person's
    byline; where it prints none, and the publisher states it as the author, it stays.
    """
    own = {bare for name in site_names if (bare := names.bare(name))}
    host = (urlsplit(head.url).hostname or "").removeprefix("www.")
    own |= {names.bare(host), *host.split(".")[:-1]}
    house: list[str] = []
    marked, printed = _Marked(tree), bylines.Printed(tree, title)
    readers: tuple[Callable[[], list[str]], ...] = (
        lambda: from_jsonld(head, house),
        lambda: from_meta(head, house, host),
        lambda: from_markup(marked),
        lambda: bylines.near_headline(printed, dated=not house),
        lambda: from_class(marked),
        lambda: bylines.anywhere(printed, near=bool(house)),
        lambda: [] if house else from_line(blocks()),
    )
    for order, read in enumerate(readers):
        found = read()
        if order >= PRINTED and any(name in house for name in found):
            break  # the byline names the house, and who else is named helped it
        people = [name for name in found if names.bare(name) not in own and not _house_account(name, own)]
        if people:
            people = [name for name in people if not _of_house(name, own)] or people
            return names.Bylines(people, [name for name in people if names.is_agency(name)])
        house += found
    authors = list(dict.fromkeys(house))[:1]
    return names.Bylines(authors, [name for name in authors if names.is_agency(name)])


def _of_house(name: str, own: set[str]) -> bool:
    """Whether one of several names is a part of the house: `The Paper Business`, `The Wire for thepaper.example`."""
    words = name.split()
    if names.bare(words[0]) in own and len(words) == 2 and words[0].isupper():
        return True
    return any("." in word.strip(".") and names.bare(word) in own for word in words)


def _house_account(name: str, own: set[str]) -> bool:
    """Whether a name is an account's or a desk's of the site itself: `jane.doe`, `NOC Admin`, `The Paper Team`."""
    if names.is_agency(name):
        return False
    if ACCOUNT.search(name):
        return True
    rest = names.bare(DESK.sub("", name))
    return rest != names.bare(name) and (rest in own or not rest)


def from_jsonld(head: Head, house: list[str]) -> list[str]:
    """Names in `author` (else `creator`) of the best story node that has any; organisations go to `house`."""
    for story in head.stories:
        author = head.resolve(story.get("author") or story.get("creator"))
        found: list[str] = []
        for text, organisation in _author_texts(head, author):
            name = names.clean_name(text) if organisation else ""
            if name and not names.is_agency(name):
                house.append(name)
            else:
                found += [name] if name else names.split_names(text)
        if found or house:
            return list(dict.fromkeys(found))
    return []


def _author_texts(head: Head, author: object, *, organisation: bool = False) -> list[tuple[str, bool]]:
    """The texts that name authors, and whether each is said to be an organisation's name."""
    if isinstance(author, list):
        return [
            found for item in author for found in _author_texts(head, head.resolve(item), organisation=organisation)
        ]
    if isinstance(author, dict):
        name = author.get("name")
        if not name:
            name = " ".join(filter(None, map(jsonld.first_string, (author.get("givenName"), author.get("familyName")))))
        return _author_texts(head, name, organisation="organization" in str(author.get("@type")).lower())
    if isinstance(author, str) and not author.startswith(("http://", "https://", "/", "#")):
        return [(text, organisation) for text in jsonld.strings(author)]
    return []


def from_meta(head: Head, house: list[str], host: str) -> list[str]:
    """Names in the first meta element that has any; addresses of profiles are no names, nor is the site's."""
    for meta in META_AUTHOR:
        values = [value for value in head.all(meta) if not re.match(r"(?:https?:)?//|/|www\.", value)]
        if meta in CITED:
            values = [LAST_FIRST.sub(r"\2 \1", value) for value in values]
        people: list[str] = []
        for value in values:
            found = names.split_names(value)
            if host and host in value.casefold():
                house += found
            else:
                people += found
        if people:
            return list(dict.fromkeys(people))
    return []


class _Marked:
    """The elements of a page that are marked as the author's, and those whose class may be a byline's."""

    def __init__(self, tree: HtmlElement) -> None:
        self._tree = tree

    @cached_property
    def found(self) -> tuple[list[HtmlElement], list[tuple[str, HtmlElement]]]:
        """Both in one pass over the page; classes with their parts set apart by hyphens."""
        stated, classed = [], []
        for element in self._tree.iter(*BYLINE_TAGS):
            if element.get("rel") == "author" or element.get("itemprop") == "author":
                stated.append(element)
            label = element.get("class")
            if label and BYLINE_HINT.search(label) and BYLINE_CLASS.search(label := set_apart(label)):
                classed.append((label, element))
        return stated, classed


def from_markup(marked: _Marked) -> list[str]:
    """Names in the first element marked as the author's: `rel=author`, `itemprop=author`."""
    for element in marked.found[0]:
        if not _elsewhere(element) and (found := visible_names(element) or _signed(element)):
            return found
    return []


def from_class(marked: _Marked) -> list[str]:
    """Names in the first element whose class is a byline's."""
    tried = 0
    for label, element in marked.found[1]:
        if ELSEWHERE.search(label) or _elsewhere(element):
            continue
        found = visible_names(element) or (_signed(element) if AUTHOR_NAME.search(label) else [])
        if found:
            return found
        tried += 1
        if tried >= MAX_TRIED:
            break
    return []


def _signed(element: HtmlElement) -> list[str]:
    """What an element that holds nothing but the author's name says, be it one word, or a desk."""
    text = names.clean_name(_spaced(element))
    words = [word for word in text.split() if word.casefold() not in names.PARTICLES and word not in SMALL]
    if not 3 <= len(text) <= 40 or len(words) > 5 or not all(SIGNED.match(word) for word in words):
        return []
    return [] if names.ROLE.search(text) and not DESK.search(text) else [text]


def from_line(blocks: list[Segment]) -> list[str]:
    """Names of the first short block that says "By …" (or as other languages have it), dates behind them left out."""
    for block in blocks:
        if len(block.text) > MAX_LINE or block.hidden or block.kind == "caption":
            continue
        match = BY_LINE.match(block.text)
        found = [name for name in names.split_names(match["names"]) if names.personlike(name)] if match else []
        if found and not bylines.elsewhere(block.element):
            return found
    return []


def _elsewhere(element: HtmlElement) -> bool:
    around = [node for node in islice(element.iterancestors(), 6) if node.tag != "body"]
    return any(
        node.tag in ("figure", "figcaption") or AROUND_ELSEWHERE.search(node.get("class") or "") for node in around
    )


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
