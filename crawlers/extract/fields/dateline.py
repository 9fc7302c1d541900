"""Lines that are but a date, told by the calendar's words in all languages."""

import re

from crawlers.extract.fields import names
from crawlers.extract.fields.months import MONTHS

MAX_LINE = 140
"""Characters; a byline or a dateline is never longer."""

MAX_DATE_TOKENS = 14

TOKEN = re.compile(r"[^\W\d_]+|\d+")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
NUMERIC = re.compile(
    r"(?<!\d)\d{1,2}[./-] ?\d{1,2}[./-] ?(?:(?:19|20)\d\d|\d\d)(?!\d)|"
    r"(?<!\d)(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}(?!\d)"
)
CALENDAR = MONTHS.keys() | names.DATE_WORDS


def is_dateline(text: str) -> bool:
    """Whether a line is but a date, with or without a time, in any language whose calendar is known."""
    if len(text) > MAX_LINE or not (YEAR.search(text) or NUMERIC.search(text)):
        return False
    words = TOKEN.findall(text.casefold())
    if len(words) > MAX_DATE_TOKENS or not all(word.isdigit() or word in CALENDAR for word in words):
        return False
    of_month = any(word in MONTHS for word in words) and sum(map(str.isdigit, words)) > 1
    return of_month or NUMERIC.search(text) is not None
