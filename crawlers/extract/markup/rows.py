"""Rows of tables of data, a line each; tables that lay out the page have none."""

from lxml import etree
from lxml.html import HtmlElement

from crawlers.extract.markup.clean import WORD, clean
from crawlers.extract.markup.content import text_of

CELL_BLOCKS = frozenset({"table", "p", "div", "ul", "ol", "h1", "h2", "h3", "form", "script", "br"})
ROW_CELL_MAX = 200
"""Characters: a table row with a longer cell is layout, not data."""

LINES = frozenset({"br", "p", "div", "li"})
"""Elements that begin and end lines within a cell."""


def row_text(row: HtmlElement) -> str | None:
    """Cells of a data row joined by " | "; None for a row that only lays out the page."""
    cells = [cell for cell in row if cell.tag in {"td", "th"}]
    if len(cells) < 2:
        return None
    texts = []
    for cell in cells:
        # A cell with nothing but text in it is the usual case, and needs no search.
        inner = len(cell) > 0
        if inner and any(node.tag in CELL_BLOCKS for node in cell.iter()) and _long(cell):
            return None
        text = clean(_cell_text(cell) if inner else cell.text or "")
        if len(text) > ROW_CELL_MAX:
            return None
        texts.append(text)
    joined = " | ".join(text for text in texts if text)
    return joined if WORD.search(joined) else None


def _cell_text(cell: HtmlElement) -> str:
    """All text of a cell, its lines set apart."""
    if not any(node.tag in LINES for node in cell.iter()):
        return text_of(cell)
    pieces: list[str] = []
    for event, node in etree.iterwalk(cell, events=("start", "end")):
        text = node.text if event == "start" else node.tail if node is not cell else None
        pieces.append(f" {text or ''}" if node.tag in LINES else text or "")
    return "".join(pieces)


def _long(cell: HtmlElement) -> bool:
    # The text last: cells of layout hold much, at every level of nesting again.
    return next(cell.iter("table", "script"), None) is not None or len(text_of(cell)) > ROW_CELL_MAX
