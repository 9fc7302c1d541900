"""The stages between a crawl and the lake, site by site: archive, then extract.

Each is repeatable: run twice on the same input it changes nothing the second time.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from crawlers.archive import ArchiveError, read_page
from crawlers.crawl import SiteReport, read_log
from crawlers.declarations import Site
from crawlers.extract import Pool, TemplateBook, extract_pages, learn_pages
from crawlers.model import Article, Fetch, Lead, Page, Rejection
from flows.lake import Lake
from schemas import Outcome

MOST_LESSONS = 100
"""Pages, at most, that a site's first templates are learned from."""

log = logging.getLogger(__name__)


@dataclass
class SiteResult:
    """What a site's crawl came to: its crawl log, and the article behind each page that has one."""

    report: SiteReport
    fetches: list[Fetch]
    articles: dict[int, Article]
    """By position in `fetches`."""
    templates: TemplateBook | None = None
    """The site's templates with what these pages taught; to be kept once the pages are published."""


def archive_site(lake: Lake, report: SiteReport, spool: Path) -> int:
    """Put the site's WARC files into the lake's archive. Returns the bytes written.

    An object that is there in full is left alone: archive objects never change.
    """
    written = 0
    for path in report.warcs:
        name, size = path.relative_to(spool).as_posix(), path.stat().st_size
        if lake.store.size(name) != size:
            lake.store.put_file(name, path)
            written += size
    return written


def extract_site(
    report: SiteReport,
    spool: Path,
    workers: Pool,
    site: Site | None,
    templates: TemplateBook,
    on_page: Callable[[], None] | None = None,
) -> SiteResult:
    """Read the site's crawl log and extract every archived article page of it.

    A page without an article gets the reason as its outcome; pages that hang or kill their worker are counted
    as such, stay in the archive and hold nobody up. `site` is its declaration, where it (still) has one.
    """
    fetches = read_log(report.log).fetches
    articles: dict[int, Article] = {}
    zones = {site.id: site.timezone} if site and site.timezone else {}
    fresh = not templates.trusted(report.site)
    if fresh:
        # A site met for the first time: its pages are read twice, so that each can be helped by its sisters.
        sample = islice(_pages(fetches, spool), MOST_LESSONS)
        learn_pages(templates, sample, processes=workers.size, pool=workers)
    results = extract_pages(
        _pages(fetches, spool),
        processes=workers.size,
        pool=workers,
        zones=zones,
        templates=templates,
        learn=not fresh,
    )
    for page, result in results:
        position = int(page.id)
        if isinstance(result, Article):
            # A page that doesn't say its language is in that of its site.
            result.language = result.language or (site.language if site else None)
            articles[position] = result
        else:
            _reject(fetches[position], result)
        if on_page:
            on_page()
    return SiteResult(report, fetches, articles, templates)


def broken_site(report: SiteReport, problem: str) -> SiteResult:
    """A site whose extraction broke as a whole: its pages are in the archive and can be extracted again."""
    fetches = read_log(report.log).fetches
    for fetch in fetches:
        if _holds_article(fetch):
            _reject(fetch, Rejection(Outcome.EXTRACT_FAILED, problem))
    return SiteResult(replace(report, state="failed", problem=problem), fetches, {})


def _pages(fetches: list[Fetch], spool: Path) -> Iterator[Page]:
    for position, fetch in enumerate(fetches):
        if not _holds_article(fetch) or fetch.warc is None:
            continue
        try:
            page = read_page(spool / fetch.warc.file, fetch.warc.offset)
        except ArchiveError as error:
            _reject(fetch, Rejection(Outcome.EXTRACT_FAILED, f"not readable in the archive: {error}"))
            continue
        lead = Lead(fetch.url, fetch.found_in, fetch.lead_title, fetch.lead_published_at)
        yield replace(page, site=fetch.site, fetched_at=fetch.fetched_at, lead=lead, warc=fetch.warc, id=str(position))


def _holds_article(fetch: Fetch) -> bool:
    return fetch.kind == "article" and fetch.outcome is Outcome.NEW and fetch.warc is not None


def _reject(fetch: Fetch, rejection: Rejection) -> None:
    fetch.outcome, fetch.detail = rejection.outcome, rejection.detail or fetch.detail
