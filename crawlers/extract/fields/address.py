"""What the words of a page's address tell of its headline."""

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from crawlers.extract.fields.sitename import WORD

MIN_TOLD, TOLD = 4, 0.7
"""Words of an address that can tell a headline, and the share of them that it must have."""

MIN_WORD, MIN_OTHER, MOSTLY = 3, 3, 0.8
"""Letters of a word of an address that says something; words of these that tell another page; share of plain letters
in a text that can be held against them."""

SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa"})

ENDING = re.compile(r"\.(?:x?html?|php|aspx?|jsp|cms)$", re.IGNORECASE)


def words_of_address(url: str) -> frozenset[str]:
    """The words of an address's last part, as `/town/2026/votes-to-rebuild-breakwater.html` has them."""
    last = ENDING.sub("", unquote(urlsplit(url).path).rstrip("/").rsplit("/", 1)[-1])
    return frozenset(word for word in WORD.findall(plain_letters(last.replace("_", " "))) if not word.isdigit())


def told_by_address(text: str, address: frozenset[str]) -> bool:
    """Whether a heading has nearly all the words of the address, so many that it can't be chance."""
    return len(address) >= MIN_TOLD and share_told(text, address) >= TOLD


def share_told(text: str, address: frozenset[str]) -> float:
    """The share of an address's words that a text has."""
    return len(address & words_of(text)) / max(1, len(address))


def foreign_to_address(text: str, address: frozenset[str]) -> bool:
    """Whether a text in Latin letters has none of the words of an address that has enough of them to tell."""
    words = {word for word in address if len(word) >= MIN_WORD}
    latin = sum(map(str.isascii, text)) >= MOSTLY * len(text)
    return latin and len(words) >= MIN_OTHER and not words & words_of(text)


def words_of(text: str) -> set[str]:
    """A text's words in the letters that addresses are written in."""
    return set(WORD.findall(plain_letters(text)))


def plain_letters(text: str) -> str:
    """A text in small letters without accents: `Wärter` as `waerter`, `élu` as `elu`."""
    text = text.casefold().translate(SPELT)
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
