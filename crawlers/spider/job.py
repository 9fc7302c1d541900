"""What a crawl is asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crawlers.declarations import Site
from crawlers.spider.limits import Limits
from crawlers.spider.restraints import Restraints


@dataclass(frozen=True, slots=True)
class CrawlJob:
    """One run's crawl of many sites, for `crawlers.crawl.crawl`."""

    run_id: str
    sites: tuple[Site, ...]
    spool: Path
    """Directory of this run on local disk; see `crawlers.spider.spool`. Given again, an interrupted crawl goes on."""
    known: Path | None = None
    """Parquet with what the lake knows of the sites' addresses; see `crawlers.spider.known`."""
    limit: int | None = None
    """Article pages a site; overrides `Site.max_pages`."""
    allow_private: bool = False
    """Loopback and private addresses may be fetched: for demonstrations and tests."""
    proxy: str | None = None
    """For http and https; None: as the environment says (http_proxy, https_proxy, no_proxy)."""
    restraints: Restraints = field(default_factory=Restraints)
    """What is not to be asked for, or not yet."""
    robots: Mapping[str, bytes] = field(default_factory=dict)
    """Bodies, by URL, of the robots.txt and tdmrep.json that came within the last day: they are not asked for again."""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the crawl of one site is; counts of article addresses."""

    site: str
    discovered: int
    finished: int
    """Have their outcome."""
    fetched: int
    """Of these, archived as articles."""
