"""Bylines as a reader finds them: a label or a "By" and the names behind it, close to the headline."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from crawlers.extract import names
from crawlers.extract.months import MONTHS
from crawlers.extract.segments import key_of

BEFORE, AFTER = 25, 60
"""Texts before and after the headline among which a byline is looked for."""

CLOSE = 16
"""Texts around the headline among which a link to a profile, or a line of name and date, is looked for."""

PROSE, LONG_PROSE = 120, 200
"""Characters of a text that is the story's, or its standfirst: the second, or a long one, ends the story's head."""

MAX_TEXT = 160
"""Characters; a byline's text is never longer."""

ELSEWHERE = re.compile(
    r"comment|related|teaser|recommend|(?<!has-)(?<!with-)(?<!no-)(?<!:)sidebar|footer|caption|credit|copyright|cookie|"
    r"menu-item|dropdown|sub-?menu|mega-?menu",
    re.IGNORECASE,
)
OUTSIDE = frozenset({"nav", "figcaption", "figure", "blockquote", "form", "button"})
PROFILE = re.compile(
    r"/(?:blog-)?(?:authors?|autor(?:en|es|e|a)?|auteurs?|writers?|contributors?|journalists?|reporters?|columnists?|"
    r"redakt\w+|redacteurs?|people|profiles?|team|staff|by|yazar\w*|penulis|author\w*)/[^/?#]{3,}",
    re.IGNORECASE,
)
JOINED = re.compile(rf"^(?:,|/|&|\+|·|\||(?:,\s*)?(?:{names.AND}))\s*$")
CUT = re.compile(
    r"\s*(?:[|•·–—/]|,?\s+(?:in|on|am|le|el|il|op|den|at|for|via|para|pour|für)\s|,\s+(?:in|on)$|\s-\s|\d)"
)
PIECES = re.compile(r"\s[|•·–—]\s|[|•·]")
ON_BEHALF = re.compile(r"\s+(?:on behalf|in|for)\s")
DATE_ALONE = re.compile(
    r"(?:[^\W\d_]{3,12}\.?\s+\d{1,2},?|\d{1,2}\.?\s+[^\W\d_]{3,12}\.?,?|\d{1,2}[./-]\d{1,2}[./-])\s*(?:19|20)\d\d\b.{0,20}$"
)
ACRONYM = re.compile(r"[A-Z]{2,5}")
HAN_LABEL = re.compile(
    r"^(?:文|撰文|作者|記者|记者|編集|執筆|筆者)\s*[／/：:・]?\s*(?P<names>[\u3040-\u30ff\u3400-\u9fff]{2,8})\s*$"
)
HAN_BEHIND = re.compile(r"^(?P<names>[\u3400-\u9fff]{2,4}|[\uac00-\ud7a3]{2,4})\s*(?:記者|기자|특파원)$")

_TEXTS = etree.XPath(
    "//body//text()[normalize-space() and not(parent::script or parent::style or parent::noscript or parent::option)]"
)


class _Text(NamedTuple):
    """A text of the page and the element it stands in."""

    text: str
    parent: HtmlElement


class Printed:
    """The texts of a page in their order, and which is the headline; read when first asked for."""

    def __init__(self, tree: HtmlElement, title: str | None) -> None:
        self._tree, self._title = tree, title

    @cached_property
    def texts(self) -> list[_Text]:
        """All texts but those of scripts, without white space around them."""
        found = []
        for raw in _TEXTS(self._tree):
            parent = raw.getparent()
            found.append(_Text(" ".join(raw.split()), parent.getparent() if raw.is_tail else parent))
        return found

    @cached_property
    def headline(self) -> int | None:
        """Index of the headline: where the title stands in a heading, else where it stands, or a part of it does."""
        key = key_of(self._title or "")
        if not key:
            return None
        least, most = 0.8 * len(key), 3 * len(key) + 20
        likely = (index for index, text in enumerate(self.texts) if least <= len(text.text) <= most)
        same = [index for index in likely if key_of(self.texts[index].text) == key]
        heading = next((index for index in same if _in_heading(self.texts[index].parent)), None)
        if heading is not None or same:
            unlinked = (index for index in same if self.texts[index].parent.tag != "a")
            return heading if heading is not None else next(unlinked, same[0])
        parts = (index for index, text in enumerate(self.texts) if len(text.text) > 3 and _in_heading(text.parent))
        return next((index for index in parts if key_of(self.texts[index].text) in key), None)


def near_headline(page: Printed, *, dated: bool = True) -> list[str]:
    """Names of the byline above or below the headline; empty where there is none, or no headline.

    With `dated`, a name that but stands beside a date is taken for one.
    """
    texts, at = page.texts, page.headline
    if at is None:
        return []
    order = [*range(at + 1, _story_begins(texts, at)), *range(at - 1, max(-1, at - BEFORE), -1)]
    for index in order:
        found = _labelled(texts, index) or (_profile(texts, index) if abs(index - at) <= CLOSE else [])
        if found and not elsewhere(texts[index].parent):
            return found
    for index in order if dated else ():
        found = _with_date(texts[index].text) if abs(index - at) <= CLOSE else []
        if found and not elsewhere(texts[index].parent):
            return found
    return []


def _story_begins(texts: list[_Text], at: int) -> int:
    """Index of the text with which the story has certainly begun, behind the headline at `at`."""
    prose = 0
    for index in range(at + 1, min(at + AFTER, len(texts))):
        prose += len(texts[index].text) >= PROSE
        if prose > 1 or len(texts[index].text) >= LONG_PROSE:
            return index
    return min(at + AFTER, len(texts))


def anywhere(page: Printed, *, near: bool = False) -> list[str]:
    """Names behind the first label that says in so many words who wrote it: `Written by`, `Author`.

    With `near`, labels of one word count only where they stand not far behind the headline.
    """
    at = page.headline if near else None
    for index, text in enumerate(page.texts):
        label = names.WRITTEN.match(text.text)
        close = at is None or at < index < at + AFTER
        sure = label is not None and (close or " " in label.group().strip()) and not elsewhere(text.parent)
        if sure and (found := _labelled(page.texts, index)):
            return found
    return []


def _in_heading(element: HtmlElement) -> bool:
    chain = [element, *_ancestors(element, 3)]
    return any(node.tag in ("h1", "h2") for node in chain)


def _ancestors(element: HtmlElement, levels: int) -> Iterator[HtmlElement]:
    for _, node in zip(range(levels), element.iterancestors(), strict=False):
        yield node


def elsewhere(element: HtmlElement) -> bool:
    """Whether an element stands among comments, teasers, captions or the site's own links."""
    for node in (element, *_ancestors(element, 6)):
        if node.tag == "body":
            return False
        if ELSEWHERE.search(node.get("class") or "") or node.tag in OUTSIDE:
            return True
        if node.tag == "footer" and next(node.iterancestors("article"), None) is None:
            return True
    return False


def _labelled(texts: list[_Text], index: int) -> list[str]:
    """Names in a text that begins with "By" (or as other languages have it), or in those behind such a label."""
    text = texts[index].text
    if len(text) > MAX_TEXT:
        return []
    if match := HAN_LABEL.match(text) or HAN_BEHIND.match(text):
        return [match["names"]]
    if names.LABEL.match(text):
        return _behind(texts, index + 1)
    match = names.BY_LINE.match(text) or names.DATED_BY.search(text)
    if match is None:
        return []
    rest = match["names"]
    cut = CUT.search(rest)
    line = rest[: cut.start()] if cut else rest
    found = _people(_without_month(line), lambda name: ACRONYM.fullmatch(name) is not None)
    if found and not cut and index + 1 < len(texts) and JOINED.match(texts[index + 1].text):
        found += _behind(texts, index + 2)
    return list(dict.fromkeys(found))


def _behind(texts: list[_Text], index: int) -> list[str]:
    """Names in the text at an index, and in those that a comma or an "and" joins to it."""
    found: list[str] = []
    while index < len(texts) and len(texts[index].text) <= MAX_TEXT:
        text = texts[index].text
        cut = CUT.search(text)
        line = _without_month(text[: cut.start()] if cut else text)
        people = _people(line, _first_name)
        found += people
        if not people or index + 1 >= len(texts):
            break
        follower = texts[index + 1].text
        if text.rstrip().endswith((",", "&")):
            index += 1
        elif JOINED.match(follower):
            index += 2
        else:
            break
    return list(dict.fromkeys(found))


def _people(line: str, short: Callable[[str], bool]) -> list[str]:
    """The names in a line, where its first is a person's; `short` says of one word alone whether it is, too."""
    found = names.split_names(line)
    if not found or not (names.personlike(found[0]) or (len(found) == 1 and short(found[0]))):
        return []
    return [name for name in found if names.personlike(name) or name == found[0]]


def _first_name(name: str) -> bool:
    """Whether a text is but one capitalised word, as blogs sign."""
    return len(name) >= 3 and name.isalpha() and name[0].isupper() and not names.ROLE.match(name)


def _without_month(line: str) -> str:
    """`Jane Doe March` as it is left of `Jane Doe March 3, 2026`, without the month."""
    words = line.split()
    return " ".join(words[:-1]) if len(words) > 2 and words[-1].strip(".,").casefold() in MONTHS else line


def _profile(texts: list[_Text], index: int) -> list[str]:
    """The name in a link to a profile of the site's authors."""
    element = texts[index].parent
    link = next((node for node in (element, *_ancestors(element, 3)) if node.tag == "a"), None)
    if link is None or not PROFILE.search(link.get("href") or ""):
        return []
    found = _labelled(texts, index) or names.split_names(texts[index].text)
    return [name for name in found if names.personlike(name)]


def _with_date(text: str) -> list[str]:
    """The name in a line like `Jane Doe | Senior Writer | July 2, 2025`."""
    pieces = [piece.strip() for piece in PIECES.split(text)] if len(text) <= MAX_TEXT else []
    if not any(DATE_ALONE.match(piece) for piece in pieces):
        return []
    people = [ON_BEHALF.split(piece)[0] for piece in pieces]
    return [name for name in people if names.personlike(name) and not names.JOINS & set(name.split())]
