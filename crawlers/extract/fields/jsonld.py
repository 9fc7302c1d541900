"""JSON-LD as found in the wild: graphs, arrays, HTML escapes, trailing commas, comments, several scripts."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml.html import HtmlElement

Node = dict[str, Any]

ARTICLE_TYPES = frozenset(
    {
        "article",
        "newsarticle",
        "reportagenewsarticle",
        "analysisnewsarticle",
        "opinionnewsarticle",
        "reviewnewsarticle",
        "backgroundnewsarticle",
        "askpublicnewsarticle",
        "advertisercontentarticle",
        "satiricalarticle",
        "scholarlyarticle",
        "techarticle",
        "medicalscholarlyarticle",
        "report",
        "blogposting",
        "liveblogposting",
        "socialmediaposting",
        "review",
        "recipe",
        "creativework",
        "webpage",
        "videoobject",
        "newsvideo",
    }
)
WEAK_TYPES = ("creativework", "webpage", "videoobject", "review", "recipe")
"""Types that describe a story only where nothing better does, in this order."""

TRAILING_COMMA = re.compile(r",(\s*[}\]])")
COMMENT = re.compile(r"^\s*(?:/\*.*?\*/|//[^\n]*|<!--|<!\[CDATA\[)|(?:-->|\]\]>|//\s*\]\]>)\s*$", re.DOTALL)
BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')
MAX_SCRIPT = 4_000_000
MAX_DEPTH = 40
LD_TYPE = re.compile(r"application/(?:[\w.-]+\+)?ld\+json", re.IGNORECASE)


def read_scripts(scripts: list[HtmlElement]) -> list[Node]:
    """All nodes of all JSON-LD scripts, graphs and arrays opened, in document order."""
    return read_texts(script.text or "" for script in scripts)


def read_texts(texts: Iterable[str]) -> list[Node]:
    """All nodes of texts that are JSON-LD."""
    nodes: list[Node] = []
    for text in texts:
        if text and len(text) <= MAX_SCRIPT and (data := loads(text)) is not None:
            nodes.extend(_flatten(data, 0))
    return nodes


def is_jsonld(script: HtmlElement) -> bool:
    """Whether a script element says it is JSON-LD."""
    kind = script.get("type")
    return kind is not None and LD_TYPE.search(kind) is not None


def loads(text: str) -> Any:
    """JSON read forgivingly; None where nothing can be made of it."""
    attempts = (
        lambda t: t,
        lambda t: COMMENT.sub("", COMMENT.sub("", t)).rstrip().rstrip(";"),
        lambda t: TRAILING_COMMA.sub(r"\1", t),
        lambda t: BAD_ESCAPE.sub(r"\\\\", t),
    )
    for attempt in attempts:
        text = attempt(text)
        try:
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
    try:
        return json.loads(TRAILING_COMMA.sub(r"\1", html.unescape(text)), strict=False)
    except (ValueError, RecursionError):
        pass
    try:
        # Two objects pasted after each other, or rubbish after the first.
        return json.JSONDecoder(strict=False).raw_decode(text.lstrip())[0]
    except (ValueError, RecursionError):
        return None


def _flatten(data: Any, depth: int) -> Iterator[Node]:
    if depth > MAX_DEPTH:
        return
    if isinstance(data, list):
        for item in data:
            yield from _flatten(item, depth + 1)
    elif isinstance(data, dict):
        yield data
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "hasPart"):
            inner = data.get(key)
            if isinstance(inner, (list, dict)) and (key == "@graph" or _types(inner) & ARTICLE_TYPES):
                yield from _flatten(inner, depth + 1)


def _types(node: Any) -> set[str]:
    kind = node.get("@type") if isinstance(node, dict) else None
    names = kind if isinstance(kind, list) else [kind]
    return {str(name).rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for name in names if name}


def articles(nodes: list[Node], url: str) -> list[Node]:
    """The nodes that describe the page's story, best first.

    News types come before weak ones (a web page, a video); of several, one that names this
    page's address comes before others, and one with a headline before one without.
    """
    found = [(node, _types(node)) for node in nodes]
    candidates = [(node, types) for node, types in found if types & ARTICLE_TYPES]

    def rank(item: tuple[Node, set[str]]) -> tuple[int, int, int]:
        node, types = item
        strong = types & (ARTICLE_TYPES - set(WEAK_TYPES))
        weak = 0 if strong else 1 + min(WEAK_TYPES.index(name) for name in types if name in WEAK_TYPES)
        here = 0 if _names_page(node, url) else 1
        return (weak, here, 0 if node.get("headline") or node.get("datePublished") else 1)

    return [node for node, _ in sorted(candidates, key=rank)]


def _names_page(node: Node, url: str) -> bool:
    page = _bare(url)
    main = node.get("mainEntityOfPage")
    named = [node.get("url"), node.get("@id"), main.get("@id") if isinstance(main, dict) else main]
    return any(isinstance(name, str) and _bare(name) == page for name in named)


def _bare(url: str) -> str:
    return re.sub(r"^https?://(?:www\.)?|[?#].*$", "", url).rstrip("/")


def by_id(nodes: list[Node]) -> dict[str, Node]:
    """Nodes by `@id`, to follow references; a node that only refers is left out."""
    return {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}


def strings(value: Any) -> list[str]:
    """The texts in a value that may be a text, a list, or an object with a name."""
    if isinstance(value, str):
        text = " ".join(html.unescape(value).split())
        return [text] if text else []
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    if isinstance(value, dict):
        return strings(value.get("@value") or value.get("name") or value.get("url") or "")
    return []


def first_string(value: Any) -> str | None:
    """The first text in a value, or None."""
    found = strings(value)
    return found[0] if found else None
