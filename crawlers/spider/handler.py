"""Scrapy's download handler, with a clock and a gate before proxies."""

import asyncio
from contextlib import nullcontext
from time import monotonic

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

AT_ONCE_PER_PROXY = 16
"""All sites meet at the proxy: more than this at once and a small one drops connections."""


class TimedHandler(HTTP11DownloadHandler):
    """Notes in `request.meta["elapsed"]` how long an exchange took from first to last byte, waiting left out."""

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        self._pool.retryAutomatically = False  # every request is ours to decide on, and to count
        self._gate = asyncio.Semaphore(AT_ONCE_PER_PROXY)

    async def download_request(self, request: Request) -> Response:
        """Download, timed."""
        async with self._gate if request.meta.get("proxy") else nullcontext():
            start = monotonic()
            try:
                return await super().download_request(request)
            finally:
                request.meta["elapsed"] = monotonic() - start
