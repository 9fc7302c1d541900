"""Who wrote it: JSON-LD, then meta elements, then the byline on the page."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawlers.extract.fields import biography, bylines, han, names, unlabelled
from crawlers.extract.fields.authormarked import DESK, Marked, from_class, from_markup
from crawlers.extract.fields.authorstated import from_jsonld, from_meta
from crawlers.extract.fields.head import Head
from crawlers.extract.fields.persons import Persons
from crawlers.extract.fields.texts import Printed, elsewhere
from crawlers.extract.fields.visible import headline_at
from crawlers.extract.markup.segments import Segment

ACCOUNT = re.compile(r"^[a-z][a-z0-9._-]*$|^[A-Z][a-z]+[A-Z]$|^\w+[._]\w+$|(?i:\badmin\b)")

CLOSE = 12
"""Blocks behind the headline among which a line that is but a byline is looked for, where the house is stated."""

OPENS = 24
"""Blocks from the headline on among which the story opens."""

PRINTED = 2
"""Number of the first reader that reads what is printed."""

MAX_LINE = 140

BEHIND = (
    "in",
    "on",
    "am",
    "at",
    "for",
    "le",
    "el",
    "il",
    "für",
    "pour",
    "para",
    "updated",
    "published",
    "posted",
    "is",
    "editor",
    "staff",
)

_WORD = r"(?-i:[A-ZÀ-ÞĀ-ŽΑ-ΩА-ЯІЇЄ])[\w.’'-]+"

_NAME = rf"{_WORD}(?: (?:(?:{'|'.join(sorted(names.PARTICLES))}) )*{_WORD.removesuffix('+')}*){{1,3}}"

_LEAD = r"(?:[\d/.-]+ )?"
_LEAD += r"(?:(?:written|posted|reported|published|story|words|article|reviewed)\s+)?(?:by|von|par|por|di|door)"

BY_LINE = re.compile(
    rf"^\W*{_LEAD}\s*:?\s+(?P<names>{_NAME}(?:(?:,| and| und| et| y| e|,? &) {_NAME}){{0,4}})",
    re.IGNORECASE,
)

WHOLE_LINE = re.compile(r"^\s*(?:,\s*[^\W\d_a-z][\w-]+)?\W*$")

BEHIND_NAMES = re.compile(rf"^\s*(?:$|[^\w\s]|\d|[^\W\d_a-z]|(?:{'|'.join(BEHIND)})\b)")
"""What may stand behind the names of a byline: nothing, punctuation, a date, a role, or a word that leads to these."""


def read_authors(
    head: Head,
    tree: HtmlElement,
    site_names: Iterable[str],
    blocks: Callable[[], list[Segment]] = list,
    title: str | None = None,
) -> names.Bylines:
    """Authors of the page, in order; each source is asked only where the one before names nobody.

    The site's own name, an organisation's or an account's is passed over where the page prints a person's
    byline; where it prints none, and the publisher states it as the author, it stays, as does a desk of the site's
    beside an agency.
    """
    own = {bare for name in site_names if (bare := names.bare(name))}
    host = (urlsplit(head.url).hostname or "").removeprefix("www.")
    own |= {names.bare(host), *host.split(".")[:-1]}
    named = {names.bare(name) for name in site_names if name not in (host, *host.split("."))}
    heading = names.bare(title or "")
    house: list[str] = []
    for order, read in enumerate(_readers(head, tree, own, house, blocks, title)):
        found = read()
        if order >= PRINTED:
            found = [name for name in found if names.bare(name) != heading]
        if order >= PRINTED and any(name in house for name in found):
            break  # the byline names the house, and who else is named helped it
        # Who states a name that is but the host's is a person with a site of his own.
        theirs = named if order < PRINTED and len(found) == 1 else own
        people = [
            name
            for name in found
            if names.bare(name) not in (theirs if names.personlike(name) else own)
            and not _house_account(name, own)
            and not names.is_company(name)
            and not (names.is_press(name) and order < PRINTED)
        ]
        if people:
            people = [name for name in people if not _of_house(name, own)] or people
            agencies = [name for name in people if names.is_agency(name)]
            if agencies == people:
                people = [name for name in house if DESK.search(name)][:1] or people
            return names.Bylines(people, agencies)
        house += found
    authors = [name for name in dict.fromkeys(house) if not names.is_company(name)][:1]
    return names.Bylines(authors, [name for name in authors if names.is_agency(name)])


def _readers(
    head: Head,
    tree: HtmlElement,
    own: set[str],
    house: list[str],
    blocks: Callable[[], list[Segment]],
    title: str | None,
) -> tuple[Callable[[], list[str]], ...]:
    """The sources of authors, in order: two of what is stated, then those of what is printed."""
    host = (urlsplit(head.url).hostname or "").removeprefix("www.")
    marked, printed = Marked(tree), Printed(tree, title)
    persons = Persons(printed, own)
    return (
        lambda: from_jsonld(head, house),
        lambda: from_meta(head, house, host, own),
        lambda: from_markup(marked),
        lambda: bylines.near_headline(printed, dated=not house),
        lambda: from_class(marked),
        lambda: unlabelled.at_headline(printed, persons, dated=not house),
        lambda: bylines.anywhere(printed, near=bool(house)),
        lambda: from_line(blocks(), title if house else None),
        lambda: biography.below_story(printed, persons),
        lambda: from_opening(blocks(), title),
    )


def from_opening(blocks: list[Segment], title: str | None) -> list[str]:
    """Names of the reporters with which the story opens, as is the custom in Chinese."""
    at = next(iter(headline_at(blocks, title)), 0)
    near = (block for block in blocks[at : at + OPENS] if not block.hidden and block.kind != "caption")
    found = next(filter(None, (han.opening(block.text) for block in near if not block.text.isascii())), [])
    return list(filter(None, map(names.clean_name, found)))


def _of_house(name: str, own: set[str]) -> bool:
    """Whether one of several names is a part of the house: `The Paper Business`, `The Wire for thepaper.example`."""
    words = name.split()
    if names.bare(words[0]) in own and len(words) == 2 and words[0].isupper():
        return True
    return any("." in word.strip(".") and names.bare(word) in own for word in words)


def _house_account(name: str, own: set[str]) -> bool:
    """Whether a name is an account's or a desk's of the site itself: `jane.doe`, `NOC Admin`, `The Paper Team`."""
    if names.is_agency(name):
        return False
    if ACCOUNT.search(name):
        return True
    rest = names.bare(DESK.sub("", name))
    return rest != names.bare(name) and (rest in own or not rest or f"the{rest}" in own)


def from_line(blocks: list[Segment], title: str | None = None) -> list[str]:
    """Names of the first short block that says "By …" (or as other languages have it), dates behind them left out.

    With `title`, the block must stand not far behind the headline and say nothing else, but perhaps a place.
    """
    behind, near = BEHIND_NAMES, blocks
    if title is not None:
        behind = WHOLE_LINE
        near = [block for head in headline_at(blocks, title)[:1] for block in blocks[head + 1 : head + CLOSE]]
    for block in near:
        if len(block.text) > MAX_LINE or block.hidden or block.kind == "caption":
            continue
        match = BY_LINE.match(block.text)
        if match is None or not behind.match(block.text[match.end("names") :]):
            continue
        found = [name for name in names.split_names(match["names"]) if names.personlike(name)]
        found = [name for name in found if not names.of_topic(name)]
        if found and not elsewhere(block.element):
            return found
    return []
