"""Where articles are announced: feeds, sitemaps and section pages turned into leads. Pure: bytes in, data out."""

from crawlers.discovery.door import KINDS, discover, read
from crawlers.discovery.gathering import Reading
from crawlers.discovery.sitemaps import changed_since, needs_reading

__all__ = ["KINDS", "Reading", "changed_since", "discover", "needs_reading", "read"]
