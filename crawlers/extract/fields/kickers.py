"""Whether the line above a headline, set within its heading or outside, is part of it: as the address has it."""

import re
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract.fields.address import MIN_WORD, told_by_address, words_of
from crawlers.extract.fields.printed import MAX_HEADING, heading_of, heading_text
from crawlers.extract.fields.sitename import SEPARATOR
from crawlers.extract.markup.segments import key_of

MAX_HEADINGS = 12
"""Headings of a page among which the one with the kicker and the headline is looked for."""

MAX_KICKER = 60
"""Characters of a kicker."""

MIN_REST = 3
"""Words of a headline that can stand without its kicker."""

ENDS = re.compile(r"\s*[:|–—-]\s*$")
"""What stands between a kicker and the headline in a title element."""


def as_addressed(tree: HtmlElement, printed: str, title: str, address: frozenset[str]) -> str:
    """The printed headline without the kicker that the address leaves out, or with the one that it has.

    `title` is the title element's, without the site's name; the kicker outside the heading is taken from it.
    """
    alone = _without_kicker(tree, printed, address)
    if alone is not None:
        return alone
    key = key_of(printed)
    cuts = [*(match.start() for match in SEPARATOR.finditer(title)), len(title)]
    if set_apart := next((title[:cut] for cut in cuts if key_of(title[:cut]) == key), None):
        return set_apart if len(set_apart) > len(printed) else printed
    begins = title.find(printed)
    kicker = title[:begins] if 0 < begins <= MAX_KICKER else ""
    whole = title[: begins + len(printed)]
    telling = {word for word in words_of(kicker) if len(word) >= MIN_WORD and not word.isdigit()}
    said = ENDS.search(kicker) and telling and telling <= address and told_by_address(whole, address)
    return whole if said else printed


def _without_kicker(tree: HtmlElement, printed: str, address: frozenset[str]) -> str | None:
    """The part of the heading that the address has all words of, where it has none of those before.

    It must stand in an element of its own, in the heading that is taken or in another one of the same words.
    """
    whole = key_of(printed)
    for element in islice(tree.iter("h1", "h2", "h3"), MAX_HEADINGS):
        if len(element) == 0 or len(text := heading_text(element)) > MAX_HEADING or key_of(text) != whole:
            continue
        for part in heading_of(element).parts:
            if not part or part == whole or not whole.endswith(part) or len(whole) - len(part) > MAX_KICKER:
                continue
            rest = _ending(printed, part)
            kicker = printed[: len(printed) - len(rest)]
            if len(rest.split()) < MIN_REST or not told_by_address(rest, address):
                continue
            telling = words_of(kicker) - words_of(rest)
            if telling and not telling & address:
                return rest
    return None


def _ending(text: str, key: str) -> str:
    """The end of a text whose letters are those of a key."""
    words = text.split(" ")
    ends = (" ".join(words[at:]) for at in range(len(words) - 1, -1, -1))
    return next((end for end in ends if key_of(end) == key), text)
