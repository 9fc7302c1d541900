"""The box about an author above or below the story, known by the author's name, by "I am a writer", by labels.

Judged is only what stands at a place of its own there (`edges`): a story may be about a writer, in the first person,
or an obituary.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from crawlers.extract.fields import names
from crawlers.extract.fields.dateline import MAX_LINE, TOKEN
from crawlers.extract.markup.signature import Paths, signature_of
from crawlers.extract.rules.prefilter import folded
from crawlers.extract.story.decision import Decision
from crawlers.extract.story.edges import Edges
from crawlers.extract.story.signed import BEHIND_NAME, MAX_LIFE, is_biography

MOST = 1 / 3
"""Share of the text that boxes about authors have, at most."""

FURTHER = 3
"""Paragraphs with which a biography goes on, at most."""

BLOCKS = 6
"""Blocks at the place of a biography, at most; more of them are a part of the story."""

BELOW = 3
"""Blocks, at most, between an author's name and what is said about its bearer."""

FIRST_WORDS = 12
"""Words at the beginning of a paragraph about an author of which the name is one."""

OPENING = 300
"""Characters in which a biography says what somebody does."""

LABELS = frozenset({"paragraph", "heading"})
KINDS = frozenset({"paragraph", "list_item"})
GREETING = r"(?:(?:hi|hello|hey|hallo|hola|olá|ciao)\b.{0,40}?[!,.:]?\s*)?"
FIRST_PERSON = re.compile(rf"{GREETING}(?:{names.FIRST_PERSON})\b", re.IGNORECASE)
ABOUT = names.BYLINE_WORDS | names.ABOUT_WORDS
BEHIND = re.compile(BEHIND_NAME)
MARKS = " .,;:\"'()“”‘’"

Tells = Callable[[str], bool]
"""Whether a paragraph is about somebody who wrote."""


def drop_author_boxes(decisions: Sequence[Decision], edges: Edges, authors: Sequence[str]) -> None:
    """Take out what is about the authors above the story, and about authors known or not below it."""
    total = sum(len(item.text) for item in decisions if item.kept)
    people = [name for name in authors if names.personlike(name)]
    parts = frozenset(part for name in people for part in name.split() if len(part) > 2)
    above = _boxes([decisions[number] for number in edges.opening], people, lambda text: _introduces(text, people))
    below = _boxes([decisions[number] for number in edges.ending], people, lambda text: tells_of_author(text, parts))
    for found in (above, below):
        if sum(len(item.text) for item in found) <= MOST * total:
            for item in found:
                item.kept, item.rule = False, "bio"


def _boxes(zone: Sequence[Decision], authors: Sequence[str], tells: Tells) -> list[Decision]:
    """The blocks about authors with the names above them."""
    paths = Paths()
    places = [signature_of(item.segment, paths) if item.kept and item.segment is not None else None for item in zone]
    often = Counter(places)
    found: list[Decision] = []
    label: Decision | None = None
    told, further, since = None, 0, 0
    for item, place in zip(zone, places, strict=True):
        if item.segment is None or item.segment.hidden or item.kind == "caption":
            continue
        box = place is not None and item.kind in KINDS and often[place] <= BLOCKS
        if box and (tells(item.text) or (label is not None and _goes_with(item.text, label))):
            told, further = place, FURTHER
        elif box and further and place == told:
            further -= 1
        else:
            further, since = 0, since + 1
            if item.kind in LABELS and _names_author(item.text, authors):
                label, since = item, 0
            elif since > BELOW:
                label = None
            continue
        found += [taken for taken in (label, item) if taken is not None and taken.kept]
        label = None
    return found


def _names_author(text: str, authors: Sequence[str]) -> bool:
    """Whether a text is but a person's name, or an author's with words like "about"."""
    if len(text) > MAX_LINE:
        return False
    if names.personlike(text):
        return True
    folded_text, rest = folded(text), text
    for name in (name for name in authors if folded(name) in folded_text):
        rest = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", rest, flags=re.IGNORECASE)
    return rest != text and all(word in ABOUT for word in TOKEN.findall(rest.casefold()))


def _introduces(text: str, authors: Sequence[str]) -> bool:
    """Whether a paragraph above the story is about its author; one that but names the author may be a standfirst."""
    return is_biography(text, authors) and _works(text)


def tells_of_author(text: str, parts: Collection[str]) -> bool:
    """Whether a paragraph says what somebody who writes is or does; `parts` are the words of the authors' names."""
    if text.count(" ") >= MAX_LIFE:
        return False
    works = _works(text)
    if works and (FIRST_PERSON.match(text) or _begins_with_name(text)):
        return True
    words = [_bare(word) for word in text.split(None, FIRST_WORDS + 1)]
    known = next((number for number, word in enumerate(words[:FIRST_WORDS]) if word in parts), None)
    if known is None or _of_another(words, known, parts):
        return False
    behind = next((word for word in words[known + 1 :] if word not in parts), "")
    return works or behind in names.LIFE_WORDS


def _of_another(words: Sequence[str], known: int, parts: Collection[str]) -> bool:
    """Whether a word of an author's name ends another name: `The Social Shepherd`."""
    alone = known + 1 >= len(words) or words[known + 1] not in parts
    before = words[known - 1] if known > 1 else ""
    return alone and before[:1].isupper() and not names.ROLE.search(before)


def _works(text: str) -> bool:
    """Whether a paragraph says early what somebody does for a living, or writes about."""
    opening = text[:OPENING]
    return names.ROLE.search(opening) is not None or names.CALLING.search(opening) is not None


def _goes_with(text: str, label: Decision) -> bool:
    """Whether a paragraph begins with the first name in the label above it, or "she", and says what its bearer does."""
    called = next((word for word in label.text.split() if not word.endswith(".")), "")
    begins = _bare(text.partition(" ")[0])
    return (begins == called or begins in names.PRONOUNS) and text.count(" ") < MAX_LIFE and _works(text)


def _bare(word: str) -> str:
    return word.strip(MARKS).removesuffix("’s").removesuffix("'s")


def _begins_with_name(text: str) -> bool:
    """Whether a text begins with a person's name and goes on with what that person is or does."""
    words = text.split(" ", 5)
    for length in range(4, 1, -1):
        name = " ".join(words[:length])
        if len(words) > length and names.personlike(name.rstrip(",")):
            begin = BEHIND.match(text, len(name.rstrip(",")))
            word = TOKEN.match(text, begin.end()) if begin else None
            if word is not None and word.group() in names.LIFE_WORDS:
                return True
    return False
