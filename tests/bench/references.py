"""Which references of a recorded corpus contradict their page: told beside the scorer's figures, never in them.

References are people's work: some are another page's text, some take the day of a change for the publication, or the
title for search engines for the headline. Each rule goes by the page itself and is the same for every corpus and site.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lxml.html import HtmlElement, HTMLParser, document_fromstring

Row = Mapping[str, Any]

WORD = re.compile(r"\w+")
TYPOGRAPHY = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\xa0": " "})
INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LEADING = 5
"""Lines of a reference among which its headline and byline are looked for."""
QUARTER = timedelta(minutes=15)
"""What time zones are apart, or a multiple of it."""
EPOCH = re.compile(r"\b(1\d{9})(?:\d{3})?\b")
"""Seconds since 1970, or milliseconds, as scripts have instants."""
FOREIGN = 0.2
"""Share of a reference's 4-grams on its page below which it is the text of another one."""


def tree_of(row: Row) -> HtmlElement:
    """The page, parsed."""
    return document_fromstring(html_of(row).encode(), parser=HTMLParser(encoding="utf-8"))


def html_of(row: Row) -> str:
    """The page as text, whichever way the corpus has it."""
    html = row["html"]
    return html if isinstance(html, str) else html.decode("utf-8", "replace")


def plain(text: str | None) -> str:
    """The words of a text, as the scorer compares them, without what only breaks lines."""
    return " ".join(WORD.findall(INVISIBLE.sub("", text or ""))).casefold()


def typewritten(text: str) -> str:
    """The text with quotation marks, dashes and spaces as a typewriter has them."""
    return " ".join(text.translate(TYPOGRAPHY).split())


def of_another_page(row: Row) -> bool:
    """Whether hardly anything of the reference stands on the page."""
    want, there = _grams("\n".join(row["paragraphs"])), _grams(" ".join(tree_of(row).itertext()))
    return sum((want & there).values()) < FOREIGN * want.total()


def _grams(text: str) -> Counter[tuple[str, ...]]:
    words = plain(text).split()
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3)))


def without_head(row: Row, names: Iterable[str], titles: Iterable[str]) -> dict[str, Any]:
    """The row with headline and byline among what may or may not stand in the text."""
    people, heads = {plain(name) for name in names} - {""}, {plain(title) for title in titles} - {""}
    kept: list[str] = []
    optional = list(row["optional_paragraphs"] or [])
    for number, line in enumerate(row["paragraphs"]):
        said = plain(line)
        by = said.removeprefix("by ")
        byline = (by != said and len(said) < 60) or any(
            by.startswith(name) and len(by) < len(name) + 25 for name in people
        )
        (optional if number < LEADING and (said in heads or byline) else kept).append(line)
    return {**row, "paragraphs": kept, "optional_paragraphs": optional}


def printed_as_heading(row: Row, title: str) -> bool:
    """Whether a heading of the page prints this title, so that another is one for search engines or feeds."""
    headings = [plain(" ".join(heading.itertext())) for heading in tree_of(row).iter("h1", "h2", "h3")]
    printed = [text for text in headings if text and (text == plain(title) or text.endswith(" " + plain(title)))]
    return bool(printed)


def date_contradicted(row: Row, ours: Row, want: date) -> str:
    """Why the reference is not the day the page was published on; empty where nothing says so."""
    published, offset, modified = ours.get("published_at"), ours.get("published_offset"), ours.get("modified_at")
    if published and offset and _local(published, offset) == want:
        return "the local day, ours in UTC"
    if modified and abs((modified.date() - want).days) <= 1:
        return "the day of the change"
    text = " ".join(html_of(row).casefold().replace("&nbsp;", " ").split())
    places = [match for form in _forms(want) for match in re.finditer(form, text)]
    if not places:
        seconds = (int(match[1]) for match in EPOCH.finditer(text))
        return "" if any(datetime.fromtimestamp(at, UTC).date() == want for at in seconds) else "nowhere on the page"
    changes = [
        re.search(r"updated?|modified|reviewed", text[max(0, place.start() - 60) : place.start()]) for place in places
    ]
    return "printed as that of an update alone" if all(changes) else ""


def _local(instant: datetime, offset: int) -> date:
    return (instant + timedelta(minutes=offset)).date()


def _forms(day: date) -> list[str]:
    month, year = MONTHS[day.month - 1] + "[a-z]*", str(day.year)
    numbers = (f"0?{day.month}", f"0?{day.day}")
    return [
        rf"{year}[-/.]?{day.month:02}[-/.]?{day.day:02}",
        rf"{month}\.?\s*0?{day.day}(?:st|nd|rd|th)?,?\s*{year}",
        rf"\b0?{day.day}(?:st|nd|rd|th)?[\s.-]*{month}\.?,?[\s-]*(?:{year}|{year[2:]})\b",
        *(rf"\b{one}[/.-]{other}[/.-](?:{year}|{year[2:]})\b" for one, other in (numbers, numbers[::-1])),
    ]


def zone_left_out(ours: Row, raw: str, want: datetime) -> bool:
    """Whether the reference has no time zone and is our instant as clocks show it somewhere on earth."""
    published = ours.get("published_at")
    if not published or re.search(r"(?:Z|[+-]\d\d:?\d\d)$", raw):
        return False
    apart = abs(published - want)
    beyond = apart % QUARTER
    return bool(apart <= timedelta(hours=14)) and bool(min(beyond, QUARTER - beyond) < timedelta(minutes=1))
