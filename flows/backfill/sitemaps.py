"""Backfill from sites' own sitemaps, by dates of publication.

The sitemaps are read once for a job, and what they list in the span is kept in the lake; windows of some fifty pages
of one site are then crawled, archived, extracted and published like any crawl. What the lake has already, however it
came there, is not asked for again.
"""

import contextlib
import json
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from crawlers.crawl import CrawlJob, Limits, SiteReport, crawl
from crawlers.declarations import Site
from crawlers.model import Lead
from crawlers.urlkey import url_key
from flows import spool
from flows.backfill.blobs import SourceError
from flows.backfill.discovering import Listing, list_site
from flows.backfill.judging import outside
from flows.backfill.listings import listing_bytes, read_listing, short_hash, span_name
from flows.backfill.model import Taken, Window
from flows.backfill.windows import Span
from flows.lake import Lake
from flows.lake.known import restraints
from flows.lake.query import rows
from flows.lake.robots import kept_robots
from flows.pipeline import Begun, Pipeline
from flows.publish import Run
from flows.settings import Settings
from flows.sitelocks import BACKFILL, sites_held
from flows.stages import Extraction, SiteResult
from flows.tasks import Promise
from schemas import Outcome

WINDOW_PAGES = 50
"""Pages of a window: at a page a second a live crawl of the same site waits for a minute at most."""
SITE_SECONDS = 3600.0
"""How long a window waits for another crawl of its site."""
UNSETTLED = frozenset({Outcome.NOT_FETCHED, Outcome.OVER_BUDGET, Outcome.OUT_OF_RANGE, Outcome.DUPLICATE_URL})
"""Outcomes after which an address has yet to be asked for: it was never reached, or was too old for a live crawl."""
FAILED = frozenset(
    {
        Outcome.TIMED_OUT, Outcome.CONNECTION_FAILED, Outcome.DNS_FAILED, Outcome.SERVER_ERROR, Outcome.TRUNCATED,
        Outcome.REFUSED, Outcome.CHALLENGE, Outcome.EMPTY_BODY, Outcome.HTTP_ERROR, Outcome.REDIRECT_LOOP,
        Outcome.EXTRACT_TIMED_OUT, Outcome.EXTRACT_CRASHED, Outcome.EXTRACT_FAILED, Outcome.INVALID_ROW,
    }
)  # fmt: skip
"""Outcomes of failures, on either side, that may have passed."""
RETRIED = FAILED | {Outcome.NOT_FETCHED, Outcome.OVER_BUDGET}
"""Outcomes that `--retry-failed` tries again."""


@dataclass(frozen=True, kw_only=True)
class _InSpan(Pipeline):
    """The pipeline, but articles published outside the span end as OUT_OF_RANGE: sitemaps seldom say when."""

    span: Span

    def _extracted(self, begun: Begun, piece: Promise[Extraction]) -> SiteResult:
        result = super()._extracted(begun, piece)
        for position, article in list(result.articles.items()):
            if refusal := outside(article, self.span):
                del result.articles[position]
                fetch = result.fetches[position]
                fetch.outcome, fetch.detail = refusal.outcome, refusal.detail
        return result


@dataclass(frozen=True)
class SitemapSource:
    """The sitemaps of some sites, by date of publication."""

    sites: Sequence[Site]
    span: Span
    settings: Settings
    lake: Lake
    retry_failed: bool = False
    window_pages: int = WINDOW_PAGES
    limits: Limits = field(default_factory=Limits)
    kind: str = field(default="sitemaps", init=False)
    _listings: dict[str, Listing] = field(default_factory=dict, init=False)
    _windows: dict[str, tuple[Site, list[Lead]]] = field(default_factory=dict, init=False)

    def spec(self) -> dict[str, Any]:
        """See Source.spec."""
        return {
            "kind": self.kind,
            "sites": sorted(site.id for site in self.sites),
            "since": self.span.since.isoformat(),
            "until": self.span.until.isoformat(),
        }

    def windows(self) -> Sequence[Window]:
        """See Source.windows. Reads the sitemaps where that wasn't done before for this span."""
        found = []
        for site in self.sites:
            listing = self._listing(site)
            self._listings[site.id] = listing
            settled = self._settled(site.id, {url_key(lead.url) for lead in listing.leads})
            for start in range(0, len(listing.leads), self.window_pages):
                leads = listing.leads[start : start + self.window_pages]
                left = self._left(site.id, leads, settled)
                name = f"{site.id}-{short_hash(lead.url for lead in leads)}"
                if self.retry_failed and left:
                    name += f"-r{self._tries(site.id, leads)}"
                self._windows[name] = site, leads
                label = f"{site.id} {start + 1}–{start + len(leads)}{_dates(leads)}"
                found.append(Window(name, label, len(left), 0, len(left) * site.delay))
        return found

    def notes(self) -> Sequence[str]:
        """See Source.notes."""
        told = []
        for site in self.sites:
            listing = self._listings.get(site.id)
            if listing is None:
                continue
            undated = sum(lead.published_at is None for lead in listing.leads)
            left = len(self._left(site.id, listing.leads))
            told.append(
                f"{site.id}: {listing.sources} sitemaps list {len(listing.leads)} addresses for {self.span} "
                f"({undated} without a date of publication), {len(listing.leads) - left} of them dealt with already"
            )
            told += [f"{site.id}: {problem}" for problem in listing.problems]
        return told

    def take(self, pipeline: Pipeline, window: Window, run_id: str, directory: Path) -> Taken:
        """See Source.take."""
        site, leads = self._windows[window.name]
        left = self._left(site.id, leads)
        earlier = _runs_of(pipeline.lake, run_id)
        taken = Taken(run_ids=earlier)
        if not left:
            return taken
        run = Run(f"{run_id}-{len(earlier)}" if earlier else run_id, "backfill", datetime.now(UTC))
        values = {item.name: getattr(pipeline, item.name) for item in fields(Pipeline)}
        ranged = _InSpan(**values, span=self.span)
        known = _as_known(site.id, left, directory / "known.parquet")
        asked = replace(site, feeds=(), news_sitemaps=(), sitemaps=(), sections=(), max_age_days=36_500)
        _note(directory, run, site.id)
        allow = self.settings.allow_private
        with self._site_held(site):
            held_back = restraints(self.lake, [site.id], datetime.now(UTC))
            job = CrawlJob(
                run.run_id,
                (asked,),
                directory,
                known,
                len(left),
                allow,
                restraints=held_back,
                robots=kept_robots(self.lake, [site.id], datetime.now(UTC)),
                limits=self.limits,
            )
            crawling = cast("Generator[SiteReport]", crawl(job, on_progress=pipeline.watch.crawl))
            with contextlib.closing(crawling) as reports:
                work = partial(ranged.take, run, directory, reports)
                taken.sites = pipeline.step("crawl", window.label, work)
        taken.run_ids = [*earlier, run.run_id]
        waiting = (Outcome.NOT_FETCHED, Outcome.OVER_BUDGET)  # the latter where the site's day has had its pages
        left_over = sum(summary.outcomes[outcome] for summary in taken.sites for outcome in waiting)
        taken.pages = sum(summary.discovered for summary in taken.sites) - left_over
        taken.complete = not left_over
        return taken

    @contextlib.contextmanager
    def _site_held(self, site: Site) -> Iterator[None]:
        """Hold the site, waiting for a crawl of it that goes on."""
        locks = sites_held(
            self.settings.spool, {site.id: site.domains}, BACKFILL, seconds=SITE_SECONDS, store=self.lake.store
        )
        with locks as (_, held):
            if not held:
                raise SourceError(f"{site.id}: another crawl of it has gone on for {SITE_SECONDS / 60:.0f} minutes")
            yield

    def _left(self, site: str, leads: Sequence[Lead], settled: Collection[str] | None = None) -> list[Lead]:
        """The leads that the lake doesn't know the end of; `settled` as it was looked up before, by url_key."""
        keys = {url_key(lead.url): lead for lead in leads}
        known = self._settled(site, keys) if settled is None else settled
        return [lead for key, lead in keys.items() if key not in known]

    def _settled(self, site: str, keys: Collection[str]) -> set[str]:
        again = {str(outcome) for outcome in (RETRIED if self.retry_failed else UNSETTLED)}
        sql = (
            "SELECT DISTINCT url_key FROM fetches WHERE site = ? AND kind = 'article' "
            "AND outcome NOT IN (SELECT unnest(?::VARCHAR[])) AND url_key IN (SELECT unnest(?::VARCHAR[]))"
        )
        return {row["url_key"] for row in rows(self.lake, sql, [site, sorted(again), sorted(keys)])}

    def _tries(self, site: str, leads: Sequence[Lead]) -> int:
        sql = (
            "SELECT count(DISTINCT run_id) AS n FROM fetches WHERE site = ? AND kind = 'article' "
            "AND url_key IN (SELECT unnest(?::VARCHAR[]))"
        )
        found: int = rows(self.lake, sql, [site, sorted({url_key(lead.url) for lead in leads})])[0]["n"]
        return found

    def _listing(self, site: Site) -> Listing:
        """What the sitemaps list: as kept in the lake, else read now and kept."""
        name = f"state/backfills/listings/{site.id}-{span_name(self.span)}.parquet"
        data = self.lake.store.get(name)
        if data is not None and (kept := read_listing(data, site.id, self.span)):
            return kept
        directory = self.settings.spool / f"list-{site.id}-{span_name(self.span)}"
        if directory.exists():
            spool.remove(directory)
        with spool.held(directory), self._site_held(site):
            held_back = restraints(self.lake, [site.id], datetime.now(UTC))
            listing = list_site(site, self.span, self.settings, directory, self.limits, held_back)
            spool.remove(directory)
        if listing.sources:
            self.lake.store.put(name, listing_bytes(listing))
        return listing


def _runs_of(lake: Lake, run_id: str) -> list[str]:
    """The runs that worked at a window, from the table."""
    sql = "SELECT DISTINCT run_id FROM runs WHERE run_id = ? OR regexp_matches(run_id, ?) ORDER BY run_id"
    return [row["run_id"] for row in rows(lake, sql, [run_id, f"^{run_id}-[0-9]+$"])]


def _as_known(site: str, leads: Sequence[Lead], path: Path) -> Path:
    """The leads in the form of addresses that earlier runs owe a look: the crawl fetches these, and nothing else."""
    now = datetime.now(UTC)
    values = [
        {
            "site": site, "kind": "article", "url": lead.url, "url_key": url_key(lead.url),
            "outcome": str(Outcome.NOT_FETCHED), "fetched_at": now, "first_seen_at": now, "lead_title": lead.title,
            "lead_published_at": lead.published_at, "found_in": lead.found_in,
        }
        for lead in leads
    ]  # fmt: skip
    instant = pa.timestamp("us", tz="UTC")
    names = ("site", "kind", "url", "url_key", "outcome", "lead_title", "found_in")
    schema = pa.schema(
        [(name, pa.string()) for name in names]
        + [(name, instant) for name in ("fetched_at", "first_seen_at", "lead_published_at")]
    )
    pq.write_table(pa.Table.from_pylist(values, schema=schema), path)
    return path


def _note(directory: Path, run: Run, site: str) -> None:
    """What `flows.pipeline.resume` needs to publish the window's pages if this process is killed."""
    note = {"run_id": run.run_id, "kind": run.kind, "started_at": run.started_at.isoformat(), "sites": [site]}
    (directory / "run.json").write_text(json.dumps(note, indent=1))


def _dates(leads: Sequence[Lead]) -> str:
    known = [at for lead in leads if (at := lead.published_at or lead.modified_at)]
    return f", {min(known):%Y-%m-%d} to {max(known):%Y-%m-%d}" if known else ", undated"
