"""Where a site's pages print headline, byline and date, learned from what each page states of itself.

A spot is a place (container path) whose first element on a page reads as the field the page states
elsewhere. Spots that agree on nearly all pages stand in where a page states nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from lxml.html import HtmlElement
from xxhash import xxh3_64_intdigest

from crawlers.extract.fields.authormarked import BYLINE_CLASS, visible_names
from crawlers.extract.fields.dates import Clock, Instant
from crawlers.extract.fields.printed import heading_text
from crawlers.extract.markup.content import text_of
from crawlers.extract.markup.segments import Segment, key_of
from crawlers.extract.markup.signature import Paths, Sought, Standing, standing_at
from crawlers.model import Article

ROLES = ("title", "byline", "date")

MAX_LINE = 200
"""Characters; no byline or date stands in a longer block."""

MAX_TITLE = 300
VARIED = 2
"""Different values that a spot must have had."""

MAX_CANDIDATES = 60
"""Blocks and elements, at most, that are tried for a role on a page."""

SAME_DAY = timedelta(hours=14)
"""Two readings of one instant may be apart by this, where one lacks the zone or the time of day."""

DATE_ATTRIBUTES = ("datetime", "content")
INLINE_TAGS = ("font", "b", "strong", "span", "big", "em", "i", "a", "time", "small", "cite", "u")

Reader = Callable[[HtmlElement], bool]
"""Whether an element reads as the field that the page states."""


@dataclass(slots=True)
class Spot:
    """On how many pages a place was met, on how many it agreed with the page's statement, and some of what it said."""

    agreed: int = 0
    met: int = 0
    values: list[int] = field(default_factory=list)
    """Hashes of the first few different fields it agreed with: what is the same on all pages is the site's."""

    def count(self, value: int) -> None:
        """Count a page in, with the hash of the field it agreed with; 0 where it didn't."""
        self.met += 1
        self.agreed += value != 0
        if value and value not in self.values and len(self.values) < VARIED:
            self.values.append(value)

    @property
    def share(self) -> float:
        """Share of the pages on which it agreed, 0 to 1."""
        return self.agreed / self.met if self.met else 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a page prints at its site's spots."""

    title: str | None = None
    authors: list[str] = field(default_factory=list)
    date: Instant | None = None


def spots_of(
    tree: HtmlElement, blocks: Iterable[Segment], article: Article, clock: Clock, *, month_first: bool = False
) -> dict[str, dict[str, int]]:
    """By role, the places of a page that look like the role's, with a hash of the field if the first element agrees.

    The hash is 0 where it doesn't. `article` holds the fields found the generic way; a role without a field
    teaches nothing.
    """
    shown = [block for block in blocks if not block.hidden and len(block.text) <= 500]
    found: dict[str, dict[str, Reader]] = {}
    paths = Paths()
    if article.title:
        found["title"] = _places(paths, _titles(tree, shown, article.title), _is_title(article.title))
    if article.authors:
        found["byline"] = _places(paths, _bylines(tree, shown, article.authors), _is_byline(article.authors))
    if article.published_at is not None:
        reader = _is_date(article, clock, month_first)
        found["date"] = _places(paths, _dates(tree, shown), reader)
    firsts = standing_at(tree, Sought({place for places in found.values() for place in places}), paths)
    values = {
        "title": key_of(article.title or ""),
        "byline": "|".join(map(key_of, article.authors)),
        "date": article.published_at.isoformat() if article.published_at else "",
    }
    hashes = {role: xxh3_64_intdigest(value.encode("utf-8", "surrogatepass")) | 1 for role, value in values.items()}
    return {
        role: {place: hashes[role] * reads(firsts[place][0]) for place, reads in places.items() if place in firsts}
        for role, places in found.items()
    }


def _places(paths: Paths, elements: Iterable[HtmlElement], reader: Reader) -> dict[str, Reader]:
    return {paths.of(element): reader for element in elements}


def _titles(tree: HtmlElement, blocks: list[Segment], title: str) -> Iterator[HtmlElement]:
    key = key_of(title)
    for _, heading in zip(range(MAX_CANDIDATES), tree.iter("h1", "h2"), strict=False):
        yield heading
    for block in blocks:
        if key and block.text[:1] == title[:1] and key_of(block.text) == key:
            yield from _chain(block, lambda text: key_of(text) == key)


def _bylines(tree: HtmlElement, blocks: list[Segment], authors: list[str]) -> Iterator[HtmlElement]:
    for _, element in zip(range(MAX_CANDIDATES), tree.iter("a", "span", "div", "p", "address"), strict=False):
        label = element.get("class")
        if element.get("rel") == "author" or (label and BYLINE_CLASS.search(label)):
            yield element
    signed = (block for block in blocks if len(block.text) <= MAX_LINE and all(name in block.text for name in authors))
    for _, block in zip(range(MAX_CANDIDATES), signed, strict=False):
        yield from _chain(block, lambda text: all(name in text for name in authors))


def _dates(tree: HtmlElement, blocks: list[Segment]) -> Iterator[HtmlElement]:
    for _, element in zip(range(MAX_CANDIDATES), tree.iter("time"), strict=False):
        yield element
    dated = (block for block in blocks if len(block.text) <= MAX_LINE and any(map(str.isdigit, block.text)))
    for _, block in zip(range(MAX_CANDIDATES), dated, strict=False):
        yield from _chain(block, lambda text: any(map(str.isdigit, text)))


def _chain(block: Segment, holds: Callable[[str], bool]) -> Iterator[HtmlElement]:
    """The elements that hold a block's field: its own one, unless it holds more blocks, and those within."""
    whole = _text(block.element) if len(block.element) < 30 else ""
    if whole == block.text:
        yield block.element
    for _, inner in zip(range(MAX_CANDIDATES), block.element.iter(*INLINE_TAGS), strict=False):
        if (text := _text(inner)) and text in block.text and holds(text):
            yield inner


def _text(element: HtmlElement) -> str:
    return " ".join(text_of(element).split())


def _is_title(title: str) -> Reader:
    key = key_of(title)
    return lambda element: key_of(_read_title(element) or "") == key


def _read_title(element: HtmlElement) -> str | None:
    return text if len(text := heading_text(element)) <= MAX_TITLE else None


def _is_byline(authors: list[str]) -> Reader:
    wanted = {key_of(name) for name in authors}
    return lambda element: {key_of(name) for name in visible_names(element)} == wanted


def _is_date(article: Article, clock: Clock, month_first: bool) -> Reader:
    published, precision = article.published_at, article.published_precision

    def reads(element: HtmlElement) -> bool:
        instant = read_date(element, clock, month_first=month_first)
        if instant is None or published is None:
            return False
        exact = "day" not in {instant.precision, precision} and instant.zoned
        return abs(instant.at - published) < (timedelta(minutes=1) if exact else SAME_DAY)

    return reads


def read_date(element: HtmlElement, clock: Clock, *, month_first: bool) -> Instant | None:
    """The instant an element gives in an attribute, else in its text."""
    for name in DATE_ATTRIBUTES:
        if (value := element.get(name)) and (instant := clock.read(value)):
            return instant
    text = _text(element)
    return clock.read_visible(text, month_first=month_first) if len(text) <= MAX_LINE else None


def read_spots(
    spots: Mapping[str, tuple[str, ...]], standing: Standing, clock: Clock, *, month_first: bool = False
) -> Told:
    """What a page prints at the spots of its site; nothing where it has none of them.

    `standing` is what the page has at those spots.
    """

    def read(role: str, how: Callable[[HtmlElement], Any]) -> Any:
        at = (standing[place][0] for place in spots.get(role, ()) if place in standing)
        return next((value for element in at if (value := how(element))), None)

    return Told(
        read("title", _read_title),
        read("byline", visible_names) or [],
        read("date", lambda element: read_date(element, clock, month_first=month_first)),
    )
