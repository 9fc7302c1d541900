"""What robots.txt says of a site's sitemaps (sitemaps.org, "Specifying the Sitemap location")."""

from crawlers.discovery.documents import decode
from crawlers.discovery.links import absolute

_MAX_BYTES = 512 * 1024
"""RFC 9309, section 2.5: a crawler must read at least 500 KiB."""


def robots_sitemaps(body: bytes, url: str) -> tuple[str, ...]:
    """Addresses of the sitemaps a robots.txt names, each once, in order. Never raises."""
    found: dict[str, None] = {}
    for line in decode(body[:_MAX_BYTES]).splitlines():
        field, _, value = line.partition("#")[0].partition(":")
        if field.strip().lower() == "sitemap" and (address := absolute(value, url)):
            found[address] = None
    return tuple(found)
