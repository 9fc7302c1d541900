"""Instants as publishers write them: ISO 8601, RFC 5322 and their usual misspellings.

An instant without a zone is read in the site's zone when one is known, else as UTC. Years before
1990 and instants after the fetch are refused by `Clock`, whatever the source says.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

from crawlers.extract.fields.months import MONTHS
from schemas.bounds import FURTHEST_OFFSET

ISO = re.compile(
    r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})"
    r"(?:\s*[T ,]\s*(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,:](\d{1,9}))?)?\s*(am|pm)?"
    r"\s*(Z|UTC|GMT|[A-Z]{3,4}\b|[+-]\s?\d{1,2}(?::?\d{2})?)?)?",
    re.IGNORECASE,
)
SLASHED_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})(?:/|\.\s?)(\d{1,2})(?:/|\.\s?)(\d{1,2})(?!\d)")
NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4})(?!\d)")
NUMERIC_SHORT = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{2})(?![\d.])")
SLASHED_SHORT = re.compile(r"^\W*(?:[^\W\d_]+[:,.]?\s+)?(\d{1,2})/(\d{1,2})/(\d{2})(?![\d/])")
CJK = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
# Letters with the vowel signs that Indic scripts and Thai write as marks of their own.
_MONTH = r"([^\W\d_](?:[^\W\d_]|[\u0900-\u0903\u093a-\u094f\u0981-\u09d7\u0e31\u0e34-\u0e4e]){1,14})"
NAMED_DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.)?,?[\s/-]+(?:de\s+|of\s+|d')?{_MONTH}\.?,?[\s/-]+"
    r"(?:de\s+|del\s+|г\.\s*|พ\.ศ\.\s*)?(\d{4})(?!\d)"
)
NAMED_MONTH_FIRST = re.compile(rf"{_MONTH}\.?\s+(\d{{1,2}})(?:st|nd|rd|th|\.)?,?\s+(\d{{4}})(?!\d)")
NAMED_YEAR_FIRST = re.compile(rf"(?<!\d)(\d{{4}})\.?\s+(?:m\.\s+)?{_MONTH}\.?\s+(\d{{1,2}})(?!\d)")
NUMBERED_MONTH = re.compile(r"(\d{1,2})\s+tháng\s+(\d{1,2})(?:,|\s+năm)?\s+(\d{4})", re.IGNORECASE)
BUDDHIST = 543
"""Years the calendar of Thailand is ahead."""

TIME = re.compile(
    r"(?<![\d:.])([01]?\d|2[0-3])\s?[:.hH]\s?([0-5]\d)(?::([0-5]\d))?(?![\d.:]*\d)\s*(a\.?m\.?|p\.?m\.?)?"
    r"\s*\(?(Z\b|UTC|GMT|[A-Z]{3,4}\b|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
PROGRAM = re.compile(
    r"^[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}) (?:(?P<before>\d{4}) )?"
    r"(?P<time>\d\d:\d\d:\d\d) (?P<zone>[A-Z]{3,4}(?:[+-]\d{2}:?\d{2})?|[+-]\d{4})(?: \(.*\)| (?P<behind>\d{4}))?$"
)
"""Java's and JavaScript's ways to print a date: `Wed Feb 12 08:41:07 CET 2020`, `Wed Feb 12 2020 08:41:07 GMT+0100`."""

HOUR_ONLY = re.compile(r"(?<![\d:.])(1[0-2]|0?[1-9])\s?(a\.?m\.?|p\.?m\.?)\b", re.IGNORECASE)
EPOCH = re.compile(r"^\s*(\d{10})(\d{3})?\s*$")

# Abbreviations in use on news pages, hours east of UTC; ambiguous ones in their usual news sense.
ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2,
    "EET": 2, "SAST": 2, "EEST": 3, "MSK": 3, "IST": 5.5, "PKT": 5, "WIB": 7, "ICT": 7, "HKT": 8, "SGT": 8,
    "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "ADT": -3, "AST": -4, "EDT": -4, "EST": -5, "ET": -5, "CDT": -5, "CST": -6, "MDT": -6, "MST": -7,
    "PDT": -7, "PST": -8, "AKDT": -8, "AKST": -9, "HST": -10, "BRT": -3, "ART": -3,
}  # fmt: skip

EARLIEST_YEAR = 1990
"""No web page was published before; a date of 0001, 1900 or 1970-01-01 is a default, not a fact."""

FURTHEST = timedelta(minutes=FURTHEST_OFFSET)
"""No zone is further from UTC."""

SKEW = timedelta(minutes=10)
"""Publishers' clocks run ahead of the fetch by no more than this; the instant is then cut to the fetch."""


@dataclass(frozen=True, slots=True)
class Instant:
    """An instant (UTC), its precision (`second`, `minute`, `day`), and whether its zone was stated."""

    at: datetime
    precision: str
    zoned: bool = True
    offset: int | None = None
    """Minutes east of UTC of the zone it was written in, stated or the site's; null where neither is known."""


@dataclass(frozen=True, slots=True)
class Dated:
    """An instant and where it was read (`schemas.articles.DATE_SOURCES`)."""

    instant: Instant
    source: str


def offset_of(zone: str | None) -> tzinfo | None:
    """The fixed offset a zone text (`Z`, `+0530`, `EST`) stands for, or None."""
    if not zone:
        return None
    zone = zone.replace(" ", "")
    if zone.upper() in ZONES:
        return timezone(timedelta(hours=ZONES[zone.upper()]))
    match = re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})?", zone)
    if match is None:
        return None
    delta = timedelta(hours=int(match.group(2)), minutes=int(match.group(3) or 0))
    if delta > FURTHEST:
        return None
    return timezone(-delta if match.group(1) == "-" else delta)


@dataclass(frozen=True, slots=True)
class Clock:
    """What reading a page's dates needs to know: when it was fetched, and its site's zone if known."""

    fetched_at: datetime
    zone: tzinfo | None = None

    def plausible(self, instant: Instant | None) -> Instant | None:
        """The instant if it lies between the web's beginning and the fetch, else None."""
        if instant is None or instant.at.year < EARLIEST_YEAR:
            return None
        if instant.precision == "day":
            # A day has begun somewhere up to 14 hours before it begins in UTC.
            ahead = timedelta() if instant.zoned else timedelta(hours=14)
            return instant if instant.at - ahead <= self.fetched_at else None
        if instant.at <= self.fetched_at + SKEW:
            return replace(instant, at=min(instant.at, self.fetched_at))
        if instant.zoned or instant.at > self.fetched_at + FURTHEST:
            return None
        # It was written east of Greenwich, where nobody says; of such a time only the day is known.
        day = instant.at.replace(hour=0, minute=0, second=0, microsecond=0)
        return replace(instant, at=day, precision="day", offset=None)

    def read(self, text: object) -> Instant | None:
        """The plausible instant a machine-readable value states (ISO 8601, RFC 5322, epoch), or None."""
        if isinstance(text, (int, float)) and not isinstance(text, bool):
            text = str(int(text))
        if not isinstance(text, str) or not 4 <= len(text) <= 200:
            return None
        return self.plausible(_machine(text.strip(), self.zone) or _human(text, self.zone))

    def read_visible(self, text: str, *, month_first: bool = False) -> Instant | None:
        """The plausible instant a text for people states in any of the known languages, or None."""
        return self.plausible(_human(text[:400], self.zone, month_first=month_first))


def _build(parts: list[int], zone: tzinfo | None, stated: tzinfo | None, precision: str) -> Instant | None:
    try:
        moment = datetime(*parts, tzinfo=stated or zone or UTC)  # type: ignore[arg-type, misc]
        if precision == "day":
            return Instant(moment.replace(tzinfo=UTC), "day", zoned=stated is not None)
        known = (stated or zone) is not None
        return Instant(moment.astimezone(UTC), precision, known, _minutes_east(moment) if known else None)
    except (ValueError, OverflowError):
        return None


def _machine(text: str, zone: tzinfo | None) -> Instant | None:
    if match := EPOCH.match(text):
        seconds = int(match.group(1)) + (int(match.group(2)) / 1000 if match.group(2) else 0)
        return Instant(datetime.fromtimestamp(seconds, UTC), "second")
    if match := ISO.match(text):
        return _from_iso(match, zone)
    if match := PROGRAM.match(text):
        return _from_program(match)
    if re.match(r"^[A-Za-z]{3},\s", text):
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, IndexError, TypeError, OverflowError):
            return None
        if moment.tzinfo is None:
            return _build(list(moment.timetuple()[:6]), zone, None, "second")
        return Instant(moment.astimezone(UTC), "second", offset=_minutes_east(moment))
    return None


def _minutes_east(moment: datetime) -> int | None:
    """The moment's offset; None where it has none, or one that no zone has."""
    offset = moment.utcoffset()
    return round(offset.total_seconds() / 60) if offset is not None and abs(offset) <= FURTHEST else None


def _from_iso(match: re.Match[str], zone: tzinfo | None) -> Instant | None:
    year, month, day, hour, minute, second, fraction, half, stated = match.groups()
    date = [int(year), int(month), int(day)]
    if hour is None:
        return _build(date, zone, None, "day")
    hours = _hour(int(hour), half)
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    utc = stated is None or offset_of(stated) == UTC
    if utc and (hours, int(minute), int(second or 0), micro) == (0, 0, 0, 0):
        return _build(date, zone, offset_of(stated), "day")  # the day, in a field that wants a time
    precision = "second" if second is not None else "minute"
    return _build([*date, hours, int(minute), int(second or 0), micro], zone, offset_of(stated), precision)


def _from_program(match: re.Match[str]) -> Instant | None:
    year, month = match["before"] or match["behind"], MONTHS.get(match["month"].casefold())
    offset = offset_of(match["zone"]) or offset_of(match["zone"].removeprefix("GMT").removeprefix("UTC"))
    if year is None or month is None or offset is None:
        return None
    time = [int(part) for part in match["time"].split(":")]
    return _build([int(year), month, int(match["day"]), *time], None, offset, "second")


def _hour(hour: int, half: str | None) -> int:
    if not half:
        return hour
    return hour % 12 + (12 if half.lower().startswith("p") else 0)


def _human(text: str, zone: tzinfo | None, *, month_first: bool = False) -> Instant | None:
    found = _named(text) or _numeric(text, month_first=month_first)
    if found is None:
        return None
    date, start, end = found
    rest = text[:start] + " " * (end - start) + text[end:]
    if match := TIME.search(rest, end) or TIME.search(rest):
        hour, minute, second, half, stated = match.groups()
        precision = "second" if second else "minute"
        parts = [*date, _hour(int(hour), half), int(minute), int(second or 0)]
        return _build(parts, zone, offset_of(stated), precision)
    if match := HOUR_ONLY.search(rest, end):
        return _build([*date, _hour(int(match.group(1)), match.group(2)), 0, 0], zone, None, "minute")
    return _build(date, zone, None, "day")


def _named(text: str) -> tuple[list[int], int, int] | None:
    if match := CJK.search(text):
        return [int(part) for part in match.groups()], match.start(), match.end()
    for match in NAMED_DAY_FIRST.finditer(text):
        if month := MONTHS.get(match.group(2).casefold()):
            year = int(match.group(3))
            return [_common_era(year), month, int(match.group(1))], match.start(), match.end()
    for match in NAMED_MONTH_FIRST.finditer(text):
        if month := MONTHS.get(match.group(1).casefold()):
            return [int(match.group(3)), month, int(match.group(2))], match.start(), match.end()
    for match in NAMED_YEAR_FIRST.finditer(text):
        if month := MONTHS.get(match.group(2).casefold()):
            return [int(match.group(1)), month, int(match.group(3))], match.start(), match.end()
    if match := NUMBERED_MONTH.search(text):
        return [int(match.group(3)), int(match.group(2)), int(match.group(1))], match.start(), match.end()
    return None


def _common_era(year: int) -> int:
    """2567 of the Buddhist era is 2024; other years are what they say."""
    return year - BUDDHIST if 2500 < year < 2700 else year


def _numeric(text: str, *, month_first: bool) -> tuple[list[int], int, int] | None:
    if match := ISO.search(text):
        return [int(part) for part in match.groups()[:3]], match.start(), match.start() + 10
    if match := SLASHED_YEAR_FIRST.search(text):
        return [int(part) for part in match.groups()], match.start(), match.end()
    if match := NUMERIC.search(text):
        first, separator, second, year = int(match.group(1)), match.group(2), int(match.group(3)), int(match.group(4))
        # 3/4/2024 is the only ambiguous form; with dots the day is always first.
        swap = second > 12 or (month_first and separator == "/" and first <= 12)
        day, month = (second, first) if swap else (first, second)
        return [year, month, day], match.start(), match.end()
    if match := SLASHED_SHORT.search(text):
        first, second, year = (int(part) for part in match.groups())
        day, month = (second, first) if second > 12 or (month_first and first <= 12) else (first, second)
        return [2000 + year, month, day], match.start(), match.end()
    if match := NUMERIC_SHORT.search(text):
        return [2000 + int(match.group(3)), int(match.group(2)), int(match.group(1))], match.start(), match.end()
    return None
