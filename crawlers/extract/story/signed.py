"""Lines that say who wrote a story: told by the authors' known names and the calendar's words."""

import re
from collections.abc import Sequence

from crawlers.extract.fields import names
from crawlers.extract.fields.bylines import PROFILE
from crawlers.extract.fields.dateline import CALENDAR, MAX_LINE, TOKEN
from crawlers.extract.markup.content import text_of
from crawlers.extract.markup.segments import Segment
from crawlers.extract.rules.prefilter import folded
from crawlers.extract.story.decision import ENDS, words_in

MAX_LIFE = 120
"""Words of a biography, at most."""

LINKED = 0.9
ROLE_WORDS = 6
"""Words of a line that says what somebody is, at most."""

BEFORE_NAME = r"\W*(?:[^\W\d_]+ ){0,3}"
BEHIND_NAME = r"(?:,[^,.()]{1,60},| ?\([^()]{1,40}\),?|,)? "


def is_byline(text: str, authors: Sequence[str]) -> bool:
    """Whether a line has the names of authors and, besides, only words of bylines, roles and dates."""
    if len(text) > MAX_LINE:
        return False
    # Most lines name nobody: a pattern a name is made, and compiled, for those that do.
    folded_text, rest = folded(text), text
    for name in sorted((name for name in authors if folded(name) in folded_text), key=len, reverse=True):
        rest = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", rest, flags=re.IGNORECASE)
    if rest == text:
        return False
    words = TOKEN.findall(rest.casefold())
    return all(_of_byline(word) for word in words)


def _of_byline(word: str) -> bool:
    return word.isdigit() or word in names.BYLINE_WORDS or word in CALENDAR or names.ROLE.match(word) is not None


def links_to_profile(block: Segment) -> bool:
    """Whether a block is but a person's name, linked to a page about that person."""
    if block.link_share < LINKED or len(block.text) > MAX_LINE or not names.personlike(block.text):
        return False
    links = block.element.iter("a")
    return any(
        PROFILE.search(link.get("href") or "") and block.text in " ".join(text_of(link).split()) for link in links
    )


def is_signature(block: Segment, above: Segment | None) -> bool:
    """Whether a block is a linked name, or a role in one paragraph with the linked name `above`."""
    if links_to_profile(block):
        return True
    if above is None or above.element is not block.element or words_in(block.text) > ROLE_WORDS:
        return False
    return not ENDS.search(block.text) and names.ROLE.search(block.text) is not None and links_to_profile(above)


def is_biography(text: str, authors: Sequence[str]) -> bool:
    """Whether a paragraph begins by saying what an author is or does: `Jane Doe is a reporter`."""
    if text.count(" ") >= MAX_LIFE:
        return False
    folded_text = folded(text)
    for name in (name for name in authors if " " in name and folded(name) in folded_text):
        if begin := re.match(f"{BEFORE_NAME}{re.escape(name)}{BEHIND_NAME}", text, re.IGNORECASE):
            word = TOKEN.match(text, begin.end())
            if word is not None and word.group().casefold() in names.LIFE_WORDS:
                return True
    return False
