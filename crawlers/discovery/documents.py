"""What came over the wire, made into text: bounded decompression, charset, and XML that any parser can be given.

Nothing here trusts what it reads: sizes are bounded, DTDs are cut out before parsing (so there are no entities to
expand, the XML bombs of CWE-776), and what is broken is read as far as it goes.
"""

import codecs
import html
import html.entities
import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

from lxml import etree

MAX_BYTES = 64 * 2**20
"""Bytes read of one document, after decompression (the sitemap protocol allows 50 MB)."""
MAX_RATIO = 300
"""Beyond MAX_BYTES and this ratio of decompression a body counts as a bomb and is not read at all."""

_GZIP = b"\x1f\x8b\x08"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_META_ENCODING = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
# What browsers read under these names (WHATWG Encoding).
_ALIASES = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
            "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932",
            "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "iso-8859-9": "cp1254", "iso-8859-11": "cp874",
            "tis-620": "cp874", "windows-874": "cp874", "unicode": "utf-8", "utf8": "utf-8"}  # fmt: skip

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PROLOGUE = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_KNOWN_ROOT = re.compile(r"<\?xml\s|<(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>]")
_REFERENCE = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<(?![A-Za-z_/!?:])"
    r"|&(?:(?P<name>[A-Za-z][A-Za-z0-9]{0,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)?",
    re.DOTALL,
)
_NUMBERED = re.compile(r"&#([xX][0-9A-Fa-f]{1,10}|[0-9]{1,10});?")
_XML_NAMES = frozenset({"lt", "gt", "amp", "quot", "apos"})


class Unpacked(NamedTuple):
    """A body after decompression. `too_large`: it went on beyond the limit; `torn`: it ended too early."""

    body: bytes
    too_large: bool = False
    torn: bool = False


def unpack(body: bytes, limit: int = MAX_BYTES) -> Unpacked:
    """Undo gzip (told by its first bytes, not by a name or header), twice where it was done twice.

    Reads at most `limit` bytes; gives none of a bomb.
    """
    too_large = torn = False
    for _ in range(2):
        if not body.startswith(_GZIP):
            break
        body, cut, ended = _gunzip(body, limit)
        too_large, torn = too_large or cut, torn or ended
    if len(body) > limit:
        return Unpacked(body[:limit], too_large=True, torn=torn)
    return Unpacked(body, too_large, torn)


def _gunzip(body: bytes, limit: int) -> tuple[bytes, bool, bool]:
    parts: list[bytes] = []
    size = 0
    while body.startswith(_GZIP):  # members follow one another (RFC 1952, section 2.2)
        inflater = zlib.decompressobj(wbits=31)
        try:
            part = inflater.decompress(body, limit - size + 1)
        except zlib.error:
            return b"".join(parts), False, True
        parts.append(part)
        size += len(part)
        if size > limit:
            read = len(body) - len(inflater.unconsumed_tail)
            bomb = len(part) > MAX_RATIO * read
            return b"" if bomb else b"".join(parts)[:limit], True, False
        if not inflater.eof:
            return b"".join(parts), False, True
        body = inflater.unused_data
    return b"".join(parts), False, False


def decode(body: bytes, content_type: str | None = None) -> str:
    """Text of an XML, HTML, JSON or plain document, whatever it says of its own charset.

    A byte order mark decides; then the first of what the document declares, the Content-Type header, UTF-8 that the
    bytes fit; a document that declares Latin-1 but is valid UTF-8 is UTF-8. Never raises.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    if body[:4] == b"<\x00?\x00":
        return body.decode("utf-16-le", "replace")
    if body[:4] == b"\x00<\x00?":
        return body.decode("utf-16-be", "replace")
    declared = [match[1].decode("ascii") for pattern in (_XML_ENCODING, _META_ENCODING)
                if (match := pattern.search(body[:2048]))]  # fmt: skip
    if content_type and (header := _HTTP_CHARSET.search(content_type)):
        declared.append(header[1])
    # Everything fits Latin-1 and nothing else but UTF-8 fits UTF-8, save for the seven-bit escapes of ISO 2022.
    if not any(name.lower().startswith("iso-2022") for name in declared):
        declared.insert(0, "utf-8")
    for name in declared:
        if (text := _fits(body, _ALIASES.get(name.lower(), name))) is not None:
            return text
    replaced = body.decode("utf-8", "replace")
    beyond_ascii = sum(1 for character in replaced if character > "\x7f")
    if replaced.count("\ufffd") * 10 <= beyond_ascii:  # a few broken characters in what is UTF-8 otherwise
        return replaced
    return body.decode("cp1252", "replace")


def _fits(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except UnicodeDecodeError as error:
        # Cut within the last character: a truncated body, not another charset.
        cut = error.end == len(body) and re.search("end of data|incomplete", error.reason)
        return body[: error.start].decode(name, "ignore") if cut and error.start else None
    except (LookupError, ValueError):
        return None


def root_name(text: str) -> str | None:
    """Local name of the first element, lower case; `html` for an HTML document; None where there is no markup."""
    start = _PROLOGUE.match(text)
    position = start.end() if start else 0
    if doctype := _DOCTYPE.match(text, position):
        if doctype[0][9:].split(None, 1)[0].rstrip(">").lower() == "html":
            return "html"
        after = _PROLOGUE.match(text, doctype.end())
        position = after.end() if after else doctype.end()
    root = _ROOT.match(text, position)
    return root[1].lower() if root else None


def skip_junk(text: str) -> str:
    """A feed or sitemap without what stands before it: a script's warnings, blank lines."""
    if root_name(text) not in (*_ROOTS, "html") and (known := _KNOWN_ROOT.search(text, 0, 8192)):
        return text[known.start() :]
    return text


def clean_xml(text: str) -> str:
    """XML that a strict parser has a chance with: no junk before it, no DTD, no illegal character, no loose `&`, `<`.

    References to HTML's named characters become the characters; other unknown references stay as they are written.
    """
    text = _ILLEGAL.sub("", skip_junk(text)).lstrip()
    text = _NUMBERED.sub(_legal_number, text)
    start = _PROLOGUE.match(text)
    if start and (doctype := _DOCTYPE.match(text, start.end())):
        text = text[: doctype.start()] + text[doctype.end() :]
    return _REFERENCE.sub(_legal_reference, text)


_ROOTS = frozenset({"rss", "feed", "rdf", "channel", "urlset", "sitemapindex"})


def _legal_number(match: re.Match[str]) -> str:
    """A numeric reference, wherever it stands; U+FFFD for one to what no document may hold."""
    digits = match[1]
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return "\ufffd" if code > 0x10FFFF or _ILLEGAL.match(chr(code)) else match[0]


def _legal_reference(match: re.Match[str]) -> str:
    if match[0].startswith("<"):
        return match[0] if len(match[0]) > 1 else "&lt;"
    name = match["name"]
    if name is None:
        return "&amp;"
    if name in _XML_NAMES:
        return match[0]
    if name.startswith("#"):
        return html.escape(html.unescape(match[0]), quote=False)  # maps &#150; as browsers do
    character = html.entities.html5.get(name + ";", "")
    return html.escape(character, quote=False) if character else f"&amp;{name};"


def xml_elements(text: str) -> Iterator[etree._Element]:
    """Elements of cleaned XML as they end, read with recovery from errors.

    Each element's children can be read until the next is asked for; whoever is done with one clears it with `forget`.
    """
    source = re.sub(r"^<\?xml.*?\?>", "", text, count=1, flags=re.DOTALL)
    events = etree.iterparse(
        BytesIO(source.encode("utf-8")),
        events=("end",),
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _, element in events:
            yield element
    except etree.XMLSyntaxError:  # beyond recovery: what came before it counts
        return


def count_elements(text: str, *names: str) -> int:
    """How many elements of these local names a cleaned XML document opens."""
    return len(re.findall(rf"<(?:[A-Za-z_][\w.-]*:)?(?:{'|'.join(names)})[\s/>]", text, re.IGNORECASE))


def forget(element: etree._Element) -> None:
    """Free an element that has been read, and what stands before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while (previous := element.getprevious()) is not None:
            parent.remove(previous)


def ends_early(text: str) -> bool:
    """Whether an XML document lacks the end of its root element: it was cut on the way."""
    root = root_name(text)
    if root is None:
        return False
    closed = re.search(rf"</(?:[\w.-]+:)?{re.escape(root)}\s*>", text[-2000:], re.IGNORECASE)
    return not closed and not re.fullmatch(r"\s*(?:<\?[^<>]*\?>\s*)*<[^<>]*/>\s*", text[-2000:])
