"""Lines that say when a reader wrote, and who: "Jim on May 3, 2010 at 7:46 pm said:", "vor 3 Stunden".

Told by the calendar's words of many languages, like the datelines of stories; those have a year, and nothing else.
"""

import re

from crawlers.extract.fields.dateline import NUMERIC, TOKEN, YEAR
from crawlers.extract.fields.months import MONTHS
from crawlers.extract.fields.names import SAYS

MAX_LINE = 140
"""Characters of a line with a date, a name and a button or two."""

MAX_WORDS = 18
BARE_WORDS = 8
"""Words of a line with a date but no time of day; longer ones may be told by anybody."""

CLOCK = re.compile(r"(?<![\d.,])\d{1,2}[:.h]\d\d(?!\d)|\b\d{1,2} ?[ap]\.?m\b", re.IGNORECASE)
UNITS = "|".join(
    (
        r"sec(?:ond)?s?|min(?:ute)?s?|h(?:ou)?rs?|days?|w(?:ee)?ks?|mo(?:nth)?s?|y(?:ea)?rs?|[smhdwy]",
        r"sek(?:unden?)?|minuten?|std|stunden?|tage?n?|wochen?|monate?n?|jahre?n?",
        r"secondes?|heures?|jours?|semaines?|mois|ans?",
        r"segundos?|minutos?|horas?|d[ií]as?|semanas?|mes(?:es)?|m[êe]s|años?|anos?",
        r"second[oi]|minut[oi]|or[ae]|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]",
        r"seconden?|uur|uren|dag(?:en|ar|e)?|we(?:ek|ken)|maand(?:en)?|ja(?:ar|ren)",
        r"sekunder?|minuter?|tim(?:mar?|er?)|veck(?:a|or)|uger?|uker?|månad(?:er)?|måned(?:er)?|år",
        r"sekund[ya]?|minut[ya]?|godzin[ya]?|dni|dzień|tydzień|tygodni[ea]?|miesi(?:ąc|ące|ęcy)|rok|lata?",
        r"секунд[уы]?|минут[уы]?|час(?:а|ов)?|д(?:ень|ня|ней)|недел[юиь]|месяц(?:а|ев)?|год(?:а)?|лет",
    )
)
COUNT = r"(?:\d{1,3}|an?|one|ein(?:e[mnr]?)?|une?|una?|uma?|uno|een|en|et[tn]?)"
AGO = re.compile(
    rf"(?<!\w)(?:{COUNT} ?(?:{UNITS})\.? (?:ago|geleden|sedan|siden|fa|atrás|temu|назад)"
    rf"|(?:vor|il y a|hace|há|för) {COUNT} ?(?:{UNITS})"
    r"|(?:yesterday|today) at \d|(?:gestern|heute) um \d|(?:hier|aujourd['’]hui) à \d|(?:ayer|hoy) a las \d"
    r"|(?:ontem|hoje) às \d)(?!\w)|\d{1,2} ?(?:分钟|小时|天|周|个月|年)前|\d{1,2} ?(?:分|時間|日|週間|か月|年)前"
    r"|\d{1,2} ?(?:분|시간|일|주|개월|년) ?전",
    re.IGNORECASE,
)
"""How long ago something was written."""

SHORT = re.compile(r"\d{1,2} ?(?:s|m|min|h|hr|d|w|mo|y|yr|std|tg|sem|j|u)\.?(?: ?[(]?edited[)]?)?", re.IGNORECASE)
"""The same in a letter, as a line of its own: "6d"."""

SINCE = re.compile(
    r"ago|ed[ae][nr]|sitten|temu|назад|fa\b|atrás|vor|il y a|hace|há|för|day|gestern|heute|hier|hui|[oa]y |oje|ontem|"
    r"[前전]",
    re.IGNORECASE,
)
"""What all of these have, and few other lines."""

DIGIT = re.compile(r"\d")
SENTENCE = re.compile(r"(?:[^\W\d]{3,}|\d{4})[.!?]['\"”»]?$")
"""The end of a sentence, not of an abbreviated hour or month."""

WROTE_WHEN = re.compile(
    r"\w (?:commented|replied|responded|wrote|said|kommentierte|schrieb|antwortete|a écrit|a commenté|escribió|comentó|"
    r"escreveu|comentou|ha scritto|schreef|skrev|napisał|написал)(?: (?:on|at|am|le|el|em|il|op|den))? "
    r"(?=\w{3,9}\.? \d|\d)",
    re.IGNORECASE,
)
"""A name, that it wrote something, and a date or a time."""

SAID_WORDS = 4
"""Words of a name and of a verb that no colon follows, at most."""


def is_stamp(text: str) -> bool:
    """Whether a line has a date, or says how long ago it was, with little besides: a name, a number, a button."""
    spaces, digit = text.count(" "), DIGIT.search(text) is not None
    if len(text) > MAX_LINE or spaces >= (MAX_WORDS if digit else BARE_WORDS):
        return False
    if spaces <= 1 and SHORT.fullmatch(text):
        return True
    dated = (SINCE.search(text) and AGO.search(text)) or (
        digit and _dated(text) and (spaces < BARE_WORDS or CLOCK.search(text))
    )
    return bool(dated) and not SENTENCE.search(text)


def _dated(text: str) -> bool:
    if NUMERIC.search(text):
        return True
    words = TOKEN.findall(text.casefold())
    numbers = sum(map(str.isdigit, words))
    return (
        numbers > 1 and any(word in MONTHS for word in words) and (YEAR.search(text) or CLOCK.search(text)) is not None
    )


def is_said(text: str) -> bool:
    """Whether a line names who says what follows, and has nothing of it."""
    if len(text) > MAX_LINE:
        return False
    if WROTE_WHEN.search(text) and is_stamp(text):
        return True
    if text.endswith(":"):
        return text[:-1].rstrip().endswith(SAYS)
    head, colon, rest = text.partition(":")
    if not colon:
        return text.endswith(SAYS) and text.count(" ") < SAID_WORDS
    return head.rstrip().endswith(SAYS) and is_stamp(rest)
