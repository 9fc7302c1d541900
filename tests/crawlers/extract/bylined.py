"""Pages with a byline, and the authors that are read from them."""

import json

from lxml.html import document_fromstring

from crawlers.extract.fields.authors import read_authors
from crawlers.extract.fields.head import read_head
from crawlers.extract.markup.walk import segment
from tests.crawlers.extract.pages import PROSE

TITLE = "Town votes to rebuild breakwater"
NAMES = ["Harbour News", "HN", "harbournews.example", "harbournews"]


def people(
    after: str = "", *, before: str = "", end: str = "", author: object = None, meta: str = "", name: str = "author"
) -> list[str]:
    """Authors of a page with something before and after its headline, and at its end."""
    head = f'<meta name="{name}" content="{meta}">' if meta else ""
    if author is not None:
        head += f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "author": author})}</script>'
    story = "".join(f"<p>{paragraph}</p>" for paragraph in PROSE)
    body = f"<nav><p>By Company Size</p></nav><main>{before}<h1>{TITLE}</h1>{after}{story}{end}</main>"
    tree = document_fromstring(f"<html><head>{head}</head><body>{body}</body></html>")
    head_of = read_head(tree, "https://www.harbournews.example/a")
    return read_authors(head_of, tree, NAMES, lambda: segment(tree), TITLE).authors
