"""Names that no label announces: beside a date or a portrait, or the one word that blogs sign with."""

import re
from collections.abc import Container, Iterator
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract.fields import names
from crawlers.extract.fields.texts import MAX_TEXT, OUTSIDE, Text
from crawlers.extract.markup.segments import key_of

PIECES = re.compile(r"\s[|•·–—]\s|[|•·]")

ON_BEHALF = re.compile(r"\s+(?:on behalf|in|for)\s")

DATE_ALONE = re.compile(
    r"(?:[^\W\d_]{3,12}\.?\s+\d{1,2},?|\d{1,2}\.?\s+[^\W\d_]{3,12}\.?,?|\d{1,2}[./-]\d{1,2}[./-])\s*(?:19|20)\d\d\b.{0,20}$"
)

ONE_WORD = re.compile(r"(?P<name>[^\W\d_][\w.-]{2,29})")

NICK = re.compile(rf"(?:by|von|par|por|di|door|av|af)\s+{ONE_WORD.pattern}", re.IGNORECASE)

DATED_NICK = re.compile(rf"\b(?:19|20)\d\d\b.{{0,24}}?\s{NICK.pattern}$", re.IGNORECASE)

A_DATE = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}[./]\d{1,2}\b")

MAX_NEAR = 300
"""Characters around a nickname among which a date is looked for."""

PORTRAIT = re.compile(
    r"avatar|author|profile|gravatar|portrait|headshot|rounded-(?:full|circle)|"
    r"[?&;_](?:w|h|s|width|height|size)=(?:\d\d|1[0-5]\d)(?!\d)",
    re.IGNORECASE,
)

MAX_PORTRAIT = 150
"""Pixels of a picture that is its subject's portrait, and not the story's picture."""


def with_date(text: str) -> list[str]:
    """The name in a line like `Jane Doe | Senior Writer | July 2, 2025`."""
    pieces = [piece.strip() for piece in PIECES.split(text)] if len(text) <= MAX_TEXT else []
    if not any(DATE_ALONE.match(piece) for piece in pieces):
        return []
    people = [ON_BEHALF.split(piece)[0] for piece in pieces]
    return [name for name in people if names.personlike(name) and not names.JOINS & set(name.split())]


def pictured(text: Text, story: Container[HtmlElement]) -> list[str]:
    """The name that stands beside a small picture which has it as its text: a portrait of who wrote the story."""
    if not names.personlike(text.text):
        return []
    key = key_of(text.text)
    alike = (key_of(picture.get("alt") or "").startswith(key) for picture in _portraits(text, story))
    return [text.text] if any(alike) else []


def portrayed(text: Text, name: str, story: Container[HtmlElement]) -> bool:
    """Whether a portrait beside a text has a name within its own text, or as its file's: `Headshot of Jane Doe`."""
    key = key_of(name)
    return any(
        key in key_of(picture.get("alt") or "") or key in key_of(_file(picture)) for picture in _portraits(text, story)
    )


def _portraits(text: Text, story: Container[HtmlElement]) -> Iterator[HtmlElement]:
    """The small pictures that share a container with a text."""
    for node in (text.parent, *islice(text.parent.iterancestors(), 3)):
        if node in story or node.tag in OUTSIDE:
            return
        for picture in islice(node.iter("img"), 2):
            marks = f"{picture.get('class') or ''} {picture.get('src') or ''} {picture.get('srcset') or ''}"
            if PORTRAIT.search(marks) or _small(picture):
                yield picture


def _file(picture: HtmlElement) -> str:
    """The name of a picture's file."""
    return (picture.get("src") or "").split("?", 1)[0].rsplit("/", 1)[-1]


def _small(picture: HtmlElement) -> bool:
    size = picture.get("width") or picture.get("height") or ""
    return size.isdigit() and int(size) <= MAX_PORTRAIT


def nick(texts: list[Text], index: int) -> list[str]:
    """The one word behind a "by" that a date stands beside, as blogs sign: `by ibby`, `von kreuzer75`."""
    text = texts[index].text
    match = NICK.fullmatch(text) or DATED_NICK.search(text)
    if match is None and names.LABEL.match(text) and index + 1 < len(texts):
        match = ONE_WORD.fullmatch(texts[index + 1].text)
    near = " ".join(texts[other].text for other in range(max(0, index - 2), min(len(texts), index + 4)))
    if match is None or not A_DATE.search(near[:MAX_NEAR]):
        return []
    return [name] if (name := names.clean_name(match["name"])) and not names.ROLE.search(name) else []
