"""Bad input over HTTP, each case with the outcomes that are right for it.

    with BadWeb() as web:
        crawl(..., proxy=web.proxy_url)      # sites: load_sites(BADWEB_SITES)
    for case in PAGES: ...                   # case.url → case.outcomes

`badpress` is a site whose feed lists all the bad pages; each other site is one of SOURCES, a bad feed.
"""

from tests.badweb.cases import PageCase, SourceCase
from tests.badweb.pages import PAGES
from tests.badweb.sources import SOURCES
from tests.badweb.web import BADWEB_SITES, BadWeb

__all__ = ["BADWEB_SITES", "PAGES", "SOURCES", "BadWeb", "PageCase", "SourceCase"]
