"""The one walk over a page's tree that cuts it into blocks.

A block ends where a block-level element begins or ends, and at a line break (but a heading of two lines
is one heading). The walk keeps no opinion of what belongs to the story.
"""

import re
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from lxml import etree
from lxml.html import HtmlElement

from crawlers.extract.markup.breaks import BREAK, Part, split_at_breaks
from crawlers.extract.markup.clean import WORD, clean
from crawlers.extract.markup.rows import row_text
from crawlers.extract.markup.segments import HEADINGS, Segment

# fmt: off
SKIPPED = frozenset({
    "script", "style", "noscript", "template", "svg", "math", "canvas", "iframe", "object", "embed", "applet",
    "select", "option", "datalist", "textarea", "input", "button", "head", "title", "link", "meta", "base", "map",
    "area", "audio", "video", "source", "track", "param", "progress", "meter", "dialog", "frameset", "frame",
    "noframes",
})
# fmt: on
# fmt: off
INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "img", "ins", "kbd", "label", "mark", "nobr", "picture", "q", "rp", "rt", "ruby", "s", "samp", "small", "span",
    "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "blink", "o:p", "st1:place", "button",
})
# fmt: on
EMPHASIS = frozenset({"b", "strong", "em", "i", "u"})
KINDS = {
    "li": "list_item",
    "dd": "list_item",
    "dt": "list_item",
    "blockquote": "quote",
    "figcaption": "caption",
    "caption": "caption",
    "pre": "code",
    **dict.fromkeys(HEADINGS, "heading"),
}
HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
UNSEEN_STYLE = re.compile(r"clip\s*:\s*rect\(\s*[01]|clip-path\s*:\s*inset\(\s*(?:50|100)%", re.IGNORECASE)
UNSEEN_CLASS = re.compile(
    r"(?:^|[\s_-])(?:sr-only|visually-?hidden|screen-?reader(?:-text|-only)?|u-hidden-visually|a11y-hidden|(?:[a-z]{1,4}-)?vh(?=$|\s))",
    re.IGNORECASE,
)
PROSE = 90
"""Characters that make a block prose."""

MUCH_HIDDEN = 1000
"""Characters of hidden prose, at least, and twice the shown prose: then the story itself is hidden."""

Opened = tuple[bool, bool, bool, HtmlElement | None, str]
"""An open element: is it a link, an emphasis, hidden; for a block, the block and the kind around it."""

ONE_PIECE = frozenset({"heading", "caption"})
INHERITED = frozenset({"quote", "caption"})


class _Walk:
    """State of the one walk over the tree: the open block, its kind, and the text collected for it."""

    __slots__ = ("block", "broken", "emphasis", "hidden", "kind", "linked", "parts", "segments")

    def __init__(self, root: HtmlElement) -> None:
        self.segments: list[Segment] = []
        self.parts: list[Part] = []
        self.block = root
        self.kind = "paragraph"
        self.broken = False
        self.linked = self.emphasis = self.hidden = 0

    def flush(self) -> None:
        parts = self.parts
        if not parts:
            return
        self.parts = []
        if len(parts) == 1 and parts[0][0].isspace():
            return
        broken, self.broken = self.broken, False
        if broken and self.kind not in ONE_PIECE:
            for group in split_at_breaks(parts):
                self._emit(group)
        else:
            self._emit(parts)

    def _emit(self, parts: list[Part]) -> None:
        text = clean("".join([part[0] for part in parts]))
        if not text or not WORD.search(text):
            return
        linked = emphatic = 0
        for part, link, strong in parts:
            if link or strong:
                chars = len(part.strip())
                linked += chars if link else 0
                emphatic += chars if strong else 0
        number = len(self.segments)
        self.segments.append(Segment(number, self.kind, text, self.block, linked, emphatic, self.hidden > 0))

    def enter(self, element: HtmlElement, tag: str) -> Opened | None:
        """Open an element; what is returned undoes it. None where nothing within it is to be read."""
        if tag == "br":
            self.parts.append((BREAK, 0, 0))
            self.broken = True
            return None
        if tag == "tr" and (row := row_text(element)) is not None:
            self.flush()
            number = len(self.segments)
            self.segments.append(Segment(number, "table_row", row, element, hidden=self.hidden > 0))
            return None
        if (tag in SKIPPED and (tag != "button" or self.kind != "heading")) or (
            tag == "span" and _for_screen_readers(element)
        ):
            return None
        hidden = is_hidden(element)
        self.hidden += hidden
        if tag not in INLINE and "-" not in tag:
            if self.parts:
                self.flush()
            opened: Opened = (False, False, hidden, self.block, self.kind)
            self.block = element
            kind = KINDS.get(tag)
            if kind is not None and (self.kind not in INHERITED or kind == "heading"):
                self.kind = kind
        else:
            opened = (tag == "a" and _leads(element), tag in EMPHASIS, hidden, None, "")
            self.linked += opened[0]
            self.emphasis += opened[1]
        text = element.text
        if text:
            self.parts.append((text, self.linked, self.emphasis))
        return opened

    def take(self, tag: str, blocks: list[Segment]) -> bool:
        """Take an element's blocks as they are; False where it is no block, or what is open around colours them."""
        if (
            tag in INLINE
            or "-" in tag
            or tag == "tr"
            or self.kind != "paragraph"
            or self.linked
            or self.emphasis
            or self.hidden
        ):
            return False
        self.flush()
        self.segments += [block.numbered(number) for number, block in enumerate(blocks, len(self.segments))]
        return True

    def leave(self, opened: Opened) -> None:
        """Close an element."""
        link, strong, hidden, block, kind = opened
        if block is not None:
            if self.parts:
                self.flush()
            self.block, self.kind = block, kind
        self.linked -= link
        self.emphasis -= strong
        self.hidden -= hidden


def _leads(anchor: HtmlElement) -> bool:
    """Whether an anchor leads somewhere: some only give a place of the page its name."""
    return anchor.get("href") is not None or (anchor.get("name") is None and anchor.get("id") is None)


def segment(tree: HtmlElement) -> list[Segment]:
    """All blocks of text below an element, in document order."""
    blocks = walk(tree)
    show(blocks)
    return blocks


def walk(tree: HtmlElement, known: Mapping[HtmlElement, list[Segment]] = MappingProxyType({})) -> list[Segment]:
    """The blocks as they stand in the tree, hidden ones marked as such.

    `known` are elements of which the blocks are known; they are taken where nothing around would colour them.
    """
    state = _Walk(tree)
    opened: list[Opened | None] = []
    steps = etree.iterwalk(tree, events=("start", "end"))
    for event, element in steps:
        if event == "end":
            if (opening := opened.pop()) is not None:
                state.leave(opening)
            if element is not tree and (tail := element.tail):
                state.parts.append((tail, state.linked, state.emphasis))
            continue
        tag = str(element.tag)
        taken = known and element in known and state.take(tag, known[element])
        if (opening := None if taken else state.enter(element, tag)) is None:
            steps.skip_subtree()
        opened.append(opening)
    state.flush()
    return state.segments


def show(segments: list[Segment]) -> None:
    """Take a page at its text where it hides nearly all of it until a script has run."""
    shown = sum(len(block.text) for block in segments if not block.hidden and len(block.text) >= PROSE)
    unseen = [block for block in segments if block.hidden and len(block.text) >= PROSE]
    if sum(len(block.text) for block in unseen) <= max(MUCH_HIDDEN, 2 * shown):
        return
    weights: Counter[HtmlElement] = Counter()
    for block in unseen:
        weights[_curtain(block.element)] += len(block.text)
    curtain = weights.most_common(1)[0][0]
    for block in segments:
        if block.hidden and _curtain(block.element) is curtain:
            block.hidden = False


def _curtain(element: HtmlElement) -> HtmlElement:
    """The innermost hidden element around (or the element itself where none is)."""
    return next((node for node in (element, *element.iterancestors()) if is_hidden(node)), element)


def _for_screen_readers(element: HtmlElement) -> bool:
    """Whether an inline element is there to be heard, not seen ("opens in a new tab")."""
    style, label = element.get("style"), element.get("class")
    return (style is not None and UNSEEN_STYLE.search(style) is not None) or (
        label is not None and UNSEEN_CLASS.search(label) is not None
    )


def is_hidden(element: HtmlElement) -> bool:
    """Whether the element itself says that it is not shown."""
    style = element.get("style")
    return (style is not None and HIDDEN_STYLE.search(style) is not None) or element.get("hidden") is not None
