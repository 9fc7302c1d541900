"""The byline that is but a name, by its place: a line of its own at the headline, beside the date or a role."""

import re
from collections.abc import Iterator
from itertools import islice

from crawlers.extract.fields import names
from crawlers.extract.fields.beside import portrayed
from crawlers.extract.fields.bylines import CLOSE, story_begins
from crawlers.extract.fields.dateline import CALENDAR, NUMERIC, TOKEN, YEAR, is_dateline
from crawlers.extract.fields.labelled import LABEL
from crawlers.extract.fields.months import MONTHS
from crawlers.extract.fields.persons import Persons, further
from crawlers.extract.fields.texts import Printed, Text, elsewhere, holders
from crawlers.extract.fields.timed import SAYS_MODIFIED

HEADINGS = 3
"""Places where the title is printed, at most."""

HEADLINE = 4
"""Spaces of a linked text from which it is another story's headline."""

ABOVE = 4
"""Texts above the headline among which a name and its date are looked for."""

BESIDE = 2
"""Texts between a name and the date, at most, that say what its bearer is, or nothing."""

MAX_DATE, MAX_ROLE = 60, 60
"""Characters of a text that is a date, with a label or not; of one that says what somebody is."""

WORDLESS = re.compile(r"[\W_]*")


def at_headline(page: Printed, persons: Persons, *, dated: bool = True) -> list[str]:
    """The names that stand alone close to the headline, where a role, a portrait or (with `dated`) a date is beside.

    A date alone doesn't do where the page states an author: what stands beside it may be the section.
    """
    first = [page.headline] if page.headline is not None else []
    places = islice(dict.fromkeys([*first, *page.headings]), HEADINGS)
    return next(filter(None, (_close_to(page.texts, at, persons, dated=dated) for at in places)), [])


def _close_to(texts: list[Text], at: int, persons: Persons, *, dated: bool) -> list[str]:
    story = holders(texts[at])
    ends = min(story_begins(texts, at), at + CLOSE)
    ends = next((index for index in range(at + 1, ends) if _of_another(texts[index])), ends)
    for index in [*range(at + 1, ends), *range(at - 1, max(-1, at - ABOVE), -1)]:
        found = persons.named(texts[index])
        if not found or elsewhere(texts[index].parent, story) or names.OTHERS.match(texts[max(0, index - 1)].text):
            continue
        last = index
        while last + 1 < ends and (more := _another(texts, last, persons)):
            last += 1
            found += filter(further, more)
        told = index > at and (_told(texts, last) or portrayed(texts[index], found[0], story))
        if told or (dated and any(_dates(text) for text in _beside(texts, index, last))):
            return list(dict.fromkeys(found))
    return []


def _of_another(text: Text) -> bool:
    """Whether a text is the linked headline of another story, whose author and date may follow."""
    around = (text.parent, *islice(text.parent.iterancestors(), 3))
    return text.text.count(" ") >= HEADLINE and any(node.tag == "a" for node in around)


def _another(texts: list[Text], index: int, persons: Persons) -> list[str]:
    """The name in the text behind one, which is set as it is."""
    one, other = texts[index].parent, texts[index + 1].parent
    return persons.named(texts[index + 1]) if other.tag == one.tag else []


def _beside(texts: list[Text], first: int, last: int) -> Iterator[Text]:
    """The texts on both sides of a name, beyond those that are wordless or a role."""
    for step, start in ((-1, first), (1, last)):
        passed, index = 0, start + step
        while 0 <= index < len(texts) and passed <= BESIDE:
            yield texts[index]
            if not WORDLESS.fullmatch(texts[index].text) and not _role(texts[index].text):
                break
            passed, index = passed + 1, index + step


def _role(text: str) -> bool:
    return len(text) <= MAX_ROLE and names.ROLE.search(text) is not None


def _told(texts: list[Text], index: int) -> bool:
    """Whether what somebody is stands in the text behind the name, or in brackets in its own."""
    behind = texts[index + 1].text if index + 1 < len(texts) else ""
    return _role(behind) or ("(" in texts[index].text and _role(texts[index].text))


def _dates(text: Text) -> bool:
    """Whether a text is a date, or the label before one."""
    line = text.text
    if len(line) > MAX_DATE:
        return False
    if text.parent.tag == "time" or is_dateline(line) or LABEL.match(line):
        return True
    words = TOKEN.findall(line.casefold())
    if not all(word.isdigit() or word in CALENDAR for word in words):
        return SAYS_MODIFIED.match(line) is not None and line.rstrip().endswith(":")
    stated = NUMERIC.search(line) is not None or YEAR.search(line) is not None
    return (stated and any(word in MONTHS for word in words)) or SAYS_MODIFIED.match(line) is not None
