"""Whether a date stands in an entry of a list of other stories, by the linked heading beside it."""

import re
from collections.abc import Container
from itertools import islice

from lxml.html import HtmlElement

LEVELS = 3
"""How far above a date the entry of a list may be that holds it and the other story's heading."""

MAX_HEADINGS = 20
"""Headings in an entry, or a list, that are looked at."""


def teased(element: HtmlElement, story: Container[HtmlElement], address: str) -> bool:
    """Whether an element stands beside a heading that is a link to another page, as in a list of other stories.

    `story` are elements that hold the headline, `address` is the page's.
    """
    here = _last_part(address)
    for node in islice(element.iterancestors(), LEVELS):
        if node in story:
            return False
        headings = islice(node.iter("h2", "h3", "h4", "h5"), MAX_HEADINGS)
        links = (next(heading.iter("a"), None) for heading in headings)
        if any(link is not None and _last_part(link.get("href") or "") != here for link in links):
            return True
    return False


def _last_part(address: str) -> str:
    return re.split(r"[?#]", address)[0].rstrip("/").rsplit("/", 1)[-1]
