"""Bounds of a crawl. Whatever a server does, these hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    body_bytes: int = 16 * 1024 * 1024
    """A body larger than this, as sent, is `too_large`."""
    decoded_bytes: int = 64 * 1024 * 1024
    """A body that decompresses to more than this is `too_large`."""
    timeout: float = 30.0
    """From connecting to the last byte of one answer."""
    attempts: int = 3
    """Tries of one address when the failure may pass (5xx, timeouts, broken connections)."""
    backoff: float = 2.0
    """Pause before the second try; it doubles each time."""
    longest_wait: float = 120.0
    """A Retry-After of up to this is waited for; with a longer one the host is left alone for this run."""
    redirects: int = 8
    site_seconds: float = 3600.0
    """A site's time in one run; what is left then is `over_budget`."""
    failures_in_a_row: int = 10
    """After so many failed addresses in a row a host is left alone for this run."""
    sources: int = 100
    """Feeds, sitemaps and section pages of one site in one run."""
    depth: int = 5
    """How far sources may lead to further sources."""
    sites_at_once: int = 256
    grace: float = 5.0
    """Time for requests on the way when the crawl is told to stop."""
    silence: float = 180.0
    """A child that says nothing for so long is stuck and gets killed."""
    segment_bytes: int = 256 * 1024 * 1024
    """Size at which a WARC segment is closed."""
