"""Many pages at once: the pool's door for pages."""

import pickle
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from datetime import tzinfo
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from crawlers.extract.page import Outcomes, extract_with, lesson_from, read_page
from crawlers.extract.pool import Crashed, Pool, TimedOut
from crawlers.extract.templates import Lesson, TemplateBook, TemplateView
from crawlers.model import Article, Page, Rejection
from schemas import Outcome

PAGE_TIMEOUT = 10.0
"""Seconds a page may take; ordinary pages take 0.02."""

WINDOW = 32
"""Pages read ahead of the oldest unfinished one: bounds memory. A page's lesson counts this many pages later,
so that results don't hang on which worker was quicker."""

MAX_PACKED = 256
"""Templates that are kept as bytes at once."""


def extract_pages(
    pages: Iterable[Page],
    *,
    processes: int,
    page_timeout: float = PAGE_TIMEOUT,
    templates: TemplateBook | None = None,
    learn: bool = True,
    zones: Mapping[str, str] | None = None,
    pool: Pool | None = None,
) -> Iterator[tuple[Page, Article | Rejection]]:
    """Extract pages in worker processes; results come in input order, one for every page.

    A page that takes longer than `page_timeout` seconds ends as EXTRACT_TIMED_OUT, one that kills its
    worker as EXTRACT_CRASHED; the others go on. Memory is bounded by a window on the input. With
    `templates`, trusted ones are used and (with `learn`) the book learns from the pages judged the generic
    way; equal pages and book give equal results, whatever the number of processes. `zones` gives a site's
    IANA time zone by site id, for dates without one.

    Workers take a second to start: who extracts in many portions (`flows.stages`, a site at a time) passes a
    `pool` of their own, and then `processes` and `page_timeout` are the pool's; otherwise closing the
    generator kills the workers.
    """
    work = partial(_extract, audit=templates is not None and learn)
    packed = _Packed()
    known: dict[str, tzinfo] = {site: ZoneInfo(name) for site, name in (zones or {}).items()}
    lessons: deque[tuple[str, Outcomes]] = deque()

    def jobs() -> Iterator[tuple[Page, tuple[object, ...]]]:
        for number, page in enumerate(pages):
            if templates is not None and number >= WINDOW:
                # The window guarantees that the result of the page WINDOW places back is here.
                _learn(templates, lessons)
            views = packed.of(templates.views(page.site)) if templates is not None else ()
            yield page, (page, known.get(page.site), views)

    with nullcontext(pool) if pool else Pool(processes, page_timeout, window=WINDOW) as workers:
        for page, answer in workers.map(work, jobs()):
            outcome = answer if isinstance(answer, Outcomes) else Outcomes(_rejection(answer))
            if templates is not None and learn:
                lessons.append((page.site, outcome))
            yield page, outcome.result
    while templates is not None and lessons:
        _learn(templates, lessons)


class _Packed:
    """Templates as bytes: a site's are the same for page after page, and are put into bytes once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[TemplateView, bytes]] = {}

    def of(self, views: Iterable[TemplateView]) -> tuple[bytes, ...]:
        """The views, each as bytes."""
        return tuple(self._one(view) for view in views)

    def _one(self, view: TemplateView) -> bytes:
        known = self._known.get(view.id)
        if known is None or known[0] is not view:
            if len(self._known) >= MAX_PACKED:
                self._known.clear()
            known = self._known[view.id] = (view, pickle.dumps(view, protocol=pickle.HIGHEST_PROTOCOL))
        return known[1]


@lru_cache(maxsize=64)
def _unpacked(data: bytes) -> TemplateView:
    view: TemplateView = pickle.loads(data)  # noqa: S301 - from our own parent
    return view


def _extract(page: Page, zone: tzinfo | None, views: tuple[bytes, ...], *, audit: bool) -> Outcomes:
    """The worker's part: `extract_with`, with templates that it unpacks when it meets them first."""
    return extract_with(page, zone, [_unpacked(view) for view in views], audit=audit)


def _learn(templates: TemplateBook, lessons: "deque[tuple[str, Outcomes]]") -> None:
    """Learn from the oldest result that waits."""
    if not lessons:
        return
    site, outcome = lessons.popleft()
    if outcome.drifted:
        templates.drift(site)
    if outcome.lesson is not None:
        templates.learn(site, outcome.lesson)


def learn_pages(
    book: TemplateBook,
    pages: Iterable[Page],
    *,
    processes: int,
    page_timeout: float = PAGE_TIMEOUT,
    pool: Pool | None = None,
) -> None:
    """Teach a book the templates of these pages' sites, each page judged the generic way.

    For sites that are met for the first time: with what it learns here, `extract_pages` can help each page by its
    sisters. `pool` as there.
    """
    lessons: dict[str, list[Lesson]] = {}
    with nullcontext(pool) if pool else Pool(processes, page_timeout, window=WINDOW) as workers:
        for page, answer in workers.map(_lesson, ((page, (page,)) for page in pages)):
            if isinstance(answer, Lesson):
                lessons.setdefault(page.site, []).append(answer)
                book.learn(page.site, answer)
    for site, learned in lessons.items():
        book.relearn(site, learned)


def _lesson(page: Page) -> Lesson | None:
    try:
        reading = read_page(page)
    except Exception:
        return None
    return None if isinstance(reading, Rejection) else lesson_from(reading)


def _rejection(answer: object) -> Rejection:
    """What the pool gave back in place of a result, in the words of the outcomes."""
    match answer:
        case TimedOut(seconds=seconds):
            return Rejection(Outcome.EXTRACT_TIMED_OUT, f"longer than {seconds:g} seconds")
        case Crashed(reason=reason):
            return Rejection(Outcome.EXTRACT_CRASHED, reason)
        case _:
            return Rejection(Outcome.EXTRACT_FAILED, f"{type(answer).__name__}: {answer}"[:500])
