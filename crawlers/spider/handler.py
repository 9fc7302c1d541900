"""Scrapy's download handlers, with a clock, a gate before proxies, and HTTP/2 where it is wanted and understood."""

import asyncio
from time import monotonic

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError
from scrapy.http import HtmlResponse, Request, Response

from crawlers.spider.hosts import Host, HostClosedError
from crawlers.spider.rendering import RENDERED

AT_ONCE_PER_PROXY = 16
"""All sites meet at the proxy: more than this at once and a small one drops connections."""


class TimedHandler(HTTP11DownloadHandler):
    """Notes in `request.meta["elapsed"]` how long an exchange took from first to last byte, waiting left out.

    With the setting HTTP2 a host that has answered once over TLS is asked by HTTP/2 next; one that doesn't speak it
    is asked by HTTP/1.1 from then on. Scrapy's handler for HTTP/2 knows no proxies and no other protocol.
    """

    lazy = True  # loading the certificates takes a moment, and is for nothing where no https is asked for

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        self._pool.retryAutomatically = False  # every request is ours to decide on, and to count
        self._gate = asyncio.Semaphore(AT_ONCE_PER_PROXY)
        self._sent: dict[str, float] = {}
        self._http2: BaseDownloadHandler | None = None
        if crawler.settings.getbool("HTTP2"):
            # Needs h2, which Scrapy does not ask for by itself.
            from scrapy.core.downloader.handlers.http2 import H2DownloadHandler

            self._http2 = H2DownloadHandler(crawler)
        self._speaks_http2: dict[str, bool | None] = {}
        """By host; None where it answered, and has not been asked by HTTP/2 yet."""

    async def download_request(self, request: Request) -> Response:
        """Download, timed. Raises HostClosedError where the host was given up while the request waited for it."""
        host: Host = request.meta["host"]
        if host.closed:
            raise HostClosedError(host.closed)
        if not request.meta.get("proxy"):
            return await self._timed(request)
        async with self._gate:
            await self._keep_delay(request.meta["download_slot"])
            return await self._timed(request)

    async def close(self) -> None:
        """Close all connections."""
        if self._http2 is not None:
            await self._http2.close()
        await super().close()

    async def _timed(self, request: Request) -> Response:
        start = monotonic()
        try:
            if request.meta.get("render"):
                return await _rendered(request)
            if self._http2 is None or request.meta.get("proxy") or not request.url.startswith("https:"):
                return await super().download_request(request)
            return await self._negotiated(request, self._http2)
        finally:
            request.meta["elapsed"] = monotonic() - start

    async def _negotiated(self, request: Request, http2: BaseDownloadHandler) -> Response:
        key = request.meta["download_slot"]
        if self._speaks_http2.get(key, False) is not False:
            try:
                response = await http2.download_request(request)
            except DownloadFailedError:
                if self._speaks_http2[key]:
                    raise
                self._speaks_http2[key] = False
            else:
                self._speaks_http2[key] = True
                return response
        response = await super().download_request(request)
        self._speaks_http2.setdefault(key, None)
        return response

    async def _keep_delay(self, key: str) -> None:
        """Keep a host's delay between requests that left its slot in time, but waited at the gate together."""
        slot = self._crawler.engine.downloader.slots.get(key)
        at = max(monotonic(), self._sent.get(key, 0.0) + (slot.delay if slot else 0.0))
        self._sent[key] = at
        await asyncio.sleep(at - monotonic())


async def _rendered(request: Request) -> Response:
    """The page as a function of the operator's makes it, within the limits of any other answer."""
    async with asyncio.timeout(request.meta["download_timeout"]):
        made = await request.meta["render"](request.meta["page"])
    body = made.encode("utf-8", "replace") if isinstance(made, str) else bytes(made)
    if len(body) > request.meta["download_maxsize"]:
        raise DownloadCancelledError(f"{len(body)} bytes rendered")
    headers = {"Content-Type": "text/html; charset=utf-8", RENDERED: request.meta["renders"]}
    return HtmlResponse(request.url, headers=headers, body=body, request=request, encoding="utf-8")
