"""Scrapy's settings for a crawl. Its own politeness defaults are not polite; ours are per host, see `hosts`."""

import os
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from crawlers.spider.limits import Limits

CONTACT_VARIABLE = "PRESSLAKE_CONTACT"
"""Environment variable with a URL or mail address at which the operator of the crawler can be reached."""
HTTP2_VARIABLE = "PRESSLAKE_HTTP2"
"""Environment variable that switches HTTP/2 on. Scrapy calls its support experimental, so it is off by default."""
MIDDLEWARES = "scrapy.downloadermiddlewares"


def user_agent() -> str:
    """`presslake/<version> (+<contact>)`: who we are, and where to complain."""
    try:
        number = version("presslake")
    except PackageNotFoundError:
        number = "0"
    contact = os.environ.get(CONTACT_VARIABLE, "").strip()
    return f"presslake/{number} (+{contact})" if contact else f"presslake/{number}"


def scrapy_settings(limits: Limits) -> dict[str, Any]:
    """Settings for the one crawler of a run."""
    # One place decides about robots, retries, redirects and decoding, for each address (`fetcher`): the middlewares
    # would each drop, repeat or replace requests on their own, and no one could say what became of an address.
    replaced = (
        "robotstxt.RobotsTxtMiddleware",
        "retry.RetryMiddleware",
        "redirect.RedirectMiddleware",
        "redirect.MetaRefreshMiddleware",
        "httpcompression.HttpCompressionMiddleware",
        "offsite.OffsiteMiddleware",
        "httpcache.HttpCacheMiddleware",
        "httpauth.HttpAuthMiddleware",
    )
    return {
        "BOT_NAME": "presslake",
        "USER_AGENT": user_agent(),
        "ROBOTSTXT_OBEY": True,
        "DOWNLOADER_MIDDLEWARES": {f"{MIDDLEWARES}.{name}": None for name in replaced},
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/rss+xml,application/atom+xml,"
            "application/feed+json;q=0.9,*/*;q=0.5",
            "Accept-Encoding": "gzip, deflate, br, zstd",
        },
        "DOWNLOAD_HANDLERS": {
            "http": "crawlers.spider.handler.TimedHandler",
            "https": "crawlers.spider.handler.TimedHandler",
            "data": None,
            "file": None,
            "ftp": None,
            "s3": None,
        },
        "HTTP2": os.environ.get(HTTP2_VARIABLE, "").strip().lower() in ("1", "true", "yes", "on"),
        "DOWNLOAD_DELAY": 1.0,
        "DOWNLOAD_DELAY_JITTER": 0.0,  # a delay is a promise, not an average
        "DOWNLOAD_TIMEOUT": limits.timeout,
        "DOWNLOAD_MAXSIZE": limits.body_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "TWISTED_DNS_RESOLVER": "crawlers.spider.resolver.PublicResolver",
        "REACTOR_THREADPOOL_MAXSIZE": 32,  # DNS look-ups of many sites at once
        "CONCURRENT_REQUESTS": 0,  # bounded by each site's own concurrency
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,  # connections kept open to one host, or to the proxy
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        # What isn't wanted is not even imported, as it would be where EXTENSIONS switches it off: every run starts a
        # process, and the remote control alone, with its HTTP client, would be a tenth of that.
        "EXTENSIONS_BASE": {"scrapy.extensions.corestats.CoreStats": 0, "scrapy.extensions.logcount.LogCount": 0},
        "LOG_LEVEL": "INFO",
        "STATS_DUMP": False,
        "REFERER_ENABLED": False,
    }
