"""The headline as printed on the page, without the site's name."""

import re

from lxml.html import HtmlElement

from crawlers.extract import jsonld
from crawlers.extract.head import Head

MAX_TITLE = 500
"""Characters; longer titles are cut at a word. Real headlines stay under 300."""

SEPARATOR = re.compile(r"\s+[|–—·•»:›/-]\s+|\s*[|»›]\s*|\s+[-–—]+\s+|\s*::\s*")
HEADLINE_HINT = re.compile(r"head(?:line|er)?|title|titel|titre|titulo|titolo|entry|article|story|post", re.IGNORECASE)
OTHER_HINT = re.compile(
    r"logo|brand|site-?(?:title|name)|nav|menu|sr-only|visually-hidden|related|teaser|sidebar|footer|modal|cookie",
    re.IGNORECASE,
)


def read_title(head: Head, tree: HtmlElement, site_names: list[str]) -> str | None:
    """The headline: the page's h1 where what the page says of itself agrees with it, else what it says."""
    stated = [title for title in _stated(head, site_names) if title]
    printed = _printed(tree, stated, site_names)
    title = printed or (stated[0] if stated else None)
    return shorten(title) if title else None


def _stated(head: Head, site_names: list[str]) -> list[str]:
    headline = next((text for story in head.stories if (text := jsonld.first_string(story.get("headline")))), None)
    found = [headline, *head.all("og:title")[:1], *head.all("twitter:title")[:1], head.page_title]
    found += head.all("headline", "dc.title", "parsely-title", "sailthru.title", "title")[:1]
    return [strip_site(text, site_names) for text in found if text]


def _printed(tree: HtmlElement, stated: list[str], site_names: list[str]) -> str | None:
    best: tuple[float, str] | None = None
    own = {_bare(name) for name in site_names}
    for order, element in enumerate(tree.iter("h1")):
        text = heading_text(element)
        if not text or _bare(text) in own or len(text) > MAX_TITLE:
            continue
        label = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
        likeness = max((similarity(text, title) for title in stated), default=0.0)
        weight = likeness * 3 + (0.5 if HEADLINE_HINT.search(label) else 0) - (2 if OTHER_HINT.search(label) else 0)
        weight -= order * 0.1
        if best is None or weight > best[0]:
            best = (weight, text)
    return best[1] if best and best[0] > 0.3 else None


def heading_text(element: HtmlElement) -> str:
    """Text of a heading, its parts kept apart by spaces, without screen-reader and script parts."""
    pieces: list[str] = []
    for node in element.iter():
        if not isinstance(node.tag, str) or node.tag in {"script", "style", "svg", "button", "noscript"}:
            if node.tail and node is not element:
                pieces.append(node.tail)
            continue
        if node.tag in {"br", "span", "div", "p", "strong", "small"}:
            pieces.append(" ")
        pieces.append(node.text or "")
        if node is not element:
            if node.tag in {"div", "p", "span", "small"}:
                pieces.append(" ")
            pieces.append(node.tail or "")
    text = " ".join("".join(pieces).replace("\u00ad", "").split())
    return re.sub(r"\s+([,.:;?!](?:\s|$))", r"\1", text)


def strip_site(title: str, site_names: list[str]) -> str:
    """The title without the site's name (and what stands between) at its end or beginning."""
    own = {_bare(name) for name in site_names if _bare(name)}
    while True:
        parts = list(SEPARATOR.finditer(title))
        if not parts:
            return title.strip()
        head, tail = title[: parts[-1].start()], title[parts[-1].end() :]
        first, rest = title[: parts[0].start()], title[parts[0].end() :]
        if head and _bare(tail) in own:
            title = head
        elif rest and _bare(first) in own:
            title = rest
        else:
            return title.strip()


def shorten(title: str) -> str:
    """The title, cut at a word where it is beyond any real headline."""
    if len(title) <= MAX_TITLE:
        return title
    return title[:MAX_TITLE].rsplit(" ", 1)[0] + "…"


def similarity(one: str, other: str) -> float:
    """Shared words by all words of the shorter title, 0 to 1."""
    first, second = set(re.findall(r"\w+", one.casefold())), set(re.findall(r"\w+", other.casefold()))
    if not first or not second:
        return 0.0
    return len(first & second) / max(1, min(len(first), len(second)))


def _bare(name: str) -> str:
    return re.sub(r"\W+", "", name).casefold()
