"""Extract our own archive again: with today's rules, and the templates of the pages' time.

The pages are those of the crawl log that lie in the archive. A page whose article comes out different gets a further
revision with the instant of the same fetch and `change` = `reextraction`, so that a reader can tell what we changed
from what the publisher did; one that comes out the same changes nothing.
"""

import io
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from crawlers.archive.captures import CaptureReader
from crawlers.crawl import SiteReport
from crawlers.extract import EXTRACTOR_VERSION, extract_pages
from crawlers.model import Article, Fetch, Lead, Page, WarcRef
from flows.backfill.blobs import Blocks
from flows.backfill.books import LakeBook
from flows.backfill.judging import judge
from flows.backfill.model import Gathered, Window
from flows.backfill.windows import Span
from flows.lake import Lake
from flows.lake.archive import expired_before, has_expired
from flows.lake.query import rows
from flows.pipeline import Pipeline
from flows.stages import SiteResult, share_seconds
from schemas import Outcome
from schemas.outcomes import PUBLISHED, QUARANTINED

WINDOW_PAGES = 1_000
AGAIN = PUBLISHED | QUARANTINED | {Outcome.NO_ARTICLE}
"""Outcomes of pages that are extracted again unless others are asked for."""
BLOCK = 4 << 20
"""Bytes of an archive object that are read at once: neighbours in a file are mostly extracted together."""

_PAGES = """
WITH looks AS (
    SELECT *, row_number() OVER (PARTITION BY warc_file, warc_offset ORDER BY attempts DESC, run_id) AS look
    FROM fetches
    WHERE kind = 'article' AND warc_file IS NOT NULL
        AND fetched_at >= ?::TIMESTAMPTZ AND fetched_at < ?::TIMESTAMPTZ
        AND (len(?::VARCHAR[]) = 0 OR site IN (SELECT unnest(?::VARCHAR[])))
), ends AS (
    SELECT warc_file, warc_offset, list(DISTINCT outcome) AS outcomes FROM fetches
    WHERE kind = 'article' AND warc_file IS NOT NULL GROUP BY warc_file, warc_offset
)
SELECT looks.* EXCLUDE (look) FROM looks JOIN ends USING (warc_file, warc_offset)
WHERE look = 1 AND list_has_any(outcomes, ?::VARCHAR[])
ORDER BY site, fetched_at, warc_file, warc_offset
"""


@dataclass(frozen=True)
class ReextractSource:
    """Pages of our archive, by site, instant of fetch and outcome."""

    lake: Lake
    sites: Sequence[str]
    span: Span
    outcomes: Collection[Outcome] = AGAIN
    runs: str | None = None
    """Only pages of runs whose ids begin so: those of one backfill."""
    kind: str = field(default="reextract", init=False)
    run_kind: str = field(default="reextract", init=False)
    _windows: dict[str, list[Fetch]] = field(default_factory=dict, init=False)
    _expired: Counter[str] = field(default_factory=Counter, init=False)
    """Pages by archive object that expired; set by `windows`."""

    def spec(self) -> dict[str, Any]:
        """See Source.spec. A new version of the rules makes a new job of the same pages."""
        return {
            "kind": self.kind,
            "sites": sorted(self.sites),
            "since": self.span.since.isoformat(),
            "until": self.span.until.isoformat(),
            "outcomes": sorted(self.outcomes),
            "runs": self.runs,
            "extractor": EXTRACTOR_VERSION,
        }

    def windows(self) -> Sequence[Window]:
        """See Source.windows."""
        fetches = list(self._pages())
        found = []
        for start in range(0, len(fetches), WINDOW_PAGES):
            part = fetches[start : start + WINDOW_PAGES]
            name = _hash(part)
            self._windows[name] = part
            first, last = part[0], part[-1]
            label = f"{first.site} {first.fetched_at:%Y-%m-%d} to {last.site} {last.fetched_at:%Y-%m-%d}"
            found.append(Window(name, label, len(part), sum(fetch.body_bytes or 0 for fetch in part)))
        return found

    def notes(self) -> Sequence[str]:
        """See Source.notes."""
        found = [f"extraction rules {EXTRACTOR_VERSION}"]
        if gone := sum(self._expired.values()):
            found.append(f"{gone} pages have left the archive for their age; their articles stay as they are")
        return found

    def portion(self, window: Window) -> "ReextractSource":
        """See Portable.portion."""
        part = replace(self)
        part.__dict__["_windows"] = {window.name: self._windows[window.name]}
        return part

    def gather(self, pipeline: Pipeline, window: Window, run_id: str, directory: Path) -> Gathered:
        """See Portable.gather."""
        done, begun = Gathered(), time.perf_counter()
        results = self.extract(pipeline, window, done)
        done.layers = [list(sites.values()) for sites in _layers(results, directory)]
        share_seconds([result for layer in done.layers for result in layer], "extract", time.perf_counter() - begun)
        return done

    def fetches(self, window: Window) -> list[Fetch]:
        """The fetches behind a window, with their outcomes as they were."""
        return self._windows[window.name]

    def extract(self, pipeline: Pipeline, window: Window, done: Gathered) -> list[tuple[Fetch, Article | None]]:
        """Extract the window's pages; their fetches have the outcome NEW, or why there is no article."""
        found: list[tuple[Fetch, Article | None]] = []
        waiting: dict[str, Fetch] = {}
        sites, workers = pipeline.sites, pipeline.workers
        zones = {site.id: site.timezone for site in sites.values() if site.timezone}

        def pages() -> Iterator[Page]:
            for number, fetch in enumerate(self._windows[window.name]):
                site = sites.get(fetch.site)
                page = self._page(fetch, site.policy if site else "flag", str(number), done.damaged)
                if page is None:
                    found.append((fetch, None))
                    continue
                waiting[page.id] = fetch
                yield page

        book = LakeBook(pipeline.lake)
        extracted = extract_pages(
            pages(), processes=workers.size, pool=workers, zones=zones, templates=book, learn=False
        )  # fmt: skip
        for page, result in extracted:
            fetch = waiting.pop(page.id)
            if isinstance(result, Article):
                site = sites.get(page.site)
                result.language = result.language or (site.language if site else None)
                found.append((fetch, result))
            else:
                fetch.outcome, fetch.detail = result.outcome, result.detail
                found.append((fetch, None))
            done.pages += 1
            pipeline.watch.page()
        return found

    def _pages(self) -> Iterator[Fetch]:
        span = self.span
        sites, outcomes = sorted(self.sites), sorted(str(outcome) for outcome in self.outcomes)
        names, before = {item.name for item in fields(Fetch)}, expired_before(self.lake)
        there: dict[str, bool] = {}
        self._expired.clear()
        for row in rows(self.lake, _PAGES, [span.since, span.until, sites, sites, outcomes]):
            if self.runs and not row["run_id"].startswith(self.runs):
                continue
            if has_expired(row["warc_file"], before):
                # Old objects stay where a page in them is in quarantine.
                if row["warc_file"] not in there:
                    there[row["warc_file"]] = self.lake.store.size(row["warc_file"]) is not None
                if not there[row["warc_file"]]:
                    self._expired[row["warc_file"]] += 1
                    continue
            ref = WarcRef(row["warc_file"], row["warc_offset"], row["warc_digest"] or "")
            values = {name: value for name, value in row.items() if name in names}
            values |= {"outcome": Outcome(row["outcome"]), "warc": ref, "attempts": 0}
            yield Fetch(**values)

    def _page(self, fetch: Fetch, policy: str, number: str, damaged: Counter[str]) -> Page | None:
        """The page behind a fetch; None, with its outcome set, where there is nothing to extract."""
        assert fetch.warc is not None
        ref, lead = fetch.warc, Lead(fetch.url, fetch.found_in, fetch.lead_title, fetch.lead_published_at)
        try:
            with self._open(ref.file) as stream:
                reader = CaptureReader(stream, ref.offset, ref.offset + 1)
                capture = next((record.capture() for record in reader), None)
        except FileNotFoundError:
            capture, reader = None, None
        if capture is None:
            reason = "gone from the archive" if reader is None else "torn"
            damaged[reason] += 1
            fetch.outcome, fetch.detail = Outcome.EXTRACT_FAILED, f"not readable in the archive: {reason}"
            return None
        verdict = judge(capture, policy)
        fetch.outcome, fetch.detail = verdict.outcome, verdict.detail or None
        if fetch.outcome is not Outcome.NEW:
            return None
        return Page(
            fetch.site, capture.url, capture.body, fetch.fetched_at, capture.content_type, lead, ref, number
        )  # fmt: skip

    def _open(self, name: str) -> BinaryIO:
        return open_object(self.lake, name)


def open_object(lake: Lake, name: str) -> BinaryIO:
    """An object of the lake as a seekable stream, read block by block. Raises FileNotFoundError, LakeError."""
    size = lake.store.size(name)
    if size is None:
        raise FileNotFoundError(name)

    def fetch(first: int, last: int) -> bytes:
        with lake.store.open(name, first) as stream:
            return stream.read(last - first + 1)

    return io.BufferedReader(Blocks(size, fetch, BLOCK), 1 << 16)


def _layers(results: Sequence[tuple[Fetch, Article | None]], directory: Path) -> list[dict[str, SiteResult]]:
    """The results by site: a run has each address once, so further looks at one go to further runs."""
    layers: list[dict[str, SiteResult]] = []
    seen: Counter[tuple[str, str]] = Counter()
    for fetch, article in results:
        layer = seen[fetch.site, fetch.url]
        seen[fetch.site, fetch.url] += 1
        if layer == len(layers):
            layers.append({})
        report = SiteReport(fetch.site, "ok", None, directory, (), 0, 0)
        result = layers[layer].setdefault(fetch.site, SiteResult(report, [], {}))
        if article is not None:
            result.articles[len(result.fetches)] = article
        result.fetches.append(fetch)
    return layers


def _hash(fetches: Sequence[Fetch]) -> str:
    places = (f"{fetch.warc.file} {fetch.warc.offset}" for fetch in fetches if fetch.warc)
    return sha256("\n".join(places).encode()).hexdigest()[:12]
