"""The one spider: it crawls all sites of a job in one process, whatever they are."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from scrapy import Spider

from crawlers.archive import ArchiveWriter
from crawlers.declarations import Site
from crawlers.spider.fetcher import Answer, Fetcher
from crawlers.spider.hosts import Hosts
from crawlers.spider.job import CrawlJob
from crawlers.spider.known import SiteKnown
from crawlers.spider.ledger import Ledger
from crawlers.spider.log import LogWriter, SiteLog, read_log
from crawlers.spider.resolver import PublicResolver
from crawlers.spider.robots import Robots
from crawlers.spider.settings import user_agent
from crawlers.spider.sitecrawl import SiteCrawl, ask_robots
from crawlers.spider.spool import finish, log_path, release, reopen, reserve

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.5

Emit = Callable[[dict[str, Any]], None]


class NewsSpider(Spider):
    """Runs the crawl inside Scrapy's engine: `start` yields nothing, it asks the downloader for what it wants."""

    name = "presslake"

    def __init__(self, *, job: CrawlJob, known: dict[str, SiteKnown], emit: Emit, **kwargs: Any):
        super().__init__(**kwargs)
        self._job, self._known, self._emit = job, known, emit
        self._crawls: dict[str, SiteCrawl] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped: str | None = None
        self._fetcher: Fetcher

    async def start(self) -> AsyncIterator[Any]:
        """Crawl all sites; ends when the last one has ended."""
        reserve(self._job.spool)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop, f"stopped by {signal.Signals(number).name}")
        PublicResolver.allow_private = self._job.allow_private
        hosts = Hosts(self.crawler.engine.downloader, self._job.limits, self._job.restraints.waiting, self._waits)
        self._fetcher = Fetcher(self.crawler.engine, hosts, self._job.limits, allow_private=self._job.allow_private)
        self._fetcher.rules = Robots(self._ask_robots, hosts)
        ticking = loop.create_task(self._tick())
        seats = asyncio.Semaphore(self._job.limits.sites_at_once)
        self._tasks = {loop.create_task(self._seated(site, seats)) for site in self._job.sites}
        await asyncio.gather(*self._tasks, return_exceptions=True)
        ticking.cancel()
        release(self._job.spool)
        return
        yield

    def stop(self, why: str) -> None:
        """Start nothing new; what is on the way has the grace period to end."""
        if self._stopped is None:
            log.warning("%s", why)
            self._stopped = self._fetcher.stopped = why
            asyncio.get_running_loop().call_later(self._job.limits.grace, self._cancel)

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _seated(self, site: Site, seats: asyncio.Semaphore) -> None:
        async with seats:
            await self._crawl(site)

    async def _crawl(self, site: Site) -> None:
        """Crawl one site and report how it ended, whatever happens."""
        spool = self._job.spool
        if reopen(spool, site.id):  # else an interrupted crawl of the same run has finished it
            state = "failed"
            problems: list[str] = []
            try:
                state, problems = await self._crawl_site(site)
            except Exception as error:  # our own fault, or the disk's: the other sites go on
                problems = [self._broken(site.id, error)]
            finish(spool, site.id, state, problems, stopped=self._stopped is not None)
        self._emit({"event": "done", "site": site.id})

    async def _crawl_site(self, site: Site) -> tuple[str, list[str]]:
        crawl = self._crawls[site.id] = self._open(site)
        try:
            await crawl.run()
        except asyncio.CancelledError:
            pass  # told to stop, and the grace period is over
        except Exception as error:
            crawl.state = "partial" if crawl.ledger.counts.fetched else "failed"
            crawl.problems.append(self._broken(site.id, error))
        finally:
            del self._crawls[site.id]
        if self._stopped:
            crawl.state = "partial"
            crawl.problems.append(self._stopped)
        await asyncio.to_thread(crawl.ledger.close)  # syncing takes its time
        self._emit_progress(site.id, crawl)
        return crawl.state, crawl.problems

    def _broken(self, site: str, error: Exception) -> str:
        """Log why a crawl broke, and tell it in words."""
        cause = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        if isinstance(cause, OSError):
            release(self._job.spool)  # the disk may be full
        log.error("crawl of %s broke", site, exc_info=error)
        return f"the crawl broke: {type(cause).__name__}: {cause}"

    def _open(self, site: Site) -> SiteCrawl:
        job, path = self._job, log_path(self._job.spool, site.id)
        earlier = read_log(path) if path.exists() else SiteLog()
        archive = ArchiveWriter(
            job.spool, site.id, job.run_id, software=user_agent(), segment_bytes=job.limits.segment_bytes
        )
        return SiteCrawl(
            site,
            self._known[site.id],
            self._fetcher,
            Ledger(site.id, archive, LogWriter(path)),
            job.limits,
            site.max_pages if job.limit is None else job.limit,
            job.allow_private,
            job.restraints,
            job.robots,
            earlier,
        )

    async def _ask_robots(self, url: str, site: Site) -> Answer:
        return await ask_robots(url, self._crawls[site.id])

    def _waits(self, site: str, host: str, until: datetime) -> None:
        """A host asks to be left alone: noted at once, for runs after this one."""
        if site in self._crawls:
            self._crawls[site].ledger.writer.wait(host, until)

    async def _tick(self) -> None:
        """Tell the parent how far we are; silence means that we hang."""
        told: dict[str, int] = {}
        while True:
            self._emit({"event": "alive"})
            await asyncio.sleep(PROGRESS_SECONDS)
            for site, crawl in list(self._crawls.items()):
                state = hash((crawl.ledger.counts.discovered, crawl.ledger.counts.finished))
                if told.get(site) != state:
                    told[site] = state
                    self._emit_progress(site, crawl)

    def _emit_progress(self, site: str, crawl: SiteCrawl) -> None:
        counts = crawl.ledger.counts
        self._emit(
            {
                "event": "progress",
                "site": site,
                "discovered": counts.discovered,
                "finished": counts.finished,
                "fetched": counts.fetched,
            }
        )
