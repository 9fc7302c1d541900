"""Many pages at once: the pool's door for pages."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from datetime import tzinfo
from zoneinfo import ZoneInfo

from crawlers.extract.page import extract_page
from crawlers.extract.pool import Crashed, Pool, TimedOut
from crawlers.model import Article, Page, Rejection
from schemas import Outcome

PAGE_TIMEOUT = 10.0
"""Seconds a page may take; ordinary pages take 0.02."""


def extract_pages(
    pages: Iterable[Page],
    *,
    processes: int,
    page_timeout: float = PAGE_TIMEOUT,
    zones: Mapping[str, str] | None = None,
    pool: Pool | None = None,
) -> Iterator[tuple[Page, Article | Rejection]]:
    """Extract pages in worker processes; results come in input order, one for every page.

    A page that takes longer than `page_timeout` seconds ends as EXTRACT_TIMED_OUT, one that kills its
    worker as EXTRACT_CRASHED; the others go on. Memory is bounded by a window on the input. `zones`
    gives a site's IANA time zone by site id, for dates without one. Workers take a second to start: who extracts in many
    portions passes a `pool` of their own (then `processes` and `page_timeout` are the pool's); otherwise
    closing the generator kills the workers.
    """
    known: dict[str, tzinfo] = {site: ZoneInfo(name) for site, name in (zones or {}).items()}
    with nullcontext(pool) if pool else Pool(processes, page_timeout) as workers:
        for page, result in workers.map(lambda page: (_extract, (page, known.get(page.site))), pages):
            yield page, outcome_of(result)


def _extract(page: Page, zone: tzinfo | None) -> Article | Rejection:
    return extract_page(page, zone=zone)


def outcome_of(result: object) -> Article | Rejection:
    """What the pool gave back, in the words of the outcomes."""
    match result:
        case Article() | Rejection():
            return result
        case TimedOut(seconds=seconds):
            return Rejection(Outcome.EXTRACT_TIMED_OUT, f"longer than {seconds:g} seconds")
        case Crashed(reason=reason):
            return Rejection(Outcome.EXTRACT_CRASHED, reason)
        case _:
            return Rejection(Outcome.EXTRACT_FAILED, f"{type(result).__name__}: {result}"[:500])
