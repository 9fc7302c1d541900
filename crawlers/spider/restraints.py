"""What a crawl holds back from because of what was before it: wishes of hosts, takedowns, pages already asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawlers.urlkey import article_id


@dataclass(frozen=True, slots=True)
class Restraints:
    """As the lake has it when the crawl begins; instants are UTC."""

    waiting: Mapping[str, datetime] = field(default_factory=dict)
    """Hosts that asked to be left alone, by `comeback.host_key`, and until when."""
    pages_today: Mapping[str, int] = field(default_factory=dict)
    """Article pages asked for in the last 24 hours, by site, for `Site.pages_per_day`."""
    sites: Mapping[str, str] = field(default_factory=dict)
    """Sites that were taken down as a whole; here and below with the words for the crawl log."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Addresses that were taken down, by `url_key`."""
    articles: Mapping[str, str] = field(default_factory=dict)
    """Articles that were taken down, by article id."""

    def forbidden(self, site: str, key: str) -> str | None:
        """Why the address with this `url_key` must not be asked for; None where it may."""
        if why := self.sites.get(site) or self.keys.get(key):
            return why
        return self.articles.get(article_id(key)) if self.articles else None
