"""The standfirst: the paragraph printed between headline and story, which generic extractors tend to leave out.

In most of the world's press it is the story's first paragraph set in bold (Vorspann, ingress, chapô,
entradilla): what follows takes it as read. In the English-language press it is a second headline (deck),
written by another hand and repeated by the story. So it belongs to the text, except in English.
"""

import re

from crawlers.extract.rules.match import CAMEL
from crawlers.extract.segments import Segment, key_of

NEAR = 16
"""Blocks after the headline among which a standfirst is looked for."""

DECKS = frozenset({"en", None})
"""Languages in whose press the line below the headline is a deck."""

MIN_WORDS, MAX_WORDS = 6, 110
PROSE = 90
"""Characters of the first block that is certainly the story's."""

CALLED = re.compile(
    r"(?:^|[-_\s])(?:standfirst|stand-first|sub-?(?:title|head(?:line|er|ing)?|titel|titulo)|dek|deck|lead-?(?:in|text|paragraph)?|"
    r"lede|intro(?:duction|text)?|summary|excerpt|abstract|teaser-?text|vorspann|anrisstext|chapeau|chapo|entradilla|"
    r"bajada|copete|ingress|manchet|perex|sapo|linha-fina|lide|sommario|occhiello|catenaccio|description|spot|ozet)"
    r"(?:$|[-_\s])",
    re.IGNORECASE,
)


def find_standfirst(
    segments: list[Segment], kept: set[int], title: str | None, description: str | None, language: str | None
) -> set[int]:
    """Index of the block between headline and story that the page calls, or uses as, its summary; or nothing.

    It must be printed below the headline, above the first block of the story, and either be what the page
    gives as its description or stand in a container named as a standfirst.
    """
    if language in DECKS:
        return set()
    first = min((index for index in kept if len(segments[index].text) >= PROSE), default=0)
    headline = _headline_before(segments, first, title)
    if headline is None:
        return set()
    described = key_of(description or "")
    for block in segments[headline + 1 : min(first, headline + NEAR)]:
        words = block.text.count(" ") + 1
        if block.hidden or block.link_share > 0.3 or block.kind == "caption":
            continue
        if not (MIN_WORDS <= words <= MAX_WORDS or (words < MIN_WORDS and len(block.text) > 40)):
            continue
        key = key_of(block.text)
        same = len(key) >= 20 and described != "" and (key in described or described.rstrip("…") in key)
        if same or _called(block):
            return {block.index}
    return set()


def _headline_before(segments: list[Segment], first: int, title: str | None) -> int | None:
    key = key_of(title or "")
    found = [
        block.index for block in segments[:first] if block.element.tag == "h1" or (key and key_of(block.text) == key)
    ]
    return found[-1] if found else None


def _called(block: Segment) -> bool:
    element = block.element
    for _ in range(3):
        label = f"{element.get('class') or ''} {element.get('itemprop') or ''}".strip()
        if label and CALLED.search(CAMEL.sub("-", label)):
            return True
        parent = element.getparent()
        if parent is None or len(parent.text_content()) > 2 * len(block.text) + 40:
            return False
        element = parent
    return False
