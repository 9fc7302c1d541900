"""Bylines as a reader finds them: a label or a "By" and the names behind it, close to the headline."""

import re
from collections.abc import Callable, Iterator
from itertools import islice

from crawlers.extract.fields import han, names
from crawlers.extract.fields.beside import nick, pictured, with_date
from crawlers.extract.fields.months import MONTHS
from crawlers.extract.fields.texts import MAX_TEXT, Printed, Text, elsewhere, holders
from crawlers.extract.markup.content import text_of

BEFORE, AFTER = 25, 60
"""Texts before and after the headline among which a byline is looked for."""

CLOSE = 16
"""Texts around the headline among which a link to a profile, or a line of name and date, is looked for."""

PROSE, LONG_PROSE = 120, 200
"""Characters of a text that is the story's, or its standfirst: the second, or a long one, ends the story's head."""

LATE = 8
"""Texts behind a long first one among which a byline is looked for that has a paragraph of its own."""

BLOCKS = frozenset({"p", "div", "td", "li", "h2", "h3", "h4", "h5", "h6", "address", "section", "header"})

PROFILE = re.compile(
    r"/(?:blog-)?(?:authors?|autor(?:en|es|e|a)?|auteurs?|writers?|contributors?|journalists?|reporters?|columnists?|"
    r"interviewers?|bios?|firmas?|periodistas?|giornalist\w+|journalisten|correspondents?|"
    r"redakt\w+|redacteurs?|people|profiles?|team|staff|by|yazar\w*|penulis|author\w*)/[^/?#]{3,}",
    re.IGNORECASE,
)

JOINED = re.compile(rf"^(?:,|/|&|\+|·|\||(?:,\s*)?(?:{names.AND}))\s*$")

CUT = re.compile(
    r"\s*(?:[|•·–—/]|,?\s+(?:in|on|am|le|el|il|op|den|at|for|via|para|pour|für)\s|,\s+(?:in|on)$|\s-\s|\d)"
)

ACRONYM = re.compile(r"[A-Z]{2,5}")

SURE = re.compile(r"\s|[:：]$")
"""A label of two words, or with a colon."""


def near_headline(page: Printed, *, dated: bool = True) -> list[str]:
    """Names of the byline above or below the headline, or of the first line that is one where no headline is known.

    With `dated`, a name that but stands beside a date is taken for one.
    """
    texts, at = page.texts, page.headline
    if at is None:
        return _signed_line(texts)
    begins = story_begins(texts, at)
    order = [*range(at + 1, begins), *range(at - 1, max(-1, at - BEFORE), -1)]
    close = [index for index in order if abs(index - at) <= CLOSE]
    story = holders(texts[at])
    for index in order:
        found = _labelled(texts, index) or (_profile(texts, index) if index in close else [])
        if found and not elsewhere(texts[index].parent, story):
            return found
    for index in _late(texts, begins):
        found = _labelled(texts, index)
        if found and not elsewhere(texts[index].parent, story):
            return found
    for index in close:
        found = (with_date(texts[index].text) if dated else []) or (pictured(texts[index], story) if index > at else [])
        if found and not elsewhere(texts[index].parent, story):
            return found
    nicks = (nick(texts, index) for index in close if not elsewhere(texts[index].parent, story)) if dated else ()
    return next(filter(None, nicks), [])


def _signed_line(texts: list[Text]) -> list[str]:
    """Names of the first line of a page that is but a byline; for pages whose headline isn't known."""
    signed = (index for index, text in enumerate(texts) if names.BY_LINE.match(text.text) or _dated_by(text.text))
    for index in signed:
        found = _labelled(texts, index) if _alone(texts[index]) else []
        if found and names.personlike(found[0]) and not elsewhere(texts[index].parent):
            return found
    return []


def _dated_by(text: str) -> bool:
    return len(text) <= MAX_TEXT and names.DATED_BY.search(text) is not None


def _late(texts: list[Text], begins: int) -> Iterator[int]:
    """Indexes of lines that have a paragraph of their own behind a story's first one, which may be a standfirst."""
    prose = 0
    for index in range(begins + 1, min(begins + LATE, len(texts))):
        prose += len(texts[index].text) >= PROSE
        if prose > 1:
            return
        if _alone(texts[index]):
            yield index


def _alone(text: Text) -> bool:
    """Whether a text begins a paragraph that holds no more than a line."""
    blocks = (node for node in (text.parent, *islice(text.parent.iterancestors(), 4)) if node.tag in BLOCKS)
    line = next((" ".join(text_of(block).split()) for block in blocks), "")
    return len(line) <= MAX_TEXT and line.startswith(text.text)


def story_begins(texts: list[Text], at: int) -> int:
    """Index of the text with which the story has certainly begun, behind the headline at `at`."""
    prose = 0
    for index in range(at + 1, min(at + AFTER, len(texts))):
        prose += len(texts[index].text) >= PROSE
        if prose > 1 or len(texts[index].text) >= LONG_PROSE:
            return index
    return min(at + AFTER, len(texts))


def anywhere(page: Printed, *, near: bool = False) -> list[str]:
    """Names behind the first label that says in so many words who wrote it: `Written by`, `Author`.

    With `near`, labels of one word without a colon count only where they stand not far behind the headline.
    """
    at = page.headline if near else None
    for index, text in enumerate(page.texts):
        credit = han.CREDIT.match(text.text) is not None
        label = names.COLON.match(text.text) or names.WRITTEN.match(text.text)
        close = at is None or at < index < at + AFTER
        said = credit or (label is not None and (close or SURE.search(label.group().strip()) is not None))
        sure = said and not elsewhere(text.parent)
        if sure and (found := _labelled(page.texts, index)):
            return found
    return []


def _labelled(texts: list[Text], index: int) -> list[str]:
    """Names in a text that begins with "By" (or as other languages have it), or in those behind such a label."""
    text = texts[index].text
    if len(text) > MAX_TEXT:
        return []
    if found := list(filter(None, map(names.clean_name, han.signed(text)))):
        return found
    follower = texts[index + 1].text if index + 1 < len(texts) else ""
    if han.LABEL_ENDS.search(text) and han.ALONE.match(follower):
        return list(filter(None, [names.clean_name(follower)]))
    if names.LABEL.match(text):
        return _behind(texts, index + 1)
    match = names.BY_LINE.match(text) or names.DATED_BY.search(text)
    if match is None:
        return []
    rest = match["names"]
    cut = CUT.search(rest)
    line = rest[: cut.start()] if cut else rest
    sure = " " in text[: match.start("names")].strip()
    found = _people(_without_month(line), _first_name if sure else lambda name: ACRONYM.fullmatch(name) is not None)
    if found and not cut and index + 1 < len(texts) and JOINED.match(texts[index + 1].text):
        found += _behind(texts, index + 2)
    return list(dict.fromkeys(found))


def _behind(texts: list[Text], index: int) -> list[str]:
    """Names in the text at an index, and in those that a comma or an "and" joins to it."""
    found: list[str] = []
    while index < len(texts) and len(texts[index].text) <= MAX_TEXT:
        text = texts[index].text
        cut = CUT.search(text)
        line = _without_month(text[: cut.start()] if cut else text)
        people = _people(line, _first_name)
        found += people
        if not people or index + 1 >= len(texts):
            break
        follower = texts[index + 1].text
        if text.rstrip().endswith((",", "&")):
            index += 1
        elif JOINED.match(follower):
            index += 2
        else:
            break
    return list(dict.fromkeys(found))


def _people(line: str, short: Callable[[str], bool]) -> list[str]:
    """The names in a line, where its first is a person's; `short` says of one word alone whether it is, too."""
    found = names.split_names(line)
    if not found or not (names.personlike(found[0]) or (len(found) == 1 and short(found[0]))):
        return []
    return [name for name in found if names.personlike(name) or name == found[0]]


def _first_name(name: str) -> bool:
    """Whether a text is but one capitalised word, as blogs sign."""
    return len(name) >= 3 and name.isalpha() and name[0].isupper() and not names.ROLE.match(name)


def _without_month(line: str) -> str:
    """`Jane Doe March` as it is left of `Jane Doe March 3, 2026`, without the month."""
    words = line.split()
    return " ".join(words[:-1]) if len(words) > 2 and words[-1].strip(".,").casefold() in MONTHS else line


def _profile(texts: list[Text], index: int) -> list[str]:
    """The name in a link to a profile of the site's authors."""
    element = texts[index].parent
    link = next((node for node in (element, *islice(element.iterancestors(), 3)) if node.tag == "a"), None)
    if link is None or not PROFILE.search(link.get("href") or ""):
        return []
    found = _labelled(texts, index) or names.split_names(texts[index].text)
    return [name for name in found if names.personlike(name)]
