"""Scrapy's download handler, with a clock."""

from time import monotonic

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.http import Request, Response


class TimedHandler(HTTP11DownloadHandler):
    """Notes in `request.meta["elapsed"]` how long an exchange took from first to last byte, waiting left out."""

    async def download_request(self, request: Request) -> Response:
        """Download, timed."""
        start = monotonic()
        try:
            return await super().download_request(request)
        finally:
            request.meta["elapsed"] = monotonic() - start
