"""Pages that React streams: parts that were late come at the end, hidden, and a script puts them in their places.

The server leaves `<template id="B:0">` with something to look at meanwhile, and sends `<div hidden id="S:0">` when the
part is ready (https://github.com/facebook/react, `completeBoundary` and `completeSegment` of the server's runtime).
"""

import re

from lxml.html import HtmlElement

LATE = b'id="S:'
PLACES = frozenset({"B:", "P:"})
END = re.compile(rb"<!--/\$-->")
END_MARK = b'<template data-boundary="end"></template>'
MOST = 2000
"""Parts of a page, at most."""


def has_late_parts(tree: HtmlElement, data: bytes) -> bool:
    """Whether the page has places for parts that come at its end."""
    # The places first: to look for them in the tree takes a tenth of the time.
    return any((place.get("id") or "")[:2] in PLACES for place in tree.iter("template")) and LATE in data


def mark_boundaries(data: bytes) -> bytes:
    """The page with elements where React's comments close a place: comments are not parsed."""
    return END.sub(END_MARK, data)


def fill_places(tree: HtmlElement) -> None:
    """Put the late parts where they belong, instead of what was shown meanwhile."""
    places = {name: place for place in tree.iter("template") if (name := place.get("id") or "")[:2] in PLACES}
    for part in [node for node in tree.iter("div") if (node.get("id") or "").startswith("S:")][:MOST]:
        number = (part.get("id") or "")[2:]
        boundary = places.get(f"B:{number}")
        place = boundary if boundary is not None else places.get(f"P:{number}")
        if place is None or part in set(place.iterancestors()):
            continue
        if place is boundary:
            _drop_meanwhile(place)
        for child in list(part):
            place.addprevious(child)
        _drop(place)
        _drop(part)


def _drop_meanwhile(place: HtmlElement) -> None:
    """Remove what follows a boundary's place until the boundary ends; nothing where no end is marked."""
    meanwhile: list[HtmlElement] = []
    for node in place.itersiblings():
        if node.get("data-boundary") == "end":
            place.tail = None
            for stale in meanwhile:
                stale.tail = None
                _drop(stale)
            return
        meanwhile.append(node)


def _drop(node: HtmlElement) -> None:
    parent = node.getparent()
    if parent is not None:
        node.drop_tree()
