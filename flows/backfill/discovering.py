"""What a site's own sitemaps list for a span of publication dates, found by the crawler without fetching an article."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from crawlers.archive import ArchiveError, read_fetched
from crawlers.crawl import CrawlJob, Limits, Restraints, crawl, read_log
from crawlers.declarations import Site, within
from crawlers.discovery import discover
from crawlers.model import Fetch, Lead
from crawlers.urlkey import host_of, url_key
from flows.backfill.windows import Span
from flows.settings import Settings
from schemas import Outcome

SITEMAPS, DEPTH, SECONDS = 5_000, 4, 4 * 3600.0
"""Old sites have a sitemap a day; an index of indexes is as deep as they go."""
GUESSES = ("/sitemap.xml", "/sitemap_index.xml")
"""Where sitemaps stand that nobody names (sitemaps.org, "Location"; the usual content management systems)."""


@dataclass(slots=True)
class Listing:
    """What one site's sitemaps list."""

    site: str
    leads: list[Lead] = field(default_factory=list)
    """Those of the span, and those whose date nobody gives; each address once, by date, undated ones last."""
    outside: int = 0
    """Addresses dated outside the span."""
    sources: int = 0
    """Sitemaps read."""
    problems: list[str] = field(default_factory=list)
    requests: int = 0


def list_site(
    site: Site, span: Span, settings: Settings, directory: Path, limits: Limits, restraints: Restraints
) -> Listing:
    """Read the site's sitemaps: the declared ones, those of its robots.txt, and where there are none the usual places.

    Sitemaps that an index dates before the span's beginning are not asked for: what they list was there before.
    """
    declared = (*site.sitemaps, *site.news_sitemaps)
    listing = Listing(site.id)
    limits = replace(limits, sources=SITEMAPS, depth=DEPTH, site_seconds=SECONDS)
    private = settings.allow_private
    ask = CrawlJob("list", (), directory / "declared", None, 0, private, restraints=restraints, limits=limits)
    fetches = _read(site, declared or _guesses(site), span, ask, listing)
    named = [url for url in _of_robots(directory / "declared", fetches) if url not in declared and _at_home(url, site)]
    asked = {fetch.url for fetch in fetches}
    if further := [url for url in named if url not in asked]:
        fetches += _read(site, further, span, replace(ask, spool=directory / "robots"), listing)
    if not declared:  # a guess that went wrong is no problem
        listing.problems = [problem for problem in listing.problems if not any(guess in problem for guess in GUESSES)]
    if not listing.sources:
        listing.problems.append("no sitemap could be read")
    listing.leads.sort(key=lambda lead: (_date(lead) or datetime.max.replace(tzinfo=UTC), lead.url))
    return listing


def in_span(lead: Lead, span: Span) -> bool:
    """Whether the lead may have been published in the span, for all its source says.

    A date of change bounds it from one side alone: nothing is published after it was changed.
    """
    if lead.published_at is not None:
        return lead.published_at in span
    return lead.modified_at is None or lead.modified_at >= span.since


def _date(lead: Lead) -> datetime | None:
    return lead.published_at or lead.modified_at


def _read(site: Site, sitemaps: Sequence[str], span: Span, ask: CrawlJob, listing: Listing) -> list[Fetch]:
    """Read the sitemaps into the listing. Returns the crawl log."""
    now = datetime.now(UTC)
    age = max(1, (now - max(span.since, now - timedelta(days=36_500))).days + 2)
    asked = replace(site, feeds=(), sections=(), news_sitemaps=(), sitemaps=tuple(sitemaps), max_age_days=age)
    fetches: list[Fetch] = []
    for report in crawl(replace(ask, sites=(asked,))):
        fetches = read_log(report.log).fetches
        listing.requests += report.requests
        if report.problem:
            listing.problems.append(report.problem)
    keys = {url_key(lead.url) for lead in listing.leads}
    for found in _leads(ask.spool, fetches, site, listing):
        if not in_span(found, span):
            listing.outside += 1
        elif (key := url_key(found.url)) not in keys:
            keys.add(key)
            listing.leads.append(found)
    return fetches


def _leads(directory: Path, fetches: Sequence[Fetch], site: Site, listing: Listing) -> Iterator[Lead]:
    """What the archived sitemaps list. The log alone would do but for the dates of change, which it has not."""
    sitemaps = [fetch for fetch in fetches if fetch.kind == "sitemap" and fetch.outcome is Outcome.READ]
    listing.sources += len(sitemaps)
    for fetch, page in read_fetched(directory, sitemaps):
        if isinstance(page, ArchiveError):
            listing.problems.append(f"sitemap {fetch.url}: {page}")
            continue
        found = discover(page.body, url=page.url, kind="sitemap", content_type=page.content_type, zone=site.timezone)
        for lead in found.leads:
            if _at_home(lead.url, site):
                yield replace(lead, found_in=fetch.url)


def _of_robots(directory: Path, fetches: Sequence[Fetch]) -> list[str]:
    """The sitemaps that robots.txt names (RFC 9309 leaves the line to sitemaps.org)."""
    robots = [fetch for fetch in fetches if fetch.kind == "robots" and urlsplit(fetch.url).path == "/robots.txt"]
    found: list[str] = []
    for _, page in read_fetched(directory, robots):
        if isinstance(page, ArchiveError):
            continue
        for line in page.body.decode("utf-8", "replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip().lower() == "sitemap" and value.strip().startswith(("http://", "https://")):
                found.append(value.split("#")[0].strip())
    return list(dict.fromkeys(found))


def _guesses(site: Site) -> list[str]:
    parts = urlsplit(site.url)
    return [f"{parts.scheme}://{parts.netloc}{path}" for path in GUESSES]


def _at_home(url: str, site: Site) -> bool:
    return any(within(host_of(url), domain) for domain in site.domains)
