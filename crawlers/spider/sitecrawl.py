"""The crawl of one site: its sources, then its articles, then its report."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from crawlers.declarations import Site
from crawlers.discovery import KINDS
from crawlers.model import Fetch, Lead
from crawlers.spider.articles import ArticleFetcher, Budget
from crawlers.spider.fetcher import Answer, Ask, Fetcher
from crawlers.spider.frontier import Frontier, Settled, Task
from crawlers.spider.known import SiteKnown
from crawlers.spider.ledger import Ledger
from crawlers.spider.limits import Limits
from crawlers.spider.log import SiteLog
from crawlers.spider.polling import Overlap
from crawlers.spider.rendering import Render, RenderError, load_render
from crawlers.spider.restraints import Restraints
from crawlers.spider.sources import Source, SourceReader, declared
from schemas import Outcome

ROBOTS_DAY = timedelta(hours=24)
LEADS_AT_A_TIME = 500
MANY = 5
"""Below this many articles tried, a share of failures says nothing."""


@dataclass(slots=True)
class SiteCrawl:
    """One site's part of a run."""

    site: Site
    known: SiteKnown
    fetcher: Fetcher
    ledger: Ledger
    limits: Limits
    max_pages: int
    allow_private: bool = False
    restraints: Restraints = field(default_factory=Restraints)
    robots: Mapping[str, bytes] = field(default_factory=dict)
    earlier: SiteLog = field(default_factory=SiteLog)
    """What an interrupted crawl of the same run has logged."""
    problems: list[str] = field(default_factory=list)
    state: str = "ok"

    async def run(self) -> None:
        """Crawl the site, then set `state` and `problems`.

        Raises what is our own fault, and OSError where the disk is full.
        """
        now = datetime.now(UTC)
        if why := self.restraints.sites.get(self.site.id):
            self._forgo(why)
            return
        frontier = Frontier(self.site, self.known, now, allow_private=self.allow_private, restraints=self.restraints)
        finished = [fetch for fetch in self.earlier.fetches if fetch.outcome != Outcome.NOT_FETCHED]
        reached = {(fetch.kind, fetch.url) for fetch in finished}
        for fetch in finished:
            if fetch.kind == "article":
                frontier.reserve(fetch.url, fetch.url_key)

        async def take_in(leads: Iterable[Lead]) -> Overlap:
            return await self._take_in(frontier, (lead for lead in leads if ("article", lead.url) not in reached))

        left = [fetch for fetch in self.earlier.fetches if fetch.outcome == Outcome.NOT_FETCHED]
        await take_in(_as_lead(fetch) for fetch in left if fetch.kind == "article")
        reader = SourceReader(
            self.site,
            self.known,
            self.fetcher,
            self.ledger,
            self.limits,
            now,
            take_in,
            frontier.urls,
            frozenset(url for kind, url in reached if kind in KINDS),
        )
        await reader.run(Source(fetch.url, fetch.kind, fetch.found_in, 1) for fetch in left if fetch.kind in KINDS)
        await take_in(list(frontier.left_over()))
        articles = ArticleFetcher(
            self.site,
            frontier,
            self.fetcher,
            self.ledger,
            self.limits,
            self._budget(finished),
            await self._rendering(),
        )
        await articles.run()
        self._judge(reader, articles)

    def _budget(self, finished: list[Fetch]) -> Budget:
        """What is left of the run's pages, or of the day's where that is less."""
        asked = sum(fetch.kind == "article" and fetch.attempts > 0 for fetch in finished)
        run = Budget(self.max_pages - asked, f"more than {self.max_pages} pages")
        if self.site.pages_per_day is None:
            return run
        before = self.restraints.pages_today.get(self.site.id, 0)
        words = f"more than {self.site.pages_per_day} pages a day; earlier runs of the last 24 hours took {before}"
        return min(run, Budget(self.site.pages_per_day - before - asked, words), key=lambda budget: budget.pages)

    async def _rendering(self) -> Render | None:
        """The function that renders the site's shells; without it they end as shells, and the reason is told."""
        if self.site.render is None:
            return None
        try:
            return await asyncio.to_thread(load_render, self.site.render)
        except RenderError as error:
            self.problems.append(f"render: {error}")
            return None

    def _forgo(self, why: str) -> None:
        """Ask for nothing of a site that was taken down."""
        rows = [
            self.ledger.source(source.url, source.kind, None, Outcome.OPTED_OUT, why) for source in declared(self.site)
        ]
        self.ledger.settle(rows, opened=False)
        self.problems.append(f"{why}: nothing is asked for; remove its declaration")
        self.state = "partial"

    async def _take_in(self, frontier: Frontier, leads: Iterable[Lead]) -> Overlap:
        """Settle leads or queue them, some at a time: a sitemap of 50,000 must not hold up the other sites."""
        entries = known = 0
        for batch in batched(leads, LEADS_AT_A_TIME):
            waiting: list[Fetch] = []
            settled: list[Fetch] = []
            for lead in batch:
                taken = frontier.add(lead)
                if isinstance(taken, Task):
                    waiting.append(self.ledger.article(lead, taken.key, Outcome.NOT_FETCHED))
                elif isinstance(taken, Settled):
                    row = self.ledger.article(taken.lead, taken.key, taken.outcome, taken.detail, taken.at)
                    settled.append(row)
                if taken is not None:
                    entries += 1
                    known += taken.key in self.known.articles
            self.ledger.open(waiting)
            self.ledger.settle(settled, opened=False)
            await asyncio.sleep(0)
        return Overlap(entries, known)

    def _judge(self, reader: SourceReader, articles: ArticleFetcher) -> None:
        self.problems.extend(reader.problems)
        if articles.tried >= MANY and articles.blocked * 2 > articles.tried:
            self.problems.append(f"{articles.blocked} of {articles.tried} articles refused or failed")
        if reader.failed and not reader.read:
            self.state = "failed"
        elif self.problems:
            self.state = "partial"


async def ask_robots(url: str, crawl: SiteCrawl) -> Answer:
    """Fetch a robots.txt or tdmrep.json in the name of a site, and log it.

    One that came, or was not there, is not asked for again within a day.
    """
    if (kept := crawl.robots.get(url)) is not None:
        return Answer(status=200, body=kept)
    known = crawl.known.robots.get(url)
    if known is not None and known.outcome == Outcome.GONE and datetime.now(UTC) - known.fetched_at < ROBOTS_DAY:
        return Answer(Outcome.GONE, status=404)
    answer = await crawl.fetcher.fetch(Ask(url, "robots", crawl.site, obey_robots=False), crawl.ledger.keep)
    row = crawl.ledger.source(url, "robots", None, answer.outcome or Outcome.READ, answer.detail)
    crawl.ledger.answered(row, answer)
    return answer


def _as_lead(fetch: Fetch) -> Lead:
    return Lead(fetch.url, fetch.found_in, fetch.lead_title, fetch.lead_published_at)


def batched(leads: Iterable[Lead], size: int) -> Iterator[list[Lead]]:
    """The leads in lists of at most `size`."""
    rest = iter(leads)
    while batch := list(islice(rest, size)):
        yield batch
