"""The server of the bad web: a loopback proxy, as the demo's."""

from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from infra.demo.proxy import Answer, Proxy, Web
from tests.badweb.pages import PAGES
from tests.badweb.sources import ARTICLE, SOURCES
from tests.badweb.story import HOST

BADWEB_SITES = Path(__file__).parent / "sites"
"""Declarations of its sites."""

_MISSING = Answer(b"not found\n", "text/plain", 404)


class BadPress(Web):
    """`HOST` lists every page case in its feed; each source case has a host of its own."""

    def answer(self, url: str) -> Answer | None:
        parts = urlsplit(url)
        if parts.hostname == HOST:
            pages = {urlsplit(case.url).path: case.answer for case in PAGES}
            pages["/feed"] = Answer(feed().encode(), "application/rss+xml; charset=utf-8")
            return pages.get(parts.path, _MISSING)
        for source in SOURCES:
            if parts.hostname == source.host:
                return {"/feed": source.answer, "/a.html": ARTICLE}.get(parts.path, _MISSING)
        return None


class BadWeb(Proxy):
    """The bad web, serving while the `with` block lasts."""

    SITES = BADWEB_SITES

    def __init__(self) -> None:
        super().__init__(BadPress())


def feed() -> str:
    """The feed of `badpress`: addresses alone, so that nothing but the page can say its title and date."""
    items = "".join(f"<item><link>{escape(case.url)}</link></item>" for case in PAGES)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Bad Press</title>{items}</channel></rss>'
