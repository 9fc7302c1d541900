"""Which texts of a page name people, told by the page itself where no label says so.

`Digital Marketing` has the form of a name. But a page writes of its topics in lower case, too, links to its sections
in its menus, and has what it is about in its headline; who wrote it is none of these.
"""

import re
from collections.abc import Container
from functools import cached_property
from itertools import islice
from urllib.parse import unquote

from crawlers.extract.fields import names
from crawlers.extract.fields.bylines import PROFILE
from crawlers.extract.fields.texts import MAX_TEXT, Printed, Text
from crawlers.extract.markup.segments import key_of

WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?")

ENDS = ".,;:!?\"'()[]“”‘’«»…"
"""What stands around words."""

MENUS = frozenset({"nav", "menu"})
"""Elements that hold what leads to other pages of the site."""

CONTROLS = frozenset({"label", "button", "summary", "option", "th", "legend"})
"""Elements that name what a reader can set or open, or what a column has."""

MAX_WORDS = 4
"""Words of a name that nothing announces, at most."""

MAX_FURTHER = 3
"""Words of each further name, at most."""

LISTS = re.compile(rf"/(?:{'|'.join(names.LISTED_AT)})(?:[/?#]|$)", re.IGNORECASE)
"""Addresses of sections, topics and tags."""


NOWHERE = ("#", "javascript:", "mailto:")
"""How addresses begin that lead to no other page."""

MIN_WORD = 3
"""Letters of a word of a name that is looked for in an address."""


class Persons:
    """Tells the names of people among a page's texts."""

    def __init__(self, page: Printed, own: Container[str] = ()) -> None:
        """`own` are the site's names, bare."""
        self._page, self._own = page, own

    def named(self, text: Text) -> list[str]:
        """The people whom a text names that names nobody and nothing else; one with a role in brackets, too."""
        if not 5 <= len(text.text) <= MAX_TEXT or text.text[-1] in ":?!" or text.parent.tag in CONTROLS:
            return []
        if not text.text[0].isalpha() or _leads_elsewhere(text):
            return []
        found = names.split_names(text.text)
        spelt = sum(map(len, found))
        rest = len(names.PAREN.sub("", text.text)) - spelt
        if not found or rest > spelt or not all(map(self.person, found)):
            return []
        return [found[0], *filter(further, found[1:])]

    def person(self, name: str) -> bool:
        """Whether a text in the form of a name is one."""
        if not _spelt_as_name(name) or names.bare(name) in self._own or key_of(name) in self._menus:
            return False
        words = [word.casefold() for word in WORD.findall(name) if len(word) > 1]
        words = [word for word in words if word not in names.PARTICLES]
        if not words or not names.TOPICS.isdisjoint(words) or self._titled.issuperset(words):
            return False
        if words[0] in self._common and words[0] not in names.GIVEN_WORDS:
            return False
        return not self._common.issuperset(words)

    @cached_property
    def _common(self) -> frozenset[str]:
        """The words that the page writes in lower case."""
        words = (word.strip(ENDS) for text in self._page.texts for word in text.text.split())
        return frozenset(word for word in words if word.islower() and word.isalpha())

    @cached_property
    def _titled(self) -> frozenset[str]:
        """The words of the headline."""
        at = self._page.headline
        return frozenset(WORD.findall(self._page.texts[at].text.casefold())) if at is not None else frozenset()

    @cached_property
    def _menus(self) -> frozenset[str]:
        """What the page's menus have, without spaces and punctuation."""
        return frozenset(
            key_of(text.text) for text in self._page.texts if len(text.text) <= MAX_TEXT and _in_menu(text)
        )


def further(name: str) -> bool:
    """Whether one of several names may be a person's: `Jane Doe, John Roe, Port Mary Argus Leader` ends in a paper."""
    return len(_parts(name)) <= MAX_FURTHER


def _parts(name: str) -> list[str]:
    """The words of a name but for the small ones."""
    return [word for word in name.split() if word.casefold() not in names.PARTICLES]


def _spelt_as_name(text: str) -> bool:
    """Whether a text is set as people's names are, and is not known as something else's."""
    words = _parts(text)
    if not names.personlike(text) or len(words) > MAX_WORDS or text.isupper():
        return False
    if not all(word.lstrip(ENDS)[:1].isupper() for word in words) or names.BODY.search(text):
        return False
    return not (names.is_press(text) or names.is_agency(text) or names.is_company(text))


def _in_menu(text: Text) -> bool:
    return any(node.tag in MENUS for node in (text.parent, *islice(text.parent.iterancestors(), 6)))


def _leads_elsewhere(text: Text) -> bool:
    """Whether a text is a link to a section or a topic, or to a page whose address has no word of the text."""
    link = next((node for node in (text.parent, *islice(text.parent.iterancestors(), 3)) if node.tag == "a"), None)
    href = unquote(link.get("href") or "").casefold() if link is not None else ""
    if not href or href.startswith(NOWHERE):
        return False
    words = (word for word in WORD.findall(text.text.casefold()) if len(word) >= MIN_WORD)
    return LISTS.search(href) is not None or not (PROFILE.search(href) or any(word in href for word in words))
