"""The texts of a page in their order, and where they stand."""

import re
from collections.abc import Container
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from crawlers.extract.markup.segments import key_of

OUTSIDE = frozenset({"nav", "figcaption", "figure", "blockquote", "form", "button"})

ELSEWHERE = re.compile(
    r"comment|related|teaser|recommend|(?<!has-)(?<!with-)(?<!no-)(?<!:)sidebar|footer|caption|credit|copyright|cookie|"
    r"menu-item|dropdown|sub-?menu|mega-?menu",
    re.IGNORECASE,
)

MAX_TEXT = 160
"""Characters; a byline's text is never longer."""

SILENT = frozenset({"script", "style", "noscript", "option"})
"""Elements whose text no reader sees."""

_TEXTS = etree.XPath("//body//text()[normalize-space()]")


class Text(NamedTuple):
    """A text of the page and the element it stands in."""

    text: str
    parent: HtmlElement


class Printed:
    """The texts of a page in their order, and which is the headline; read when first asked for."""

    def __init__(self, tree: HtmlElement, title: str | None) -> None:
        self._tree, self._title = tree, title

    @cached_property
    def texts(self) -> list[Text]:
        """All texts that are shown, white space collapsed."""
        found = []
        for raw in _TEXTS(self._tree):
            parent = raw.getparent().getparent() if raw.is_tail else raw.getparent()
            if parent.tag not in SILENT:
                found.append(Text(" ".join(raw.split()), parent))
        return found

    @cached_property
    def headline(self) -> int | None:
        """Index of the headline: where the title stands in a heading, else where it stands, or a part of it does."""
        key = key_of(self._title or "")
        if not key:
            return None
        if self.headings or self._same:
            unlinked = (index for index in self._same if self.texts[index].parent.tag != "a")
            return self.headings[0] if self.headings else next(unlinked, self._same[0])
        parts = (index for index, text in enumerate(self.texts) if len(text.text) > 3 and _in_heading(text.parent))
        return next((index for index in parts if key_of(self.texts[index].text) in key), None)

    @cached_property
    def headings(self) -> list[int]:
        """Indexes of the headings that are the title: some pages have it twice, for narrow and for wide screens."""
        return [index for index in self._same if _in_heading(self.texts[index].parent)]

    @cached_property
    def _same(self) -> list[int]:
        """Indexes of the texts that are the title."""
        key = key_of(self._title or "")
        least, most = 0.8 * len(key), 3 * len(key) + 20
        likely = (index for index, text in enumerate(self.texts) if least <= len(text.text) <= most)
        return [index for index in likely if key and key_of(self.texts[index].text) == key]


def holders(text: Text) -> frozenset[HtmlElement]:
    """The element that a text stands in, and all that hold it."""
    return frozenset((text.parent, *text.parent.iterancestors()))


def _in_heading(element: HtmlElement) -> bool:
    chain = [element, *islice(element.iterancestors(), 3)]
    return any(node.tag in ("h1", "h2") for node in chain)


def elsewhere(element: HtmlElement, story: Container[HtmlElement] = ()) -> bool:
    """Whether an element stands among comments, teasers, captions or the site's own links.

    `story` are elements that hold the headline, too: what they are called says nothing of one element in them.
    """
    for node in (element, *islice(element.iterancestors(), 6)):
        if node.tag == "body" or node in story:
            return False
        if ELSEWHERE.search(node.get("class") or "") or node.tag in OUTSIDE:
            return True
        if node.tag == "footer" and next(node.iterancestors("article"), None) is None:
            return True
    return False
