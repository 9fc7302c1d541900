"""Politeness per host: delays, pauses the server asks for, and giving up on a host that fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from scrapy import Request
from scrapy.core.downloader import Downloader, Slot
from scrapy.http import Response
from scrapy.signals import headers_received, response_downloaded

from crawlers.declarations import Site
from crawlers.spider.comeback import come_back_at, host_key, in_words, retry_after
from crawlers.spider.limits import Limits

QUICK_ANSWER = 0.25
"""A host that answers within this, in seconds, is not under strain."""
LONGEST_DELAY = 60.0
"""The throttle never goes beyond this, in seconds; robots.txt may."""


@dataclass(slots=True)
class Host:
    """What the crawl knows of one host. Times are of the monotonic clock, in seconds."""

    key: str
    floor: float
    """Least delay between requests: the declaration's or the one robots.txt asks for."""
    concurrency: int
    failures: int = 0
    """Addresses that failed in a row."""
    closed: str | None = None
    """Why the host is left alone for the rest of the run; names it."""
    until: datetime | None = None
    """Instant before which it last asked to be left alone (Retry-After), UTC."""

    @property
    def wish(self) -> str | None:
        """Its wish to be left alone, in words, as long as it stands."""
        return in_words(self.key, self.until) if self.until and self.until > datetime.now(UTC) else None


class HostClosedError(Exception):
    """A request that was waiting for a host when the host was given up."""


class Hosts:
    """The hosts of a crawl, and the downloader slots that carry their delays."""

    def __init__(
        self,
        downloader: Downloader,
        limits: Limits,
        waiting: Mapping[str, datetime],
        asked: Callable[[str, str, datetime], None],
    ):
        """`waiting`: hosts that asked earlier runs to be left alone until an instant. `asked` is told, with the site
        that was at it, when a host asks for that now.
        """
        self._downloader, self._limits, self._waiting, self._asked = downloader, limits, waiting, asked
        self._hosts: dict[str, Host] = {}
        downloader.signals.connect(self._headers_received, headers_received)
        downloader.signals.connect(self._response_downloaded, response_downloaded)

    def of(self, url: str, site: Site) -> Host:
        """The host of a URL; made with the site's delay and concurrency the first time."""
        key = host_key(url)
        host = self._hosts.get(key)
        if host is None:
            host = self._hosts[key] = Host(key, site.delay, site.concurrency)
            self._slot(host)
            if until := self._waiting.get(key):
                self._leave_alone(host, until)
        return host

    def ask_delay(self, host: Host, seconds: float) -> None:
        """Keep at least this delay from now on, one request at a time (Crawl-delay, Request-rate)."""
        if seconds <= 0:
            return
        host.floor, host.concurrency = max(host.floor, seconds), 1
        slot = self._slot(host)
        slot.delay, slot.concurrency = max(slot.delay, host.floor), 1

    def hold(self, host: Host, seconds: float) -> None:
        """Send nothing to the host for this long (Retry-After), whatever is already waiting for it."""
        slot = self._slot(host)
        slot.delay = max(slot.delay, 0.001)  # a slot without delay does not look at the time of its last request
        slot.lastseen = max(slot.lastseen, monotonic() + seconds - slot.delay)

    def answered(self, host: Host, latency: float, status: int) -> None:
        """Adapt the delay to how fast the host answers.

        The rule of Scrapy's AutoThrottle, with the site's concurrency as target and its own least delay: the
        delay moves half way to latency / concurrency, at once where that is longer, and never down on an error.
        Quick answers ask for no more than the least delay.
        """
        slot = self._slot(host)
        target = latency / host.concurrency if latency > QUICK_ANSWER else 0.0
        delay = max(target, (slot.delay + target) / 2)
        delay = min(max(delay, host.floor), max(LONGEST_DELAY, host.floor))
        if status == 200 or delay > slot.delay:
            slot.delay = delay

    def ended(self, host: Host, *, failed: bool, why: str) -> None:
        """Count an address that failed (or did not); too many in a row close the host."""
        host.failures = host.failures + 1 if failed else 0
        if failed and host.failures >= self._limits.failures_in_a_row and host.closed is None:
            host.closed = f"{host.key}: {host.failures} failures in a row, the last: {why}"

    def _headers_received(self, request: Request) -> None:
        """Count a delay from the answer: the server has seen the request by then, however long connecting took."""
        slot = self._downloader.slots.get(request.meta.get("download_slot", ""))
        if slot is not None:
            slot.lastseen = max(slot.lastseen, monotonic())

    def _response_downloaded(self, response: Response, request: Request) -> None:
        """Hold a host that is busy, before the downloader turns to what is waiting for it (RFC 9110, 10.2.3)."""
        if response.status not in (429, 503):
            return
        host: Host = request.meta["host"]
        now = datetime.now(UTC)
        asked = retry_after((response.headers.get("Retry-After") or b"").decode("latin-1"), now)
        if asked:
            until = come_back_at(asked, now)
            self._leave_alone(host, until)
            self._asked(request.meta["site"], host.key, until)
        elif asked is None and response.status == 429:
            self.hold(host, self._limits.backoff)

    def _leave_alone(self, host: Host, until: datetime) -> None:
        """Send nothing before the instant: it is waited for, or the host is done for this run."""
        seconds = (until - datetime.now(UTC)).total_seconds()
        host.until = max(until, host.until or until)
        if seconds > self._limits.longest_wait:
            host.closed = in_words(host.key, until)
        elif seconds > 0:
            self.hold(host, seconds)

    def _slot(self, host: Host) -> Slot:
        slot = self._downloader.slots.get(host.key)
        if slot is None:
            slot = self._downloader.slots[host.key] = Slot(host.concurrency, host.floor, jitter=0)
        return slot
