"""Pictures and players of a page, each with the text that shares its innermost container."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from math import inf

from lxml.html import HtmlElement

from crawlers.extract.markup.segments import Segment

MEDIA = ("img", "picture", "amp-img", "figure", "video", "audio", "iframe")
SOURCES = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-url", "original-src", "src")
"""Where the address of a picture stands; pages that load pictures late have a blank one in `src`."""

LEAST_SIDE = 100
"""Pixels of a picture's width and height, where the page gives them: smaller ones are icons and faces."""

DRAWN = re.compile(
    r"\.svg(?:$|[?#])|(?:^|[/_.-])(?:logo|icons?|avatars?|gravatar|sprite|pixel|spacer|emoji|emoticon|smil(?:ey|ies)|"
    r"button|btn|1x1|transparent|bullet|arrow|check(?:mark)?)s?(?:[/_.\d-]|$)",
    re.IGNORECASE,
)
"""Addresses of what is drawn for the page, not for its story."""

PLAYER = re.compile(r"video|youtu|vimeo|player|embed|dailymotion|brightcove|soundcloud|podcast|slideshow|gallery")
"""Addresses of frames that show pictures, films or sound."""


PIXELS = re.compile(r"\s*(\d{1,4})(?:\.\d+)?(?:px)?\s*")

UP = 4
"""Containers around a box that are known, too."""

NEXT = 4
"""Elements right below a picture among which the first with text is looked for: the others are empty."""

Span = tuple[int, int]
"""The numbers of the first and the last block in an element."""


@dataclass(slots=True)
class Box:
    """An element that holds text and belongs to pictures: it holds them, too, or (`below`) stands right below one."""

    element: HtmlElement
    span: Span
    below: bool = False
    around: list[Span] = field(default_factory=list)
    """What the containers around hold, innermost first."""
    pictures: list[HtmlElement] = field(default_factory=list)


Spans = dict[HtmlElement, Span]


def boxes(blocks: Sequence[Segment], most: float = inf, wanted: Sequence[bool] | None = None) -> list[Box]:
    """The innermost containers of pictures and players that hold text, and what stands right below those.

    `blocks` are those of a stretch of a page, in its order; what stands around it is not looked at. Containers of more
    blocks than `most` are left out, and those that have, with what is known around them, none of the `wanted` blocks.
    """
    if not blocks:
        return []
    spans = _spans(blocks)
    before = [0, *accumulate(wanted)] if wanted is not None else None

    def near(element: HtmlElement) -> bool:
        """Whether an element of few blocks has, or one around it, a block that is wanted."""
        for node in (element, *islice(element.iterancestors(), UP)):
            first, last = spans[node]
            if last - first >= most:
                return False
            if before is None or before[last + 1] > before[first]:
                return True
        return False

    found: dict[HtmlElement, Box] = {}
    known: dict[HtmlElement, HtmlElement | None] = {}
    for picture in _around(blocks, spans).iter(*MEDIA):
        # Most of a page's pictures are icons and lines, which say so.
        if picture.tag == "img" and (_little(picture.get("width")) or _little(picture.get("height"))):
            continue
        passed: list[HtmlElement] = []
        node: HtmlElement | None = picture
        while node is not None and node not in spans and node not in known:
            passed.append(node)
            node = node.getparent()
        holder = known[node] if node is not None and node in known else node
        under = _under(passed[-1], spans) if passed and holder is node else None
        small = holder is not None and near(holder)
        if under is not None and not near(under):
            under = None
        # Most pictures of a page stand among much text: what they show need not be known.
        if (small or under is not None) and not _shows(picture):
            continue
        known.update(dict.fromkeys(passed, holder))
        if holder is not None and small:
            box = _box(found, holder, spans)
            box.below = False
            box.pictures.append(picture)
        if under is not None:
            _box(found, under, spans, below=True).pictures.append(picture)
    return list(found.values())


def _around(blocks: Sequence[Segment], spans: Spans) -> HtmlElement:
    """The innermost element that holds all of the blocks."""
    whole = (0, len(blocks) - 1)
    element = blocks[0].element
    return next((node for node in (element, *element.iterancestors()) if spans[node] == whole), element)


def _box(found: dict[HtmlElement, Box], element: HtmlElement, spans: Spans, *, below: bool = False) -> Box:
    if element not in found:
        around = [spans[node] for node in islice(element.iterancestors(), UP)]
        found[element] = Box(element, spans[element], below, around)
    return found[element]


def _under(element: HtmlElement, spans: Spans) -> HtmlElement | None:
    """The element with text right below one without; None where something else, or bare text, follows."""
    if element.tail and not element.tail.isspace():
        return None
    for sibling in islice(element.itersiblings(), NEXT):
        if sibling in spans:
            return sibling
        if sibling.tag in MEDIA or (sibling.tail and not sibling.tail.isspace()):
            return None
    return None


def _spans(blocks: Sequence[Segment]) -> Spans:
    """All elements around blocks. The way from one block to the next is passed once: linear in the page's size."""
    spans: Spans = {}
    path: list[HtmlElement] = []
    depth: dict[HtmlElement, int] = {}
    for number, block in enumerate(blocks):
        entered: list[HtmlElement] = []
        node: HtmlElement | None = block.element
        while node is not None and node not in depth:
            entered.append(node)
            node = node.getparent()
        common = depth[node] + 1 if node is not None else 0
        _close(path, depth, spans, common, number - 1)
        for element in reversed(entered):
            depth[element] = len(path)
            path.append(element)
            spans.setdefault(element, (number, number))
    _close(path, depth, spans, 0, len(blocks) - 1)
    return spans


def _close(path: list[HtmlElement], depth: dict[HtmlElement, int], spans: Spans, keep: int, last: int) -> None:
    for element in path[keep:]:
        del depth[element]
        spans[element] = (spans[element][0], last)
    del path[keep:]


def _shows(element: HtmlElement) -> bool:
    """Whether an element of some size is a picture or a player a reader sees as such, no frame of something else."""
    if element.tag == "iframe":
        return PLAYER.search(_source(element)) is not None
    if element.tag != "img":
        return True
    return not DRAWN.search(_source(element))


def _source(element: HtmlElement) -> str:
    """The address of what is shown; empty where there is but a placeholder."""
    for name in SOURCES:
        value = element.get(name)
        if value and not (value := value.strip()).startswith("data:") and value:
            return value
    return ""


def _little(size: str | None) -> bool:
    if not size:
        return False
    given = PIXELS.fullmatch(size)
    return given is not None and int(given.group(1)) < LEAST_SIDE
