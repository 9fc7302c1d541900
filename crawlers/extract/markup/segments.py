"""A block of a page's text, its key for comparisons, and where its links lead."""

import re
from dataclasses import dataclass, field
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract.markup.words import MARKS

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(slots=True)
class Segment:
    """A block of text as it stands on the page."""

    index: int
    kind: str
    text: str
    element: HtmlElement
    link_chars: int = 0
    emphasis_chars: int = 0
    hidden: bool = False
    key: str = field(default="")
    """The text's letters and digits alone, casefolded: to compare it with another reading of the page."""
    place: str = field(default="")
    """Where it stands (`signature_of`); empty until asked for."""

    def numbered(self, index: int) -> "Segment":
        """The same block under another number."""
        return Segment(
            index,
            self.kind,
            self.text,
            self.element,
            self.link_chars,
            self.emphasis_chars,
            self.hidden,
            self.key,
            self.place,
        )

    def bare(self) -> str:
        """The key, found when first asked for."""
        self.key = self.key or key_of(self.text)
        return self.key

    @property
    def link_share(self) -> float:
        """Share of the text that is linked, 0 to 1."""
        return self.link_chars / max(1, len(self.text)) if self.link_chars else 0.0

    @property
    def emphasis_share(self) -> float:
        """Share of the text that is bold, italic or underlined, 0 to 1."""
        return self.emphasis_chars / max(1, len(self.text)) if self.emphasis_chars else 0.0


MAX_LINKS = 50
"""Links of an element, at most, that tell where a block's links lead."""

NON_WORD = re.compile(r"[\W_]+")
NON_WORD_ASCII = bytes(byte for byte in range(128) if not chr(byte).isalnum())


def key_of(text: str) -> str:
    """Letters and digits of a text alone, casefolded."""
    # Bytes are rid of characters thirty times as fast; in UTF-8 those of ASCII are never part of another character.
    if text.isascii():
        return text.encode().translate(None, NON_WORD_ASCII).decode().lower()
    for mark in MARKS:
        text = text.replace(mark, "")
    bare = text.encode("utf-8", "surrogatepass").translate(None, NON_WORD_ASCII).decode("utf-8", "surrogatepass")
    return bare.lower() if bare.isascii() else NON_WORD.sub("", bare).casefold()


def internal(block: Segment) -> bool:
    """Whether the links of a block stay on the site: relative, or to the host that most of the page's links go to."""
    # Not all of them: an element may hold thousands of lines, each of which asks.
    hosts = {host_of_link(link.get("href") or "") for link in islice(block.element.iter("a"), MAX_LINKS)}
    if not hosts:
        hosts = {host_of_link(link.get("href") or "") for link in block.element.iterancestors("a")}
    return bool(hosts) and hosts <= {"", page_host(block.element)}


def in_page(block: Segment) -> bool:
    """Whether all links of a block lead to places on its own page."""
    links = [*islice(block.element.iter("a"), MAX_LINKS)] or [*islice(block.element.iterancestors("a"), 1)]
    return all((link.get("href") or "#").startswith("#") for link in links)


def host_of_link(href: str) -> str:
    """Host a link names, without www; empty for a relative one."""
    rest = href.partition("//")[2] if "//" in href[:9] else ""
    return rest.split("/", 1)[0].split("?", 1)[0].lower().removeprefix("www.")


def page_host(element: HtmlElement) -> str:
    """The page's own host as set on its root by `mark_host`."""
    return element.getroottree().getroot().get(HOST_MARK) or ""


HOST_MARK = "data-presslake-host"


def mark_host(tree: HtmlElement, url: str) -> None:
    """Note the page's host on the tree, so that blocks know which links stay on the site."""
    tree.getroottree().getroot().set(HOST_MARK, host_of_link(url))
