"""Who wrote it as elements say that are marked as the author's, or have a byline's class."""

import re
from functools import cached_property, lru_cache
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract.fields import names
from crawlers.extract.markup.content import text_of
from crawlers.extract.markup.labels import set_apart

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
    r"\b(?:the\s|editorial\s)?(?:team|staff|editors?|newsroom|news\s?desk|desk|(?:staff\s)?reporters?|(?:staff\s)?correspondents?|redaktion|redacción|rédaction)\b",
    re.IGNORECASE,
)

SIGNED = re.compile(r"[^\W\d_a-z][^\d:?!@#]*$")

SMALL = frozenset({"the", "of", "and", "for"})

MAX_TRIED = 10

BYLINE_HINT = re.compile(r"uth|byline|by-line|auteur|firma|posted|writer|contributor|autor", re.IGNORECASE)
"""What every class has that BYLINE_CLASS finds; quicker to look for."""

WHOLE_POST = re.compile(r"\bhentry\b|\btype-post\b")
"""Classes of a whole post, among which its author may be."""

ELSEWHERE = re.compile(
    r"comment|related|teaser|card|recommend|sidebar|footer|avatar|image|photo|copyright|credit|caption", re.IGNORECASE
)

AROUND_ELSEWHERE = re.compile(
    r"comment|related|teaser|card|recommend|(?<!has-)(?<!with-)(?<!no-)sidebar|footer|copyright|credit", re.IGNORECASE
)

MAX_BYLINE = 200
"""Characters; a longer text with a byline's class is a biography."""


class Marked:
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
            if label and (called := _called_byline(label)):
                classed.append((called, element))
        return stated, classed


@lru_cache(maxsize=20_000)
def _called_byline(label: str) -> str | None:
    """A class with its parts set apart, if it is a byline's."""
    if not BYLINE_HINT.search(label) or WHOLE_POST.search(label):
        return None
    return apart if BYLINE_CLASS.search(apart := set_apart(label)) else None


def from_markup(marked: Marked) -> list[str]:
    """Names in the first element marked as the author's: `rel=author`, `itemprop=author`."""
    for order, element in enumerate(marked.found[0]):
        if not _elsewhere(element) and (found := visible_names(element) or _signed(element)):
            beside = [name for other in _beside(marked.found[0], order) for name in visible_names(other)]
            return list(dict.fromkeys(found + beside))
    return []


def _beside(elements: list[HtmlElement], order: int) -> list[HtmlElement]:
    """The marked elements that follow one in its own line: those who wrote the story with its author."""
    parent = elements[order].getparent()
    if parent is None or len(text_of(parent)) > MAX_BYLINE:
        return []
    return [other for other in elements[order + 1 : order + MAX_TRIED] if other.getparent() is parent]


def from_class(marked: Marked) -> list[str]:
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
    words = [word for word in words if not DESK.fullmatch(word)] or words
    if not 3 <= len(text) <= 40 or len(words) > 5 or not all(SIGNED.match(word) for word in words):
        return []
    return [] if names.ROLE.search(text) and not DESK.search(text) else [text]


def _elsewhere(element: HtmlElement) -> bool:
    around = [node for node in islice(element.iterancestors(), 6) if node.tag != "body"]
    return any(
        node.tag in ("figure", "figcaption") or AROUND_ELSEWHERE.search(node.get("class") or "") for node in around
    )


def visible_names(element: HtmlElement) -> list[str]:
    """Names in a byline element: its links where they look like names, else its text."""
    inner = next((node for node in element.iter() if node.get("itemprop") == "name" and node is not element), None)
    if inner is not None:
        texts = [inner.get("content") or _spaced(inner)]
    else:
        links = [text for link in element.iter("a") if names.personlike(text := _spaced(link))]
        pieces = (" ".join(piece.split()) for piece in element.itertext())
        texts = links or list(filter(_all_people, pieces)) or [_spaced(element)]
    if not any(texts) or sum(map(len, texts)) > MAX_BYLINE:
        return []
    found = [name for text in texts for name in names.split_names(text)]
    return list(dict.fromkeys(name for name in found if names.personlike(name)))


def _all_people(text: str) -> bool:
    """Whether a text is a person's name, or the names of several."""
    return names.personlike(text) or (
        len(text) <= MAX_BYLINE and len(found := names.split_names(text)) > 1 and all(map(names.personlike, found))
    )


def _spaced(element: HtmlElement) -> str:
    """Text of an element with its parts kept apart, so that "By" and a linked name don't grow together."""
    return " ".join(" ".join(element.itertext()).split())
