"""Dates in data that a page carries for its scripts (`__NEXT_DATA__`, `__INITIAL_STATE__`, streamed components).

Such data often holds other stories, too. A value counts where it is the only one of its kind, or the only one
close to this page's title or the last part of its address.
"""

import json
import re
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract.fields.dates import Clock, Dated, Instant
from crawlers.extract.fields.head import Head
from crawlers.extract.fields.jsonld import is_jsonld

KEYS = (
    "datePublished",
    "date_published",
    "firstPublishedAt",
    "firstPublishDate",
    "first_published_at",
    "publishedAt",
    "published_at",
    "publishDate",
    "publish_date",
    "publicationDate",
    "publication_date",
    "publishedDate",
    "published_date",
)
"""Names under which systems keep a story's publication, the surest first."""

VALUE = re.compile(
    rf"""(?<!\\)\\*"(?P<key>{"|".join(KEYS)})\\*"\s*:\s*\\*"(?P<value>(?:19|20)\d\d-\d\d-\d\d[^"\\]{{0,25}})\\*\"""",
)
_OTHER = (
    r"(?:article|page|post|content|story|d)?[_:]?(?:first_?)?(?:publi(?:sh(?:ed)?|cation)_?(?:time|date|at|on|datetime)|"
    r"date_?publication|fecha_?publicaci[oó]n|(?:page)?post_?date)_?(?:iso|utc|gmt)?"
)
OTHER_VALUE = re.compile(
    rf"""(?<![\w:.\\-])\\*["']?{_OTHER}\\*["']?\s*:\s*\\*["'](?P<value>(?:19|20)\d\d-\d\d-\d\d[^"'\\]{{0,25}})\\*["']""",
    re.IGNORECASE,
)
"""Other names of it, as scripts that count readers have them: `articlePublishTime`, `d:publication_time`, `post_date`;
not a film's (`videoPublishTime`) or the last (`lastPublishedAt`)."""

TELLING = ("ublish", "ublica", "ostDate", "post_date")
"""What one of these names has in it."""

MAX_SCRIPTS, MAX_FOUND = 200, 500
CLOSE = 1500
"""Characters of data around a value among which the page's title must stand where there are several."""

MIN_MARK = 12
"""Characters of a title or an address that tell a story from others."""


def embedded_date(tree: HtmlElement, head: Head, title: str | None, clock: Clock) -> Dated | None:
    """The publication in a page's data; None where several stories' are in it and none is clearly this one's."""
    texts = [script.text or "" for script in islice(tree.iter("script"), MAX_SCRIPTS) if not is_jsonld(script)]
    texts = [text for text in texts if any(part in text for part in TELLING)]
    marks = _marks(head, title)
    for form in (VALUE, OTHER_VALUE):
        if instant := _found(form, texts, marks, clock):
            return Dated(instant, "meta")
    return None


def _found(form: re.Pattern[str], texts: list[str], marks: list[str], clock: Clock) -> Instant | None:
    """The one day that texts give under the first name that gives one; a form without names has them all as one."""
    found: dict[str, list[tuple[Instant, str]]] = {}
    for text in texts:
        for match in islice(form.finditer(text), MAX_FOUND):
            if instant := clock.read(match["value"]):
                around = text[max(0, match.start() - CLOSE) : match.end() + CLOSE]
                found.setdefault(match.groupdict().get("key", ""), []).append((instant, around))
    for key in sorted(found, key=lambda key: KEYS.index(key) if key else 0):
        instants = [instant for instant, _ in found[key]]
        close = [instant for instant, around in found[key] if any(mark in around for mark in marks)]
        for several in (instants, close):
            if len({instant.at.date() for instant in several}) == 1:
                return several[0]
    return None


def _marks(head: Head, title: str | None) -> list[str]:
    """The title as JSON writes it, and the last part of the address."""
    last = head.url.split("?")[0].rstrip("/").rsplit("/", 1)[-1].removesuffix(".html")
    titles = [title, json.dumps(title)[1:-1]] if title else []
    return [mark for mark in (*titles, last) if len(mark) >= MIN_MARK]
