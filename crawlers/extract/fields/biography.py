"""The author as the box below a story names who wrote it: in its heading, over a biography, in a link to all posts."""

import re
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract.fields import han, names
from crawlers.extract.fields.authorsigns import heads_author, named_in_link
from crawlers.extract.fields.bylines import BLOCKS, PROSE, story_begins
from crawlers.extract.fields.persons import Persons
from crawlers.extract.fields.texts import Printed, Text, elsewhere, holders

LIFE = 40
"""Characters of a text that tells of somebody, at least."""

BELOW = 3
"""Texts below a name among which what is told of its bearer begins."""

HEADED = 3
"""Texts below a heading about the author among which the name is."""

BEHIND = 0.4
"""Share of the page's prose behind the headline that may follow the box: other stories, comments."""

LIFE_WORDS = 7
"""Words of a text that tells of somebody, more than."""

OPENING = 12
"""Words with which a biography says what somebody is or does."""

TELLS = 300
"""Characters in which a biography says what somebody does."""

ROLE_WITHIN = 5
"""Words behind the name among which a biography without a verb names a role."""

CASELESS = re.compile(r"[\u3400-\u9fff\u3040-\u30ff]{2,8}|[\uac00-\ud7a3]{2,4}")

TOKEN = re.compile(r"[^\W\d_]+")


def below_story(page: Printed, persons: Persons) -> list[str]:
    """The one author whom a page without a byline names below its story; nobody where it tells of several."""
    texts, at = page.texts, page.headline
    if at is None:
        return []
    begins = story_begins(texts, at)
    story = holders(texts[at])
    for told in (_linked, _headed, _told):
        found: list[str] = []
        last = begins
        for index in range(begins + 1, len(texts)):
            people = told(texts, index, persons)
            if not people or elsewhere(texts[index].parent, story):
                continue
            if found and people != found:
                return []
            found, last = people, index
        if found:
            return found if told is _linked or last >= _ends(texts, begins) else []
    return []


def _ends(texts: list[Text], begins: int) -> int:
    """Index of the text from which on so little prose follows that the story may have ended."""
    total = sum(len(text.text) for text in texts[begins:] if len(text.text) >= PROSE)
    behind = 0
    for index in range(len(texts) - 1, begins, -1):
        behind += len(texts[index].text) if len(texts[index].text) >= PROSE else 0
        if behind > BEHIND * total:
            return index
    return begins + 1


def _linked(texts: list[Text], index: int, persons: Persons) -> list[str]:
    """The name in a link to all posts of the author."""
    named = named_in_link(texts[index].text)
    name = names.clean_name(named) if named else ""
    return [name] if name and (persons.person(name) or CASELESS.fullmatch(name)) else []


def _headed(texts: list[Text], index: int, persons: Persons) -> list[str]:
    """The name below a heading about the author."""
    if not heads_author(texts[index].text):
        return []
    for text in texts[index + 1 : index + 1 + HEADED]:
        if found := persons.named(text):
            return found
        if han.ALONE.fullmatch(text.text):
            return list(filter(None, [names.clean_name(text.text)]))
        if len(text.text) >= PROSE:
            break
    return []


def _told(texts: list[Text], index: int, persons: Persons) -> list[str]:
    """The name that stands alone above a biography of its bearer."""
    name = texts[index].text
    if not names.personlike(name) or names.OTHERS.match(texts[max(0, index - 1)].text):
        return []
    below = next((text for text in texts[index + 1 : index + 1 + BELOW] if _of(text.text, name)), None)
    block = _block(texts[index])
    if below is None or block in (_block(texts[index - 1]), _block(below)):
        return []
    return persons.named(texts[index])


def _block(text: Text) -> HtmlElement:
    """The element that sets a text apart from others."""
    around = (text.parent, *islice(text.parent.iterancestors(), 4))
    return next((node for node in around if node.tag in BLOCKS), text.parent)


def _of(text: str, name: str) -> bool:
    """Whether a text begins by telling what the bearer of a name is or does."""
    if len(text) < LIFE or text.count(" ") < LIFE_WORDS:
        return False
    words = TOKEN.findall(" ".join(islice(text.split(" "), OPENING)))
    called = set(TOKEN.findall(name))
    if not words or not (words[0] in called or words[0] in names.PRONOUNS):
        return False
    behind = next((word for word in words[1:] if word not in called), "")
    if behind in names.LIFE_WORDS and _of_person(text):
        return True
    return text.startswith(name) and any(map(names.ROLE.match, words[len(called) : len(called) + ROLE_WITHIN]))


def _of_person(text: str) -> bool:
    """Whether what a text tells of is a person: one with a role, a calling, one whom it calls "she"."""
    opening = text[:TELLS]
    if names.ROLE.search(opening) or names.CALLING.search(opening):
        return True
    return not names.PERSONAL.isdisjoint(TOKEN.findall(opening.casefold()))
