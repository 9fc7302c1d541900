"""The headline as printed on the page, without the site's name."""

import re
from collections import defaultdict

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
INNER_BLOCKS = frozenset({"br", "span", "div", "p", "strong", "small", "em", "i", "b"})

# How much each source's word counts. The printed headline wins against any one of the others, but not
# against the publisher's structured headline where a second source repeats it. Tuned on half of the
# recorded sites, checked on the other half.
WEIGHTS = {"printed": 1.2, "headline": 0.8, "og:title": 0.6, "twitter:title": 0.4, "title": 0.05}


def read_title(head: Head, tree: HtmlElement, site_names: list[str]) -> str | None:
    """The headline: what most of the page's own statements agree on, the printed one first."""
    stated = _stated(head, site_names)
    printed = _printed(tree, list(stated.values()), site_names)
    if printed:
        stated["printed"] = _without_kicker(printed, stated)
    votes: dict[str, float] = defaultdict(float)
    for source, title in stated.items():
        votes[_bare(title)] += WEIGHTS[source]
    if not votes:
        return shorten(other) if (other := _other(head, site_names)) else None
    best = max(votes, key=lambda bare: votes[bare])
    order = ("printed", "headline", "og:title", "twitter:title", "title")
    return shorten(next(stated[source] for source in order if source in stated and _bare(stated[source]) == best))


def _stated(head: Head, site_names: list[str]) -> dict[str, str]:
    headline = next((text for story in head.stories if (text := jsonld.first_string(story.get("headline")))), None)
    found = {
        "headline": headline,
        "og:title": head.first("og:title"),
        "twitter:title": head.first("twitter:title"),
        "title": head.page_title,
    }
    own = {_bare(name) for name in site_names}
    stripped = {source: strip_site(text, site_names) for source, text in found.items() if text}
    return {source: text for source, text in stripped.items() if _bare(text) and _bare(text) not in own}


def _other(head: Head, site_names: list[str]) -> str | None:
    text = head.first("headline", "dc.title", "parsely-title", "sailthru.title", "title")
    return strip_site(text, site_names) if text else None


def _without_kicker(printed: str, stated: dict[str, str]) -> str:
    """`Politics: Minister resigns` printed in one heading is `Minister resigns` where the page says so."""
    for source in ("headline", "og:title"):
        title = stated.get(source, "")
        if len(title.split()) >= 3 and _words(printed).endswith(" " + _words(title)):
            return title
    return printed


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
    """Text of a heading, its parts kept apart by spaces, without script parts."""
    pieces: list[str] = []
    for node in element.iter():
        if not isinstance(node.tag, str) or node.tag in {"script", "style", "svg", "button", "noscript"}:
            pieces.append(node.tail or "" if node is not element else "")
            continue
        apart = " " if node.tag in INNER_BLOCKS and _apart(node) else ""
        pieces += [apart, node.text or ""]
        if node is not element:
            pieces += [apart, node.tail or ""]
    text = " ".join("".join(pieces).replace("\u00ad", "").replace("\u2060", "").split())
    return re.sub(r"\s+([,.:;?!](?:\s|$))", r"\1", text)


def _apart(node: HtmlElement) -> bool:
    """Whether an inner element stands for itself: not a few letters styled within a word."""
    return node.tag in {"br", "div", "p", "span", "small"} and len(node.text_content()) != 1


def strip_site(title: str, site_names: list[str]) -> str:
    """The title without the site's name (and what stands between) at its end or beginning."""
    own = {_bare(name) for name in site_names if _bare(name)}
    # `Koia` is a part of drinkkoia.com: what ends a title and stands in the host's name is the site.
    host = max((_bare(name) for name in site_names if "." in name), key=len, default="")
    while True:
        parts = list(SEPARATOR.finditer(title))
        if not parts:
            return title.strip()
        head, tail = title[: parts[-1].start()], title[parts[-1].end() :]
        first, rest = title[: parts[0].start()], title[parts[0].end() :]
        if head and (_bare(tail) in own or (len(_bare(tail)) >= 4 and _bare(tail) in host)):
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
    return len(first & second) / min(len(first), len(second)) if first and second else 0.0


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text)).casefold()
