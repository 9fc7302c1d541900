"""What robots.txt says of a site's sitemaps (sitemaps.org, "Specifying the Sitemap location")."""

import re

from crawlers.discovery.documents import decode
from crawlers.discovery.links import absolute

_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*([^\s#]+)", re.IGNORECASE | re.MULTILINE)
_MAX_BYTES = 512 * 1024
"""RFC 9309, section 2.5: a crawler must read at least 500 KiB."""


def robots_sitemaps(body: bytes, url: str) -> tuple[str, ...]:
    """Addresses of the sitemaps a robots.txt names, each once, in order. Never raises."""
    text = decode(body[:_MAX_BYTES])
    found = (absolute(match[1], url) for match in _SITEMAP.finditer(text))
    return tuple(dict.fromkeys(address for address in found if address))
