"""The part of a page that matters to its fields, where a template knows the story's container: it and the headline."""

from lxml.html import HtmlElement

from crawlers.extract.markup.segments import Segment
from crawlers.extract.markup.walk import segment

LEVELS_UP = 2
"""How far above the headline the byline and the dateline that belong to it are looked for."""


def blocks_near(
    tree: HtmlElement, root: HtmlElement, segments: list[Segment], headline: HtmlElement | None = None
) -> list[Segment] | None:
    """The blocks around the headline and those of the story's container (`segments` of `root`), numbered anew.

    `headline` is the element at the site's spot for it, if known. None where there is none and the page has no main
    heading, or several outside the container: the whole page must be looked at.
    """
    if any(block.element.tag == "h1" for block in segments):
        return segments
    headings = [headline] if headline is not None else list(tree.iter("h1"))
    if len(headings) != 1:
        return None
    above = set(root.iterancestors())
    holder = headings[0]
    if holder is root or root in set(holder.iterancestors()):
        return segments
    for _ in range(LEVELS_UP):
        parent = holder.getparent()
        if parent is None or parent in above or parent is root:
            break
        holder = parent
    return [block.numbered(number) for number, block in enumerate([*segment(holder), *segments])]
