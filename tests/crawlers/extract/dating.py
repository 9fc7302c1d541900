"""Pages that say when they were published, and what is read from them."""

from datetime import UTC, datetime

from lxml.html import document_fromstring

from crawlers.extract.fields.head import read_head
from crawlers.extract.fields.read import read_fields
from crawlers.extract.markup.walk import segment
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, page

TITLE = "Town votes to rebuild breakwater"
STORY = "".join(f"<p>{paragraph}</p>" for paragraph in PROSE)


def dated(
    below: str = "",
    *,
    head: str = "",
    before: str = "",
    story: str = STORY,
    heading: str | None = None,
    title: str = TITLE,
    url: str = "https://www.harbournews.example/news/breakwater",
) -> Article:
    """The fields of an English page with something below its headline."""
    heading = f"<h1>{TITLE}</h1>" if heading is None else heading
    html = (
        f"<html lang='en-US'><head><title>{title}</title>{head}</head>"
        f"<body>{before}<article>{heading}{below}{story}</article></body></html>"
    )
    tree = document_fromstring(html)
    return read_fields(tree, read_head(tree, url), page(html, url=url), None, lambda: segment(tree))


def ld(published: str, modified: str) -> str:
    return (
        '<script type="application/ld+json">{"@type": "NewsArticle", '
        f'"datePublished": "{published}", "dateModified": "{modified}"}}</script>'
    )


def meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">'


def day(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]
