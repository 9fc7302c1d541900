"""The headline as printed on the page, without the site's name."""

import html
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract import jsonld
from crawlers.extract.head import Head
from crawlers.extract.segments import key_of as _bare

MAX_TITLE = 500
"""Characters; longer titles are cut at a word. Real headlines stay under 300."""

SEPARATOR = re.compile(r"\s+[|–—·•»:›/-]\s+|\s*[|»›]\s*|\s+[-–—]+\s+|\s*::\s*")
HEADLINE_HINT = re.compile(r"head(?:line|er)?|title|titel|titre|titulo|titolo|entry|article|story|post", re.IGNORECASE)
OTHER_HINT = re.compile(
    r"logo|brand|site-?(?:title|name)|nav|menu|sr-only|visually-hidden|related|teaser|sidebar|footer|modal|cookie|widget",
    re.IGNORECASE,
)
PATH_HINT = re.compile(r"breadcrumb|bread-?bar|seo-?title", re.IGNORECASE)
WORD = re.compile(r"\w+")
QUOTES = " \"'„“”«»‚‘’"
KICKER_ENDS = (":", "|", "–", "—", "-", ".", "!", "?", "/", "•", "·")
MAX_FIRST = 100
"""Headings of the first level that are looked at on a page."""

MAX_HEADING = 2000
"""Characters of a heading that is taken apart; what is longer was never closed."""

MAX_LOWER, MAX_ALIKE = 40, 6
"""Headings below h1 that are looked at where the page's h1 is not the printed headline; where there is no h1."""

LIKE = 0.5
"""Share of words a further h1 of a page shares with a stated title to be taken for the headline."""

ALIKE = 0.6
"""Share of words a lower heading shares with a stated title to be the headline of a page without h1."""

INNER_BLOCKS = frozenset({"br", "span", "div", "p", "strong", "small", "em", "i", "b"})

# How much each source's word counts. The printed headline wins against any one of the others, but not
# against the publisher's structured headline where a second source repeats it. Tuned on half of the
# recorded sites, checked on the other half.
WEIGHTS = {"printed": 1.2, "headline": 0.8, "og:title": 0.6, "twitter:title": 0.4, "title": 0.05}
SEO_COPY = 0.1
"""Weight of a structured headline that only repeats the title element, against another printed one."""

REWORDED = 0.3
"""Share of words two headlines of one story have in common, at least."""


def read_title(head: Head, tree: HtmlElement, site_names: list[str]) -> str | None:
    """The headline: what most of the page's own statements agree on, the printed one first."""
    stated = _stated(head, site_names)
    printed = _printed(tree, stated, site_names)
    if printed:
        stated["printed"] = _without_kicker(printed, stated)
    votes: dict[str, float] = defaultdict(float)
    for source, title in stated.items():
        votes[_bare(title)] += SEO_COPY if source == "headline" and _copied(stated) else WEIGHTS[source]
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
    own = _known_as(tuple(site_names))[0]
    stripped = {source: strip_site(text, site_names) for source, text in found.items() if text}
    return {source: text for source, text in stripped.items() if _bare(text) and _bare(text) not in own}


def _copied(stated: dict[str, str]) -> bool:
    """Whether the structured headline is but the title element over again, while the page prints it in other words."""
    headline, printed = stated["headline"], stated.get("printed", "")
    one, other = _bare(headline), _bare(printed)
    if one != _bare(stated.get("title", "")) or other in one or one in other:
        return False
    return similarity(headline, printed) >= REWORDED and len(printed) <= 2 * len(headline) + 20


def _other(head: Head, site_names: list[str]) -> str | None:
    text = head.first("headline", "dc.title", "parsely-title", "sailthru.title", "title")
    return strip_site(text, site_names) if text else None


def _without_kicker(printed: str, stated: dict[str, str]) -> str:
    """`Politics: Minister resigns` printed in one heading is `Minister resigns` where the page says so."""
    words = list(WORD.finditer(printed))
    for source in ("headline", "og:title"):
        title = stated.get(source, "")
        if _bare(title) == _bare(printed):
            return printed
        count = len(WORD.findall(title))
        if 3 <= count < len(words) and _words(printed).endswith(" " + _words(title)):
            kicker = printed[: words[-count].start()].rstrip(QUOTES)
            if kicker.endswith(KICKER_ENDS):
                return title
    return printed


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading of the page that may be the headline: as a whole, and the texts of its parts."""

    text: str
    parts: frozenset[str]
    label: str
    path: bool
    """It stands in the navigation: the last step of the path to the page, put there for search engines."""


def _printed(tree: HtmlElement, stated: dict[str, str], site_names: list[str]) -> str | None:
    """The headline a reader sees: the best h1, or a lower heading where the site has its h1 elsewhere."""
    own = _known_as(tuple(site_names))[0] | _beside(stated)
    leads = {_bare(SEPARATOR.split(title, maxsplit=1)[0]) for title in stated.values()}
    best: tuple[float, _Heading] | None = None
    for order, element in enumerate(islice(tree.iter("h1"), MAX_FIRST)):
        heading = _heading(element)
        if not heading.text or _bare(heading.text) in own or len(heading.text) > MAX_TITLE:
            continue
        likeness = max((similarity(heading.text, title) for title in stated.values()), default=0.0)
        likeness = 1.0 if _bare(heading.text) in leads else likeness
        if order and likeness < LIKE:
            continue
        weight = likeness * 3 + (0.5 if HEADLINE_HINT.search(heading.label) else 0) - order * 0.1
        weight -= (2 if OTHER_HINT.search(heading.label) else 0) + (0.8 if _linked(element) else 0)
        if best is None or weight > best[0]:
            best = (weight, heading)
    first = best[1] if best and best[0] > 0.3 else None
    lower = None
    if first is None or first.path or _bare(first.text) == _bare(stated.get("title", "")):
        lower = _lower_heading(tree, stated, first)
    return lower or (_stated_part(first, stated) if first else None)


def _beside(stated: dict[str, str]) -> set[str]:
    """What the title element has beside the title that og:title gives: `The Blog: Title` on a page of The Blog."""
    whole, title = stated.get("title", ""), stated.get("og:title", "")
    if not title or whole == title or not (whole.endswith(title) or whole.startswith(title)):
        return set()
    return {_bare(whole.removesuffix(title).removeprefix(title))} - {""}


def _lower_heading(tree: HtmlElement, stated: dict[str, str], first: _Heading | None) -> str | None:
    """A heading below h1, not linked, that is what the page states elsewhere, and the h1 (if any) is not."""
    wanted = {_bare(title): title for source, title in stated.items() if source in ("headline", "og:title")}
    wanted.pop(_bare(first.text) if first else "", None)
    if first and not wanted:
        return None
    for order, element in enumerate(islice(tree.iter("h2", "h3"), MAX_LOWER)):
        text = element.text_content()
        if len(text) > MAX_HEADING:
            continue
        text = _bare(text)
        if (first is not None or order >= MAX_ALIKE) and not any(bare in text for bare in wanted):
            continue
        heading = _heading(element)
        parts = heading.parts | {_bare(heading.text)}
        known = next((title for bare, title in wanted.items() if bare in parts), None)
        alike = (
            first is None
            and order < MAX_ALIKE
            and any(similarity(heading.text, title) >= ALIKE for title in stated.values())
        )
        if (known or alike) and not heading.path and not _linked(element):
            return known or heading.text
    return None


def _heading(element: HtmlElement) -> _Heading:
    label = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
    text = heading_text(element)
    parts: list[str] = []
    if len(text) <= MAX_HEADING:
        nodes = (node for node in element.iter() if isinstance(node.tag, str))
        parts = [part for node in nodes for part in (node.text, node.tail if node is not element else None) if part]
    around = [element, *islice(element.iterancestors(), 3)]
    path = any(node.tag in ("nav", "ol") or PATH_HINT.search(node.get("class") or "") for node in around)
    return _Heading(text, frozenset(map(_bare, parts)), label, path)


def _stated_part(heading: _Heading, stated: dict[str, str]) -> str:
    """The part of a heading that the page states as its title: without the date or the counter beside it."""
    whole = _bare(heading.text)
    for source in ("headline", "og:title"):
        bare = _bare(stated.get(source, ""))
        if bare and bare != whole and bare in heading.parts and len(whole) - len(bare) < len(bare):
            return stated[source]
    return heading.text


def _linked(element: HtmlElement) -> bool:
    return next(element.iter("a"), None) is not None or next(element.iterancestors("a"), None) is not None


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
    text = html.unescape(text) if "&" in text else text
    return re.sub(r"\s+([,.:;?!](?:\s|$))", r"\1", text)


def _apart(node: HtmlElement) -> bool:
    """Whether an inner element stands for itself: not a few letters styled within a word."""
    return node.tag in {"br", "div", "p", "span", "small"} and len(node.text_content()) != 1


def strip_site(title: str, site_names: list[str]) -> str:
    """The title without the site's name (and what stands between) at its end or beginning."""
    if SEPARATOR.search(title) is None:
        return title.strip()
    own, host, label = _known_as(tuple(site_names))
    while True:
        parts = list(SEPARATOR.finditer(title))
        if not parts:
            return title.strip()
        head, tail = title[: parts[-1].start()], title[parts[-1].end() :]
        first, rest = title[: parts[0].start()], title[parts[0].end() :]
        if head and (_bare(tail) in own or _of_host(tail, host, label)):
            title = head
        elif rest and _bare(first) in own:
            title = rest
        else:
            return title.strip()


@lru_cache(maxsize=64)
def _known_as(site_names: tuple[str, ...]) -> tuple[frozenset[str], str, str]:
    """A site's names, its longest host's name, and the longest label of a host, all bare."""
    own = frozenset(map(_bare, site_names)) - {""}
    hosts = [name for name in site_names if "." in name and " " not in name]
    host = max(map(_bare, hosts), key=len, default="")
    label = max((part for name in hosts for part in name.casefold().split(".")[:-1]), key=len, default="")
    return own, host, label.replace("-", "")


def _of_host(tail: str, host: str, label: str) -> bool:
    """Whether what ends a title is the site by its host: `Koia` on drinkkoia.com, `Exampla Inc` on exampla.com."""
    bare = _bare(tail)
    if len(bare) >= 4 and bare in host:
        return True
    return len(label) >= 5 and label in bare and len(WORD.findall(tail)) <= 5


def shorten(title: str) -> str:
    """The title, cut at a word where it is beyond any real headline."""
    if len(title) <= MAX_TITLE:
        return title
    return title[:MAX_TITLE].rsplit(" ", 1)[0] + "…"


def similarity(one: str, other: str) -> float:
    """Shared words by all words of the shorter title (by three, where it has fewer), 0 to 1."""
    first, second = set(WORD.findall(one.casefold())), set(WORD.findall(other.casefold()))
    if first == second:
        return 1.0 if first else 0.0
    return len(first & second) / max(3, min(len(first), len(second)))


def _words(text: str) -> str:
    return " ".join(WORD.findall(text)).casefold()
