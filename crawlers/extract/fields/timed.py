"""Instants in time elements: which of them is the story's publication, which its last change, and which is neither."""

import re
from collections.abc import Container
from datetime import timedelta
from itertools import islice
from typing import NamedTuple

from lxml.html import HtmlElement

from crawlers.extract.fields.dates import Clock, Dated, Instant
from crawlers.extract.fields.teased import teased
from crawlers.extract.markup.content import text_of

MAX_ELEMENTS = 60
"""Time elements of a page that are looked at."""

MAX_LABEL = 40
"""Characters; what stands before a date and is longer is no label of it."""

ANOTHER_DAY = timedelta(hours=38)
"""A day that begins (in UTC) this long before an instant is an earlier day than the instant's in every zone."""

NEAR = 6
"""How many levels above the headline a time element may stand and still be surely of the same story."""

AS_PRINTED = re.compile(r"\s*\d{1,2}/\d{1,2}/\d{4}")
"""An attribute's value that begins with a date of which one can't tell the day from the month."""

CALLED_PUBLISHED = re.compile(r"publi|pubdate|posted", re.IGNORECASE)
LABELLED = re.compile(
    r"\b(?:first )?publish(?:ed)?\b|\bpubdate\b|\bposted\b|veröffentlicht|publié le|publicado|pubblicato|gepubliceerd",
    re.IGNORECASE,
)
MODIFIED_HINT = re.compile(
    r"modif|updat|aktual|edited|mis[- ](?:à|a)[- ]jour|actualiz|aggiorn|changed|reviewed|revis", re.IGNORECASE
)
SAYS_MODIFIED = re.compile(
    r"^\W*(?:last\s+)?(?:updated|modified|reviewed|revised|edited|aktualisiert|mis à jour|actualizad|aggiornat)",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(
    r"related|(?<![a-z])comment|teaser|(?<!has-)(?<!with-)(?<!no-)(?<!layout-)sidebar|(?<!elementor-)widget(?! blog)|"
    r"recommend|most-read|(?<![a-z])latest|footer|carousel|ticker|instagram|tweet|embed",
    re.IGNORECASE,
)
OWN = re.compile(
    r"(?:entry|asset|post|article|story|blog|content)[\w-]*footer|w-embed|\bdate[-_](?:and[-_])?comments?(?![a-z])",
    re.IGNORECASE,
)
"""Classes of the story's own parts that a word of ELSEWHERE is in."""

FRAME = frozenset({"aside", "nav", "footer"})
"""Elements that hold no date of the story outside it. A quotation holds none at all: a post that is shown in it."""

BESIDE = re.compile(r"article|meta|byline|author|post-?info", re.IGNORECASE)
"""Classes of an `aside` that holds what is to be known of the story."""


class Timed(NamedTuple):
    """An instant of a time element, and whether it is surely the story's."""

    dated: Dated
    sure: bool


def time_elements(
    tree: HtmlElement,
    clock: Clock,
    *,
    modified: bool,
    heading: HtmlElement | None = None,
    address: str = "",
    month_first: bool = False,
) -> list[Timed]:
    """Instants in time elements of the story: the ones that say so (`itemprop`, `pubdate`) first, then by closeness.

    `heading` is the element that holds the headline, if known; `address` the page's; with `month_first` 3/4/2024 is
    March.
    """
    found: list[tuple[tuple[bool, int, bool, bool], Timed]] = []
    levels = {node: level for level, node in enumerate(heading.iterancestors())} if heading is not None else {}
    for element in islice(tree.iter("time", "abbr"), MAX_ELEMENTS):
        if _says_modified(element) != modified:
            continue
        stated = element.get("itemprop") == "datePublished"
        if (not stated and stands_elsewhere(element, levels)) or teased(element, levels, address):
            continue
        if (instant := _instant(element, clock, month_first)) is None:
            continue
        text = text_of(element).strip()
        around = next((node for node in element.iterancestors() if node in levels), None)
        apart = levels[around] if around is not None else 0
        marked = stated or element.get("pubdate") is not None
        labelled = LABELLED.search(f"{_near(element)} {text}") is not None
        near = around is not None and apart < NEAR and around.tag != "body"
        rank = (not marked, apart, not labelled, not text)
        found.append((rank, Timed(Dated(instant, "time-element"), marked or labelled or near)))
    return [timed for _, timed in sorted(found, key=lambda item: item[0])]


def _instant(element: HtmlElement, clock: Clock, month_first: bool) -> Instant | None:
    """The instant of an element's attribute, or of its text where that says it was published on another day."""
    text = text_of(element)
    value = element.get("datetime") or element.get("title") or element.get("data-datetime")
    instant = _stated(value, clock, month_first) if value else None
    if instant is None:
        return clock.read_visible(text, month_first=month_first)
    printed = clock.read_visible(text, month_first=month_first) if len(text) < 100 and LABELLED.search(text) else None
    apart = printed is not None and abs(printed.at - instant.at) >= ANOTHER_DAY
    return printed if apart else instant


def _stated(value: str, clock: Clock, month_first: bool) -> Instant | None:
    """The instant of an attribute; one that is written as for readers is read as the page's readers do."""
    as_printed = clock.read_visible(value, month_first=month_first) if AS_PRINTED.match(value) else None
    return as_printed or clock.read(value)


def _says_modified(element: HtmlElement) -> bool:
    """Whether a time element is called the last change's; `published updated`, as WordPress has it, is both's."""
    words = _words_before(element)
    if SAYS_MODIFIED.match(text_of(element)) or (SAYS_MODIFIED.match(words) and not LABELLED.search(words)):
        return True
    parent = element.getparent()
    called = f"{element.get('class') or ''} {parent.get('class') or '' if parent is not None else ''}"
    return MODIFIED_HINT.search(_near(element)) is not None and not CALLED_PUBLISHED.search(called)


def _near(element: HtmlElement) -> str:
    """Class, property and the words just before a time element, which say what kind of date it is."""
    parent = element.getparent()
    called = parent.get("class") if parent is not None else None
    return " ".join(filter(None, [element.get("class"), element.get("itemprop"), called, _words_before(element)]))


def _words_before(element: HtmlElement) -> str:
    """The words just before a time element, which may be its label."""
    parent, before = element.getparent(), element.getprevious()
    words = before.tail if before is not None else parent.text if parent is not None else None
    if not (words or "").strip() and before is not None and before.tag != "time":
        label = text_of(before).strip()
        words = label if len(label) <= MAX_LABEL else words
    return words or ""


def stands_elsewhere(element: HtmlElement, story: Container[HtmlElement] = ()) -> bool:
    """Whether an element stands among other stories, comments, quotations or in the site's frame.

    `story` are elements that hold the story, too: what they are called says nothing of one element in them.
    """
    for node in (element, *islice(element.iterancestors(), 6)):
        if node in story:
            return False
        label = node.get("class") or ""
        if ELSEWHERE.search(label) and not OWN.search(label):
            return True
        if node.tag == "blockquote" or (node.tag in FRAME and not _of_article(node)):
            return True
    return False


def _of_article(node: HtmlElement) -> bool:
    """Whether an element of the site's frame is the article's: within it, or called so."""
    called = node.tag == "aside" and BESIDE.search(node.get("class") or "") is not None
    return called or next(node.iterancestors("article"), None) is not None
