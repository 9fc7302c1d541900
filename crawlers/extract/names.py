"""Bylines to names: people one by one, without "By", roles, e-mail addresses and the site's own name."""

import re
from dataclasses import dataclass

_BY_WORDS = (
    "by von par por di da de door af av przez od автор автори автор: от від από tarafından oleh bởi autor autora autore "
    "auteur autorin author authors text tekst teksti foto fotos redaktion: auteur: posted-by"
)
_BY_LEAD = (
    "written posted reported published story text words article analysis opinion review report geschrieben interview "
    "publié escrito redactado scritto napsal presented hosted compiled"
)
BY = re.compile(
    rf"^\s*(?:(?:{'|'.join(_BY_LEAD.split())})\s+)?(?:{'|'.join(map(re.escape, _BY_WORDS.split()))})(?![\w’'-])\s*:?\s*(?=\S)",
    re.IGNORECASE,
)
_AND = [
    "and",
    "und",
    "et",
    "y",
    "e",
    "i",
    "en",
    "og",
    "och",
    "ja",
    "oraz",
    "и",
    "та",
    "και",
    "ve",
    "dan",
    "și",
    "és",
    "a",
    "with",
    "mit",
    "avec",
    "con",
    "met",
]
SPLIT = re.compile(r"\s*(?:;|\||•|·|\n|\t| / |\s&\s|\s\+\s|,?\s+(?:" + "|".join(_AND) + r")\s+(?=[^\W\d_]))\s*")
PAREN = re.compile(r"\s*[(\[][^)\]]*(?:[)\]]|$)\s*")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
HANDLE = re.compile(r"(?<!\w)@\w+")
DATED = re.compile(r"\d{4}|\d:\d\d|\d{1,2}\.\s?\d")
TAIL_DATE = re.compile(r"\s*[-–—|,]?\s*\d{1,2}[./\s].*$")
_ROLES = (
    "editor reporter correspondent writer columnist chief staff journalist producer director president manager "
    "contributor freelance analyst professor phd ph.d m.d md cpa rn rd dvm cepf redakteur korrespondent chef ressort "
    "leiter autor volontär reporterin mitarbeiter correspondant journaliste rédact redactor periodista corresponsal "
    "giornalista redattore verslaggever redacteur dziennikarz redaktor ceo cto founder co-founder specialist expert "
    "dietitian senior associate assistant fellow lecturer anchor photographer fotograf coordinator strategist marketing"
)
ROLE = re.compile(rf"\b(?:{'|'.join(map(re.escape, _ROLES.split()))}|head of)\w*", re.IGNORECASE)
_NOBODY = (
    "admin|administrator|editor|editors|author|authors|staff|redaktion|online[- ]?redaktion|redazione|redacción|redacao|"
    "la rédaction|rédaction|redactie|redakcja|webmaster|unknown|none|null|n/?a|anonymous|guest|user|default|undefined|"
    "false|true|editorial|team|red|autor|written by|posted by|by|the author|wordpress|root|web|news|view all posts|"
    "more posts|about the author|see all|share|follow|writer|reporter|[\\w.]*\\.author|home|contact|login|subscribe"
)
NOBODY = re.compile(rf"^(?:{_NOBODY}|\W*|\d+)$", re.IGNORECASE)
_AGENCIES = (
    "associated press|ap|a\\.p\\.|reuters|thomson reuters|afp|agence france[- ]presse|dpa|d\\.p\\.a\\.|dpa/\\w+|apa|ots|"
    "sid|epd|kna|sda|keystone[- ]sda|bloomberg(?: news)?|ansa|efe|europa press|lusa|belga|anp|ntb|tt|ritzau|stt|pap|čtk|"
    "ctk|tasr|mti|agerpres|hina|tanjug|bta|anadolu(?: agency| ajansı)?|aa|tass|interfax|ria novosti|ukrinform|xinhua|"
    "kyodo(?: news)?|jiji|yonhap|pti|ians|ani|bernama|antara|cnn|upi|pa media|press association|aap|canadian press|"
    "agencias|agencies|agenturen|notimex|agencia \\w+|wire services?"
)
AGENCY = re.compile(rf"^(?:the )?(?:{_AGENCIES})$", re.IGNORECASE)
PARTICLES = frozenset(
    [
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "du",
        "la",
        "le",
        "al",
        "el",
        "bin",
        "ibn",
        "ter",
        "ten",
        "zu",
        "zum",
        "af",
        "und",
        "y",
        "e",
    ]
)


@dataclass(frozen=True, slots=True)
class Bylines:
    """Names of a byline: people (and desks) named as authors, and the agencies among them."""

    authors: list[str]
    agencies: list[str]


def is_agency(name: str) -> bool:
    """Whether the name is a news agency's."""
    return AGENCY.match(name.strip()) is not None


def clean_name(name: str) -> str:
    """One name without By, e-mail address, handle, role in brackets; empty where nothing is left."""
    name = HANDLE.sub("", URL.sub("", EMAIL.sub("", name)))
    name = " ".join(PAREN.sub(" ", name).split())
    previous = None
    while previous != name:
        previous, name = name, BY.sub("", name, count=1).strip()
    name = TAIL_DATE.sub("", name) if DATED.search(name) else name
    name = name.strip(' \t,;:|/–—-•·"“”*')
    return "" if NOBODY.match(name) or len(name) > 100 or not re.search(r"[^\W\d_]", name) else name


def split_names(text: str) -> list[str]:
    """The names in a byline, in order: split at conjunctions and, where it is a list of people, at commas."""
    found: list[str] = []
    for part in SPLIT.split(text):
        pieces = [piece.strip() for piece in part.split(",")]
        if len(pieces) > 1:
            pieces = _comma_pieces(pieces)
        found.extend(name for piece in pieces if (name := clean_name(piece)))
    return list(dict.fromkeys(found))


def _comma_pieces(pieces: list[str]) -> list[str]:
    """`A B, C D` are two people; in `A B, political editor` and `A B, London` the rest says who A B is."""
    kept = [pieces[0]]
    for piece in pieces[1:]:
        if not ROLE.search(piece) and (is_agency(piece) or personlike(piece)):
            kept.append(piece)
    return kept


def personlike(text: str) -> bool:
    """Whether a text looks like a person's name: two to five words, capitalised, no digits, no role."""
    words = text.split()
    if not 2 <= len(words) <= 5 or re.search(r"[\d:?!@#]", text) or ROLE.search(text):
        return False
    names = [word for word in words if word.casefold() not in PARTICLES]
    return len(names) >= 2 and all(word[:1].isupper() or not word[:1].isalpha() or _caseless(word) for word in names)


def _caseless(word: str) -> bool:
    return word.lower() == word.upper()


def bare(name: str) -> str:
    """A name without case, spaces and punctuation, to compare it with another."""
    return re.sub(r"[\W_]+", "", name).casefold()
