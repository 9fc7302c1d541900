"""A small news web on loopback, to try presslake on: four newsrooms, two moments.

    python -m infra.demo                                     # prints what to set http_proxy to
    curl -x http://127.0.0.1:PORT http://www.harbour-broadcast.example/

It is a forward HTTP proxy that answers for its own hosts under `.example` and refuses every other one. In tests:

    with DemoWeb() as web:
        crawl(..., proxy=web.proxy_url)
        web.go_to_moment(2)
"""

from datetime import datetime
from pathlib import Path

from infra.demo.proxy import Proxy, Request
from infra.demo.web import NewsWeb

SITES = Path(__file__).parent / "sites"
"""Declarations of the demo's sites: what `PRESSLAKE_SITES` has to be set to."""

__all__ = ["SITES", "DemoWeb", "NewsWeb", "Request"]


class DemoWeb(Proxy):
    """The demo web, serving while the `with` block lasts: `.proxy_url`, `.go_to_moment(n)`, `.requests`.

    `now` (with time zone) is its clock, the full minute of the call where None: with the same `now` it serves the
    same bytes.
    """

    SITES = SITES

    def __init__(self, *, now: datetime | None = None, moment: int = 1, port: int = 0, log: Path | None = None) -> None:
        self.news = NewsWeb(now, moment)
        super().__init__(self.news, port=port, log=log)

    @property
    def now(self) -> datetime:
        """The web's clock, UTC."""
        return self.news.now

    @property
    def changed_at(self) -> datetime:
        """When moment 2 changed what it changed, UTC; the clock before it came."""
        return self.news.changed_at
