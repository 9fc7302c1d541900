"""A web of a few documents, to look at."""

from datetime import UTC, datetime

from crawlers.fetching import FetchedDocument
from schemas import Outcome

NOW = datetime(2025, 3, 2, 18, tzinfo=UTC)
HOME = "https://www.paper.example/"


class Web:
    """A web of a few documents, by address; everything else is gone."""

    def __init__(self, documents: dict[str, str | Outcome]):
        self.documents = documents
        self.asked: list[str] = []

    def __call__(self, url: str) -> FetchedDocument:
        self.asked.append(url)
        found = self.documents.get(url, Outcome.GONE)
        if isinstance(found, Outcome):
            return FetchedDocument(url, url, found, f"it is {found}")
        if found.startswith("-> "):
            target = self(found[3:])
            return FetchedDocument(url, target.final_url, target.outcome, target.detail, body=target.body)
        return FetchedDocument(url, url, Outcome.READ, body=found.encode())


def rss(*paths: str, date: str = "Sun, 02 Mar 2025 12:00:00 GMT", host: str = "https://www.paper.example") -> str:
    items = "".join(
        f"<item><title>About {path}</title><link>{host}/{path}</link><pubDate>{date}</pubDate></item>" for path in paths
    )
    return f"<rss><channel><title>Paper: all</title><language>en-gb</language>{items}</channel></rss>"


def urlset(*paths: str, news: bool = True) -> str:
    entries = "".join(
        f"<url><loc>https://www.paper.example/{path}</loc><lastmod>2025-03-02T12:00:00Z</lastmod>"
        + ("<n:news xmlns:n='x'><n:publication_date>2025-03-02T12:00:00Z</n:publication_date></n:news>" if news else "")
        + "</url>"
        for path in paths
    )
    return f"<urlset>{entries}</urlset>"


def index(**changed: str) -> str:
    entries = (
        f"<sitemap><loc>https://www.paper.example/{name}.xml</loc><lastmod>{when}</lastmod></sitemap>"
        for name, when in changed.items()
    )
    return f"<sitemapindex>{''.join(entries)}</sitemapindex>"


FRONT = """<html lang="de-AT"><head><title>Paper</title><meta property="og:site_name" content="The  Paper">{}</head>
<body><nav><a href="/world">World</a><a href="/about">About</a></nav>
<article><h2><a href="/river-rises-after-days-of-rain">River rises after days of rain</a></h2></article>
</body></html>"""


def alternate(*paths: str) -> str:
    return FRONT.format("".join(f'<link rel="alternate" type="application/rss+xml" href="{path}">' for path in paths))
