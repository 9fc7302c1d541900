"""The headline as a reader sees it: the heading of a page that its own statements, or its address, tell of."""

import html
import re
from collections.abc import Container
from dataclasses import dataclass
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from crawlers.extract.fields.address import share_told, told_by_address
from crawlers.extract.fields.sitename import SEPARATOR, WORD, known_as, similarity
from crawlers.extract.markup.content import text_of
from crawlers.extract.markup.segments import key_of as _bare

HEADLINE_HINT = re.compile(r"head(?:line|er)?|title|titel|titre|titulo|titolo|entry|article|story|post", re.IGNORECASE)

OTHER_HINT = re.compile(
    r"logo|brand|site-?(?:title|name)|nav|menu|sr-only|visually-hidden|related|teaser|sidebar|footer|modal|cookie|widget",
    re.IGNORECASE,
)

PATH_HINT = re.compile(r"breadcrumb|bread-?bar|seo-?title", re.IGNORECASE)

MAX_PRINTED = 500
"""Characters of a heading that may be a headline."""

MAX_FIRST = 100
"""Headings of the first level that are looked at on a page."""

MAX_HEADING = 2000
"""Characters of a heading that is taken apart; what is longer was never closed."""

MAX_LOWER, MAX_ALIKE = 40, 6
"""Headings below h1 that are looked at where the page's h1 is not the printed headline; where there is no h1."""

LIKE = 0.5
"""Share of words a further h1 of a page shares with a stated title to be taken for the headline."""

ALIKE, MIN_LIKE = 0.6, 3
"""Share of words a lower heading shares with a stated title to be the headline of a page without h1; and how many
words a heading has at least that is told so by the h1 in the navigation."""

MAX_BADGE = 14
"""Letters of what may stand behind the title in a heading, as "Subscribers only" does."""

MIN_END = 8
"""Letters of a heading that is told to be one end of the title element."""

ALONE, LEAST_ALONE = 0.4, 2
"""What it counts that a heading, of as many words, is the only h1 of a page that states no title of as many."""

SILENT = frozenset({"script", "style", "svg", "button", "noscript"})

GAP = "\x1f"
"""Stands where one part of a heading ends, until it is known whether punctuation follows."""

INNER_BLOCKS = frozenset({"br", "span", "div", "p", "strong", "small", "em", "i", "b"})


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the page that may be the headline: as a whole, and the texts of its parts."""

    text: str
    parts: frozenset[str]
    label: str
    path: bool
    """It stands in the navigation: the last step of the path to the page, put there for search engines."""
    linked: bool


def printed_headline(
    tree: HtmlElement, stated: dict[str, str], site_names: list[str], address: frozenset[str] = frozenset()
) -> str | None:
    """The headline a reader sees: the best h1, or a lower heading where the site has its h1 elsewhere."""
    own = known_as(tuple(site_names))[0] | _beside(stated)
    leads = {_bare(SEPARATOR.split(title, maxsplit=1)[0]) for title in stated.values()}
    best: tuple[float, Heading] | None = None
    all_first = list(islice(tree.iter("h1"), MAX_FIRST))
    untitled = len(all_first) == 1 and all(len(WORD.findall(title)) < LEAST_ALONE for title in stated.values())
    linked = True
    for order, element in enumerate(all_first):
        heading = heading_of(element)
        marked, linked = linked and element.get("itemprop") == "headline", linked and heading.linked
        if not heading.text or _bare(heading.text) in own or len(heading.text) > MAX_PRINTED:
            continue
        likeness = max((similarity(heading.text, title) for title in stated.values()), default=0.0)
        likeness = 1.0 if _bare(heading.text) in leads or told_by_address(heading.text, address) else likeness
        # Where all before it are links, as a logo is, an h1 that is marked as the headline need not be like the title.
        if order and likeness < LIKE and not (marked and not heading.linked):
            continue
        weight = likeness * 3 + (0.5 if HEADLINE_HINT.search(heading.label) else 0) - order * 0.1
        if untitled and len(WORD.findall(heading.text)) >= LEAST_ALONE:
            weight += ALONE
        weight -= (2 if OTHER_HINT.search(heading.label) else 0) + (0.8 if heading.linked else 0)
        if best is None or weight > best[0]:
            best = (weight, heading)
    first = best[1] if best and best[0] > 0.3 else None
    lower = None
    if first is None or first.path or _bare(first.text) == _bare(stated.get("title", "")):
        lower = _below_the_sites(tree, stated, None, address) if first is None else None
        lower = lower or _lower_heading(tree, stated, first)
    if lower is None and first is not None and first.path:
        lower = _beyond_the_path(tree, first.text, address)
    if lower is None and first is not None:
        lower = _below_the_sites(tree, stated, first, address)
    if lower is None and first is None:
        return _marked_headline(tree, own)
    return lower or (_stated_part(first, stated) if first else None)


def _marked_headline(tree: HtmlElement, own: Container[str]) -> str | None:
    """The one text marked as the headline (hAtom, schema.org) on a page that has it in no heading."""
    found: set[str] = set()
    for element in tree.iter("span", "div", "p", "td", "strong", "b", "font"):
        named = element.get("itemprop") == "headline" or "entry-title" in (element.get("class") or "").split()
        text = " ".join(text_of(element).split()) if named else ""
        if text and len(text) <= MAX_PRINTED and _bare(text) not in own:
            found.add(text)
    return found.pop() if len(found) == 1 else None


def _beside(stated: dict[str, str]) -> set[str]:
    """What the title element has beside the title that og:title gives: `The Blog: Title` on a page of The Blog."""
    whole, title = stated.get("title", ""), stated.get("og:title", "")
    if not title or whole == title or not (whole.endswith(title) or whole.startswith(title)):
        return set()
    return {_bare(whole.removesuffix(title).removeprefix(title))} - {""}


def _lower_heading(tree: HtmlElement, stated: dict[str, str], first: Heading | None) -> str | None:
    """A heading below h1, not linked, that is what the page states elsewhere, and the h1 (if any) is not."""
    wanted = {_bare(title): title for source, title in stated.items() if source in ("headline", "og:title")}
    wanted.pop(_bare(first.text) if first else "", None)
    if first and not wanted:
        return None
    for order, element in enumerate(islice(tree.iter("h2", "h3"), MAX_LOWER)):
        text = text_of(element)
        if len(text) > MAX_HEADING:
            continue
        text = _bare(text)
        if (first is not None or order >= MAX_ALIKE) and not any(bare in text for bare in wanted):
            continue
        heading = heading_of(element)
        parts = heading.parts | {_bare(heading.text)}
        known = next((title for bare, title in wanted.items() if bare in parts), None)
        alike = (
            first is None
            and order < MAX_ALIKE
            and any(similarity(heading.text, title) >= ALIKE for title in stated.values())
        )
        if (known or alike) and not heading.path and not heading.linked:
            return known or _whole(heading.text, stated)
    return None


def _beyond_the_path(tree: HtmlElement, path: str, address: frozenset[str]) -> str | None:
    """The heading at the story, where the h1 is the last step of the path: it is like that, or as the address.

    Where the address has more of that step's words, it is the headline, and the story is headed in other ones.
    """
    told = share_told(path, address)
    for element in islice(tree.iter("h1", "h2"), MAX_ALIKE):
        if len(text_of(element)) <= MAX_HEADING and not (heading := heading_of(element)).path and not heading.linked:
            like = similarity(heading.text, path) >= ALIKE and len(WORD.findall(heading.text)) >= MIN_LIKE
            if (like or told_by_address(heading.text, address)) and share_told(heading.text, address) >= told:
                return heading.text
    return None


def _whole(text: str, stated: dict[str, str]) -> str:
    """A heading's text, or the stated title of one piece that it is but a part of."""
    whole = stated.get("og:title", "")
    return whole if _bare(text) in _bare(whole) and SEPARATOR.search(whole) is None else text


def _below_the_sites(
    tree: HtmlElement, stated: dict[str, str], first: Heading | None, address: frozenset[str]
) -> str | None:
    """A lower heading that is one end of the title element, where the h1, if any, is the other: the site's name.

    It must be told by the page's address, or the h1 be a link, as the site's name is; with no title at all the
    address alone tells.
    """
    title = _bare(stated.get("title", ""))
    other = _bare(first.text) if first else ""
    end_of_title = other != title and (title.startswith(other) or title.endswith(other))
    lead = _bare(SEPARATOR.split(stated.get("title", ""), maxsplit=1)[0])
    if first is not None and not end_of_title and (not first.linked or lead in (title, other)):
        return None
    for element in islice(tree.iter("h2", "h3"), MAX_LOWER):
        if len(text_of(element)) > MAX_HEADING:
            continue
        text = heading_text(element)
        bare, told = _bare(text), told_by_address(text, address)
        if not title or len(bare) < MIN_END:
            fits = told and not stated
        elif first is None:
            fits = told and (title.startswith(bare) or title.endswith(bare))
        elif not end_of_title:
            fits = bare == lead and not _linked(element)
        else:
            end = title.startswith(bare) if title.endswith(other) else title.endswith(bare)
            fits = end and bare != other and (told or first.linked)
        if fits and not heading_of(element).path:
            return next((known for known in stated.values() if _bare(known) == bare), text)
    return None


def heading_of(element: HtmlElement) -> Heading:
    """A heading with its parts, and what it is called."""
    label = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
    text = heading_text(element)
    parts: list[str] = []
    if len(text) <= MAX_HEADING:
        nodes = (node for node in element.iter() if isinstance(node.tag, str))
        parts = [part for node in nodes for part in (node.text, node.tail if node is not element else None) if part]
    around = [element, *islice(element.iterancestors(), 3)]
    path = any(node.tag in ("nav", "ol") or PATH_HINT.search(node.get("class") or "") for node in around)
    path = path or any(map(PATH_HINT.search, element.keys()))
    return Heading(text, frozenset(map(_bare, parts)), label, path, _linked(element))


def _stated_part(heading: Heading, stated: dict[str, str]) -> str:
    """The part of a heading that the page states as its title: without the date or the counter beside it."""
    whole = _bare(heading.text)
    for source in ("headline", "og:title"):
        bare = _bare(stated.get(source, ""))
        if bare and bare != whole and bare in heading.parts and len(whole) - len(bare) < len(bare):
            return stated[source]
    title = stated.get("og:title") or stated.get("title") or ""
    lead = SEPARATOR.split(title, maxsplit=1)[0]
    for ending in (title, lead):
        bare = _bare(ending)
        if bare != whole and bare in heading.parts and whole.endswith(bare) and len(whole) - len(bare) < len(bare):
            return ending
    bare = _bare(lead)
    if bare != whole and bare in heading.parts and whole.startswith(bare) and len(whole) - len(bare) <= MAX_BADGE:
        return lead
    return heading.text


def _linked(element: HtmlElement) -> bool:
    return next(element.iter("a"), None) is not None or next(element.iterancestors("a"), None) is not None


def heading_text(element: HtmlElement) -> str:
    """Text of a heading, its parts kept apart by spaces, without script parts."""
    pieces: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        left_out = not isinstance(node.tag, str) or node.tag in SILENT
        apart = GAP if not left_out and node.tag in INNER_BLOCKS and _apart(node) else ""
        if event == "start":
            pieces += [apart, "" if left_out else node.text or ""]
            if left_out:
                walk.skip_subtree()
        elif node is not element:
            pieces += [apart, node.tail or ""]
    text = "".join(pieces).replace("\u00ad", "").replace("\u2060", "")
    text = re.sub(rf"\s*{GAP}+\s*([,.:;?!](?:[\s{GAP}]|$))", r"\1", text).replace(GAP, " ")
    text = " ".join(text.split())
    text = html.unescape(text) if "&" in text else text
    return re.sub(r"\s+([,.](?:\s|$))", r"\1", text)


def _apart(node: HtmlElement) -> bool:
    """Whether an inner element stands for itself: not a few letters styled within a word."""
    return node.tag in {"br", "div", "p", "span", "small"} and len(text_of(node)) != 1
