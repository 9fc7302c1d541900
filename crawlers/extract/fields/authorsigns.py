"""What sites print about a story's author: the heading of the box, the link to all of the author's posts.

The words are data (`rules/authors.toml`).
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

RULES = Path(__file__).parent.parent / "rules" / "authors.toml"

SIGNS: dict[str, dict[str, dict[str, list[str] | str]]] = {
    sign["id"]: sign["words"] for sign in tomllib.loads(RULES.read_text(encoding="utf-8"))["sign"]
}
"""The words of each rule, by language."""


NAME = r"(?-i:[^\W\d_a-z])[^\n]{1,60}?"
"""What may be a name; whether it is one is told elsewhere (`persons`)."""


def _phrases(rule: str) -> set[str]:
    return {phrase.casefold() for words in SIGNS[rule].values() for phrase in words["phrases"]}


def _with_name(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern of all phrases with a name in them."""
    begins: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        begin, _, end = phrase.partition("{name}")
        begins.setdefault(end, []).append(begin)
    # Longer ends go first, or the name would take them in.
    ends = sorted(begins, key=len, reverse=True)
    whole = [
        rf"(?:{'|'.join(map(re.escape, begins[end]))})(?P<name{number}>{NAME}){re.escape(end)}"
        for number, end in enumerate(ends)
    ]
    return re.compile(rf"\W*(?:{'|'.join(whole)})\W*", re.IGNORECASE)


ALL_POSTS = _with_name(_phrases("author.all-posts"))
ABOUT = frozenset(_phrases("author.about"))
EDGES = " \t:：·|–—-…"
MAX_SIGN = 110
"""Characters of a text that may be one of these."""


def named_in_link(text: str) -> str | None:
    """The name in a text that leads to all that somebody wrote."""
    match = ALL_POSTS.fullmatch(text) if len(text) <= MAX_SIGN else None
    return next(filter(None, match.groupdict().values()), None) if match else None


def heads_author(text: str) -> bool:
    """Whether a text heads what is said about the author."""
    return len(text) <= MAX_SIGN and text.strip(EDGES).casefold() in ABOUT
