"""From text to an element tree, once a page; and what isn't a web page at all."""

import re

from lxml import etree
from lxml.html import HtmlComment, HtmlElement, HtmlEntity, HTMLParser, HtmlProcessingInstruction, document_fromstring

from crawlers.extract.markup.content import text_of
from crawlers.extract.markup.decode import as_utf8
from crawlers.extract.markup.streamed import fill_places, has_late_parts, mark_boundaries
from crawlers.model import Page, Rejection
from schemas import Outcome

MAX_BODY = 24 * 1024 * 1024
"""Bytes: larger bodies are refused unread. The largest real article pages are under 3 MB."""

MAX_DEPTH = 1200
"""Nesting beyond this is hostile (or a tag that is never closed, thousands of times)."""

MAX_ELEMENTS = 400_000
"""Elements: pages beyond this are refused; the largest real article pages have about 20,000."""

MAX_ATTRIBUTES = 2000
MANY_ATTRIBUTES = 50_000
LARGE = 2 * 1024 * 1024
NO_LABEL = 1000
"""Characters that no button's label has."""
LONG_TAG = re.compile(rb"<([a-zA-Z][\w:-]{0,30})[\s/][^<>]{8000,}")
LONG_SPACE = re.compile(rb"\s{1000,}")

MAGIC = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"PK\x03\x04", "ZIP"),
    (b"\x1f\x8b", "gzip"),
    (b"RIFF", "RIFF"),
    (b"OggS", "Ogg"),
    (b"ID3", "MP3"),
    (b"wOF", "font"),
    (b"\x00\x00\x01\x00", "icon"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "executable"),
    (b"BM", "bitmap"),
)
TAG = re.compile(
    rb"<\s*(?:!doctype\s+html|html|head|body|div|p|table|h1|article|title|meta|br|span|section)\b", re.IGNORECASE
)
FEED = re.compile(rb"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(rss|feed|rdf:RDF|urlset|sitemapindex)\b", re.DOTALL)
DOCTYPE = re.compile(rb"<!doctype[^>]*>", re.IGNORECASE)
XML_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>")


def load(page: Page) -> HtmlElement | Rejection:
    """The page as a tree, decoded and parsed once, or why it is no web page."""
    body = page.body
    if not body or body.isspace():
        return Rejection(Outcome.EMPTY_BODY, f"{len(body)} bytes, all white space" if body else "")
    if len(body) > MAX_BODY:
        return Rejection(Outcome.TOO_LARGE, f"{len(body)} bytes; extraction takes up to {MAX_BODY}")
    if (binary := _binary(body)) is not None:
        return Rejection(Outcome.NOT_HTML, f"looks like {binary}")
    data = as_utf8(body, page.content_type)
    if (feed := FEED.match(data[:4000])) is not None:
        return Rejection(Outcome.NOT_HTML, f"an XML document: <{feed.group(1).decode('ascii', 'replace')}>")
    if not TAG.search(data):
        return Rejection(Outcome.NOT_HTML, "no HTML element in it")
    return parse(data)


def parse(data: bytes) -> HtmlElement | Rejection:
    """The tree of a document given as UTF-8; comments and processing instructions are left out."""
    # libxml2 stumbles over odd doctypes: https://bugs.launchpad.net/lxml/+bug/1955915
    data = DOCTYPE.sub(b"", XML_DECLARATION.sub(b"", data[:2000], count=1), count=1) + data[2000:]
    if len(data) > 2 * MANY_ATTRIBUTES and data.count(b"=") > MANY_ATTRIBUTES:
        data = LONG_TAG.sub(_without_attributes, data)
    if len(data) > LARGE:
        data = LONG_SPACE.sub(b" ", data)
    if len(data) > 2 * MAX_ELEMENTS and data.count(b"<") > 2 * MAX_ELEMENTS:
        return Rejection(Outcome.EXTRACT_FAILED, f"more than {MAX_ELEMENTS} elements")
    tree = _tree(data)
    if late := not isinstance(tree, Rejection) and has_late_parts(tree, data):
        tree = _tree(mark_boundaries(data))
    if isinstance(tree, Rejection):
        return tree
    _release_content(tree)
    if late:
        fill_places(tree)
    return tree


def _tree(data: bytes) -> HtmlElement | Rejection:
    try:
        tree, deep = _parse(data, huge=False)
        if deep:  # libxml2 stops at 256 levels; some real pages go deeper, unclosed tag by unclosed tag
            tree, _ = _parse(data, huge=True)
            if (problem := _hostile(tree)) is not None:
                return Rejection(Outcome.EXTRACT_FAILED, problem)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        return Rejection(Outcome.NOT_HTML, f"no parsable document: {error}"[:300])
    return tree


def _release_content(tree: HtmlElement) -> None:
    """Unwrap buttons that were never closed and so hold the page."""
    for button in list(tree.iter("button")):
        if next(button.iter("p"), None) is not None and len(text_of(button)) > NO_LABEL:
            button.drop_tag()


CLASSES = etree.ElementDefaultClassLookup(HtmlElement, HtmlComment, HtmlProcessingInstruction, HtmlEntity)
"""One class for all elements: lxml.html's own look-up calls Python for each, to tell forms from the rest."""


def _parse(data: bytes, *, huge: bool) -> tuple[HtmlElement, bool]:
    parser = HTMLParser(
        collect_ids=False,
        default_doctype=False,
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        huge_tree=huge,
    )
    parser.set_element_class_lookup(CLASSES)
    tree = document_fromstring(data, parser=parser)
    last = parser.error_log.last_error
    return tree, last is not None and "Excessive depth" in last.message


def _without_attributes(tag: re.Match[bytes]) -> bytes:
    """A tag of absurdly many attributes without them; libxml2 compares each with all others."""
    return tag.group() if tag.group().count(b"=") < MAX_ATTRIBUTES else b"<" + tag.group(1)


ODD_BYTES = bytes([*range(9), *range(14, 27), *range(28, 32)])
"""Control characters but white space and ESC (of ISO-2022-JP): no text has many of them."""


def _binary(body: bytes) -> str | None:
    for magic, name in MAGIC:
        if body.startswith(magic):
            return name
    if body[4:8] == b"ftyp":
        return "MP4"
    sample = body[:2000]
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or sample.count(0) > len(sample) // 3:
        return None  # UTF-16
    odd = len(sample) - len(sample.translate(None, ODD_BYTES))
    return "binary data" if odd * 10 > len(sample) else None


def _hostile(tree: HtmlElement) -> str | None:
    depth = elements = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        if event == "start":
            depth += 1
            elements += 1
            if depth > MAX_DEPTH:
                return f"elements nested more than {MAX_DEPTH} deep"
            if elements > MAX_ELEMENTS:
                return f"more than {MAX_ELEMENTS} elements"
        else:
            depth -= 1
    return None
