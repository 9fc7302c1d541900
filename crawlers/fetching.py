"""One document at a time, politely: for looking at a site and checking its sources, where no crawl is running.

Obeys robots.txt (RFC 9309) with its crawl delay, says who it is, keeps a pause between requests to a host, bounds time
and size, uses the proxies of the environment, and asks no private address, whatever name or redirect leads there.
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urljoin, urlsplit

import urllib3
from protego import Protego

from crawlers.spider.addresses import is_public, proxy_for, refusal
from crawlers.spider.settings import user_agent
from schemas import Outcome

_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/rss+xml,application/atom+xml,"
    "application/feed+json;q=0.9,*/*;q=0.5",
    **urllib3.util.make_headers(accept_encoding=True),
}
TOKEN = "presslake"  # noqa: S105 (the product token robots.txt may name, RFC 9309, 2.2.1)
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class FetchedDocument:
    """What came of asking for a URL."""

    url: str
    """Address asked for."""
    final_url: str
    """Address that answered, after redirects."""
    outcome: Outcome
    """READ where a document came, else why none did."""
    detail: str | None = None
    status: int | None = None
    content_type: str | None = None
    body: bytes = b""
    """Decoded of Content-Encoding."""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Header names in lower case."""

    @property
    def ok(self) -> bool:
        """Whether a document came."""
        return self.outcome is Outcome.READ


class _RefusedError(Exception):
    """The request ends here, with an outcome."""

    def __init__(self, outcome: Outcome, detail: str):
        self.outcome, self.detail = outcome, detail
        super().__init__(detail)


class PoliteFetcher:
    """Fetches documents one after the other; call it with a URL. Never raises for what a server does.

    `delay`: seconds between requests to one host, at least; robots.txt may ask for more. `timeout`: seconds for one
    answer from first to last byte. `max_bytes`: of a body, decoded. `pause` sleeps; `allow_private` lets it ask
    loopback and private addresses.
    """

    def __init__(
        self,
        *,
        delay: float = 1.0,
        timeout: float = 20.0,
        max_bytes: int = 64 * 2**20,
        redirects: int = 8,
        allow_private: bool = False,
        pause: Callable[[float], None] = time.sleep,
    ):
        self.delay, self.timeout, self.max_bytes, self.redirects = delay, timeout, max_bytes, redirects
        self.allow_private = allow_private
        self._pause = pause
        self._robots: dict[str, Protego | str] = {}
        self._last: dict[str, float] = {}
        self._proxies: dict[str, urllib3.ProxyManager] = {}
        self.requests = 0
        """Requests made so far, those for robots.txt included."""

    def __call__(self, url: str) -> FetchedDocument:
        """The document at a URL, redirects followed, or the reason why there is none."""
        current = url
        try:
            for _ in range(self.redirects + 1):
                self._obey_robots(current)
                answer = self._get(current)
                location = answer.headers.get("location")
                if answer.status not in (301, 302, 303, 307, 308) or not location:
                    return self._judged(url, answer)
                current = urljoin(current, location)
        except _RefusedError as refused:
            return FetchedDocument(url, current, refused.outcome, refused.detail)
        except ValueError as error:  # a redirect to what is no URL
            return FetchedDocument(url, current, Outcome.HTTP_ERROR, f"redirects to no URL: {error}")
        return FetchedDocument(url, current, Outcome.REDIRECT_LOOP, f"more than {self.redirects} redirects")

    def _judged(self, url: str, answer: FetchedDocument) -> FetchedDocument:
        status = answer.status or 0
        outcome, detail = answer.outcome, answer.detail
        if not 200 <= status < 300:
            outcome, detail = _status_outcome(status), f"status {status}"
        elif not answer.body and outcome is Outcome.READ:
            outcome, detail = Outcome.EMPTY_BODY, "nothing in it"
        return FetchedDocument(
            url, answer.final_url, outcome, detail, status, answer.content_type, answer.body, answer.headers
        )

    def _obey_robots(self, url: str) -> None:
        if why := refusal(url, allow_private=self.allow_private):
            raise _RefusedError(Outcome.UNSAFE_ADDRESS, why)
        parts = urlsplit(url)
        if parts.path == "/robots.txt":
            return
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(origin)
        rules = self._robots[origin]
        if isinstance(rules, str):
            raise _RefusedError(Outcome.ROBOTS, rules)
        if not rules.can_fetch(url, TOKEN):
            raise _RefusedError(Outcome.ROBOTS, "robots.txt does not allow it")

    def _read_robots(self, origin: str) -> Protego | str:
        """The rules of an origin, or why nothing may be asked of it (RFC 9309, section 2.3.1.4)."""
        answer = self(f"{origin}/robots.txt")
        if answer.ok:
            return Protego.parse(answer.body[: 500 * 1024].decode("utf-8-sig", "replace"))
        if answer.outcome is Outcome.EMPTY_BODY or (answer.status and answer.status < 500 and answer.status != 429):
            return Protego.parse("")
        if answer.outcome is Outcome.REDIRECT_LOOP:
            return Protego.parse("")
        if answer.outcome in (Outcome.DNS_FAILED, Outcome.UNSAFE_ADDRESS, Outcome.CONNECTION_FAILED, Outcome.TIMED_OUT):
            raise _RefusedError(answer.outcome, answer.detail or "")
        return f"robots.txt could not be read ({answer.detail}): nothing may be asked"

    def _get(self, url: str) -> FetchedDocument:
        self._wait(url)
        self.requests += 1
        deadline = time.monotonic() + self.timeout
        try:
            response = self._open(url)
            try:
                return self._read(url, response, deadline)
            finally:
                response.close()
        except urllib3.exceptions.HTTPError as error:
            raise _RefusedError(_error_outcome(error), _words(error)) from error
        except OSError as error:
            raise _RefusedError(Outcome.CONNECTION_FAILED, str(error)) from error

    def _read(self, url: str, response: urllib3.BaseHTTPResponse, deadline: float) -> FetchedDocument:
        headers = {name.lower(): value for name, value in response.headers.items()}
        outcome, detail = Outcome.READ, None
        parts: list[bytes] = []
        size = 0
        for part in response.stream(_CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > self.max_bytes:
                outcome, detail = Outcome.TOO_LARGE, f"larger than {self.max_bytes} bytes"
                break
            if time.monotonic() > deadline:
                raise _RefusedError(Outcome.TIMED_OUT, f"no full answer in {self.timeout:g} s")
        body = b"" if outcome is Outcome.TOO_LARGE else b"".join(parts)
        return FetchedDocument(url, url, outcome, detail, response.status, headers.get("content-type"), body, headers)

    def _wait(self, url: str) -> None:
        """Keep the pause between two requests to a host."""
        parts = urlsplit(url)
        rules = self._robots.get(f"{parts.scheme}://{parts.netloc}")
        asked = float(rules.crawl_delay(TOKEN) or 0) if isinstance(rules, Protego) else 0.0
        last = self._last.get(parts.netloc)
        if last is not None:
            left = last + max(self.delay, min(asked, 60.0)) - time.monotonic()
            if left > 0:
                self._pause(left)
        self._last[parts.netloc] = time.monotonic()

    def _open(self, url: str) -> urllib3.BaseHTTPResponse:
        headers = {**_HEADERS, "User-Agent": user_agent()}
        timeout = urllib3.Timeout(connect=min(10.0, self.timeout), read=self.timeout)
        if proxy := proxy_for(url):
            manager = self._proxies.get(proxy)
            if manager is None:
                manager = self._proxies[proxy] = urllib3.ProxyManager(proxy if "//" in proxy else f"http://{proxy}")
            return manager.request("GET", url, headers=headers, timeout=timeout, retries=False, preload_content=False,
                                   redirect=False)  # fmt: skip
        parts = urlsplit(url)
        host = parts.hostname or ""
        # The connection goes to the very address that was judged, so that a second DNS answer can't lead elsewhere.
        address = self._address(host, parts.port or (443 if parts.scheme == "https" else 80))
        pool: urllib3.HTTPConnectionPool
        if parts.scheme == "https":
            pool = urllib3.HTTPSConnectionPool(address, parts.port or 443, server_hostname=host, assert_hostname=host)
        else:
            pool = urllib3.HTTPConnectionPool(address, parts.port or 80)
        target = urllib3.util.parse_url(url).request_uri
        headers["Host"] = parts.netloc.rpartition("@")[2]
        return pool.urlopen("GET", target, headers=headers, timeout=timeout, retries=False, preload_content=False,
                            redirect=False)  # fmt: skip

    def _address(self, host: str, port: int) -> str:
        """An address of the host that may be asked."""
        try:
            answers = socket.getaddrinfo(host.encode("idna").decode("ascii"), port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise _RefusedError(Outcome.DNS_FAILED, f"{host}: {error}") from error
        addresses = [str(answer[4][0]) for answer in answers]
        for address in sorted(addresses, key=lambda address: ipaddress.ip_address(address.partition("%")[0]).version):
            if self.allow_private or is_public(address):
                return address
        raise _RefusedError(Outcome.UNSAFE_ADDRESS, f"{host} is at {addresses[0]}, not a public address")


def _status_outcome(status: int) -> Outcome:
    if status in (404, 410):
        return Outcome.GONE
    if status in (401, 402, 403, 429, 451):
        return Outcome.REFUSED
    return Outcome.SERVER_ERROR if status >= 500 else Outcome.HTTP_ERROR


def _error_outcome(error: urllib3.exceptions.HTTPError) -> Outcome:
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return Outcome.DNS_FAILED
    if isinstance(error, urllib3.exceptions.NewConnectionError):  # a kind of timeout, by its base class
        return Outcome.CONNECTION_FAILED
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return Outcome.TIMED_OUT
    if isinstance(error, urllib3.exceptions.IncompleteRead | urllib3.exceptions.DecodeError):
        return Outcome.TRUNCATED
    if isinstance(error, urllib3.exceptions.ProtocolError) and "IncompleteRead" in str(error):
        return Outcome.TRUNCATED
    return Outcome.CONNECTION_FAILED


def _words(error: Exception) -> str:
    return str(error)[:300] or type(error).__name__
