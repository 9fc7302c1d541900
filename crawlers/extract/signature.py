"""Where a block stands, in words that hold from page to page: the last steps of its container path.

A step is a tag with its stable class tokens (`p.story-text`); digits count as one (`post-123` and
`post-456` are the same place). Blocks that are all link or all emphasis are kept apart from their
brothers: among paragraphs, those are the teasers and the credits.
"""

import re
from collections.abc import Collection
from functools import lru_cache

from lxml.html import HtmlElement

from crawlers.extract.segments import Segment

STEPS = 4
ENOUGH_STEPS, ENOUGH_LABELS = 3, 2
TOKENS = 3
DIGITS = re.compile(r"\d+")
NOISE = re.compile(
    r"^(?:js-.*|is-.*|has-.*|ng-.*|v-.*|active|even|odd|first|last|row|clearfix|cf|col-.*|wp-image-.*|align.*|size-.*)$"
)


@lru_cache(maxsize=20_000)
def step_of(tag: str, label: str) -> str:
    """One step of a path: the tag and up to three of its class tokens, in stable order."""
    tokens = sorted({DIGITS.sub("#", token) for token in label.split()[:12] if not NOISE.match(token)})
    return ".".join([tag, *tokens[:TOKENS]])


def path_of(element: HtmlElement) -> str:
    """The last steps of an element's container path, innermost first: `p < div.body < article`.

    Three steps are enough where two of them have classes: what stands around them often carries the classes
    of one page (its section, its tags). Else there are up to four.
    """
    found: list[str] = []
    labelled = 0
    node: HtmlElement | None = element
    while node is not None and len(found) < STEPS and node.tag not in {"body", "html"}:
        step = step_of(str(node.tag), node.get("class") or node.get("id") or "")
        found.append(step)
        labelled += "." in step
        if len(found) == ENOUGH_STEPS and labelled >= ENOUGH_LABELS:
            break
        node = node.getparent()
    return " < ".join(found)


def linked_share(block: Segment) -> float:
    """Share of a block's text that is linked, 0 to 1; of a table's row, which the walk takes as one text, too."""
    if block.kind != "table_row":
        return block.link_share
    return sum(len(link.text_content().strip()) for link in block.element.iter("a")) / max(1, len(block.text))


def traits_of(block: Segment) -> str:
    """What sets a block apart from others in the same place: `@` all link, `*` all emphasis."""
    mark = "@" if linked_share(block) > 0.8 else ""
    return mark + ("*" if block.emphasis_share > 0.9 and block.kind != "heading" else "")


def signature_of(block: Segment, cache: dict[HtmlElement, str]) -> str:
    """Path and traits of a block; `cache` holds the paths of a page's elements."""
    path = cache.get(block.element)
    if path is None:
        path = cache[block.element] = path_of(block.element)
    return path + traits_of(block)


Standing = dict[str, list[HtmlElement]]
"""The elements of a page by the path that was asked for, in document order."""


def standing_at(tree: HtmlElement, paths: Collection[str]) -> Standing:
    """The elements that stand at any of the paths; one of two steps or more is met by all whose own path begins so."""
    steps: dict[str, set[str]] = {}
    lengths: set[int] = set()
    for path in paths:
        step = path.partition(" < ")[0]
        steps.setdefault(step.partition(".")[0], set()).add(step)
        lengths.add(path.count(" < ") + 1)
    found: Standing = {}
    met: dict[tuple[HtmlElement | None, str], list[str]] = {}  # brothers of one step stand at one path
    for element in tree.iter(*steps) if steps else ():
        tag = str(element.tag)
        step = step_of(tag, element.get("class") or element.get("id") or "")
        if step not in steps[tag]:
            continue
        place = (element.getparent(), step)
        if (at := met.get(place)) is None:
            whole = path_of(element).split(" < ")
            asked = ((" < ".join(whole[:length]), length) for length in lengths)
            at = met[place] = [path for path, length in asked if path in paths and (length > 1 or len(whole) == length)]
        for path in at:
            found.setdefault(path, []).append(element)
    return found
