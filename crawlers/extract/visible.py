"""Dates that stand nowhere but in the text of the page, in its address, or where htmldate finds one."""

import re
from datetime import UTC, datetime

from htmldate import find_date
from lxml.html import HtmlElement

from crawlers.extract.dates import Clock, Dated, Instant
from crawlers.extract.segments import Segment, key_of

NEAR = 12
"""Blocks after the headline among which a dateline is looked for; four before it."""

MAX_WORDS = 16
MODIFIED = re.compile(
    r"(?:\b|(?<=\d))(?:updated|modified|last update|reviewed|aktualisiert|zuletzt geändert|mis à jour|modifié|"
    r"actualizad\w|atualizad\w|aggiornat\w|bijgewerkt|uppdaterad|oppdatert|opdateret|päivitetty|zaktualizowan\w|aktualizováno|обновлен\w|оновлен\w|"
    r"güncelleme|diperbarui|更新)",
    re.IGNORECASE,
)
PUBLISHED = re.compile(
    r"\b(?:published|posted|created|first published|on|veröffentlicht|erschienen|publié|publicad\w|pubblicat\w|"
    r"gepubliceerd|publicerad|publisert|offentliggjort|julkaistu|opublikowan\w|publikováno|опубликован\w|опубліковано|"
    r"yayın\w*|dipublikasikan|公開|掲載)\b",
    re.IGNORECASE,
)
URL_DATE = re.compile(r"/(?P<year>(?:19|20)\d\d)[/-](?P<month>\d{1,2})[/-](?P<day>\d{1,2})(?:/|-|_|\.|$)")
URL_COMPACT = re.compile(
    r"[/_-](?P<year>20[0-4]\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?:[/_.-]|\d{4,6}\b|$)"
)


def visible_date(blocks: list[Segment], clock: Clock, title: str | None, month_first: bool) -> Dated | None:
    """The dateline near the headline: a short block with a date that doesn't say it is an update."""
    key = key_of(title) if title else ""
    heads = [block.index for block in blocks if key and key_of(block.text) == key and not block.hidden]
    heads = heads or [block.index for block in blocks if block.element.tag == "h1"]
    if title and (inline := _behind_title(blocks, clock, title, month_first)):
        return Dated(inline, "visible-text")
    for head in heads[:3]:
        near = [*blocks[head + 1 : head + NEAR], *reversed(blocks[max(0, head - 4) : head])]
        candidates = [
            block.text for block in near if block.text.count(" ") < MAX_WORDS and re.search(r"\d", block.text)
        ]
        found = [(text, instant) for text in candidates if (instant := _read(text, clock, month_first)) is not None]
        stated = [instant for text, instant in found if PUBLISHED.search(_before_update(text))]
        plain = [instant for text, instant in found if _before_update(text)]
        if best := next(iter([*stated, *plain]), None):
            return Dated(best, "visible-text")
    return None


def _behind_title(blocks: list[Segment], clock: Clock, title: str, month_first: bool) -> Instant | None:
    """The date of a block that begins with the headline: with one line break between them they are one block."""
    rests = [block.text.removeprefix(title) for block in blocks if block.text.startswith(title)]
    short = [rest for rest in rests if len(rest) > 4 and rest.count(" ") < MAX_WORDS and not MODIFIED.search(rest)]
    return next((instant for rest in short if (instant := _read(rest, clock, month_first))), None)


def _before_update(text: str) -> str:
    """The part of a dateline before it speaks of an update: `3 May 2024. Updated: 5 May 2024`."""
    update = MODIFIED.search(text)
    before = text[: update.start()] if update else text
    return before if re.search(r"\d", before) else ""


def _read(text: str, clock: Clock, month_first: bool) -> Instant | None:
    return clock.read_visible(_before_update(text) or text, month_first=month_first)


def url_date(url: str, clock: Clock) -> Dated | None:
    """The day in an address like `/2024/05/03/`."""
    match = URL_DATE.search(url) or URL_COMPACT.search(url)
    if match is None:
        return None
    try:
        day = datetime(int(match["year"]), int(match["month"]), int(match["day"]), tzinfo=UTC)
    except ValueError:
        return None
    instant = clock.plausible(Instant(day, "day", zoned=False))
    return Dated(instant, "url") if instant else None


def generic_date(tree: HtmlElement, url: str, clock: Clock) -> Dated | None:
    """The day htmldate makes out, where nothing better is known; None where it finds nothing or fails."""
    try:
        found = find_date(
            tree,
            url=url or None,
            original_date=True,
            extensive_search=True,
            max_date=clock.fetched_at.strftime("%Y-%m-%d"),
        )
        day = datetime.fromisoformat(found).replace(tzinfo=UTC) if found else None
    except Exception:
        return None
    if day is None or day.day == 1:
        return None  # what htmldate makes of a bare month or year, mostly the one in the copyright line
    instant = clock.plausible(Instant(day, "day", zoned=False))
    return Dated(instant, "generic") if instant else None
