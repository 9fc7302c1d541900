"""Ask for one address until there is an answer: address check, robots, redirects, retries, decoding."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.core.engine import ExecutionEngine
from scrapy.http import Response

from crawlers.archive import CodingError, CutShortError, Exchange, TooLargeError, decode_body
from crawlers.declarations import Site
from crawlers.optouts import Reservation
from crawlers.spider.addresses import proxy_for, refusal
from crawlers.spider.failures import PASSING, outcome_of_error, outcome_of_status
from crawlers.spider.hosts import Host, HostClosedError, Hosts
from crawlers.spider.limits import Limits
from crawlers.spider.rendering import PageToRender, Render
from crawlers.spider.resolver import PublicResolver
from crawlers.spider.settings import user_agent
from schemas import Outcome

REDIRECTS = frozenset({301, 302, 303, 307, 308})
META_REFRESH_BYTES = 4096
"""Pages that do nothing but forward are small."""
_META_REFRESH = re.compile(
    rb"""<meta[^>]+http-equiv=["']?refresh["']?[^>]*content=["']?\s*(\d+)\s*[;,]\s*url\s*=\s*["']?([^"'>\s]+)""",
    re.IGNORECASE,
)

Refusal = tuple[Outcome, str]
Check = Callable[[str], Refusal | None]
"""Says whether an address that a redirect leads to may be followed."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What to ask for, and how."""

    url: str
    kind: str
    site: Site
    etag: str | None = None
    last_modified: str | None = None
    check: Check | None = None
    """Asked about every redirect target."""
    obey_robots: bool = True


@dataclass(slots=True)
class Answer:
    """What came of it. `outcome` is None where the body decides."""

    outcome: Outcome | None = None
    detail: str | None = None
    final_url: str | None = None
    status: int | None = None
    attempts: int = 0
    elapsed_ms: int | None = None
    wire_bytes: int = 0
    """Bytes of all bodies received."""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    exchange: Exchange | None = None
    """The final exchange, for the archive; None where nothing came."""
    body: bytes = b""
    """Decoded of its Content-Encoding."""
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case; repeated headers joined by commas."""


class Rulebook(Protocol):
    """What origins say of their addresses before these are asked for."""

    async def refusal(self, url: str, site: Site) -> Refusal | None:
        """Why robots.txt does not allow the URL."""

    async def reservations(self, url: str, site: Site) -> tuple[Reservation, ...]:
        """What the origin reserves of the URL."""


class Fetcher:
    """Asks for addresses through Scrapy's downloader."""

    def __init__(self, engine: ExecutionEngine, hosts: Hosts, limits: Limits, *, allow_private: bool):
        self._engine, self.hosts, self._limits = engine, hosts, limits
        self._allow_private = allow_private
        self.rules: Rulebook | None = None
        self.stopped: str | None = None
        """Set when the crawl is told to stop: nothing new is asked for."""

    async def fetch(self, ask: Ask, keep: Callable[[Exchange], object]) -> Answer:
        """Ask until there is a final answer. `keep` is given every exchange but the final one, to archive it.

        Never raises but for cancellation: whatever happens is in the answer.
        """
        answer = Answer()
        url = ask.url
        visits = Counter([url])
        for hop in range(self._limits.redirects + 1):
            if refused := await self._refused(ask, url, first=hop == 0):
                answer.outcome, answer.detail = refused
                answer.final_url = url if hop else None
                answer.exchange, answer.headers = None, {}  # those were the redirect's
                return answer
            await self._one_address(ask, url, answer, keep, conditional=hop == 0)
            target = _redirect_target(answer)
            if target is None:
                return answer
            if answer.exchange is not None:
                keep(answer.exchange)
            visits[target] += 1
            if visits[target] > 2:  # back again with a cookie set is common; a third time is a loop
                break
            url = target
        answer.outcome, answer.detail, answer.exchange = Outcome.REDIRECT_LOOP, f"to {url}", None
        return answer

    async def render(self, ask: Ask, url: str, shell: bytes, render: Render) -> Answer:
        """The page at an address that has answered, rendered: one try, which takes a turn at the host."""

        async def allowed(part: str) -> bool:
            if refusal(part, allow_private=self._allow_private):
                return False
            return self.rules is None or await self.rules.refusal(part, ask.site) is None

        answer = Answer()
        if refused := await self._refused(ask, url, first=True):
            answer.outcome, answer.detail = refused
            return answer
        page = PageToRender(url, shell, user_agent(), proxy_for(url), self._limits.timeout, allowed)
        by = {"render": render, "page": page, "renders": ask.site.render}
        await self._once(ask, url, answer, self.hosts.of(url, ask.site), conditional=False, more=by)
        return answer

    async def _refused(self, ask: Ask, url: str, *, first: bool) -> Refusal | None:
        if why := refusal(url, allow_private=self._allow_private):
            return Outcome.UNSAFE_ADDRESS, why
        if not first and ask.check is not None and (refused := ask.check(url)):
            return refused
        if self.stopped:
            return Outcome.NOT_FETCHED, self.stopped
        host = self.hosts.of(url, ask.site)
        if host.closed:
            return Outcome.NOT_FETCHED, host.closed
        if ask.obey_robots and self.rules is not None:
            return await self.rules.refusal(url, ask.site)
        return None

    async def _one_address(
        self, ask: Ask, url: str, answer: Answer, keep: Callable[[Exchange], object], *, conditional: bool
    ) -> None:
        """Try one address up to `limits.attempts` times."""
        host = self.hosts.of(url, ask.site)
        for attempt in range(1, self._limits.attempts + 1):
            if answer.exchange is not None and attempt > 1:
                keep(answer.exchange)
            await self._once(ask, url, answer, host, conditional=conditional)
            pause = self._pause(answer, host, attempt)
            if pause is None:
                break
            await asyncio.sleep(pause)
            if host.closed or self.stopped:
                break
        failed = answer.outcome in PASSING or answer.status == 429
        self.hosts.ended(host, failed=failed, why=answer.detail or str(answer.outcome))

    def _pause(self, answer: Answer, host: Host, attempt: int) -> float | None:
        """How long to wait before another try; None for no other try."""
        if answer.outcome not in PASSING and answer.status != 429:
            return None
        last = attempt >= self._limits.attempts or answer.outcome == Outcome.DNS_FAILED
        if last or self.stopped or host.closed:
            return None
        # Where the server has said how long, the host is held for that time already.
        asked = answer.status in (429, 503) and "retry-after" in answer.headers
        return 0.0 if asked else self._limits.backoff * 2 ** (attempt - 1)

    async def _once(
        self, ask: Ask, url: str, answer: Answer, host: Host, *, conditional: bool, more: dict[str, Any] | None = None
    ) -> None:
        request = self._request(ask, url, host, more or {}, conditional=conditional)
        answer.exchange, answer.body, answer.headers = None, b"", {}
        answer.status, answer.outcome, answer.detail, answer.final_url = None, None, None, None
        if isinstance(request, str):
            answer.outcome, answer.detail = Outcome.UNSAFE_ADDRESS, request
            return
        answer.attempts += 1
        try:
            response = await self._engine.download_async(request)
        except HostClosedError as error:
            answer.attempts -= 1
            answer.outcome, answer.detail = Outcome.NOT_FETCHED, str(error)
            return
        except Exception as error:  # whatever the downloader raises is an outcome
            answer.outcome, answer.detail = outcome_of_error(error)
            if answer.outcome == Outcome.TOO_LARGE:  # Scrapy says how large only where a header announced it
                answer.detail = f"more than {self._limits.body_bytes:,} bytes"
            if answer.outcome == Outcome.DNS_FAILED and urlsplit(url).hostname in PublicResolver.refused:
                answer.outcome, answer.detail = Outcome.UNSAFE_ADDRESS, "its name leads to a private address"
            answer.at = datetime.now(UTC)
            return
        self._take(ask, request, response, answer, host)

    def _request(self, ask: Ask, url: str, host: Host, more: dict[str, Any], *, conditional: bool) -> Request | str:
        headers = {}
        if conditional and ask.etag:
            headers["If-None-Match"] = ask.etag
        if conditional and ask.last_modified:
            headers["If-Modified-Since"] = ask.last_modified
        meta: dict[str, Any] = {
            "host": host,
            "download_slot": host.key,
            "download_timeout": self._limits.timeout,
            "download_maxsize": self._limits.body_bytes,
            "site": ask.site.id,
            "cookiejar": ask.site.id,
            **more,
        }
        try:
            return Request(url, headers=headers, meta=meta, dont_filter=True)
        except ValueError as error:
            return f"not a URL: {error}"

    def _take(self, ask: Ask, request: Request, response: Response, answer: Answer, host: Host) -> None:
        """Put a response into the answer."""
        answer.at = datetime.now(UTC)
        answer.status, answer.final_url = response.status, response.url
        answer.wire_bytes += len(response.body)
        latency = request.meta.get("download_latency", 0.0)
        answer.elapsed_ms = round(request.meta.get("elapsed", latency) * 1000)
        self.hosts.answered(host, latency, response.status)
        headers = response.headers.to_tuple_list()
        for name, value in headers:
            joined = answer.headers.get(name.lower())
            answer.headers[name.lower()] = f"{joined}, {value}" if joined else value
        answer.exchange = Exchange(
            url=response.url,
            kind=ask.kind,
            request_headers=_pairs(request),
            status=response.status,
            headers=_pairs(response),
            body=response.body,
            fetched_at=answer.at,
            protocol=response.protocol or "HTTP/1.1",
            ip_address=str(response.ip_address) if response.ip_address else None,
        )
        answer.outcome = outcome_of_status(response.status)
        if answer.outcome is None:
            self._decode(response.body, answer)
        elif answer.outcome not in (Outcome.NOT_MODIFIED, Outcome.GONE):
            answer.detail = "; ".join(filter(None, (f"status {response.status}", host.wish)))

    def _decode(self, body: bytes, answer: Answer) -> None:
        encoding, limit = answer.headers.get("content-encoding"), self._limits.decoded_bytes
        try:
            answer.body = decode_body(body, encoding, max_size=limit, whole=True)
        except CutShortError as error:
            answer.outcome, answer.detail = Outcome.TRUNCATED, str(error)
        except TooLargeError as error:
            answer.outcome, answer.detail = Outcome.TOO_LARGE, str(error)
        except CodingError as error:
            answer.outcome, answer.detail = Outcome.NOT_HTML, str(error)
        else:
            if not answer.body.strip(b"\0 \t\r\n"):
                answer.outcome = Outcome.EMPTY_BODY


def _redirect_target(answer: Answer) -> str | None:
    """Where the answer sends the client: Location (RFC 9110, 15.4), or a page that only forwards."""
    if answer.final_url is None:
        return None
    if answer.status in REDIRECTS:
        location = answer.headers.get("location", "").strip()
        return _join(answer.final_url, location) if location else None
    if answer.outcome is None and len(answer.body) <= META_REFRESH_BYTES:
        found = _META_REFRESH.search(answer.body)
        if found and int(found[1]) <= 10:
            target = _join(answer.final_url, found[2].decode("utf-8", "replace").replace("&amp;", "&"))
            return target if target != answer.final_url else None
    return None


def _join(base: str, location: str) -> str:
    try:
        return urljoin(base, location).partition("#")[0]
    except ValueError:
        return location


def _pairs(message: Request | Response) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, values in message.headers.items() for value in values]
