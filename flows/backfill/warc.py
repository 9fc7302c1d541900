"""Backfill from WARC files: our own archive's, Common Crawl's CC-NEWS, anybody's.

A file is read in windows of bytes, each the same in every run, so that a file of a gigabyte is streamed and a killed
run loses a window at most. Captures of our sites are kept in our archive as they are, then extracted and published
like pages of a live crawl: by the same rules, with the same ids.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from crawlers.archive.captures import Capture, CaptureReader, Record
from crawlers.crawl import SiteReport
from crawlers.declarations import Site
from crawlers.extract import extract_pages
from crawlers.model import Article, Fetch, Page, WarcRef
from crawlers.urlkey import url_key
from flows.backfill.belonging import Belonging
from flows.backfill.blobs import WarcFile, measured, open_file
from flows.backfill.books import LakeBook
from flows.backfill.judging import judge, outside
from flows.backfill.keeping import Keeper
from flows.backfill.model import Gathered, Window
from flows.backfill.windows import ALWAYS, Span, byte_windows
from flows.pipeline import Pipeline
from flows.stages import SiteResult, archive_site, share_seconds
from schemas import Outcome

MIB = 1 << 20
WINDOW_BYTES = 32 * MIB
"""A window of a file: about 1,200 pages of CC-NEWS."""
PAGE_BYTES = 28_000
"""A page in CC-NEWS with its request, compressed: for estimates."""


@dataclass(slots=True)
class _Entry:
    """One capture on its way: `layer` counts earlier captures of the same address in the window."""

    layer: int
    fetch: Fetch
    article: Article | None = None


@dataclass(frozen=True)
class WarcSource:
    """WARC files, filtered by site, host, instant of capture and instant of publication."""

    files: Sequence[WarcFile]
    sites: Mapping[str, Site]
    span: Span
    undeclared: bool = False
    """Pages of other hosts count, too: each host is a site of its own."""
    hosts: Sequence[str] = ()
    window_bytes: int = WINDOW_BYTES
    published: Span = ALWAYS
    """Articles that were published at another time are OUT_OF_RANGE; those that don't say when are taken."""
    kind: str = field(default="warc", init=False)
    run_kind: str = field(default="backfill", init=False)

    def spec(self) -> dict[str, Any]:
        """See Source.spec: the files are not in it, each window names its own."""
        domains = sorted((domain, site.id) for site in self.sites.values() for domain in site.domains)
        # Only where it is asked for: jobs that were begun before it could be keep their names.
        published = {} if self.published == ALWAYS else {"published": [self.published.since, self.published.until]}
        return published | {
            "kind": self.kind,
            "sites": [f"{site} {domain}" for domain, site in domains],
            "since": self.span.since.isoformat(),
            "until": self.span.until.isoformat(),
            "undeclared": self.undeclared,
            "hosts": sorted(self.hosts),
            "window_bytes": self.window_bytes,
        }

    @cached_property
    def _places(self) -> dict[str, tuple[WarcFile, int, int]]:
        """The windows by name: file, first byte, and the byte after the last."""
        places = {}
        for file in map(measured, self.files):
            assert file.size is not None
            for start, end in byte_windows(file.size, self.window_bytes):
                places[_window_name(file, start)] = file, start, end
        return places

    def windows(self) -> Sequence[Window]:
        """See Source.windows."""
        return [
            Window(
                name, f"{file.name} {start / MIB:.3g}–{end / MIB:.3g} MiB", -(-(end - start) // PAGE_BYTES), end - start
            )
            for name, (file, start, end) in self._places.items()
        ]

    def notes(self) -> Sequence[str]:
        """See Source.notes."""
        return ()

    def portion(self, window: Window) -> "WarcSource":
        """See Portable.portion."""
        place = self._places[window.name]
        part = replace(self, files=(place[0],))
        part.__dict__["_places"] = {window.name: place}
        return part

    def gather(self, pipeline: Pipeline, window: Window, run_id: str, directory: Path) -> Gathered:
        """See Portable.gather."""
        file, start, end = self._places[window.name]
        done = Gathered()
        keeper = Keeper(directory, run_id, file.uri)
        entries: list[_Entry] = []
        begun = time.perf_counter()
        with open_file(file) as stream:
            reader = CaptureReader(stream, start, end)
            pages = self._pages(pipeline, file, reader, keeper, entries, done.passed)
            book = LakeBook(pipeline.lake)
            done.pages = self._extract(pipeline, pages, entries, book)
            done.passed += reader.passed
            done.damaged += reader.damaged
        done.lessons, done.layers = book.lessons, _results(entries, keeper, directory)
        extracted = time.perf_counter()
        for site in sorted({result.report.site for results in done.layers for result in results}):
            report = SiteReport(site, "ok", None, directory, keeper.segments(site), 0, 0)
            archive_site(pipeline.lake, report, directory)
        results = [result for layer in done.layers for result in layer]
        share_seconds(results, "extract", extracted - begun)
        share_seconds(results, "archive", time.perf_counter() - extracted)
        return done

    def _pages(
        self,
        pipeline: Pipeline,
        file: WarcFile,
        reader: CaptureReader,
        keeper: Keeper,
        entries: list[_Entry],
        passed: Counter[str],
    ) -> Iterator[Page]:
        """The captures that may be articles; every capture of ours gets its entry on the way."""
        ours = pipeline.lake.root.rstrip("/") + "/"
        belonging = Belonging(self.sites.values(), undeclared=self.undeclared, hosts=self.hosts)
        seen: Counter[tuple[str, str]] = Counter()
        for record in reader:
            owner = self._owner(record, belonging, passed)
            capture = record.capture() if owner else None
            if owner is None or capture is None:
                continue
            if capture.captured_at not in self.span:
                passed["outside the dates"] += 1
                continue
            if capture.status < 200 or 300 <= capture.status < 400:
                passed[f"status {capture.status}"] += 1
                continue
            site, declared = owner
            if file.uri.startswith(f"{ours}archive/"):
                ref = WarcRef(file.uri.removeprefix(ours), record.offset, capture.digest)
            else:
                ref = keeper.keep(site, capture)
            fetch = _fetch(site, capture, ref, file)
            verdict = judge(capture, declared.policy if declared else "flag")
            fetch.outcome, fetch.detail = verdict.outcome, verdict.detail or None
            entries.append(_Entry(seen[site, fetch.url], fetch))
            seen[site, fetch.url] += 1
            if fetch.outcome is Outcome.NEW:
                yield Page(
                    site, fetch.url, capture.body, fetch.fetched_at, capture.content_type, None, ref,
                    str(len(entries) - 1),
                )  # fmt: skip

    @staticmethod
    def _owner(record: Record, belonging: Belonging, passed: Counter[str]) -> tuple[str, Site | None] | None:
        if not record.is_response():
            return None
        if record.kind != "article":
            passed[f"kind {record.kind[:20]}"] += 1
            return None
        owner = belonging.find(record.url)
        if owner is None:
            passed["other hosts"] += 1
        return owner

    def _extract(self, pipeline: Pipeline, pages: Iterator[Page], entries: list[_Entry], book: LakeBook) -> int:
        count = 0
        workers = pipeline.workers
        zones = {site.id: site.timezone for site in pipeline.sites.values() if site.timezone}
        found = extract_pages(pages, processes=workers.size, pool=workers, zones=zones, templates=book)
        for page, result in found:
            entry = entries[int(page.id)]
            refusal = outside(result, self.published) if isinstance(result, Article) else result
            if isinstance(result, Article) and refusal is None:
                declared = pipeline.sites.get(page.site)
                result.language = result.language or (declared.language if declared else None)
                entry.article = result
            elif refusal is not None:
                entry.fetch.outcome, entry.fetch.detail = refusal.outcome, refusal.detail or entry.fetch.detail
            count += 1
            pipeline.watch.page()
        return count


def _window_name(file: WarcFile, start: int) -> str:
    """The same for the same part of the same file: its address and length, and where the part begins."""
    whole = sha256(f"{file.uri} {file.size}".encode()).hexdigest()[:10]
    return f"{whole}-{start:012d}"


def _fetch(site: str, capture: Capture, ref: WarcRef, file: WarcFile) -> Fetch:
    return Fetch(
        site=site,
        kind="article",
        url=capture.url,
        url_key=url_key(capture.url),
        outcome=Outcome.NEW,
        fetched_at=capture.captured_at,
        final_url=capture.url,
        # Where a file stood on somebody's disk is nobody's business.
        found_in=file.name if file.uri.startswith("file:") else file.uri,
        status=capture.status,
        content_type=capture.content_type,
        etag=capture.headers.get("etag"),
        last_modified=capture.headers.get("last-modified"),
        warc=ref,
    )


def _results(entries: Sequence[_Entry], keeper: Keeper, directory: Path) -> list[list[SiteResult]]:
    """The entries by layer and site: a run has each address once, so a second capture of one is another run's."""
    layers: dict[int, dict[str, SiteResult]] = {}
    for entry in entries:
        site = entry.fetch.site
        results = layers.setdefault(entry.layer, {})
        if site not in results:
            report = SiteReport(site, "ok", None, directory, keeper.segments(site), 0, 0)
            results[site] = SiteResult(report, [], {})
        if entry.article is not None:
            results[site].articles[len(results[site].fetches)] = entry.article
        results[site].fetches.append(entry.fetch)
    return [list(results.values()) for _, results in sorted(layers.items())]
