"""Read the sources of a site: feeds, sitemaps and section pages, and those they lead to."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from crawlers.declarations import Site, within
from crawlers.discovery import discover, needs_reading
from crawlers.model import Discovery, Fetch, Lead, SubSource
from crawlers.spider.failures import PASSING
from crawlers.spider.fetcher import Answer, Ask, Fetcher, Refusal
from crawlers.spider.known import Known, SiteKnown
from crawlers.spider.ledger import Ledger
from crawlers.spider.limits import Limits
from crawlers.spider.polling import Overlap, rests_until
from crawlers.spider.pool import drain
from crawlers.spider.trust import gap, lie, source_validators, still_distrusted
from crawlers.urlkey import host_of
from schemas import Outcome

KNOWN_URLS = 2000
"""So many of the site's known articles are shown to discovery, the newest: enough to learn their shape from."""

CHILDREN = 20
"""So many sitemaps of an unchanged index are looked at all the same."""
LONG_DOCUMENT = 64 * 1024
"""Longer documents are read in a thread, in bytes: they may take a moment."""

log = logging.getLogger(__name__)

TOLD = frozenset({Outcome.READ, Outcome.NOT_MODIFIED, Outcome.KNOWN})
"""A source with one of these told us what it had to tell."""


@dataclass(frozen=True, slots=True)
class Source:
    """A feed, sitemap or section page to read."""

    url: str
    kind: str
    found_in: str | None = None
    depth: int = 0
    modified_at: datetime | None = None


@dataclass(slots=True)
class SourceReader:
    """Reads all sources of one site in one run."""

    site: Site
    known: SiteKnown
    fetcher: Fetcher
    ledger: Ledger
    limits: Limits
    now: datetime
    take_in: Callable[[Iterable[Lead]], Awaitable[Overlap]]
    """Given the leads of each source before its own outcome is logged, so that none is lost in between."""
    seen_articles: Callable[[], list[str]]
    """Article URLs this run has found so far."""
    done: frozenset[str] = frozenset()
    """URLs an interrupted crawl of the same run has read."""
    read: int = 0
    failed: int = 0
    problems: list[str] = field(default_factory=list)

    async def run(self, further: Iterable[Source] = ()) -> None:
        """Read the declared sources and `further` ones, and what they lead to."""
        waiting = deque(source for source in [*declared(self.site), *further] if source.url not in self.done)
        self.read += len(self.done)
        seen = {source.url for source in waiting} | self.done
        self.ledger.open(self._row(source, Outcome.NOT_FETCHED) for source in waiting)

        def follow(source: Source, subs: Iterable[SubSource]) -> None:
            fresh: list[Source] = []
            refused: list[Fetch] = []
            for sub in (Source(sub.url, sub.kind, source.url, source.depth + 1, sub.modified_at) for sub in subs):
                if sub.url in seen:
                    continue
                why = self._refusal(source, sub, len(seen))
                seen.add(sub.url)
                if why is None:
                    fresh.append(sub)
                else:
                    refused.append(self._row(sub, *why))
            self.ledger.open(self._row(sub, Outcome.NOT_FETCHED) for sub in fresh)
            self.ledger.settle(refused, opened=False)
            waiting.extend(fresh)

        async def each(source: Source) -> None:
            await self._read(source, follow)

        await drain(waiting, each, at_once=self.site.concurrency)

    def _refusal(self, source: Source, sub: Source, taken: int) -> Refusal | None:
        """Why a further source is not followed: strange hosts, endless chains (calendars), too many."""
        homes = {*self.site.domains, host_of(source.url)}
        if not any(within(host_of(sub.url), home) for home in homes):
            return Outcome.OFF_SITE, ""
        if sub.depth > self.limits.depth:
            return Outcome.OVER_BUDGET, f"{sub.depth} steps from a declared source"
        if taken >= self.limits.sources:
            return Outcome.OVER_BUDGET, f"more than {self.limits.sources} sources"
        return None

    async def _read(self, source: Source, follow: Callable[[Source, Iterable[SubSource]], None]) -> None:
        known = self.known.sources.get(source.url)
        if skipped := self._unchanged(source, known) or self._resting(source, known):
            self.ledger.settle([self._row(source, *skipped)], opened=True)
            self.read += skipped[0] == Outcome.KNOWN
            return
        validators = source_validators(known, source.url, self.now)
        ask = Ask(source.url, source.kind, self.site, validators.etag, validators.last_modified)
        answer = await self.fetcher.fetch(ask, self.ledger.keep)
        discovery = await self._discover(source, answer)
        found = await self.take_in(discovery.leads)
        if answer.outcome == Outcome.NOT_MODIFIED:
            follow(source, self._children(source))
        follow(source, discovery.sub_sources)
        fetch = self._row(source, answer.outcome or discovery.outcome, answer.detail or discovery.problem)
        trusted = not still_distrusted(known, source.url, self.now)
        if fetch.outcome == Outcome.READ:
            lied = lie(known, discovery.leads, self.known.articles)
            trusted = self._note(source, known, fetch, found, lied) and trusted
            if discovery.hub:
                fetch.detail = f"{fetch.detail}; WebSub hub {discovery.hub}"
        self.ledger.answered(fetch, answer, known, trusted=trusted)
        self._count(source, fetch.outcome, fetch.detail)

    def _note(self, source: Source, known: Known | None, fetch: Fetch, found: Overlap, lied: Lead | None) -> bool:
        """Note what a source's content says of the source; whether it can be trusted."""
        notes = [str(found), fetch.detail]
        if lied is not None:
            notes.append(f"answered 304 though {lied.url} was in it: its validators are not used for a while")
        if source.kind == "feed" and (alarm := gap(known, found)):
            notes.append(alarm)
            self.problems.append(f"feed {source.url}: {alarm}")
        fetch.detail = "; ".join(note for note in notes if note)
        return lied is None

    def _children(self, source: Source) -> list[SubSource]:
        """What an unchanged index led to before: these may have changed all the same."""
        named = [entry for entry in self.known.sources.values() if entry.found_in == source.url]
        live = [entry for entry in named if entry.outcome in TOLD | PASSING and entry.kind != "section"]
        live.sort(key=lambda entry: entry.fetched_at, reverse=True)
        return [SubSource(entry.url, entry.kind) for entry in live[:CHILDREN]]

    def _unchanged(self, source: Source, known: Known | None) -> Refusal | None:
        """Sitemaps whose index says that nothing changed since the last look, or that they are too old."""
        if source.modified_at is None or source.kind != "sitemap":
            return None
        changed = SubSource(source.url, source.kind, source.modified_at)
        if known is not None and known.outcome in TOLD and not needs_reading(changed, known.fetched_at):
            return Outcome.KNOWN, f"unchanged since {source.modified_at:%Y-%m-%d %H:%M} UTC"
        if self.now - source.modified_at > timedelta(days=self.site.max_age_days):
            return Outcome.OUT_OF_RANGE, f"last changed {source.modified_at:%Y-%m-%d}"
        return None

    def _resting(self, source: Source, known: Known | None) -> Refusal | None:
        """A source that has been quiet for so long that it can wait. An index doesn't speak for its sitemaps."""
        until = rests_until(known.history) if known is not None else None
        if until is None or until <= self.now:
            return None
        if any(entry.found_in == source.url for entry in self.known.sources.values()) and source.kind == "sitemap":
            return None
        return Outcome.KNOWN, f"nothing new in it for long; looked at again from {until:%Y-%m-%d %H:%M} UTC on"

    async def _discover(self, source: Source, answer: Answer) -> Discovery:
        if answer.outcome is not None:
            return Discovery(outcome=answer.outcome)
        known = self.known.newest(KNOWN_URLS)
        if source.kind == "section":  # its next page is worth a look where this run has not seen all of this one
            known += self.seen_articles()
        read = partial(
            discover,
            answer.body,
            url=answer.final_url or source.url,
            kind=source.kind,
            content_type=answer.headers.get("content-type"),
            zone=self.site.timezone,
            known=known,
            domains=self.site.domains,
            link=answer.headers.get("link"),
        )
        try:
            return read() if len(answer.body) < LONG_DOCUMENT else await asyncio.to_thread(read)
        except Exception as error:  # one document must not end the crawl of its site
            log.exception("discovery of %s failed", source.url)
            return Discovery(outcome=Outcome.NOT_A_FEED, problem=f"{type(error).__name__}: {error}"[:300])

    def _count(self, source: Source, outcome: Outcome, detail: str | None) -> None:
        if outcome in TOLD:
            self.read += 1
        else:
            self.failed += 1
            self.problems.append(f"{source.kind} {source.url}: {outcome}" + (f" ({detail})" if detail else ""))

    def _row(self, source: Source, outcome: Outcome, detail: str | None = None) -> Fetch:
        return self.ledger.source(source.url, source.kind, source.found_in, outcome, detail)


def declared(site: Site) -> list[Source]:
    """The sources a site's declaration names, each once."""
    kinds = {"feed": site.feeds, "sitemap": (*site.news_sitemaps, *site.sitemaps), "section": site.sections}
    sources = {url: Source(url, kind) for kind, urls in reversed(kinds.items()) for url in urls}
    return list(reversed(sources.values()))
