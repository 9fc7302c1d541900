"""Dates that stand nowhere but in the text of the page, or in its address."""

import re
from collections.abc import Container
from datetime import UTC, datetime
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract.fields.dates import Clock, Dated, Instant
from crawlers.extract.fields.lines import named_changed, spaced
from crawlers.extract.fields.months import MONTHS
from crawlers.extract.fields.timed import stands_elsewhere
from crawlers.extract.markup.segments import Segment, key_of

NEAR = 12
"""Blocks after the headline among which a dateline is looked for; four before it."""

MAX_WORDS, MAX_PLAIN = 16, 8
"""Words of a line with a date in it; of one that needs no label to be a dateline."""

MAX_LEAD = 30
"""Words of a paragraph that is longer than what introduces a story: with it, the story has begun."""

DATE_FIRST = re.compile(
    r"\W*(?:[^\W\d_]{2,12}[.,]?\s+)?(?:[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th|\.)?,?\s+\d{4}|\d{1,2}\.?\s+(?:de\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?\d{4}|"
    r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}|\d{4}\.\s?\d{1,2}\.\s?\d{1,2}|\d{4}[年년])"
)
"""A line that begins with a date, a weekday before it or not."""

OPENING = re.compile(
    r"^(?:[A-ZÄÖÜ][^\d—–]{1,40}[,(]\s*)?\(?(?P<date>[^\W\d_]{3,12}\.?\s+\d{1,2},?\s+\d{4}|"
    r"\d{1,2}\.?\s+[^\W\d_]{3,12}\.?,?\s+\d{4}|\d{1,2}\.\d{1,2}\.\d{4})(?:\)|\s*(?:[-–—]{1,3}|/PRNewswire/))\s"
)
"""A story's first words that say when, and perhaps where, it was written."""

OPENS = 60
"""Characters of a paragraph that opens a story."""

ORIGINALLY = re.compile(
    r"\b(?:originally|first) published\b|ursprünglich (?:veröffentlicht|erschienen)|initialement publié|"
    r"publicado originalmente|originariamente pubblicato|ursprungligen publicerad",
    re.IGNORECASE,
)
MAX_NOTE = 300
"""Characters of a line that tells of the first publication."""

TITLE_DATE = re.compile(r"\d{1,2}[./]\d{1,2}[./](?:\d\d)?\d\d|\d{4}-\d\d-\d\d")
PIECES = re.compile(r"\s[|•·–—]\s")
MODIFIED = re.compile(
    r"(?:\b|(?<=\d))(?:updated|modified|last update|reviewed|revised|last revision|aktualisiert|letzte aktualisierung|"
    r"zuletzt geändert|mis à jour|modifié|"
    r"actualizad\w|atualizad\w|aggiornat\w|bijgewerkt|uppdaterad|oppdatert|opdateret|päivitetty|zaktualizowan\w|aktualizováno|обновлен\w|оновлен\w|"
    r"güncelleme|diperbarui|更新)",
    re.IGNORECASE,
)
_SAID = (
    r"published|posted|created|veröffentlicht|erschienen|publié|publicad\w|pubblicat\w|gepubliceerd|publicerad|"
    r"publisert|offentliggjort|julkaistu|opublikowan\w|publikováno|опубликован\w|опубліковано|yayın\w*|dipublikasikan"
)
PUBLISHED = re.compile(
    rf"\b(?:{_SAID}|post(?:ed)? time|first published|on|date|datum|fecha|tarih|дата|公開|掲載)\b", re.IGNORECASE
)
FIRST = re.compile(rf"(?:\b(?:{_SAID})\b|公開|掲載|发布|發布|입력|등록)\D{{0,20}}\d", re.IGNORECASE)
"""What is said of the publication behind what is said of an update."""

STACKED = re.compile(r"(?:\d{1,2}\.? [^\W\d_]{3,12}[.,]*|[^\W\d_]{3,12}\.? \d{1,2},?) \d{4}")
"""Three lines, or two, that a date is set in: the day large, the month and the year below it."""

MAX_STACKED = 16
"""Characters of each of these lines."""

NOT_THE_STORYS = re.compile(
    r"\b(?:current|expir\w+|heute|today|stand|as of|revision|copyright)\b|©|"
    r"\d{1,2}[:.]\d\d\s*(?:uhr|h|[ap]\.?m\.?)?\s*(?:[-–—]|bis|to|until)\s*\d{1,2}(?:[:.]\d\d|\s*(?:uhr|[ap]\.?m\b))",
    re.IGNORECASE,
)
"""Lines whose date is the clock's, a version's, a licence's, or an event's, which has an end."""

LINKED = 0.8
"""Share of a line's text that is linked, from which it is a link."""

SENTENCE_END = re.compile(r"(?<![ap]\.m)[.!?]$", re.IGNORECASE)
URL_DATE = re.compile(
    r"/(?P<year>(?:19|20)\d\d)(?:/[a-z_]+/|[/-])(?P<month>\d{1,2})[/-](?P<day>\d{1,2})(?:/|-|_|\.|$)", re.IGNORECASE
)
URL_NAMED = re.compile(r"/(?P<year>20\d\d)/(?P<month>[a-z]{3,12})/(?P<day>\d{1,2})(?:/|-|$)", re.IGNORECASE)
URL_COMPACT = re.compile(
    r"[/_-](?P<year>20[0-4]\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?:[/_.-]|\d{4,6}\b|$)"
)


URL_ENDS = re.compile(
    r"[a-z]-(?P<year>20\d\d)-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])(?:\.[a-z]{3,5})?/?(?:[?#]|$)",
    re.IGNORECASE,
)
"""The day behind the words of an address, as `/world/harbour-wall-to-be-rebuilt-2024-05-03/` has it."""

URL_FOUR = re.compile(r"/(?P<year>20[0-4]\d)/(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])/")
"""Month and day in one, as Chinese sites have them: `/2018/0517/c1001-29999.html`."""


def visible_date(blocks: list[Segment], clock: Clock, title: str | None, month_first: bool) -> Dated | None:
    """The dateline near the headline: a short block that begins with a date, or says that it is the publication's."""
    if first := _first_of_all(blocks, clock, month_first):
        return Dated(first, "visible-text")
    if title and (inline := _behind_title(blocks, clock, title, month_first)):
        return Dated(inline, "visible-text")
    for head in headline_at(blocks, title)[:3]:
        found = _dated_near(blocks, head, clock, month_first)
        found = [(text, instant) for text, instant in found if not _prose(text)]
        stated = [instant for text, instant in found if PUBLISHED.search(_before_update(text))]
        plain = [
            instant
            for text, instant in found
            if text.count(" ") < MAX_PLAIN or any(map(DATE_FIRST.match, PIECES.split(text)))
        ]
        if best := next(iter([*stated, *plain]), None):
            return Dated(best, "visible-text")
    return None


def _first_of_all(blocks: list[Segment], clock: Clock, month_first: bool) -> Instant | None:
    """The date behind "originally published on", wherever the page says so."""
    for block in blocks:
        # Most lines pass by a look for a part of all of these words.
        short = len(block.text) <= MAX_NOTE and ("bli" in (lower := block.text.lower()) or "ursprünglich" in lower)
        match = ORIGINALLY.search(block.text) if short else None
        if match and (instant := clock.read_visible(block.text[match.end() :][:40], month_first=month_first)):
            return instant
    return None


def loose_date(blocks: list[Segment], clock: Clock, title: str | None, month_first: bool = False) -> Dated | None:
    """A guess: a date within a line near the headline that says something else, too."""
    for head in headline_at(blocks, title)[:3]:
        lines = [(text, instant) for text, instant in _dated_near(blocks, head, clock, month_first) if not _prose(text)]
        if lines:
            return Dated(lines[0][1], "generic")
    return None


def _prose(text: str) -> bool:
    """Whether a line is a sentence, whose date is part of what it tells."""
    return SENTENCE_END.search(text) is not None and text.count(" ") >= MAX_PLAIN


def headline_at(blocks: list[Segment], title: str | None) -> list[int]:
    """Indexes of the blocks that are the headline; else of an h1; else of a heading that has it in it."""
    key = key_of(title) if title else ""
    heads = [block.index for block in blocks if key and not block.hidden and block.bare() == key]
    heads = heads or [block.index for block in blocks if block.element.tag == "h1"]
    most = 2 * len(title or "") + 40
    return heads or [
        block.index
        for block in blocks
        if key and block.kind == "heading" and len(block.text) <= most and key in block.bare()
    ]


def _dated_near(blocks: list[Segment], head: int, clock: Clock, month_first: bool) -> list[tuple[str, Instant]]:
    """Short lines with a date around a headline, those behind it first; not those that tell of an update."""
    story = frozenset(blocks[head].element.iterancestors())
    behind = blocks[head + 1 : head + NEAR]
    begun = next((at for at, block in enumerate(behind) if block.text.count(" ") >= MAX_LEAD), NEAR)
    # Of a table in the story a row may begin with a date; a page laid out in tables has its dateline before the story.
    behind = [block for at, block in enumerate(behind) if at < begun or block.kind != "table_row"]
    texts = [
        spaced(block)
        for block in (*behind, *reversed(blocks[max(0, head - 4) : head]))
        if block.text.count(" ") < MAX_WORDS
        and re.search(r"\d", block.text)
        and block.kind != "caption"
        and not NOT_THE_STORYS.search(block.text)
        and not of_change(block)
        and not _of_another(block, story)
    ]
    found = [(text, _read(text, clock, month_first)) for text in texts if _before_update(text)]
    dated = [(text, instant) for text, instant in found if instant is not None]
    stacked = _stacked(behind, story) if not dated else []
    return dated or [(text, instant) for text in stacked if (instant := _read(text, clock, month_first))]


def _stacked(near: list[Segment], story: Container[HtmlElement]) -> list[str]:
    """A date that is set in lines of its own for day, month and year."""
    for at, block in enumerate(near):
        for several in (near[at : at + 2], near[at : at + 3]):
            if max(len(line.text) for line in several) > MAX_STACKED:
                break
            whole = " ".join(line.text for line in several)
            if STACKED.fullmatch(whole) and not (of_change(block) or _of_another(block, story)):
                return [whole]
    return []


def _of_another(block: Segment, story: Container[HtmlElement]) -> bool:
    """Whether a line is another story's: a link to it, or among comments, other stories, the site's frame."""
    return (block.link_share > LINKED and not DATE_FIRST.match(block.text)) or stands_elsewhere(block.element, story)


def of_change(block: Segment) -> bool:
    """Whether the classes around a line say that its date is the last change's, and not the publication's as well."""
    around = [block.element, *islice(block.element.iterancestors(), 2)]
    return any(named_changed(node.get("class") or "") for node in around)


def title_date(title: str | None, clock: Clock, month_first: bool = False) -> Dated | None:
    """The day at the end of a title element: `Minister resigns | Europe | The Paper | 28.04.2023`."""
    last = re.split(r"\s[|–—-]\s|,\s|(?=\()", title)[-1].strip(" ()") if title else ""
    instant = clock.read_visible(last, month_first=month_first) if TITLE_DATE.fullmatch(last) else None
    return Dated(instant, "visible-text") if instant else None


def _behind_title(blocks: list[Segment], clock: Clock, title: str, month_first: bool) -> Instant | None:
    """The date of a block that begins with the headline: with one line break between them they are one block."""
    rests = [block.text.removeprefix(title) for block in blocks if block.text.startswith(title)]
    short = [rest for rest in rests if len(rest) > 4 and rest.count(" ") < MAX_WORDS and not MODIFIED.search(rest)]
    return next((instant for rest in short if (instant := _read(rest, clock, month_first))), None)


def _before_update(text: str) -> str:
    """The part of a dateline before it speaks of an update, or behind: `Updated: 5 May 2024. Published: 3 May 2024`."""
    update = MODIFIED.search(text)
    before = text[: update.start()] if update else text
    if update and not re.search(r"\d", before):
        first = FIRST.search(text, update.end())
        return text[first.start() :] if first else ""
    return before if re.search(r"\d", before) else ""


def _read(text: str, clock: Clock, month_first: bool) -> Instant | None:
    return clock.read_visible(_before_update(text) or text, month_first=month_first)


def opening_date(blocks: list[Segment], clock: Clock, title: str | None, month_first: bool) -> Dated | None:
    """The date with which the story begins: `(18.01.2018) The …`, `BERN, May 3, 2024 — …`."""
    for head in headline_at(blocks, title)[:1]:
        for block in blocks[head + 1 : head + NEAR]:
            match = OPENING.match(block.text) if len(block.text) >= OPENS and block.kind == "paragraph" else None
            instant = clock.read_visible(match["date"], month_first=month_first) if match else None
            if instant is not None:
                return Dated(instant, "visible-text")
    return None


def url_date(url: str, clock: Clock) -> Dated | None:
    """The day in an address like `/2024/05/03/`, `/2024/may/3/` or `/harbour-wall-2024-05-03/`."""
    forms = (URL_DATE, URL_COMPACT, URL_NAMED, URL_ENDS, URL_FOUR)
    match = next(filter(None, (form.search(url) for form in forms)), None)
    if match is None:
        return None
    try:
        month = match["month"]
        number = int(month) if month.isdigit() else MONTHS[month.casefold()]
        day = datetime(int(match["year"]), number, int(match["day"]), tzinfo=UTC)
    except (ValueError, KeyError):
        return None
    instant = clock.plausible(Instant(day, "day", zoned=False))
    return Dated(instant, "url") if instant else None
