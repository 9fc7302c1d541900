"""The pipeline: crawl → archive → extract → dedupe → publish, site by site, and what a killed run left first.

Plain functions; `flows.ingest` wraps them for Prefect, `flows.cli.ingest` for a terminal.
"""

import contextlib
import json
import logging
import secrets
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

from crawlers.crawl import CrawlJob, Progress, SiteReport, crawl, find_spooled, read_log
from crawlers.declarations import Site, load_sites
from crawlers.extract import Pool
from crawlers.model import Fetch
from flows import spool
from flows.away import Place, SitePages, extract_away, place_of
from flows.errors import PresslakeError, SettingsError
from flows.lake import Lake, open_lake
from flows.lake.known import published_sites, restraints, write_known
from flows.lake.robots import kept_robots
from flows.lake.templates import load_templates, save_templates
from flows.publish import Run, publish_sites
from flows.settings import Settings
from flows.sitelocks import BACKFILL_SECONDS, CRAWL, sites_held
from flows.stages import (
    Extraction,
    SiteResult,
    archive_site,
    article_pages,
    broken_site,
    extract_fetches,
    with_extraction,
)
from flows.steps import PlainSteps, Steps
from flows.summary import RunSummary, SiteSummary
from flows.tasks import Promise, Tasks, do_here, in_order

BATCH_SITES = 20
BATCH_ARTICLES = 2_000
"""A batch is published when it has this many sites or articles: readers needn't wait for the slowest site."""

T = TypeVar("T")
log = logging.getLogger(__name__)


def _quiet(*_: object) -> None:
    """What a run tells somebody who doesn't watch."""


@dataclass(frozen=True)
class Watch:
    """Callbacks for whoever watches a run."""

    stage: Callable[[str, str], None] = _quiet
    """Stage and subject, as each step begins."""
    crawl: Callable[[Progress], None] = _quiet
    page: Callable[[], None] = _quiet
    """A page was extracted."""
    done: Callable[[Sequence[SiteSummary]], None] = _quiet
    """Sites whose results readers can see now."""


@dataclass(frozen=True)
class Away:
    """Workers elsewhere, and what they must be told."""

    tasks: Tasks
    place: Place


@dataclass(frozen=True)
class Begun:
    """A site whose pages are in the archive; `seconds` is what that took."""

    report: SiteReport
    fetches: list[Fetch]
    seconds: float


@dataclass(frozen=True)
class Pipeline:
    """The way from crawled sites to the lake."""

    lake: Lake
    workers: Pool
    sites: Mapping[str, Site]
    """The declared sites by id."""
    steps: Steps
    watch: Watch
    away: Away | None = None
    """Where a site's pages are extracted; None: in this process."""

    def step(self, stage: str, subject: str, work: Callable[[], T]) -> T:
        """Do the work as a step that whoever watches can see."""
        self.watch.stage(stage, subject)
        return self.steps.run(stage, subject, work)

    def take(
        self,
        run: Run,
        directory: Path,
        reports: Iterable[SiteReport],
        on_published: Callable[[str], object] = _quiet,
    ) -> list[SiteSummary]:
        """Archive, extract and publish the sites of a run as their crawls end. Returns what they came to.

        `on_published` is given each site whose results the next run will see.
        """
        published: list[SiteSummary] = []
        waiting: list[SiteResult] = []
        for begun, piece in in_order(self._begin(report, directory) for report in reports):
            waiting.append(self._extracted(begun, piece))
            articles = sum(len(result.articles) for result in waiting)
            if len(waiting) >= BATCH_SITES or articles >= BATCH_ARTICLES:
                published += self._publish(run, waiting, on_published)
                waiting = []
        return published + self._publish(run, waiting, on_published)

    def _begin(self, report: SiteReport, directory: Path) -> tuple[Begun, Promise[Extraction]]:
        """Archive the site's pages, then extract them here, or begin with that elsewhere."""
        start = time.perf_counter()
        self.step("archive", report.site, partial(archive_site, self.lake, report, directory))
        begun = Begun(report, read_log(report.log).fetches, time.perf_counter() - start)
        pages, site = article_pages(begun.fetches), self.sites.get(report.site)
        templates = load_templates(self.lake, report.site)
        if self.away is not None:
            work = SitePages(self.away.place, report.site, pages, site, templates)
            return begun, self.away.tasks.submit("extract", report.site, extract_away, work)
        here = partial(extract_fetches, report.site, pages, directory, self.workers, site, templates, self.watch.page)
        return begun, do_here(partial(self.step, "extract", report.site, here))

    def _extracted(self, begun: Begun, piece: Promise[Extraction]) -> SiteResult:
        try:
            result = with_extraction(begun.report, begun.fetches, piece.result())
        except PresslakeError:
            raise
        except Exception as error:  # one site's failure must not hold up the others; it is named in the summary
            log.exception("extraction of %s broke", begun.report.site)
            return broken_site(begun.report, f"extraction broke: {type(error).__name__}: {error}")
        result.seconds["archive"] = begun.seconds
        return result

    def _publish(self, run: Run, results: list[SiteResult], on_published: Callable[[str], object]) -> list[SiteSummary]:
        if not results:
            return []
        subject = results[0].report.site if len(results) == 1 else f"{len(results)} sites"
        summaries = self.step("publish", subject, partial(publish_sites, self.lake, run, results))
        for result in results:
            if result.templates is not None:
                save_templates(self.lake, result.report.site, result.templates)
            on_published(result.report.site)
        self.watch.done(summaries)
        return summaries


@contextlib.contextmanager
def open_pipeline(
    settings: Settings, steps: Steps | None = None, watch: Watch | None = None, tasks: Tasks | None = None
) -> Iterator[Pipeline]:
    """A pipeline into the settings' lake, with its extraction workers, which end with it.

    `tasks`: workers elsewhere, that extract in their place.
    """
    sites, lake = load_sites(settings.sites), open_lake(settings.lake)
    away = Away(tasks, place_of(settings, lake)) if tasks else None
    with Pool(settings.processes, settings.page_timeout) as workers:
        yield Pipeline(lake, workers, sites, steps or PlainSteps(), watch or Watch(), away)


def ingest(
    settings: Settings,
    sites: Sequence[str] | None = None,
    *,
    limit: int | None = None,
    steps: Steps | None = None,
    watch: Watch | None = None,
    tasks: Tasks | None = None,
) -> RunSummary:
    """Crawl the sites (None: all declared ones) and publish what is new.

    What killed runs left in the spool is published first. A site that another run on this machine is crawling is left
    to that run and named in `busy`. Raises SettingsError for an unknown site, LakeError or
    PublishError where the lake fails: then everything fetched stays in the spool for the next run.
    """
    chosen = choose(settings, sites)
    with open_pipeline(settings, steps, watch, tasks) as pipeline:
        recovered = resume(pipeline, settings)
        started_at = datetime.now(UTC)
        run = Run(f"{started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", "crawl", started_at)
        directory = settings.spool / run.run_id
        asked, store = {site.id: site.domains for site in chosen}, pipeline.lake.store
        locks = sites_held(settings.spool, asked, CRAWL, seconds=BACKFILL_SECONDS, store=store)
        with spool.held(directory), locks as (held, free):
            busy = [site.id for site in chosen if site.id not in free]
            chosen = [site for site in chosen if site.id in free]
            _note_run(directory, run, chosen)
            names = [site.id for site in chosen]
            known = write_known(pipeline.lake, names, directory / "known.parquet")
            now = datetime.now(UTC)
            job = CrawlJob(
                run.run_id,
                tuple(chosen),
                directory,
                known,
                limit,
                settings.allow_private,
                restraints=restraints(pipeline.lake, names, now),
                robots=kept_robots(pipeline.lake, names, now),
            )
            subject = chosen[0].id if len(chosen) == 1 else f"{len(chosen)} sites"
            crawling = cast("Generator[SiteReport]", crawl(job, on_progress=pipeline.watch.crawl))
            with contextlib.closing(crawling) as reports:
                work = partial(pipeline.take, run, directory, reports, held.release)
                published = pipeline.step("crawl", subject, work)
            spool.remove(directory)
    return RunSummary(run.run_id, started_at, published, recovered, datetime.now(UTC), busy)


def resume(pipeline: Pipeline, settings: Settings) -> list[str]:
    """Publish what killed runs fetched. Returns their ids.

    A run's sites that are in the lake already are left alone, so a run killed after its last commit only loses
    its directory. What such a run had not fetched yet is fetched by the next crawl of the site.
    """
    recovered = []
    for directory in spool.left_behind(settings.spool):
        with spool.held(directory) as free:
            if not free:
                continue
            run = _noted_run(directory)
            if run is not None:
                done = published_sites(pipeline.lake, run.run_id)
                left = [report for report in find_spooled(directory) if report.site not in done]
                pipeline.step("recover", run.run_id, partial(pipeline.take, run, directory, left))
                recovered.append(run.run_id)
            spool.remove(directory)
    return recovered


def choose(settings: Settings, names: Sequence[str] | None) -> list[Site]:
    """The declarations of the named sites, or all. Raises SettingsError where a name isn't declared."""
    declared = load_sites(settings.sites)
    if not names:
        if not declared:
            raise SettingsError(f"no sites are declared in {settings.sites}; write one with: presslake sites add URL")
        return list(declared.values())
    unknown = [name for name in names if name not in declared]
    if unknown:
        raise SettingsError(f"no such site: {', '.join(unknown)}; the declared ones: presslake sites list")
    return [declared[name] for name in dict.fromkeys(names)]


def _note_run(directory: Path, run: Run, sites: Sequence[Site]) -> None:
    note = {
        "run_id": run.run_id,
        "kind": run.kind,
        "started_at": run.started_at.isoformat(),
        "sites": [site.id for site in sites],
    }
    (directory / "run.json").write_text(json.dumps(note, indent=1))


def _noted_run(directory: Path) -> Run | None:
    """The run that left this directory; None where it was killed before it did anything."""
    try:
        note = json.loads((directory / "run.json").read_text())
        return Run(note["run_id"], note["kind"], datetime.fromisoformat(note["started_at"]))
    except (FileNotFoundError, ValueError, KeyError):
        return None
