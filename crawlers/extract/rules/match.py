"""Matching blocks and containers against the rules, quickly: most blocks are none of it."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from crawlers.extract.rules.data import PhraseRule, PlaceRule, load_phrases, load_places
from crawlers.extract.rules.prefilter import Prefilter

EDGES = " \t\"'“”„«»‹›*_|•·–—-→➡▶►…:;,.!¡¿[]()<>#↓↑←＞»：；，。！（）【】〔〕［］▲▼■●★◆📲📱📢📣📩🔔🔴👉👇✅\ufe0f"
BEFORE_START = EDGES.replace("→", "").replace("➡", "")
LONGEST = 900
"""Characters: no rule matches a longer block."""

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
VARIANT = re.compile(r"\S*[:\[]\S*")
"""Class tokens that say how something looks in some state (`print:hidden`), not what it is."""

WORD_BREAK = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that matches a block, and the language of the words that did."""

    rule: PhraseRule
    language: str


@dataclass(frozen=True)
class _Index:
    """The rules arranged for look-up: whole phrases by text, beginnings and patterns in rule order."""

    phrases: dict[str, list[Hit]]
    longest: int
    """Characters of the longest phrase."""
    starts: dict[str, list[tuple[Hit, tuple[str, ...]]]]
    """By their first letters, as many of each as the shortest has."""
    patterns: tuple[tuple[Hit, "re.Pattern[str]"], ...]
    prefilter: Prefilter
    shortest: int
    most_words: int
    """Words of the longest block that any rule matches."""


@cache
def _index(*, pictured: bool = False) -> _Index:
    """The rules for any block, or those for blocks beside a picture, which match too much to be tried on all."""
    phrases: dict[str, list[Hit]] = {}
    starts: list[tuple[Hit, tuple[str, ...]]] = []
    patterns: list[tuple[Hit, re.Pattern[str]]] = []
    rules = [rule for rule in load_phrases() if (rule.where == "picture") == pictured]
    for rule in rules:
        for wording in rule.wordings:
            hit = Hit(rule, wording.language)
            for phrase in wording.phrases:
                phrases.setdefault(normal(phrase), []).append(hit)
            if wording.starts:
                starts.append((hit, tuple(start.casefold() for start in wording.starts)))
            if wording.pattern is not None:
                patterns.append((hit, wording.pattern))
    beginnings = [start for _, some in starts for start in some]
    shortest = min(map(len, beginnings), default=0)
    by_opening: dict[str, list[tuple[Hit, tuple[str, ...]]]] = {}
    for hit, some in starts:
        for opening in {start[:shortest] for start in some}:
            by_opening.setdefault(opening, []).append((hit, some))
    prefilter = Prefilter(pattern for _, pattern in patterns)
    longest, most_words = max(map(len, phrases), default=0), max(rule.max_words for rule in rules)
    return _Index(phrases, longest, by_opening, tuple(patterns), prefilter, shortest, most_words)


def normal(text: str) -> str:
    """A text as the rules see it: casefolded, white space collapsed, no punctuation at its ends."""
    return " ".join(text.split()).strip(EDGES).casefold()


def _words(text: str) -> int:
    """Words of a text, roughly; also in scripts without spaces."""
    return max(text.count(" ") + 1, len(text) // 12)


@lru_cache(maxsize=4096)
def _matches(text: str, *, pictured: bool = False) -> tuple[Hit, ...]:
    """All rules with words that a text meets, but for those of shorter texts."""
    index = _index(pictured=pictured)
    whole = " ".join(text.split())
    bare = whole.strip(EDGES)
    words = _words(text)
    # Case is folded last, and of no more than can matter: a text is never shorter for it.
    found = list(index.phrases.get(bare.casefold(), ())) if len(bare) <= index.longest else []
    begins = whole.lstrip(BEFORE_START)
    if likely := index.starts.get(begins[: index.shortest].casefold()[: index.shortest]):
        begins = begins.casefold()
        found += [hit for hit, starts in likely if begins.startswith(starts)]
    for number in index.prefilter.candidates(whole):
        hit, pattern = index.patterns[number]
        if words <= hit.rule.max_words and (pattern.fullmatch(bare) or (whole != bare and pattern.fullmatch(whole))):
            found.append(hit)
    return tuple(found)


def match_phrase(
    text: str, *, link_share: float = 0.0, places: frozenset[str] = frozenset({"head", "tail"})
) -> Hit | None:
    """The first rule that a block of text meets, given its share of links and where in the story it stands."""
    if len(text) > LONGEST:
        return None
    words = _words(text)
    if words > _index().most_words:
        return None
    for hit in _matches(text) + (_matches(text, pictured=True) if "picture" in places else ()):
        rule = hit.rule
        where = rule.where == "any" or rule.where in places or (rule.where == "edge" and places)
        if words <= rule.max_words and link_share >= rule.linked and where:
            return hit
    return None


@lru_cache(maxsize=50_000)
def match_place(label: str) -> PlaceRule | None:
    """The first place rule met by a container's class, id and role, joined by spaces."""
    words = "-" + WORD_BREAK.sub("-", CAMEL.sub("-", VARIANT.sub("", label)).lower()).strip("-") + "-"
    return next((rule for rule in load_places() if rule.pattern.search(words)), None)
