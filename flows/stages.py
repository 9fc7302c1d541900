"""The stages between a crawl and the lake, site by site: archive, then extract.

Each is repeatable: run twice on the same input it changes nothing the second time.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

from crawlers.archive import ArchiveError, read_page
from crawlers.crawl import SiteReport, read_log
from crawlers.declarations import Site
from crawlers.extract import Pool, TemplateBook, extract_pages, learn_pages
from crawlers.model import Article, Fetch, Lead, Page, Rejection
from flows.lake import Lake
from schemas import Outcome
from schemas.runs import STAGE_SECONDS

STAGES = tuple(STAGE_SECONDS)
"""What a page goes through; `runs` has the seconds of each as `<stage>_seconds`."""
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
    seconds: dict[str, float] = field(default_factory=dict)
    """What the stages took, by their names in `STAGES`; those that were not gone through are missing."""


@dataclass
class Extraction:
    """What became of a site's pages, by their positions in its crawl log."""

    articles: dict[int, Article]
    rejections: dict[int, Rejection]
    templates: TemplateBook
    """As given, with what these pages taught."""
    seconds: float = 0.0


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


def article_pages(fetches: Sequence[Fetch]) -> dict[int, Fetch]:
    """Those of a crawl log that are to be extracted, by position."""
    return {position: fetch for position, fetch in enumerate(fetches) if _holds_article(fetch)}


def extract_fetches(
    name: str,
    fetches: Mapping[int, Fetch],
    root: Path,
    workers: Pool,
    site: Site | None,
    templates: TemplateBook,
    on_page: Callable[[], None] | None = None,
) -> Extraction:
    """Extract the pages of the site called `name`; `root` is the directory that their `warc.file` is relative to.

    A page without an article gets the reason; pages that hang or kill their worker are counted as such, stay in the
    archive and hold nobody up. `site` is its declaration, where it (still) has one. The same pages and templates give
    the same extraction, wherever it is done.
    """
    begun, done = time.perf_counter(), Extraction({}, {}, templates)
    zones = {site.id: site.timezone} if site and site.timezone else {}
    fresh = not templates.trusted(name)
    if fresh:
        # A site met for the first time: its pages are read twice, so that each can be helped by its sisters.
        sample = islice(_pages(fetches, root, done), MOST_LESSONS)
        learn_pages(templates, sample, processes=workers.size, pool=workers)
    results = extract_pages(
        _pages(fetches, root, done),
        processes=workers.size,
        pool=workers,
        zones=zones,
        templates=templates,
        learn=not fresh,
    )
    for page, result in results:
        if isinstance(result, Article):
            # A page that doesn't say its language is in that of its site.
            result.language = result.language or (site.language if site else None)
            done.articles[int(page.id)] = result
        else:
            done.rejections[int(page.id)] = result
        if on_page:
            on_page()
    done.seconds = time.perf_counter() - begun
    return done


def with_extraction(report: SiteReport, fetches: list[Fetch], done: Extraction) -> SiteResult:
    """The site's crawl log with what became of its pages."""
    for position, rejection in done.rejections.items():
        _reject(fetches[position], rejection)
    seconds = {"extract": done.seconds} | ({"fetch": span} if (span := fetch_seconds(fetches)) is not None else {})
    return SiteResult(report, fetches, done.articles, done.templates, seconds)


def share_seconds(results: Sequence[SiteResult], stage: str, seconds: float) -> None:
    """Note what a stage took for several sites together, each its share by the lines of its crawl log."""
    lines = sum(len(result.fetches) for result in results)
    for result in results:
        result.seconds[stage] = seconds * len(result.fetches) / lines if lines else 0.0


def fetch_seconds(fetches: Sequence[Fetch]) -> float | None:
    """Seconds from a crawl's first request to its last answer, pauses included; None where nothing was asked for."""
    asked = [fetch for fetch in fetches if fetch.attempts]
    if not asked:
        return None
    begun = min(fetch.fetched_at - timedelta(milliseconds=fetch.elapsed_ms or 0) for fetch in asked)
    return (max(fetch.fetched_at for fetch in asked) - begun).total_seconds()


def broken_site(report: SiteReport, problem: str) -> SiteResult:
    """A site whose extraction broke as a whole: its pages are in the archive and can be extracted again."""
    fetches = read_log(report.log).fetches
    for fetch in fetches:
        if _holds_article(fetch):
            _reject(fetch, Rejection(Outcome.EXTRACT_FAILED, problem))
    return SiteResult(replace(report, state="failed", problem=problem), fetches, {})


def _pages(fetches: Mapping[int, Fetch], root: Path, done: Extraction) -> Iterator[Page]:
    for position, fetch in fetches.items():
        assert fetch.warc is not None
        try:
            page = read_page(root / fetch.warc.file, fetch.warc.offset)
        except ArchiveError as error:
            done.rejections[position] = Rejection(Outcome.EXTRACT_FAILED, f"not readable in the archive: {error}")
            continue
        lead = Lead(fetch.url, fetch.found_in, fetch.lead_title, fetch.lead_published_at)
        yield replace(page, site=fetch.site, fetched_at=fetch.fetched_at, lead=lead, warc=fetch.warc, id=str(position))


def _holds_article(fetch: Fetch) -> bool:
    return fetch.kind == "article" and fetch.outcome is Outcome.NEW and fetch.warc is not None


def _reject(fetch: Fetch, rejection: Rejection) -> None:
    fetch.outcome, fetch.detail = rejection.outcome, rejection.detail or fetch.detail
