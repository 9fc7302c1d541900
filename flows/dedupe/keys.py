"""Exact keys of a text: its words, the hash of them, its numbers, its count."""

import re
import sys
import unicodedata
from functools import cache

import xxhash

_SPACELESS = (
    "\u3005-\u3007\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Scripts written without spaces: Thai, Lao, Myanmar, Khmer, kana, Han."""


def words(text: str) -> list[str]:
    """The words of a text, NFKC-normalised and case-folded, without punctuation.

    In scripts without spaces between words every character (with its marks) counts as one, so one rule
    serves all languages and mixed texts. Soft hyphens and other invisible characters don't divide words.
    """
    if text.isascii():
        return re.findall(r"[a-z0-9]+", text.casefold())
    text = unicodedata.normalize("NFKC", text).casefold()
    word, invisible = _patterns()
    return word.findall(invisible.sub("", text))


def text_hash(text: str) -> str:
    """xxh3-128 of the words of a text, 32 hex digits: equal for equal wording, whatever the punctuation."""
    return hash_words(words(text))


def hash_words(found: list[str]) -> str:
    """As `text_hash`, of words already split."""
    return xxhash.xxh3_128_hexdigest(" ".join(found).encode("utf-8", "surrogatepass"))


def word_count(text: str) -> int:
    """Words of a text; in Chinese, Japanese, Thai, Lao, Khmer and Burmese script, characters."""
    return len(words(text))


def numbers(found: list[str]) -> list[str]:
    """Those of a text's words that carry a digit, in order."""
    return [word for word in found if not word.isalpha() and any(map(str.isdigit, word))]


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    marks = _char_class("M")
    word = rf"[{_SPACELESS}][{marks}]*|(?:(?![{_SPACELESS}])[^\W_][{marks}]*)+"
    return re.compile(word), re.compile(f"[{_char_class('Cf')}]+")


def _char_class(category: str) -> str:
    """The characters of a Unicode category as the inside of a regular expression's class."""
    ranges: list[list[int]] = []
    for code in range(0x10000 if category == "M" else min(sys.maxunicode, 0xFFFF)):
        if unicodedata.category(chr(code)).startswith(category):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)
