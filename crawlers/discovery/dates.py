"""Dates as feeds and sitemaps write them, turned into instants, or into nothing where the instant isn't certain.

RFC 822 (RSS), RFC 3339 and W3C-DTF (Atom, JSON Feed, sitemaps), and the near misses of real feeds: weekday and month
names in other languages, missing commas, asctime. A date without time, or without zone where the caller knows none for
the site, is no instant: guessing would put an article hours away from when it was published.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_ISO = re.compile(
    r"(\d{4})(?P<joint>[-/.]?)(\d{2})(?P=joint)(\d{2})"
    r"(?:[Tt\s_]\s*(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s*(.*))?"
)
_RFC822 = re.compile(
    r"(?:[^\W\d]+\.?\s*(?:,\s*|\s+))?(\d{1,2})(?:\s+|-|\.\s*)(?:de\s+)?([^\W\d]{3,12})\.?,?(?:\s+|-)(?:de\s+)?(\d{4}|\d{2})"
    r",?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(.*)"
)
_MONTH_FIRST = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?([^\W\d]{3,12})\.?\s+(\d{1,2})(?:,\s*|\s+)(\d{4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(.*)"
)
_ASCTIME = re.compile(r"[A-Za-z]{3},?\s+([A-Za-z]{3,9})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})\s*(.*?)\s*(\d{4})")
_NUMERIC = re.compile(
    r"(\d{1,2})(?P<joint>[./-])(\d{1,2})(?P=joint)(\d{4}),?\s+(?:-\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(.*)"
)
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_OFFSET = re.compile(r"(?:GMT|UTC|UT|Z)?\s*([+-])(\d{1,2}):?(\d{2})?(?::\d{2})?(?:\s*\(.*\))?", re.IGNORECASE)

# RFC 822 names the American zones; the others mean one offset wherever they are used. IST, BST, CST outside America
# and the like mean several, and count only where the site's own zone bears the name.
_ZONES = {
    **dict.fromkeys(("UT", "UTC", "GMT", "Z"), 0),
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "AKST": -9,
    "HST": -10,
    "WET": 0,
    "WEST": 1,
    "CET": 1,
    "CEST": 2,
    "MEZ": 1,
    "MESZ": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "SAST": 2,
    "JST": 9,
    "KST": 9,
    "HKT": 8,
    "SGT": 8,
    "WIB": 7,
    "WITA": 8,
    "WIT": 9,
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
    "CAT": 2,
    "EAT": 3,
    "BRT": -3,
}

# By their first letters, one line a month: English, German, French, Spanish, Portuguese, Italian, Dutch, Scandinavian,
# Polish, Czech, Indonesian, Turkish, Russian, Ukrainian, Greek. Left out: what is one month in Polish or Czech and
# another in Croatian (lip, srp, lis).
_MONTHS = {
    prefix: month
    for month, prefixes in enumerate(
        (
            "jan jän ene gen sty led oca ян січ ιαν",
            "feb fév fev lut úno şub фев лют φεβ",
            "mar mär mrz mrt maa maart bře мар бер μαρ",
            "apr avr abr kwi dub nis апр кві απρ",
            "may mai maj mei mag maio kvě май мая тра μαι μαϊ",
            "jun juin giu cze haz июн чер ιουν",
            "jul juil lug čec tem июл лип ιουλ",
            "aug aoû aou ago sie ağu авг сер αυγ",
            "sep set wrz zář eyl сен вер σεπ",
            "oct okt ott out paź říj eki окт жов οκτ",
            "nov kas ноя нов лис νοε marra",
            "dec dez déc dic gru pro des ara дек гру δεκ",
        ),
        start=1,
    )
    for prefix in prefixes.split()
}
# Months whose first letters are another's, or nobody else's in full only.
_WHOLE_MONTHS = {
    "mayıs": 5,
    "červen": 6,
    "června": 6,
    "červenec": 7,
    "července": 7,
    "lipiec": 7,
    "lipca": 7,
    "srpen": 8,
    "srpna": 8,
    "agu": 8,
    "agustus": 8,
    "agt": 8,
    "ags": 8,
    "listopadu": 11,
}


def parse_instant(text: str | None, zone: str | None = None, *, day_first: bool | None = None) -> datetime | None:
    """The instant a date names, in UTC; None where it names none for certain.

    `zone`: IANA zone of dates that name none themselves. Without it they give None, as do dates without a time of day,
    unknown zone abbreviations, and local times that occur twice (end of daylight saving). `day_first`: how dates such
    as 3/4/2025 are meant, where that is known; where it isn't, and either reading is possible, they give None.
    """
    if not text or len(text) > 200:
        return None
    text = " ".join(text.split())
    try:
        found = _fields(text, day_first)
        if found is None:
            return None
        local, zone_text = found
        return _to_utc(local, zone_text, zone)
    except (ValueError, OverflowError):  # 31 February, hour 25, year 0, the last day of the year 9999
        return None


def latest_instant(text: str | None, zone: str | None = None) -> datetime | None:
    """The latest instant, UTC, that a date can mean; None where it is no date at all.

    For `lastmod`, which is compared with the instant of the last look: what may have changed since must be opened, so a
    date without time counts to its end, and one without zone as if it stood in the westernmost zone (UTC-12).
    """
    if not text or len(text) > 200:
        return None
    text = " ".join(text.split())
    if (instant := parse_instant(text, zone)) is not None:
        return instant
    try:
        if whole := _DAY.fullmatch(text):
            return _end_of(*whole.groups()) + timedelta(hours=12)
        if (found := _fields(text)) is not None:
            return (found[0] + timedelta(hours=12)).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    return None


def _end_of(year: str, month: str | None, day: str | None) -> datetime:
    if month is None:
        return datetime(int(year) + 1, 1, 1, tzinfo=UTC)
    if day is None:
        return datetime(int(year) + int(month) // 12, int(month) % 12 + 1, 1, tzinfo=UTC)
    return datetime(int(year), int(month), int(day), tzinfo=UTC) + timedelta(days=1)


def is_day_first(texts: Iterable[str]) -> bool | None:
    """How dates such as 3/4/2025 are meant in a document, by those of its dates that can be read in one way only."""
    orders = {_order(match[1], match[3], match[2]) for text in texts if (match := _NUMERIC.match(text.strip()[:100]))}
    return orders.pop() if len(orders := orders - {None}) == 1 else None


def _order(first: str, second: str, joint: str) -> bool | None:
    """Whether the first of two numbers is the day; None where either may be."""
    if joint == "." or int(first) > 12 >= int(second):
        return True
    return False if int(second) > 12 >= int(first) else None


def _fields(text: str, day_first: bool | None = None) -> tuple[datetime, str] | None:
    """Local time without zone, and the text that stood where the zone belongs; None without a time of day."""
    if match := _ISO.fullmatch(text):
        year, _, month, day, hour, minute, second, fraction, zone_text = match.groups()
        if hour is None:
            return None
        micro = int((fraction or "0")[:6].ljust(6, "0"))
        return _clock(int(year), int(month), int(day), hour, minute, second, micro), zone_text
    if match := _NUMERIC.fullmatch(text):
        first, joint, other, year, hour, minute, second, zone_text = match.groups()
        order = _order(first, other, joint)
        order = day_first if order is None and first != other else order is not False
        if order is None:
            return None
        day, month = (first, other) if order else (other, first)
        return _clock(int(year), int(month), int(day), hour, minute, second, 0), zone_text
    if match := _RFC822.fullmatch(text):
        day, name, year, hour, minute, second, zone_text = match.groups()
    elif match := _MONTH_FIRST.fullmatch(text):
        name, day, year, hour, minute, second, zone_text = match.groups()
    elif match := _ASCTIME.fullmatch(text):
        name, day, hour, minute, second, zone_text, year = match.groups()
    else:
        return None
    number = _month(name)
    if number is None:
        return None
    return _clock(_full_year(year), number, int(day), hour, minute, second, 0), zone_text


def _clock(year: int, month: int, day: int, hour: str, minute: str, second: str | None, micro: int) -> datetime:
    seconds = min(int(second or 0), 59)  # a leap second has no place in datetime
    if int(hour) == 24 and int(minute) == 0 and seconds == 0:  # ISO 8601: the end of the day
        return datetime(year, month, day) + timedelta(days=1)  # noqa: DTZ001
    return datetime(year, month, day, int(hour), int(minute), seconds, micro)  # noqa: DTZ001


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + (1900 if year >= 70 else 2000)


def _month(name: str) -> int | None:
    name = name.lower()
    if name in _WHOLE_MONTHS:
        return _WHOLE_MONTHS[name]
    return next((_MONTHS[name[:length]] for length in (5, 4, 3, 2) if name[:length] in _MONTHS), None)


def _to_utc(local: datetime, zone_text: str, zone: str | None) -> datetime | None:
    zone_text = zone_text.strip()
    if zone_text == "-0000":  # RFC 2822: a time in UTC, nothing said of the place; RSS feeds mean the same
        return local.replace(tzinfo=UTC)
    if offset := _OFFSET.fullmatch(zone_text):
        sign, hours, minutes = offset.groups()
        delta = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if delta > timedelta(hours=14) or int(minutes or 0) > 59:
            return None
        return local.replace(tzinfo=timezone(-delta if sign == "-" else delta)).astimezone(UTC)
    if not zone_text or zone_text.upper() in ("AM", "PM"):
        return None if zone_text else _in_zone(local, zone)
    name = zone_text.upper().strip("()[]")
    there = _in_zone(local, zone)
    if there is not None and zone is not None and local.replace(tzinfo=ZoneInfo(zone)).tzname() == name:
        return there
    if name in _ZONES:
        return local.replace(tzinfo=timezone(timedelta(hours=_ZONES[name]))).astimezone(UTC)
    return None


def _in_zone(local: datetime, zone: str | None) -> datetime | None:
    if zone is None:
        return None
    first = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    if first.utcoffset() != local.replace(tzinfo=ZoneInfo(zone), fold=1).utcoffset():
        return None
    return first.astimezone(UTC)
