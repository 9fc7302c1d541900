"""Reading the rule files into dataclasses, with everything compiled."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ACTIONS = ("block", "list", "stories", "tail", "source", "caption", "mark")
WHERE = ("any", "head", "tail", "edge", "picture")
FILES = ("phrases.toml", "notices.toml", "promotion.toml")


class RuleError(ValueError):
    """A rule file breaks its format; names file and rule."""


@dataclass(frozen=True)
class Wording:
    """A rule's words in one language (ISO 639-1), with an example that must match and prose that must not."""

    language: str
    phrases: tuple[str, ...]
    starts: tuple[str, ...]
    pattern: "re.Pattern[str] | None"
    example: str
    counter: str


@dataclass(frozen=True)
class PhraseRule:
    """Blocks that are boilerplate by what they say. Conditions as described in `rules/phrases.toml`."""

    id: str
    what: str
    action: str
    max_words: int
    linked: float
    where: str
    wordings: tuple[Wording, ...]


@dataclass(frozen=True)
class PlaceRule:
    """Blocks that are boilerplate by the class, id or role of a container. See `rules/places.toml`."""

    id: str
    where: str
    pattern: "re.Pattern[str]"
    example: str
    counter: str
    linked: float = 0.0


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def _wording(rule: str, language: str, table: dict[str, Any]) -> Wording:
    try:
        pattern = re.compile(table["pattern"], re.IGNORECASE) if "pattern" in table else None
        return Wording(
            language,
            tuple(table.get("phrases", ())),
            tuple(table.get("starts", ())),
            pattern,
            table["example"],
            table["counter"],
        )
    except (KeyError, re.error) as error:
        raise RuleError(f"rule {rule}.{language}: {error!r}") from error


@cache
def load_phrases() -> tuple[PhraseRule, ...]:
    """All phrase rules, in file order: the first that matches a block decides. Raises RuleError."""
    rules = []
    for name in FILES:
        for table in _read(name)["rule"]:
            wordings = [_wording(table["id"], language, words) for language, words in table["words"].items()]
            rule = PhraseRule(
                table["id"],
                table["what"],
                table["action"],
                table["max_words"],
                table.get("linked", 0.0),
                table.get("where", "any"),
                tuple(wordings),
            )
            if rule.action not in ACTIONS or rule.where not in WHERE:
                raise RuleError(f"{name}: rule {rule.id}: unknown action or where")
            rules.append(rule)
    return tuple(rules)


@cache
def load_places() -> tuple[PlaceRule, ...]:
    """All place rules, in file order. Raises RuleError."""
    rules = []
    for table in _read("places.toml")["place"]:
        try:
            pattern = re.compile(table["pattern"])
        except re.error as error:
            raise RuleError(f"places.toml: {table['id']}: {error}") from error
        where, linked = table.get("where", "any"), table.get("linked", 0.0)
        rules.append(PlaceRule(table["id"], where, pattern, table["example"], table["counter"], linked))
    return tuple(rules)
