"""A line as a reader sees it, where the page sets its parts apart by style and not by spaces."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract.fields.dateline import YEAR
from crawlers.extract.fields.timed import CALLED_PUBLISHED
from crawlers.extract.markup.segments import Segment, key_of

MAX_LINE, MAX_PARTS = 200, 120
"""Characters of a line, and texts that it is made of, at most."""

CHANGED = re.compile(r"(?:^|[-_\s])(?:changed|modified|updated|last-?mod)(?:$|[-_\s])", re.IGNORECASE)
MAX_DEPTH = 12
"""Elements within each other that a line is made of; a deeper one is left as it is."""


def spaced(block: Segment) -> str:
    """A short line's text with spaces between its elements: `Town` and `May 3, 2024` are printed as `TownMay 3, 2024`.

    Without the date that a class calls the last change's, where another one stands beside it. As it is where it has
    no figures, or where its element holds more than this line.
    """
    if len(block.text) > MAX_LINE or len(block.element) == 0 or not any(map(str.isdigit, block.text)):
        return block.text
    parts: list[tuple[str, bool]] = []
    length = 0
    for text, changed in islice(_parts(block.element, changed=False), MAX_PARTS):
        parts.append((text, changed))
        length += len(text)
        if length > 3 * MAX_LINE:
            return block.text
    if key_of("".join(text for text, _ in parts)) != block.bare():
        return block.text
    own = _joined(text for text, changed in parts if not changed)
    return own if YEAR.search(own) else _joined(text for text, _ in parts)


def named_changed(label: str) -> bool:
    """Whether a class says that a date is the last change's, and not the publication's as well."""
    return CHANGED.search(label) is not None and not CALLED_PUBLISHED.search(label)


def _parts(element: HtmlElement, *, changed: bool, depth: int = 0) -> Iterator[tuple[str, bool]]:
    """The texts within an element, each with whether it stands in an element that is named the last change's."""
    changed = changed or (depth > 0 and named_changed(element.get("class") or ""))
    yield element.text or "", changed
    for child in islice(element, MAX_PARTS):
        if isinstance(child.tag, str) and depth < MAX_DEPTH:
            yield from _parts(child, changed=changed, depth=depth + 1)
        yield child.tail or "", changed


def _joined(texts: Iterator[str]) -> str:
    return " ".join(" ".join(texts).split())
