"""Collects what one document yields, within bounds, and says what it left out."""

import html
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from crawlers.discovery.links import absolute
from crawlers.model import Discovery, Lead, SubSource
from crawlers.urlkey import url_key
from schemas import Outcome

MAX_LEADS = 50_000
"""Leads and further sources taken from one document (as many as the sitemap protocol allows a sitemap)."""
MAX_TITLE = 1000
"""Characters kept of a title."""

_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|cite|code|del|div|em|figure|font|h[1-6]|hr|i|img|ins|kbd|li|mark|nobr|ol|p|pre|q|s"
    r"|script|small|span|strike|strong|style|sub|sup|svg|table|td|time|tr|tt|u|ul|var|wbr)(?:\s[^<>]*|/)?>",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


class Reading(NamedTuple):
    """A Discovery and what else the document says of itself."""

    discovery: Discovery
    format: str | None = None
    """`rss`, `rdf`, `atom`, `json feed`, `news sitemap`, `sitemap`, `sitemap index`, `text sitemap`, `page`."""
    title: str | None = None
    language: str | None = None


@dataclass(slots=True)
class Gathering:
    """Leads and sub-sources in the order found, each address once."""

    url: str
    """Address of the document, which is where its leads were found."""
    leads: dict[str, Lead] = field(default_factory=dict)
    sub_sources: dict[str, SubSource] = field(default_factory=dict)
    unusable: int = 0
    """Entries without an address that can be fetched."""
    left_out: int = 0
    """Entries beyond MAX_LEADS."""
    lost: int = 0
    """Entries that are in the document, but too broken to be read."""
    hub: str | None = None

    def lead(
        self,
        link: str | None,
        *,
        title: str | None = None,
        published_at: datetime | None = None,
        modified_at: datetime | None = None,
    ) -> None:
        """Add a lead; for an address (`url_key`) already there fill in what it lacks."""
        url = absolute(link, self.url)
        if url is None:
            self.unusable += 1
            return
        key = url_key(url)
        known = self.leads.get(key)
        if known is None and len(self.leads) >= MAX_LEADS:
            self.left_out += 1
            return
        self.leads[key] = Lead(
            url=known.url if known else url,
            found_in=self.url,
            title=(known and known.title) or title or None,
            published_at=(known and known.published_at) or published_at,
            modified_at=(known and known.modified_at) or modified_at,
        )

    def source(self, link: str | None, kind: str, *, modified_at: datetime | None = None) -> None:
        """Add a further source; the document itself is none."""
        url = absolute(link, self.url)
        if url is None:
            self.unusable += 1
        elif url != self.url and url not in self.sub_sources:
            if len(self.sub_sources) >= MAX_LEADS:
                self.left_out += 1
            else:
                self.sub_sources[url] = SubSource(url, kind, modified_at)

    def finish(self, *, torn: bool = False) -> Discovery:
        """The Discovery; its problem says what is missing, its outcome is READ unless the document is incomplete."""
        problems = []
        outcome = Outcome.READ
        if torn:
            outcome = Outcome.TRUNCATED
            problems.append("ends in the middle: read up to there")
        if self.left_out:
            outcome = Outcome.TOO_LARGE
            problems.append(f"{self.left_out} entries beyond the first {MAX_LEADS} left out")
        if self.lost > 0 and not torn:
            problems.append(f"{self.lost} entries too broken to be read")
        if self.unusable:
            problems.append(f"{self.unusable} entries without a web address")
        return Discovery(
            leads=tuple(self.leads.values()),
            sub_sources=tuple(self.sub_sources.values()),
            outcome=outcome,
            problem="; ".join(problems) or None,
            hub=self.hub,
        )


def clean_title(text: str | None, *, markup: bool = True) -> str | None:
    """A title as plain text on one line, at most MAX_TITLE characters; None where nothing is left.

    With `markup`, HTML elements are taken out; references are resolved once more, as most feeds escape escaped text.
    """
    if not text:
        return None
    text = text[: 20 * MAX_TITLE]
    if markup:
        text = _TAG.sub("", text)
    text = _REFERENCE.sub(lambda match: html.unescape(match[0]), text)
    text = " ".join(text.split())
    return text if len(text) <= MAX_TITLE else text[: MAX_TITLE - 1].rstrip() + "…" or None
