"""The publication that schema.org's marks on an element give, in an attribute nobody sees or in its text."""

import re

from lxml import etree
from lxml.html import HtmlElement

from crawlers.extract.fields.dates import Clock, Dated
from crawlers.extract.fields.timed import stands_elsewhere
from crawlers.extract.markup.content import text_of

_MARKED = etree.XPath("//*[@itemprop='datePublished' and not(self::meta or self::time or self::abbr)]")

MAX_MARKED, MAX_TEXT = 20, 60
"""Elements that are looked at; characters of one that is a date."""

STORY_TYPE = re.compile(r"article|posting|report|webpage|creativework|recipe|blog", re.IGNORECASE)
"""Types (schema.org) of a thing whose publication is the page's; not a comment's, a film's, a job's."""


def marked_date(tree: HtmlElement, clock: Clock) -> Dated | None:
    """The one day that marked elements give; None where there are several: the page lists stories."""
    found = []
    for element in _MARKED(tree)[:MAX_MARKED]:
        if stands_elsewhere(element) or not _of_story(element):
            continue
        value = element.get("content") or element.get("datetime")
        text = "" if value else " ".join(text_of(element).split())
        instant = clock.read(value) if value else clock.read_visible(text) if len(text) <= MAX_TEXT else None
        if instant is not None:
            found.append(instant)
    return Dated(found[0], "meta") if len({instant.at.date() for instant in found}) == 1 else None


def _of_story(element: HtmlElement) -> bool:
    """Whether the thing that an element's mark tells of, if the page says so, is a story."""
    thing = next((node for node in element.iterancestors() if node.get("itemscope") is not None), None)
    stated = (thing.get("itemtype") or "") if thing is not None else ""
    return not stated or STORY_TYPE.search(stated) is not None
