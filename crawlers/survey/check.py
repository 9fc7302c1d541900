"""Whether a declaration still holds."""

from collections.abc import Iterable
from datetime import datetime

from crawlers.declarations import Site
from crawlers.model import Lead
from crawlers.survey.sources import NEVER, Fetcher, Problem, SourceReport, look_at_source, on_site

ARTICLES = 3
"""Articles that are tried: one may be forbidden, or gone, without anything being wrong."""


def check(site: Site, fetch: Fetcher, *, now: datetime | None = None) -> list[Problem]:
    """What is wrong with a site: sources gone, empty, forbidden by robots.txt, no feeds, stale, off the site; none of
    its newest articles can be fetched.

    Nothing wrong gives an empty list. `now`: what the age of articles is measured from, default the clock.
    """
    reports = look_at_sources(site, fetch, now=now)
    problems = [problem for report in reports for problem in report.problems]
    failed: Problem | None = None
    for lead in newest_leads(site, reports)[:ARTICLES]:
        document = fetch(lead.url)
        if document.ok:
            return problems
        failed = Problem("article", lead.url, document.detail or document.outcome.value)
    return [*problems, failed] if failed else problems


def newest_leads(site: Site, reports: Iterable[SourceReport]) -> list[Lead]:
    """The site's own articles, those published last first, as far as the dates tell."""
    leads = [lead for report in reports for lead in report.leads if on_site(lead.url, site.domains)]
    return sorted(leads, key=lambda lead: lead.published_at or NEVER, reverse=True)


def look_at_sources(site: Site, fetch: Fetcher, *, now: datetime | None = None) -> list[SourceReport]:
    """What each of a site's declared sources would yield now."""
    kinds = {"feed": site.feeds, "sitemap": (*site.news_sitemaps, *site.sitemaps), "section": site.sections}
    return [
        look_at_source(url, kind, fetch, domains=site.domains, zone=site.timezone, now=now)
        for kind, urls in kinds.items()
        for url in urls
    ]
