"""Bylines to names: people one by one, without "By", roles, e-mail addresses and the site's own name."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from crawlers.extract.fields import han

_WORDS = tomllib.loads((Path(__file__).parent.parent / "rules" / "names.toml").read_text(encoding="utf-8"))


def _any(words: list[str]) -> str:
    return "|".join(map(re.escape, words))


BY = re.compile(
    rf"^\s*(?:(?:{_any(_WORDS['lead'])})\s+)?(?:{_any(_WORDS['by'])})(?![\w’'-])\s*:?\s*(?=\S)", re.IGNORECASE
)
AND = _any(_WORDS["and"])
_ONE = r"(?:(?:an?|the|eine?|une?|una|um|uma|een|ett?)\s+)?"
_FORMS = rf"{_ONE}(?:{_any(_WORDS['form'])})\s+(?:by|von|par|por|door|av|af)"
LABEL = re.compile(rf"^\W*(?:{_any([*_WORDS['label'], *_WORDS['written']])}|{_FORMS})\s*[:：|]?\s*$", re.IGNORECASE)
"""A text that is but the label before a byline: `Author`, `By`, `Interview by`."""

_NOUNS = (
    "aut",
    "szerző",
    "συντ",
    "yazar",
    "penulis",
    "автор",
    "作者",
    "記者",
    "skribent",
    "kirjoittaja",
    "text",
    "tekst",
)
COLON = re.compile(
    rf"^\W*(?:{_any([label for label in _WORDS['label'] if label.startswith(_NOUNS)])})\s*[:：]", re.IGNORECASE
)
"""A text that begins with a noun that names the author, and a colon."""

WRITTEN = re.compile(rf"^\W*(?:{_any(_WORDS['written'])})(?!\w)", re.IGNORECASE)
"""A text that begins with a label that leaves no doubt."""

BY_LINE = re.compile(
    rf"^\W*(?:(?:(?:{_any(_WORDS['lead'])})\s+)?(?:by|von|par|por|di|door|av|af|przez|автор|от|από|yazan|oleh|מאת|بقلم)"
    rf"|{_any(_WORDS['written'])}|(?:{_any(_WORDS['label'])})(?=[:：]))\s*[:：]?\s+(?P<names>(?=[^\W\d_])\S.{{1,140}})$",
    re.IGNORECASE,
)
"""A text that is a byline from its first word on."""

FORM = re.compile(
    rf"^(?:(?:an?|the|eine?|une?|una|un|um|uma|een|en|ett|et)\s+)?(?:{_any(_WORDS['form'])})"
    r"\s+(?:by|von|de|du|di|da|por|par|door|av|af)\s+(?-i:(?=[^\W\d_a-z]))",
    re.IGNORECASE,
)
"""What a text is, before its author: `Ein Kommentar von Jane Doe`."""

DATED_BY = re.compile(
    r"\b(?:19|20)\d\d\b.{0,24}?[\s–—|·•,-](?:by|von|par|por|di|door|av|af|przez|автор|yazan|oleh)\s+"
    r"(?P<names>(?-i:[^\W\d_a-z]).{2,80})$",
    re.IGNORECASE,
)
"""A dateline and a byline in one: `Published on 3 May 2024, 6:47 pm - by Jane Doe`."""

OTHERS = re.compile(rf"^\W*(?:\w+ )?(?:{_any(_WORDS['others'])})\s*[:：|]?\s*$", re.IGNORECASE)
"""A text that is but the label before the name of somebody who did not write."""

SPLIT = re.compile(rf"\s*(?:;|\||•|·|\n|\t| / |\s&\s|\s\+\s|,?\s+(?:{AND})\s+(?=[^\W\d_]))\s*")
NICKNAME = re.compile(r"\s\([^\W\d_a-z][^\W\d_]+\)\s")
TASK = re.compile(r"^\w{3,15}:\s")
PLACED = re.compile(r"\s+in\s+[^\W\d_a-z]")
DASHED = re.compile(r"\s+[-–—|]\s+")
BODY = re.compile(
    r"\b(?:center|centre|institute?|department|ministry|office|committee|association|university|commission|bureau|"
    r"universität|hochschule|\w*anstalt|ministerium|institut)\b",
    re.IGNORECASE,
)
"""Words in the names of public bodies, which have an "and" of their own."""

BYLINE_WORDS = frozenset(
    word
    for key in ("by", "lead", "label", "written", "and")
    for phrase in _WORDS[key]
    for word in re.findall(r"[^\W\d_]+", phrase)
)
"""All words that stand in bylines besides names and roles."""

DATE_WORDS = frozenset(_WORDS["date"])
LIFE_WORDS = frozenset(_WORDS["life"])
ABOUT_WORDS = frozenset(_WORDS["about"])
PRONOUNS = frozenset(_WORDS["pronouns"])
PERSONAL = frozenset(_WORDS["personal"])
FIRST_PERSON = _any(_WORDS["first_person"])
CALLING = re.compile(rf"\b(?:{_any(_WORDS['calling'])})\b", re.IGNORECASE)
SAYS = tuple(f" {verb}" for verb in _WORDS["says"])
"""What ends a line that names who says what follows."""

PAREN = re.compile(r"\s*[(\[][^)\]]*(?:[)\]]|$)\s*")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
HANDLE = re.compile(r"(?<!\w)@\w+")
DATED = re.compile(r"\d{4}|\d:\d\d|\d{1,2}\.\s?\d")
TAIL_DATE = re.compile(r"\s*[-–—|,]?\s*\d{1,2}[./\s].*$")
ROLE = re.compile(rf"\b(?:(?i:(?:{_any(_WORDS['roles'])}|head of)\w*)|(?:{_any(_WORDS['degrees'])})\b)")
NOBODY = re.compile(rf"^(?:{'|'.join(_WORDS['nobody'])}|\W*|\d+)$", re.IGNORECASE)
AGENCY = re.compile(rf"^(?:the )?(?:{'|'.join(_WORDS['agencies'])})$", re.IGNORECASE)
NON_WORD = re.compile(r"[\W_]+")
LEADING = re.compile(r"^(?i:contact|follow|e-?mail)\s+(?=[^\W\d_a-z])")
TRAILING = re.compile(
    r"\s+(?i:filed under|posted (?:in|on)|(?:last )?updated|published(?: on)?)\b.*$|"
    r"\s+(?:in|on|am|um|at|IN|ON|AM|UM|AT)$|\s*\+?\s*(?:关注|關注)$|"
    r"\s+(?:\S+\s+)?(?:기자|특파원|칼럼니스트|논설위원|앵커|평론가)$"
)
"""What some pages print right before and behind a name: `Contact Jane Doe`, `Jane Doe Filed Under`, `Jane Doe in`."""

COMPANY = re.compile(
    r"(?:^|\s)(?:g?mbH|GmbH|AG|Ltd|P?LLC|LLP|Inc|Corp|PLC|B\.?V|S\.A\.?S?|"
    r"S\.L|Sp\. z o\.\s?o|[ds]\.\s?[or]\.\s?o|Pvt)\.?"
    r"(?:,.*)?$"
)
"""The legal forms of companies."""

PRESS = re.compile(rf"\s(?:{_any(_WORDS['press'])})$", re.IGNORECASE)
ARTICLES = frozenset({"The", "A", "An"})
TEAMS = frozenset({"Team", "Newsroom", "Desk"})
TOPICS = frozenset(_WORDS["topics"])
GIVEN_WORDS = frozenset(_WORDS["given_words"])
LISTED_AT = tuple(_WORDS["listed_at"])
PARTICLES = frozenset(_WORDS["particles"])
JOINS = frozenset(_WORDS["and"])
"""Words between two names; some of them occur within one."""


@dataclass(frozen=True, slots=True)
class Bylines:
    """Names of a byline: people (and desks) named as authors, and the agencies among them."""

    authors: list[str]
    agencies: list[str]


def is_agency(name: str) -> bool:
    """Whether the name is a news agency's."""
    return AGENCY.match(name.strip()) is not None


def is_company(name: str) -> bool:
    """Whether a name says that it is a company's, by its legal form."""
    return COMPANY.search(name.strip()) is not None


def is_press(name: str) -> bool:
    """Whether a name is most likely a paper's or a station's, by its last word; agencies are none."""
    return (PRESS.search(name.strip()) is not None or han.is_press(name.strip())) and not is_agency(name)


def clean_name(name: str) -> str:
    """One name without By, e-mail address, handle, role in brackets; empty where nothing is left."""
    name = HANDLE.sub("", URL.sub("", EMAIL.sub("", name)))
    name = " ".join(PAREN.sub(_bracket, name).split())
    previous = None
    while previous != name:
        previous, name = name, BY.sub("", FORM.sub("", name), count=1).strip()
    name = TRAILING.sub("", LEADING.sub("", name))
    name = TAIL_DATE.sub("", name) if DATED.search(name) else name
    person, *behind = DASHED.split(name)
    name = person if behind and personlike(person) else name
    person, *behind = PLACED.split(name)
    name = person if behind and (personlike(person) or is_agency(person)) else name
    name = name.strip(' \t,;:|/–—-•·"“”*／・：<>')
    return "" if NOBODY.match(name) or TASK.match(name) or len(name) > 100 or not re.search(r"[^\W\d_]", name) else name


def _bracket(match: re.Match[str]) -> str:
    """What takes a bracket's place: the bracket itself where it is a name amid a name, as in `Mary (May) Roe`."""
    within = match.start() > 0 and match.end() < len(match.string)
    return match.group() if within and NICKNAME.fullmatch(match.group()) else " "


def split_names(text: str) -> list[str]:
    """The names in a byline, in order: split at conjunctions and, where it is a list of people, at commas."""
    found: list[str] = []
    told = False  # the part before says what somebody is, and this one may go on with it
    if BODY.search(text) and "," not in text and ";" not in text:
        return [name] if (name := clean_name(text)) else []
    for part in SPLIT.split(text):
        pieces = [piece.strip() for piece in part.split(",")]
        if len(pieces) > 1:
            pieces = _comma_pieces(pieces)
        cleaned = [name for piece in pieces if (name := clean_name(piece))]
        found.extend(name for name in cleaned if not found or not (ROLE.search(name) or (told and of_topic(name))))
        told = len(part.split(",")) > 1 and ROLE.search(part.split(",")[-1]) is not None
    return list(dict.fromkeys(found))


def _comma_pieces(pieces: list[str]) -> list[str]:
    """`A B, C D` are two people; in `A B, political editor` and `A B, London` the rest says who A B is."""
    others = [
        piece
        for piece in pieces[1:]
        if not ROLE.search(piece) and not BODY.search(piece) and (is_agency(piece) or personlike(piece))
    ]
    return [pieces[0], *others]


def of_topic(name: str) -> bool:
    """Whether a name has a word of a section or a field: `Jane Doe, Head of Marketing and Community Development`."""
    return any(word.casefold() in TOPICS for word in name.split())


def personlike(text: str) -> bool:
    """Whether a text looks like a person's name: two to five words, capitalised, no digits, no role."""
    words = text.split()
    if not 2 <= len(words) <= 5 or _no_person(words) or re.search(r"[\d:?!@#]", text) or ROLE.search(text):
        return False
    names = [word for word in words if word.casefold() not in PARTICLES]
    return len(names) >= 2 and all(word[:1].isupper() or not word[:1].isalpha() or _caseless(word) for word in names)


def _no_person(words: list[str]) -> bool:
    """Whether a name begins with an article, as bodies' do; a team's may, as it signs for people."""
    return words[0] in ARTICLES and words[-1] not in TEAMS


def _caseless(word: str) -> bool:
    return word.lower() == word.upper()


def bare(name: str) -> str:
    """A name without case, spaces and punctuation, to compare it with another."""
    return NON_WORD.sub("", name).casefold()
