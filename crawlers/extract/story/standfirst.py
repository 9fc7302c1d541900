"""The standfirst: the paragraph printed between headline and story, which generic extractors tend to leave out.

In most of the world's press it is the story's first paragraph set in bold (Vorspann, ingress, chapô,
entradilla): what follows takes it as read. In the English-language press it is a second headline (deck),
written by another hand and repeated by the story. So it belongs to the text, except in English.
"""

import re
from collections.abc import Iterator

from crawlers.extract.markup.content import text_of
from crawlers.extract.markup.segments import Segment, key_of
from crawlers.extract.rules import match_phrase
from crawlers.extract.rules.match import CAMEL

NEAR = 16
"""Blocks after the headline among which a standfirst is looked for."""

DECKS = frozenset({"en", None})
"""Languages in whose press the line below the headline is a deck."""

MIN_WORDS, MAX_WORDS = 6, 110
LEAST_KEY = 20
"""Letters and digits of a description, or of a block, that can tell one by the other."""

PROSE = 90
"""Characters of the first block that is certainly the story's."""

NAMING = frozenset({"class", "itemprop"})
LONGEST_LABEL = 300

CALLED = re.compile(
    r"(?:^|[-_\s])(?:standfirst|stand-first|sub-?(?:title|head(?:line|er|ing)?|titel|titulo)|dek|deck|lead-?(?:in|text|paragraph)?|"
    r"lede|intro(?:duction|text)?|summary|excerpt|abstract|teaser-?text|vorspann|anrisstext|chapeau|chapo|entradilla|"
    r"bajada|copete|ingress|manchet|perex|sapo|linha-fina|lide|sommario|preamble|epigraph|occhiello|catenaccio|description|spot|ozet)"
    r"(?:$|[-_\s])",
    re.IGNORECASE,
)


def find_standfirst(
    segments: list[Segment], kept: set[int], title: str | None, description: str | None, language: str | None
) -> set[int]:
    """Indexes of the blocks between headline and story that the page calls, or uses as, its summary; or nothing.

    It must be printed below the headline, above the first block of the story, and either be what the page
    gives as its description or stand in a container named as a standfirst.
    """
    if language in DECKS:
        return set()
    headlines = _headlines(segments, title)
    first = min((at for at in kept if len(segments[at].text) >= PROSE and at not in headlines), default=0)
    above = [at for at in headlines if at < first]
    if not above:
        return set()
    described = key_of(description or "")
    near = {at for headline in above for at in range(headline + 1, min(first, headline + NEAR))}
    same = {at for at in near if _fits(segments[at]) and _describes(segments[at], described)}
    if same:
        return same
    below = [block for block in segments[above[-1] + 1 : min(first, above[-1] + NEAR)] if _fits(block)]
    named = next((block for block in below if _called(block)), None)
    return set() if named is None else {named.index, *_rest(named, segments[named.index + 1 : first])}


def _fits(block: Segment) -> bool:
    words = block.text.count(" ") + 1
    if block.hidden or block.link_share > 0.3 or block.kind == "caption":
        return False
    return MIN_WORDS <= words <= MAX_WORDS or (words < MIN_WORDS and len(block.text) > 40)


def _describes(block: Segment, described: str) -> bool:
    """Whether a block is what the page gives as its description, or a part of it."""
    key = key_of(block.text)
    if min(len(key), len(described)) < LEAST_KEY:
        return False
    return key in described or described.rstrip("…") in key


def _rest(block: Segment, following: list[Segment]) -> Iterator[int]:
    """What a standfirst of several paragraphs, each called so, goes on with."""
    for other in following:
        if other.element.getparent() is not block.element.getparent() or not _called(other, block.kind):
            return
        if match_phrase(other.text) is None:
            yield other.index


def _headlines(segments: list[Segment], title: str | None) -> list[int]:
    """Where the headline is printed, in page order; some pages do so twice."""
    key = key_of(title or "")
    return [block.index for block in segments if block.element.tag == "h1" or (key and key_of(block.text) == key)]


def _called(block: Segment, kind: str | None = None) -> bool:
    if kind not in {None, block.kind}:
        return False
    element = block.element
    for _ in range(3):
        label = " ".join(value for name, value in element.attrib.items() if name in NAMING or name.startswith("data-"))
        if label and len(label) < LONGEST_LABEL and CALLED.search(CAMEL.sub("-", label)):
            return True
        parent = element.getparent()
        if parent is None or len(text_of(parent)) > 2 * len(block.text) + 40:
            return False
        element = parent
    return False
