"""From text to an element tree, once a page; and what isn't a web page at all."""

import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from crawlers.extract.decode import decode
from crawlers.model import Page, Rejection
from schemas import Outcome

MAX_BODY = 24 * 1024 * 1024
"""Bytes: larger bodies are refused unread. The largest real article pages are under 3 MB."""

MAX_DEPTH = 1200
"""Nesting beyond this is hostile (or a tag that is never closed, thousands of times)."""

MAX_ELEMENTS = 400_000
"""Elements: pages beyond this are refused; the largest real article pages have about 20,000."""

MAX_ATTRIBUTES = 2000
LONG_TAG = re.compile(r"<([a-zA-Z][\w:-]{0,30})[\s/][^<>]{8000,}")
LONG_SPACE = re.compile(r"\s{1000,}")

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
    r"<\s*(?:!doctype\s+html|html|head|body|div|p|table|h1|article|title|meta|br|span|section)\b", re.IGNORECASE
)
FEED = re.compile(r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(rss|feed|rdf:RDF|urlset|sitemapindex)\b", re.DOTALL)
DOCTYPE = re.compile(r"<!doctype[^>]*>", re.IGNORECASE)
XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def load(page: Page) -> HtmlElement | Rejection:
    """The page as a tree, decoded and parsed once, or why it is no web page."""
    body = page.body
    if not body.strip():
        return Rejection(Outcome.EMPTY_BODY, f"{len(body)} bytes, all white space" if body else "")
    if len(body) > MAX_BODY:
        return Rejection(Outcome.TOO_LARGE, f"{len(body)} bytes; extraction takes up to {MAX_BODY}")
    if (binary := _binary(body)) is not None:
        return Rejection(Outcome.NOT_HTML, f"looks like {binary}")
    text = decode(body, page.content_type).text
    if (feed := FEED.match(text[:4000])) is not None:
        return Rejection(Outcome.NOT_HTML, f"an XML document: <{feed.group(1)}>")
    if not TAG.search(text):
        return Rejection(Outcome.NOT_HTML, "no HTML element in it")
    return parse(text)


def parse(text: str) -> HtmlElement | Rejection:
    """The tree of a document given as text; comments and processing instructions are left out."""
    text = XML_DECLARATION.sub("", text, count=1)
    text = LONG_TAG.sub(_without_attributes, LONG_SPACE.sub(" ", text))
    # libxml2 stumbles over odd doctypes: https://bugs.launchpad.net/lxml/+bug/1955915
    text = DOCTYPE.sub("", text[:2000], count=1) + text[2000:]
    parser = HTMLParser(
        collect_ids=False,
        default_doctype=False,
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
    )
    try:
        tree = document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        return Rejection(Outcome.NOT_HTML, f"no parsable document: {error}"[:300])
    if (problem := _hostile(tree)) is not None:
        return Rejection(Outcome.EXTRACT_FAILED, problem)
    return tree


def _without_attributes(tag: re.Match[str]) -> str:
    """A tag of absurdly many attributes without them; libxml2 compares each with all others."""
    return tag.group() if tag.group().count("=") < MAX_ATTRIBUTES else f"<{tag.group(1)}"


def _binary(body: bytes) -> str | None:
    for magic, name in MAGIC:
        if body.startswith(magic):
            return name
    if body[4:8] == b"ftyp":
        return "MP4"
    sample = body[:2000]
    if body.startswith((b"\xff\xfe", b"\xfe\xff")) or sample.count(0) > len(sample) // 3:
        return None  # UTF-16
    odd = sum(1 for byte in sample if byte < 9 or 13 < byte < 27 or 27 < byte < 32)
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
