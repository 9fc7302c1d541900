"""What a page says of itself outside its text: meta elements, links, JSON-LD, read in one pass."""

import html
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from crawlers.extract.fields import jsonld
from crawlers.extract.markup.content import text_of

MISPLACED = "script:ld+json"
"""Name of a meta element into which some systems put what was to be a script of JSON-LD."""


@dataclass(slots=True)
class Head:
    """The page's own statements, raw.

    `metas` holds the contents by lower-cased name, property or itemprop, in document order.
    """

    url: str
    html_lang: str | None = None
    page_title: str | None = None
    metas: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    nodes: list[jsonld.Node] = field(default_factory=list)
    stories: list[jsonld.Node] = field(default_factory=list)
    by_id: dict[str, jsonld.Node] = field(default_factory=dict)
    placed: frozenset[str] = frozenset()
    """Roles (`title`, `byline`, `date`) whose place on the page the template of its site knows: what isn't there
    need not be guessed at."""

    def first(self, *names: str) -> str | None:
        """The first non-empty content of the first name that has one."""
        for name in names:
            if values := self.metas.get(name):
                return values[0]
        return None

    def all(self, *names: str) -> list[str]:
        """All contents of all the names."""
        return [value for name in names for value in self.metas.get(name, ())]

    def absolute(self, link: str | None) -> str | None:
        """The link as an absolute http(s) address, or None."""
        if not link:
            return None
        try:
            address = urljoin(self.url, link.strip())
            parts = urlsplit(address)
        except ValueError:
            return None
        return address if parts.scheme in {"http", "https"} and parts.netloc else None

    def story_value(self, key: str) -> object:
        """The first value JSON-LD's story nodes have for a key; strong types come first."""
        for node in self.stories:
            if (value := node.get(key)) not in (None, "", []):
                return value
        return None

    def resolve(self, value: object) -> object:
        """Values that only refer to another node (`{"@id": …}`), replaced by that node."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
            return self.by_id.get(value["@id"], value)
        return value


def read_head(tree: HtmlElement, url: str) -> Head:
    """Collect meta elements, links, titles and JSON-LD of a page."""
    root = tree.getroottree().getroot()
    head = Head(url=url, html_lang=root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"))
    head.html_lang = head.html_lang or root.get("xml:lang")
    scripts = []
    for element in root.iter("meta", "link", "title", "script"):
        tag = element.tag
        if tag == "meta":
            _add_meta(head, element)
        elif tag == "link":
            for relation in (element.get("rel") or "").lower().split():
                head.links.setdefault(relation, []).append(element.get("href") or "")
        elif tag == "title":
            if head.page_title is None and _outside_svg(element):
                head.page_title = " ".join(text_of(element).split()) or None
        elif jsonld.is_jsonld(element):
            scripts.append(element)
    head.nodes = jsonld.read_scripts(scripts) + jsonld.read_texts(head.metas.get(MISPLACED, ()))
    head.by_id = jsonld.by_id(head.nodes)
    head.stories = jsonld.articles(head.nodes, url)
    return head


def _outside_svg(element: HtmlElement) -> bool:
    parent = element.getparent()
    return parent is None or parent.tag in {"head", "html", "body"}


def _add_meta(head: Head, element: HtmlElement) -> None:
    content = element.get("content")
    if content is None:
        return
    content = " ".join(html.unescape(content).split()) if "&" in content else " ".join(content.split())
    if not content:
        return
    for attribute in ("property", "name", "itemprop", "http-equiv"):
        if name := element.get(attribute):
            head.metas.setdefault(name.strip().lower(), []).append(content)
