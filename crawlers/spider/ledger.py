"""The books of one site and run: what is archived, logged and counted, in that order."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crawlers.archive import ArchiveWriter, Exchange
from crawlers.model import Fetch, Lead, WarcRef
from crawlers.spider.fetcher import Answer
from crawlers.spider.known import Known
from crawlers.spider.log import LogWriter
from crawlers.spider.trust import DISTRUSTED
from crawlers.urlkey import url_key
from schemas import Outcome


@dataclass(slots=True)
class Counts:
    """How far a site's crawl is. Articles only, but for requests and bytes."""

    discovered: int = 0
    finished: int = 0
    fetched: int = 0
    requests: int = 0
    body_bytes: int = 0


@dataclass(slots=True)
class Ledger:
    """Writes one site's archive and log."""

    site: str
    archive: ArchiveWriter
    writer: LogWriter
    counts: Counts = field(default_factory=Counts)

    def keep(self, exchange: Exchange | None) -> WarcRef | None:
        """Archive an exchange. An empty 304 says nothing that the log doesn't."""
        if exchange is None or exchange.status == 304:
            return None
        return self.archive.write(exchange)

    def open(self, fetches: Iterable[Fetch]) -> None:
        """Note addresses that are still to be dealt with."""
        fetches = list(fetches)
        self.writer.leads(fetches)
        self.counts.discovered += sum(fetch.kind == "article" for fetch in fetches)

    def settle(self, fetches: Iterable[Fetch], *, opened: bool) -> None:
        """Note outcomes that took no request; `opened`: the addresses were noted before."""
        fetches = list(fetches)
        self.writer.fetches(fetches)
        articles = sum(fetch.kind == "article" for fetch in fetches)
        self.counts.finished += articles
        self.counts.discovered += 0 if opened else articles

    def answered(self, fetch: Fetch, answer: Answer, known: Known | None = None, *, trusted: bool = True) -> Fetch:
        """Archive the answer, then log what became of the address. Validators of the untrusted are not kept."""
        fetch.warc = self.keep(answer.exchange)
        fetch.fetched_at = answer.at
        fetch.final_url, fetch.status, fetch.attempts = answer.final_url, answer.status, answer.attempts
        fetch.elapsed_ms = answer.elapsed_ms
        fetch.body_bytes = None if answer.exchange is None else len(answer.exchange.body)
        fetch.content_type = answer.headers.get("content-type")
        fetch.etag, fetch.last_modified = answer.headers.get("etag"), answer.headers.get("last-modified")
        if fetch.outcome == Outcome.NOT_MODIFIED and known is not None:  # a 304 need not repeat them
            fetch.etag = fetch.etag or known.etag
            fetch.last_modified = fetch.last_modified or known.last_modified
        if not trusted:
            fetch.etag, fetch.last_modified = DISTRUSTED, None
        self.writer.fetch(fetch, wire_bytes=answer.wire_bytes)
        self.counts.requests += answer.attempts
        self.counts.body_bytes += answer.wire_bytes
        if fetch.kind == "article":
            self.counts.finished += 1
            self.counts.fetched += fetch.outcome == Outcome.NEW
        return fetch

    def source(self, url: str, kind: str, found_in: str | None, outcome: Outcome, detail: str | None = None) -> Fetch:
        """A row for a feed, sitemap, section page or robots.txt."""
        now = datetime.now(UTC)
        return Fetch(self.site, kind, url, url_key(url), outcome, now, found_in=found_in, detail=detail)

    def article(
        self, lead: Lead, key: str, outcome: Outcome, detail: str | None = None, at: datetime | None = None
    ) -> Fetch:
        """A row for an article's address."""
        return Fetch(
            self.site,
            "article",
            lead.url,
            key,
            outcome,
            at or datetime.now(UTC),
            found_in=lead.found_in,
            detail=detail,
            lead_title=lead.title,
            lead_published_at=lead.published_at,
        )

    def close(self) -> None:
        """Sync the archive, then close the log."""
        self.archive.close()
        self.writer.close()
