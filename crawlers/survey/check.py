"""Whether a declaration still holds."""

from datetime import datetime

from crawlers.declarations import Site
from crawlers.survey.sources import Fetcher, Problem, SourceReport, look_at_source


def check(site: Site, fetch: Fetcher, *, now: datetime | None = None) -> list[Problem]:
    """What is wrong with a site's sources: gone, empty, forbidden by robots.txt, not a feed, stale, off the site.

    Nothing wrong gives an empty list. `now`: what the age of articles is measured from, default the clock.
    """
    return [problem for report in look_at_sources(site, fetch, now=now) for problem in report.problems]


def look_at_sources(site: Site, fetch: Fetcher, *, now: datetime | None = None) -> list[SourceReport]:
    """What each of a site's declared sources would yield now."""
    kinds = {"feed": site.feeds, "sitemap": (*site.news_sitemaps, *site.sitemaps), "section": site.sections}
    return [
        look_at_source(url, kind, fetch, domains=site.domains, zone=site.timezone, now=now)
        for kind, urls in kinds.items()
        for url in urls
    ]
