"""Tables that lay out a page, as sites did before CSS, made into plain containers for the generic extractor.

trafilatura reads any table as data and would join the page's columns, menu and story, in one line.
"""

from copy import deepcopy

from lxml.html import HtmlElement

from crawlers.extract.markup.content import text_of

LONG_CELL = 400
"""Characters: a cell with more text is a column of the page, not a datum."""

BLOCKS = ("table", "p", "div", "hr", "form", "h1", "h2", "h3", "ul", "ol", "blockquote", "center")


def without_layout_tables(tree: HtmlElement) -> HtmlElement:
    """The tree itself where no table lays out the page, else a copy with `div` for those tables, rows and cells."""
    if not any(lays_out(table) for table in tree.iter("table")):
        return tree
    copy = deepcopy(tree)
    tables = [table for table in copy.iter("table") if lays_out(table)]
    parts = [part for table in tables for part in table.iter("tbody", "thead", "tfoot", "tr", "td", "th")]
    layout = set(tables)
    parts = [part for part in parts if next(part.iterancestors("table")) in layout]
    for part in [*tables, *parts]:
        part.tag = "div"
    return copy


def lays_out(table: HtmlElement) -> bool:
    """Whether some cell of the table holds a further table, or much text in blocks of its own."""
    for cell in table.iter("td", "th"):
        if cell.find(".//table") is not None:
            return True
        if len(text_of(cell)) > LONG_CELL and next(cell.iter(*BLOCKS), None) is not None:
            return True
    return False
