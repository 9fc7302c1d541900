"""Which patterns a text can meet at all, told from its words: most texts can meet none.

What a pattern needs is read from its parse tree (as RE2's FilteredRE2 does with literals): a set of beginnings of
words, one of which stands in every text that the pattern matches. A pattern from which nothing can be told is tried
on every text: what isn't understood costs time, never a match.
"""

import importlib
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from operator import itemgetter
from typing import Any

from crawlers.extract.markup.words import ALPHANUMERIC

_parser: Any = None
_extra_cases: dict[int, tuple[int, ...]] = {}
with suppress(ImportError, KeyError):  # private parts of Python: without them every pattern is tried
    _extra_cases = vars(importlib.import_module("re._casefix"))["_EXTRA_CASES"]
    _parser = importlib.import_module("re._parser")

KEY = 4
"""Letters of a word's beginning that are compared; shorter words are compared whole."""

_key = itemgetter(slice(KEY))
WORD = re.compile(r"[^\W_]+")
ALIKE = {other: min(one, *others) for one, others in _extra_cases.items() for other in (one, *others)}
"""Letters that match each other regardless of case though `lower` leaves them apart, with one of them for all."""

FOREIGN = re.compile(r"[^\x00-\x7f\u2010-\u203f]")
"""Characters beyond ASCII but the quotation marks and dashes that all languages have."""

APART = re.compile("|".join(map(chr, ALIKE.keys() - set(ALIKE.values()))) or "(?!)")
RARITY = {1: 40, 2: 20, 3: 5, 4: 1}
"""How common words are, roughly, of which so many letters are known."""

MORE = "*"
"""Stands behind a key for the rest of a word of which less is known than a whole key."""

DIGITS = "0*"
"""The key of all words that begin with a digit."""

State = str | None
"""What is known of the word that a match has come to: its letters so far, "" between words, None for nothing."""

Tree = tuple[Any, ...]
Keys = frozenset[str]
States = frozenset[State]
NONE: Keys = frozenset()
NOTHING: States = frozenset({None})
START: States = frozenset({""})


def folded(text: str) -> str:
    """A text in lower case, with the letters alike that match each other regardless of case."""
    if text.isascii():
        return text.lower()
    text = text.replace("İ", "i").lower()
    return text.translate(ALIKE) if APART.search(text) else text


class Prefilter:
    """Patterns arranged by the words they need."""

    def __init__(self, patterns: Iterable[re.Pattern[str]]) -> None:
        self.always: set[int] = set()
        self.pieces: list[tuple[str, int]] = []
        self.foreign: set[int] = set()
        self.first: dict[str, list[tuple[int, Keys]]] = {}
        self.anywhere: dict[str, list[tuple[int, Keys]]] = {}
        for number, pattern in enumerate(patterns):
            if _parser is None:
                self.always.add(number)
                continue
            for way in _ways(_fixed(_parser.parse(pattern.pattern, pattern.flags))):
                self._add(number, way)
        _step.cache_clear()

    def _add(self, number: int, way: Tree) -> None:
        first = _complete(*_follow(way, START, strict=True), ends=True)
        others = sorted(_options(way, START, ends=True), key=_commonness)
        keys = next(iter(others), None) if first is None else first
        besides = next((other for other in others if not other & (keys or other)), NONE)
        for key in keys or ():
            (self.anywhere if first is None else self.first).setdefault(key, []).append((number, besides))
        if keys is None and len(piece := _piece(way)) > 1:
            self.pieces.append((piece, number))
        elif keys is None:
            (self.foreign if _foreign(way) else self.always).add(number)

    def candidates(self, text: str) -> list[int]:
        """Numbers of the patterns that may match a text from its first to its last word, in their order."""
        text = folded(text)
        words = ALPHANUMERIC.of(text)
        keys = set(map(_key, words))
        found = set(self.always if text.isascii() or not FOREIGN.search(text) else self.always | self.foreign)
        likely = [self.first[key] for key in _openings(words) if key in self.first]
        likely += [self.anywhere[key] for key in self.anywhere.keys() & keys]
        for some in likely:
            for number, besides in some:
                if not besides or not besides.isdisjoint(keys):
                    found.add(number)
        for piece, number in self.pieces:
            if piece in text:
                found.add(number)
        return sorted(found)


def _openings(words: list[str]) -> tuple[str, ...]:
    """The keys that a text's first word meets."""
    if not words:
        return ()
    word = words[0]
    more = (word[:3] + MORE, word[:2] + MORE, word[:1] + MORE)
    return (word[:KEY], *more, DIGITS) if word[0].isdigit() else (word[:KEY], *more)


def _fixed(part: Any) -> Any:
    """A parse tree as tuples, which can be remembered."""
    return tuple(map(_fixed, part)) if isinstance(part, (_parser.SubPattern, list, tuple)) else part


def _ways(tree: Tree) -> list[Tree]:
    """The alternatives that a pattern begins with, each with what follows them: they need different words."""
    at = next((number for number, item in enumerate(tree) if str(item[0]) != "LITERAL"), len(tree))
    if at == len(tree) or (name := str(tree[at][0])) not in {"BRANCH", "SUBPATTERN"}:
        return [tree]
    inner = tree[at][1][1] if name == "BRANCH" else [tree[at][1][-1]]
    return [way for one in inner for way in _ways((*tree[:at], *one, *tree[at + 1 :]))]


def _piece(way: Tree) -> str:
    """The longest text, in lower case, that every match of a sequence has in it."""
    runs = [""]
    for item in way:
        runs = [*runs[:-1], runs[-1] + folded(chr(item[1]))] if str(item[0]) == "LITERAL" else [*runs, ""]
    return max(runs, key=len)


def _foreign(tree: Tree) -> bool:
    """Whether every match of a sequence has a character that English has none of."""
    for item in tree:
        name, detail = str(item[0]), item[1]
        inner = detail[1] if name == "BRANCH" else [detail[-1]] if name in {"SUBPATTERN", "MAX_REPEAT"} else []
        letters = [item] if name == "LITERAL" else detail if name == "IN" else []
        if letters and all(map(_foreign_letter, letters)):
            return True
        if inner and all(map(_foreign, inner)) and not (name == "MAX_REPEAT" and detail[0] == 0):
            return True
    return False


def _foreign_letter(item: tuple[Any, Any]) -> bool:
    return str(item[0]) == "LITERAL" and FOREIGN.match(folded(chr(item[1]))) is not None


def _complete(keys: Keys, states: States, *, ends: bool) -> Keys | None:
    """The keys, if every way through the pattern has one; where it `ends` here, so does the word."""
    if not states:
        return keys
    return keys | {state for state in states if state} if ends and all(states) else None


def _commonness(keys: Keys) -> int:
    return sum(RARITY[len(key)] for key in keys)


def _options(tree: Tree, states: States, *, ends: bool) -> list[Keys]:
    """The sets of keys that every way through a sequence has one of."""
    options = []
    for number, item in enumerate(tree):
        if (found := _complete(*_follow(tree[number:], states), ends=ends)) is not None:
            options.append(found)
        keys, states = _step(item, states, strict=False)
        states = states | NOTHING if keys else states
    return options


def _follow(tree: Tree, states: States, *, strict: bool = False) -> tuple[Keys, States]:
    """The first known word on each way through a sequence, and the states at its end of the ways without any.

    With `strict`, a way on which an unknown word came first has none.
    """
    found: Keys = frozenset()
    for item in tree:
        if not states or (strict and None in states):
            break
        keys, states = _step(item, states, strict=strict)
        found |= keys
    return found, NOTHING if strict and None in states else states


@cache
def _step(item: tuple[Any, Any], states: States, *, strict: bool) -> tuple[Keys, States]:
    """One item of a parse tree: the words known behind it, and the states of the ways without any."""
    name, detail = str(item[0]), item[1]
    match name:
        case "LITERAL":
            return _character(chr(detail), states)
        case "IN":
            return _one_of(detail, states, strict=strict)
        case "BRANCH" | "SUBPATTERN" | "ATOMIC_GROUP":
            ways = detail[1] if name == "BRANCH" else [detail if name == "ATOMIC_GROUP" else detail[-1]]
            return _joined(_way(way, states, strict=strict) for way in ways)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, inner = detail
            return _repeated(least, most, inner, states, strict=strict)
        case "AT" if str(detail) == "AT_BOUNDARY":
            return frozenset(filter(None, states)), START if not all(states) else frozenset()
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return frozenset(), states
    return _unknown(states, strict=strict)


def _unknown(states: States, *, strict: bool) -> tuple[Keys, States]:
    """A character that may be any: in a first word, what is known of it is all that will be."""
    keys = frozenset(state + MORE for state in states if state) if strict else frozenset()
    return keys, NOTHING if not strict or not all(states) else frozenset()


def _way(tree: Tree, states: States, *, strict: bool) -> tuple[Keys, States]:
    rarest = None if strict else min(_options(tree, states, ends=False), key=_commonness, default=None)
    return (rarest, frozenset()) if rarest is not None else _follow(tree, states, strict=strict)


def _joined(ways: Iterable[tuple[Keys, States]]) -> tuple[Keys, States]:
    keys, states = zip(*ways, strict=True)
    return frozenset().union(*keys), frozenset().union(*states)


def _repeated(least: int, most: int, tree: Tree, states: States, *, strict: bool) -> tuple[Keys, States]:
    keys, after = _way(tree, states, strict=strict)
    if most > 1 and after:
        more, again = _follow(tree, after, strict=strict)
        after = after if again <= after and not more else after | NOTHING
    return keys, after | states if least == 0 else after


def _character(character: str, states: States) -> tuple[Keys, States]:
    letter = folded(character)
    if not WORD.fullmatch(letter):
        return frozenset(filter(None, states)), START if not all(states) else frozenset()
    grown = {state + letter if state is not None else None for state in states}
    keys = frozenset(state for state in grown if state is not None and len(state) == KEY)
    return keys, frozenset(grown - keys)


def _one_of(choices: Tree, states: States, *, strict: bool) -> tuple[Keys, States]:
    """A character class: known where it is of single characters, of digits, or of none that are in words."""
    if strict and [str(detail) for _, detail in choices] == ["CATEGORY_DIGIT"]:
        keys, after = _unknown(states - START, strict=strict)
        return (keys | {DIGITS} if "" in states else keys), after
    if all(str(kind) == "LITERAL" for kind, _ in choices):
        return _joined(_character(chr(code), states) for _, code in choices)
    between = {"CATEGORY_SPACE", "CATEGORY_NOT_WORD"}
    if all(str(detail) in between for kind, detail in choices if str(kind) != "LITERAL") and not any(
        str(kind) == "LITERAL" and WORD.fullmatch(chr(code)) for kind, code in choices
    ):
        return _character(" ", states)
    return _unknown(states, strict=strict)
