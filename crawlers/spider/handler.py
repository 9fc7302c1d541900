"""Scrapy's download handler, with a clock, and with a gate before proxies."""

import asyncio
from time import monotonic

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

AT_ONCE_PER_PROXY = 16
"""All sites meet at the proxy: more than this at once and a small one drops connections."""


class TimedHandler(HTTP11DownloadHandler):
    """Notes in `request.meta["elapsed"]` how long an exchange took from first to last byte, waiting left out."""

    lazy = True  # loading the certificates takes a moment, and is for nothing where no https is asked for

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        self._pool.retryAutomatically = False  # every request is ours to decide on, and to count
        self._gate = asyncio.Semaphore(AT_ONCE_PER_PROXY)
        self._sent: dict[str, float] = {}

    async def download_request(self, request: Request) -> Response:
        """Download, timed."""
        if not request.meta.get("proxy"):
            return await self._timed(request)
        async with self._gate:
            await self._keep_delay(request.meta["download_slot"])
            return await self._timed(request)

    async def _timed(self, request: Request) -> Response:
        start = monotonic()
        try:
            return await super().download_request(request)
        finally:
            request.meta["elapsed"] = monotonic() - start

    async def _keep_delay(self, key: str) -> None:
        """Keep a host's delay between requests that left its slot in time, but waited at the gate together."""
        slot = self._crawler.engine.downloader.slots.get(key)
        at = max(monotonic(), self._sent.get(key, 0.0) + (slot.delay if slot else 0.0))
        self._sent[key] = at
        await asyncio.sleep(at - monotonic())
