"""From the bytes of a page to its text: charset by BOM, header, meta element, then detection.

The declared charset is a claim, not a fact: bytes that are valid UTF-8 are UTF-8 whatever is
declared (a longer non-ASCII text in another charset is practically never valid UTF-8), and a
declared UTF-8 that mostly fails is tried as something else.
"""

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What browsers read under a label (WHATWG Encoding Standard, section 4.2): the superset in use.
LABELS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}

CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")

TWICE = re.compile(rb"\xc3[\x82-\xb4](?:\xc2[\x80-\xbf]){1,3}")
"""A character of UTF-8 that was read as Latin-1 and written as UTF-8 again."""

C1 = re.compile(rb"\xc2[\x80-\x9f]")
"""Control characters U+0080 to U+009F, which no text has: the sign of a page encoded twice."""

NOT_PLAIN = (*(bom for bom, _ in BOMS), b"<\x00", b"\x00<")
"""Beginnings of bodies that are no plain UTF-8, though their bytes may be valid as such."""

STRETCH = re.compile(rb"[^<>\x00-\x1f]+")

DETECT_SAMPLE = 40_000
"""Bytes that charset detection looks at: enough to tell languages apart, little enough to be quick."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text and the charset (Python codec name) it was read with."""

    text: str
    charset: str


def codec_of(label: str | bytes | None) -> str | None:
    """The Python codec a charset label stands for, or None for an unknown or useless label."""
    if not label:
        return None
    name = label.decode("ascii", "ignore") if isinstance(label, bytes) else label
    try:
        codec = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return None
    if codec in {"utf-7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs"}:
        return None
    if not getattr(codecs.lookup(codec), "_is_text_encoding", True):
        return None
    return LABELS.get(codec, codec)


def declared_codecs(body: bytes, content_type: str | None) -> list[str]:
    """Codecs the page claims, most binding first: HTTP header, XML declaration, meta element."""
    head = body[:4096]
    header = HEADER_CHARSET.search(content_type or "")
    claims = [header.group(1) if header else None]
    claims += [
        match.group(1).decode("ascii") for match in (XML_CHARSET.search(head), META_CHARSET.search(head)) if match
    ]
    found = [codec for claim in claims if (codec := codec_of(claim))]
    # A meta element that can be read as ASCII is not in UTF-16, whatever it says (HTML, 13.2.3.3).
    return ["utf-8" if codec.startswith(("utf-16", "utf-32")) else codec for codec in dict.fromkeys(found)]


CONTROL_BYTES = bytes([*range(9), 0x0B, *range(0x0E, 0x20), 0x7F])


def as_utf8(body: bytes, content_type: str | None = None) -> bytes:
    """A page's text as UTF-8 without NUL and other control characters; the usual page passes untouched."""
    if not body.startswith(NOT_PLAIN) and b"\x1b" not in body:
        try:
            body.decode("utf-8")
            return once(body).translate(None, CONTROL_BYTES)
        except UnicodeDecodeError:
            pass
    return decode(body, content_type).text.encode("utf-8", "replace")


def once(body: bytes) -> bytes:
    """UTF-8 without what was encoded twice (three characters for an apostrophe), where C1 characters tell of it."""
    # Most pages have none of the first byte, which is seen at once.
    return TWICE.sub(_undone, body) if b"\xc2" in body and C1.search(body) else body


def _undone(match: re.Match[bytes]) -> bytes:
    original = match.group().decode("utf-8").encode("latin-1")
    try:
        original.decode("utf-8")
    except UnicodeDecodeError:
        return match.group()
    return original


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Text of a page, without NUL and other control characters. Never fails: at worst, U+FFFD stands for bytes."""
    text, charset = _decode(body, content_type)
    # A form feed is white space in HTML and forbidden in the XML trees that extraction builds.
    return Decoded(CONTROL.sub("", text.replace("\f", " ")), charset)


def _decode(body: bytes, content_type: str | None) -> tuple[str, str]:
    for bom, codec in BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(codec, "replace"), codec
    sample = body[:400]
    if sample.count(0) > len(sample) // 3:
        codec = "utf-16-be" if sample[:1] == b"\x00" else "utf-16-le"
        return body.decode(codec, "replace"), codec
    if b"\x1b$" in body[:DETECT_SAMPLE] or b"\x1b(J" in body[:DETECT_SAMPLE]:
        return body.decode("iso2022_jp", "replace"), "iso2022_jp"
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _not_quite_utf8(body, declared_codecs(body, content_type))


def _not_quite_utf8(body: bytes, declared: list[str]) -> tuple[str, str]:
    # A page of UTF-8 with a stray byte (a cut character, a pasted comment) stays UTF-8.
    replaced = body.decode("utf-8", "replace")
    wrong = replaced.count("\ufffd")
    right = sum(1 for character in replaced[: 4 * DETECT_SAMPLE] if character > "\x7f" and character != "\ufffd")
    # Text in another charset practically never holds valid sequences: a few beside the declaration are proof enough.
    if wrong * 10 <= right or ("utf-8" in declared and (wrong <= right or (wrong == 1 and len(body) > DETECT_SAMPLE))):
        return replaced, "utf-8"
    for codec in declared:
        if codec == "utf-8":
            continue
        text = body.decode(codec, "replace")
        if text.count("\ufffd") * 200 <= wrong + 200:
            return text, codec
    detected = _detect(body)
    return body.decode(detected, "replace"), detected


def _detect(body: bytes) -> str:
    # Only the stretches with bytes beyond ASCII tell charsets apart; markup would drown them.
    stretches = [stretch for stretch in STRETCH.findall(body) if not stretch.isascii()]
    best = from_bytes(b"\n".join(stretches)[:DETECT_SAMPLE]).best() if stretches else None
    codec = codec_of(best.encoding) if best else None
    return codec or "cp1252"
