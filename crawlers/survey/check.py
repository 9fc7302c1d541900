"""Whether a declaration still holds."""

from collections.abc import Iterable
from datetime import datetime

from crawlers.declarations import Site
from crawlers.model import Lead
from crawlers.survey.sources import NEVER, Fetcher, Problem, SourceReport, look_at_source, on_site


def check(site: Site, fetch: Fetcher, *, now: datetime | None = None) -> list[Problem]:
    """What is wrong with a site: sources gone, empty, forbidden by robots.txt, no feeds, stale, off the site; its
    newest article can't be fetched.

    Nothing wrong gives an empty list. `now`: what the age of articles is measured from, default the clock.
    """
    reports = look_at_sources(site, fetch, now=now)
    problems = [problem for report in reports for problem in report.problems]
    lead = newest_lead(site, reports)
    if lead is not None and not (document := fetch(lead.url)).ok:
        problems.append(Problem("article", lead.url, document.detail or document.outcome.value))
    return problems


def newest_lead(site: Site, reports: Iterable[SourceReport]) -> Lead | None:
    """The site's own article that was published last, as far as the dates tell; None where there is none."""
    leads = [lead for report in reports for lead in report.leads if on_site(lead.url, site.domains)]
    dated = [lead for lead in leads if lead.published_at]
    return max(dated, key=lambda lead: lead.published_at or NEVER) if dated else next(iter(leads), None)


def look_at_sources(site: Site, fetch: Fetcher, *, now: datetime | None = None) -> list[SourceReport]:
    """What each of a site's declared sources would yield now."""
    kinds = {"feed": site.feeds, "sitemap": (*site.news_sitemaps, *site.sitemaps), "section": site.sections}
    return [
        look_at_source(url, kind, fetch, domains=site.domains, zone=site.timezone, now=now)
        for kind, urls in kinds.items()
        for url in urls
    ]
