"""Bylines to names: people one by one, without "By", roles, e-mail addresses and the site's own name."""

import re
from dataclasses import dataclass

BY = re.compile(
    r"^\s*(?:(?:written|posted|reported|published|story|text|words|article|analysis|opinion|review|report|"
    r"geschrieben|ein artikel|eine analyse|ein kommentar|interview|publié|escrito|redactado|scritto|napsal)\s+)?"
    r"(?:by|von|par|por|di|da|de|door|af|av|przez|od|автор|автори|автор:|от|від|από|tarafından|oleh|bởi|door|autor|"
    r"autora|autore|auteur|autorin|author|authors|text|tekst|teksti|text und foto|foto|fotos|redaktion:)\b\s*:?\s+(?=\S)",
    re.IGNORECASE,
)
SPLIT = re.compile(
    r"\s*(?:;|\||•|·|\n|\t| / |\s&\s|\s\+\s|,?\s+(?:and|und|et|y|e|i|en|og|och|ja|oraz|и|и|та|και|ve|dan|și|és|a|"
    r"with|mit|avec|con|met)\s+(?=[^\W\d_]))\s*"
)
PAREN = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
HANDLE = re.compile(r"(?<!\w)@\w+")
TAIL_DATE = re.compile(r"\s*[-–—|,]?\s*\d{1,2}[./\s].*$")
ROLE = re.compile(
    r"\b(?:editor|reporter|correspondent|writer|columnist|chief|staff|journalist|producer|director|president|manager|"
    r"contributor|freelance|analyst|professor|phd|ph\.d|m\.d|md|cpa|rn|rd|redakteur\w*|korrespondent\w*|chef\w*|ressort\w*|leiter\w*|"
    r"autor\w*|volontär\w*|reporterin|mitarbeiter\w*|correspondant\w*|journaliste|rédact\w*|redactor\w*|periodista|"
    r"corresponsal|giornalista|redattore|verslaggever|redacteur|dziennikarz|redaktor\w*|ceo|cto|founder|co-founder|"
    r"specialist|expert|dietitian|head of|senior|associate|assistant|fellow|lecturer|host|anchor|photographer|"
    r"fotograf\w*)\b",
    re.IGNORECASE,
)
NOBODY = re.compile(
    r"^(?:admin|administrator|editor|editors|author|authors|staff|redaktion|online[- ]?redaktion|redazione|redacción|redacao|"
    r"la rédaction|rédaction|redactie|redakcja|webmaster|unknown|none|null|n/?a|anonymous|guest|user|default|"
    r"undefined|false|true|editorial|team|red|autor|written by|posted by|by|the author|wordpress|root|web|news|"
    r"view all posts|more posts|about the author|see all|\W*|\d+)$",
    re.IGNORECASE,
)
AGENCY = re.compile(
    r"^(?:the )?(?:associated press|ap|a\.p\.|reuters|thomson reuters|afp|agence france[- ]presse|dpa|d\.p\.a\.|dpa/\w+|"
    r"apa|ots|sid|epd|kna|sda|keystone[- ]sda|bloomberg(?: news)?|ansa|efe|europa press|lusa|belga|anp|ntb|tt|ritzau|"
    r"stt|pap|čtk|ctk|tasr|mti|agerpres|hina|tanjug|bta|anadolu(?: agency)?|aa|tass|interfax|ria novosti|ukrinform|"
    r"xinhua|kyodo(?: news)?|jiji|yonhap|pti|ians|ani|bernama|antara|cnn|upi|pa media|press association|aap|"
    r"the canadian press|canadian press|associated press|agencias|agencies|agenturen|notimex|agencia\s\w+|wire services?)$",
    re.IGNORECASE,
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
    name = URL.sub("", EMAIL.sub("", name))
    name = HANDLE.sub("", name)
    name = PAREN.sub(" ", name)
    name = " ".join(name.split())
    previous = None
    while previous != name:
        previous, name = name, BY.sub("", name, count=1).strip()
    name = TAIL_DATE.sub("", name) if re.search(r"\d{4}|\d:\d\d", name) else name
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
        if ROLE.search(piece):
            continue
        if is_agency(piece) or _personlike(piece):
            kept.append(piece)
    return kept


def _personlike(text: str) -> bool:
    words = text.split()
    return 2 <= len(words) <= 5 and sum(1 for word in words if word[:1].isupper()) >= 2 and not re.search(r"\d", text)


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same but for case, spaces and punctuation."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return re.sub(r"\W+", "", name).casefold()
