"""Lines that a template puts together of what is known about a story: date, author, section, comments, minutes.

`October 12, 2018 / 0 Comments / in News / by jdoe`: no part of it alone need be known, but one must be a date, a
count or a byline, and the others short.
"""

import re
from collections.abc import Sequence

from crawlers.extract.fields import names
from crawlers.extract.fields.dateline import CALENDAR, MAX_LINE, NUMERIC, TOKEN, YEAR, is_dateline
from crawlers.extract.fields.months import MONTHS
from crawlers.extract.rules import match_phrase
from crawlers.extract.rules.prefilter import folded
from crawlers.extract.story.decision import ENDS
from crawlers.extract.story.signed import is_byline

BETWEEN = re.compile(r"\s*[|•·❯›»,/—\n]\s*|\s[–-]\s")
COUNT = re.compile(
    r"^(?:\d+\+?|one|no|ein|une?|um)[\s-]?(?:comments?|kommentare?|commentaires?|comentarios?|comentários?|commenti|"
    r"reacties|min(?:ute|uten|utes|uto|utos|uti|uut|uter)?s?|mins?\.?|shares?|views?|replies|likes?|aufrufe|vues|visitas)"
    r"(?:[\s-](?:read|reading|lesezeit|lesedauer|de lecture|de lectura|de leitura|di lettura|leestijd|läsning|lesetid|"
    r"time))?$",
    re.IGNORECASE,
)
"""A part that counts comments, minutes, readers."""

READING = re.compile(
    r"^(?:estimated |est\. )?(?:reading time|read time|time to read|lesezeit|lesedauer|temps de lecture|"
    r"tiempo de lectura|tempo de leitura|tempo di lettura|leestijd|lästid|læsetid|lesetid|lukuaika|czas czytania|"
    r"doba čtení|время чтения|час читання|okuma süresi|waktu baca|阅读时间|閱讀時間|読了時間|読了目安)\b.{0,24}$",
    re.IGNORECASE,
)
"""How long a text takes to read, in so many words."""

BRACKETED = re.compile(r"[\[(][^\[\]()]{8,40}[\])]")
TIME = re.compile(r"(?<!\d)\d{1,2}[:.]\d{2}(?!\d)")
EMAIL = re.compile(r"\S+@\S+\.\w+")
HANDLE = re.compile(r"(?<![\w.])@\w{2,30}|\S+@\S+\.\w+")
"""An account or an address; an address alone is how some papers sign a story, within its text."""
SIGNED = re.compile(r"\W*(?:by|von|par|por|door|av|af|przez|oleh|от|автор)\s+(?P<name>(?!\d)\w.{1,40})", re.IGNORECASE)
"""A part that begins as bylines do; beside others one that is known by that alone."""

OTHERS, OTHER_WORDS = 4, 8
"""Parts, and their words, that are neither date, count nor name, at most."""

ROLE_WORDS = 5
"""Words beside a name, at most: a role, a paper."""

MAX_WORDS = 24


def is_metaline(text: str, authors: Sequence[str]) -> bool:
    """Whether a line says but when, by whom and where a story was published, and how it fares."""
    if len(text) > MAX_LINE or text.count(" ") >= MAX_WORDS:
        return False
    hit = match_phrase(text, places=frozenset({"head"}))
    if (hit is not None and hit.rule.id == "byline") or READING.match(text) or names.LABEL.match(text):
        return True
    if is_byline(text, authors) or is_dateline(text):
        return True
    if YEAR.search(text) or NUMERIC.search(text):
        written = names.WRITTEN.match(text)
        if (written and " " in written.group().strip()) or BRACKETED.fullmatch(text):
            return True
    return not ENDS.search(text) and not EMAIL.fullmatch(text) and _of_parts(text, authors)


def _of_parts(text: str, authors: Sequence[str]) -> bool:
    """Whether the parts of a line are dates, counts and names, but for a few words."""
    known, others = 0, []
    parts = [part for part in BETWEEN.split(text) if part.strip()]
    for part in parts:
        if COUNT.match(part) or _dates(part) or _signs(part, authors) or (len(parts) > 1 and SIGNED.fullmatch(part)):
            known += 1
        else:
            others.append(part)
    words = sum(part.count(" ") + 1 for part in others)
    return known > 0 and len(others) <= OTHERS and words <= OTHER_WORDS


def _dates(part: str) -> bool:
    """Whether a part is a date or a piece of one: a year, a day of a month, a time."""
    words = TOKEN.findall(part.casefold())
    if not all(word.isdigit() or word in CALENDAR for word in words) or not any(map(str.isdigit, words)):
        return False
    pieces = (YEAR.search(part), NUMERIC.search(part), TIME.search(part))
    return any(word in MONTHS for word in words) or any(piece is not None for piece in pieces)


def _signs(part: str, authors: Sequence[str]) -> bool:
    """Whether a part names who wrote: by a known name, an account, or behind "by"."""
    if names.is_agency(part):
        return True
    named = [name for name in authors if " " in name and folded(name) in folded(part)]
    words = part.count(" ") - sum(name.count(" ") for name in named)
    if (named or HANDLE.search(part)) and words <= ROLE_WORDS:
        return True
    signed = SIGNED.fullmatch(part)
    return signed is not None and names.personlike(signed["name"])
