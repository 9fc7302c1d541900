"""Sitemaps: the protocol of sitemaps.org (index, urlset, plain text) and Google's news extension."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from lxml import etree

from crawlers.discovery import documents
from crawlers.discovery.dates import latest_instant, parse_instant
from crawlers.discovery.gathering import Gathering, Reading, clean_title
from crawlers.model import SubSource

ROOTS = ("urlset", "sitemapindex")
_SLACK = timedelta(minutes=5)
"""How far a publisher's clock may be behind ours."""


def read_sitemap(text: str, url: str, zone: str | None = None) -> Reading:
    """Read a sitemap or sitemap index already decoded. `zone`: IANA zone of dates that name none. Never raises.

    `lastmod` becomes `modified_at`: the latest instant it can mean, so that what it dates is never taken for older than
    it is.
    """
    xml = documents.clean_xml(text)
    found = Gathering(url, lost=documents.count_elements(xml, "url", "sitemap"))
    languages: Counter[str] = Counter()
    names: Counter[str] = Counter()
    news = False
    for element in documents.xml_elements(xml):
        local = _local(element)
        if local in ("url", "sitemap"):
            found.lost -= 1
        if local == "url":
            fields = _fields(element)
            news = news or "publication_date" in fields
            languages.update(filter(None, [fields.get("language")]))
            names.update(filter(None, [fields.get("name")]))
            found.lead(
                fields.get("loc"),
                title=clean_title(fields.get("title")),
                published_at=parse_instant(fields.get("publication_date"), zone),
                modified_at=latest_instant(fields.get("lastmod"), zone),
            )
            documents.forget(element)
        elif local == "sitemap":
            fields = _fields(element)
            found.source(fields.get("loc"), "sitemap", modified_at=latest_instant(fields.get("lastmod"), zone))
            documents.forget(element)
    index = documents.root_name(xml) == "sitemapindex"
    form = "sitemap index" if index else "news sitemap" if news else "sitemap"
    return Reading(found.finish(torn=documents.ends_early(xml)), form, _commonest(names), _commonest(languages))


def looks_like_text_sitemap(text: str) -> bool:
    """Whether a document is a list of addresses, one a line."""
    lines = [line.strip() for line in text[:20_000].splitlines() if line.strip()][:20]
    return bool(lines) and all(re.match(r"https?://\S+$", line, re.IGNORECASE) for line in lines[:-1] or lines)


def read_text_sitemap(text: str, url: str) -> Reading:
    """Read a plain text sitemap: an address a line. Never raises."""
    found = Gathering(url)
    for line in text.splitlines():
        if line.strip():
            found.lead(line if re.match(r"\s*https?://", line, re.IGNORECASE) else None)
    return Reading(found.finish(), "text sitemap")


def needs_reading(source: SubSource, last_read_at: datetime | None) -> bool:
    """Whether a source named by an index must be opened: never read, undated, or changed since it was last read.

    For a backfill, `last_read_at` is the start of the range: what did not change since holds nothing published since.
    """
    return last_read_at is None or source.modified_at is None or source.modified_at >= last_read_at - _SLACK


def changed_since(sources: Iterable[SubSource], last_read_at: dict[str, datetime]) -> tuple[SubSource, ...]:
    """The sources that must be opened, given when each was last read (by URL)."""
    return tuple(source for source in sources if needs_reading(source, last_read_at.get(source.url)))


def _fields(element: etree._Element) -> dict[str, str]:
    """Text of the protocol's and the news extension's elements by local name; images' and videos' own are left out."""
    fields: dict[str, str] = {}
    for child in element:
        if _local(child) == "news":
            for field in child.iter():
                if field is not child and not len(field):
                    fields.setdefault(_local(field), "".join(map(str, field.itertext())).strip())
        elif not len(child):
            fields.setdefault(_local(child), "".join(map(str, child.itertext())).strip())
    return fields


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _commonest(counter: Counter[str]) -> str | None:
    return counter.most_common(1)[0][0] if counter else None
