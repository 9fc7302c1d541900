"""A page cut into blocks of text, each with its kind and where it stands in the tree.

One walk over the tree. A block ends where a block-level element begins or ends, and at a line break
(but a heading of two lines is one heading). The walk keeps no opinion of what belongs to the story.
"""

import re
from dataclasses import dataclass, field

from lxml.html import HtmlElement

SKIPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "canvas",
        "iframe",
        "object",
        "embed",
        "applet",
        "select",
        "option",
        "datalist",
        "textarea",
        "input",
        "button",
        "head",
        "title",
        "link",
        "meta",
        "base",
        "map",
        "area",
        "audio",
        "video",
        "source",
        "track",
        "param",
        "progress",
        "meter",
        "dialog",
        "frameset",
        "frame",
        "noframes",
    ]
)
INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "label",
        "mark",
        "nobr",
        "picture",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "blink",
        "center-inline",
        "o:p",
        "st1:place",
        "amp-img",
    ]
)
EMPHASIS = frozenset({"b", "strong", "em", "i", "u"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
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
BREAK = "\x1e"
"""Stands for a line break while a block is put together."""

SPACES = re.compile(r"[ \t\n\r\f\v\xa0\u2000-\u200a\u202f\u3000]+")
INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
WORD = re.compile(r"\w")
HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
UNSEEN_STYLE = re.compile(r"clip\s*:\s*rect\(\s*[01]|clip-path\s*:\s*inset\(\s*(?:50|100)%", re.IGNORECASE)
UNSEEN_CLASS = re.compile(
    r"(?:^|[\s_-])(?:sr-only|visually-?hidden|screen-?reader(?:-text|-only)?|u-hidden-visually|a11y-hidden)",
    re.IGNORECASE,
)
ROW_CELL_MAX = 200
"""Characters: a table row with a longer cell is layout, not data."""


SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


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
    links: int = 0
    key: str = field(default="")
    """The text's letters and digits alone, casefolded: to compare it with another reading of the page."""

    @property
    def link_share(self) -> float:
        """Share of the text that is linked, 0 to 1."""
        return self.link_chars / max(1, len(self.text))

    @property
    def emphasis_share(self) -> float:
        """Share of the text that is bold, italic or underlined, 0 to 1."""
        return self.emphasis_chars / max(1, len(self.text))


NON_WORD = re.compile(r"[\W_]+")


def key_of(text: str) -> str:
    """Letters and digits of a text alone, casefolded."""
    return NON_WORD.sub("", text).casefold()


class _Walk:
    """State of the one walk over the tree."""

    __slots__ = ("block", "emphasis", "hidden", "kinds", "linked", "parts", "segments")

    def __init__(self, root: HtmlElement) -> None:
        self.segments: list[Segment] = []
        self.parts: list[tuple[str, bool, bool]] = []
        self.block = root
        self.kinds: list[str] = ["paragraph"]
        self.linked = self.emphasis = self.hidden = 0

    def add(self, text: str | None) -> None:
        if text:
            self.parts.append((text, self.linked > 0, self.emphasis > 0))

    def flush(self) -> None:
        if not self.parts:
            return
        parts, self.parts = self.parts, []
        joined = "".join(text for text, _, _ in parts)
        if not WORD.search(joined):
            if len(joined) < 4 or not joined.strip():
                return
        if BREAK in joined and self.kinds[-1] not in {"heading", "caption"}:
            for group in _split_at_breaks(parts):
                self._emit(group)
        else:
            self._emit(parts)

    def _emit(self, parts: list[tuple[str, bool, bool]]) -> None:
        text = clean("".join(text for text, _, _ in parts))
        if not WORD.search(text):
            return
        linked = sum(len(part.strip()) for part, link, _ in parts if link)
        emphatic = sum(len(part.strip()) for part, _, strong in parts if strong)
        self.segments.append(
            Segment(len(self.segments), self.kinds[-1], text, self.block, linked, emphatic, self.hidden > 0)
        )


def clean(text: str) -> str:
    """White space collapsed, soft hyphens and zero-width characters removed."""
    text = text.replace(BREAK, " ")
    if not text.isascii():
        text = INVISIBLE.sub("", text)
    return SPACES.sub(" ", text).strip()


def _split_at_breaks(parts: list[tuple[str, bool, bool]]) -> list[list[tuple[str, bool, bool]]]:
    groups: list[list[tuple[str, bool, bool]]] = [[]]
    for part in parts:
        if part[0] == BREAK:
            groups.append([])
        else:
            groups[-1].append(part)
    return groups


def segment(tree: HtmlElement) -> list[Segment]:
    """All blocks of text below an element, in document order."""
    walk = _Walk(tree)
    # An explicit stack: pages nest deeper than Python recurses. None marks "leaving".
    stack: list[tuple[HtmlElement, bool]] = [(tree, False)]
    while stack:
        element, leaving = stack.pop()
        if leaving:
            _leave(walk, element)
            walk.add(element.tail if element is not tree else None)
            continue
        tag = element.tag
        if not isinstance(tag, str) or tag in SKIPPED:
            walk.add(element.tail if element is not tree else None)
            continue
        if tag == "span" and _for_screen_readers(element):
            walk.add(element.tail)
            continue
        if tag == "br":
            walk.add(BREAK)
            walk.add(element.tail)
            continue
        if tag == "tr" and (row := _row_text(element)) is not None:
            walk.flush()
            walk.segments.append(Segment(len(walk.segments), "table_row", row, element, hidden=walk.hidden > 0))
            walk.add(element.tail)
            continue
        _enter(walk, element, tag)
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    walk.flush()
    return walk.segments


def breaks(tag: str) -> bool:
    """Whether an element of this name stands apart from the text around it; unknown ones don't (HTML, 15.3)."""
    return tag not in INLINE and "-" not in tag


def _enter(walk: _Walk, element: HtmlElement, tag: str) -> None:
    if tag == "a":
        walk.linked += 1
    elif tag in EMPHASIS:
        walk.emphasis += 1
    if breaks(tag):
        walk.flush()
        walk.block = element
        kind = KINDS.get(tag)
        if kind is None or (walk.kinds[-1] in {"quote", "caption"} and kind != "heading"):
            kind = walk.kinds[-1]
        walk.kinds.append(kind)
    if is_hidden(element):
        walk.hidden += 1
    walk.add(element.text)


def _leave(walk: _Walk, element: HtmlElement) -> None:
    tag = element.tag
    if tag == "a":
        walk.linked -= 1
    elif tag in EMPHASIS:
        walk.emphasis -= 1
    if breaks(tag):
        walk.flush()
        walk.kinds.pop()
        parent = element.getparent()
        while parent is not None and not breaks(str(parent.tag)):
            parent = parent.getparent()
        walk.block = parent if parent is not None else element
    if is_hidden(element):
        walk.hidden -= 1


def _for_screen_readers(element: HtmlElement) -> bool:
    """Whether an inline element is there to be heard, not seen ("opens in a new tab")."""
    style, label = element.get("style"), element.get("class")
    return (style is not None and UNSEEN_STYLE.search(style) is not None) or (
        label is not None and UNSEEN_CLASS.search(label) is not None
    )


def is_hidden(element: HtmlElement) -> bool:
    """Whether the element itself says that it is not shown."""
    attributes = element.attrib
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    return style is not None and HIDDEN_STYLE.search(style) is not None


def _row_text(row: HtmlElement) -> str | None:
    """Cells of a data row joined by " | "; None for a row that only lays out the page."""
    cells = [cell for cell in row if cell.tag in {"td", "th"}]
    if len(cells) < 2:
        return None
    texts = []
    for cell in cells:
        if next(
            cell.iter("table", "p", "div", "ul", "ol", "h1", "h2", "h3", "form", "script", "br"), None
        ) is not None and _long(cell):
            return None
        text = clean(cell.text_content())
        if len(text) > ROW_CELL_MAX:
            return None
        texts.append(text)
    joined = " | ".join(text for text in texts if text)
    return joined if WORD.search(joined) else None


def _long(cell: HtmlElement) -> bool:
    return (
        len(cell.text_content()) > ROW_CELL_MAX
        or cell.find(".//table") is not None
        or cell.find(".//script") is not None
    )


def internal(block: Segment) -> bool:
    """Whether the links of a block stay on the site: relative, or to the host that most of the page's links go to."""
    hosts = [host_of_link(link.get("href") or "") for link in block.element.iter("a")]
    if not hosts:
        hosts = [host_of_link(link.get("href") or "") for link in block.element.iterancestors("a")]
    return bool(hosts) and all(host in {"", page_host(block.element)} for host in hosts)


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
