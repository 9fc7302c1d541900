"""Articles made up for the tests: texts of their own words from a seed, and the edits that news texts suffer."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawlers.urlkey import article_id, host_of, url_key
from flows.dedupe import Incoming, MemoryHistory, decide_batch

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
_SMALL = "the of and to in a is that for it was on with as by at from has said not".split()  # noqa: SIM905


def text(words: int, seed: int, *, paragraph: int = 60) -> str:
    """A text of so many words, a third of them small ones, in paragraphs of sentences; other words for every seed."""
    chance = random.Random(f"text {seed}")
    vocabulary = ["".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 4))) for _ in range(400)]
    out: list[str] = []
    for at in range(words):
        word = chance.choice(_SMALL) if chance.random() < 0.33 else chance.choice(vocabulary)
        out.append(word.capitalize() if at % 15 == 0 else word)
        if at % 15 == 14:
            out[-1] += "."
        if at % paragraph == paragraph - 1:
            out[-1] += "\n"
    return " ".join(out).replace("\n ", "\n").strip()


def incoming(url: str, body: str, hour: float = 0.0, *, fetched: float | None = None, **more: object) -> Incoming:
    """An article published `hour` hours after START and fetched an hour later, or at hour `fetched`."""
    published = START + timedelta(hours=hour)
    fields: dict[str, object] = {
        "article_id": article_id(url_key(url)),
        "url_key": url_key(url),
        "site": host_of(url),
        "url": url,
        "fetched_at": START + timedelta(hours=hour + 1 if fetched is None else fetched),
        "text": body,
        "title": f"About {url.rpartition('/')[2]}",
        "published_at": published,
    }
    return Incoming(**{**fields, **more})  # type: ignore[arg-type]


def run(directory: Path, batches: Sequence[Sequence[Incoming]]) -> MemoryHistory:
    """Decide and apply batches one after another."""
    directory.mkdir(parents=True, exist_ok=True)
    history = MemoryHistory(directory)
    for batch in batches:
        history.apply(batch, decide_batch(batch, history))
    return history


def id_of(url: str) -> str:
    """Article id of an address."""
    return article_id(url_key(url))


def _paragraphs(body: str) -> list[str]:
    return body.split("\n")


def _truncated(share: float) -> Callable[[str, random.Random], str]:
    def edit(body: str, _: random.Random) -> str:
        words = body.split(" ")
        return " ".join(words[: max(1, round(len(words) * share))]) + " …"

    return edit


def _boilerplate(body: str, chance: random.Random) -> str:
    seed = chance.randrange(20)
    return f"{text(30, 9000 + seed)}\n{body}\n{text(40, 9100 + seed)}"


def _lede(body: str, chance: random.Random) -> str:
    first, *rest = _paragraphs(body)
    return "\n".join([text(len(first.split()), chance.randrange(10**6)), *rest])


def _reordered(body: str, chance: random.Random) -> str:
    paragraphs = _paragraphs(body)
    chance.shuffle(paragraphs)
    return "\n".join(paragraphs)


def _digest(body: str, chance: random.Random) -> str:
    parts = [text(150, chance.randrange(10**6)) for _ in range(3)]
    parts.insert(chance.randrange(4), body)
    return "\n".join(parts)


def _typography(body: str, _: random.Random) -> str:
    swaps = {"'": "’", '"': "”", " - ": " – ", ".": " .", "\n": "\n\n"}
    for old, new in swaps.items():
        body = body.replace(old, new)
    return body


def _translated(body: str, chance: random.Random) -> str:
    paragraphs = _paragraphs(body)
    at = chance.randrange(len(paragraphs))
    paragraphs[at] = text(len(paragraphs[at].split()), chance.randrange(10**6))
    return "\n".join(paragraphs)


def _same(body: str, _: random.Random) -> str:
    return body


EDITS: dict[str, Callable[[str, random.Random], str]] = {
    "unchanged": _same,
    "truncated to 50%": _truncated(0.5),
    "truncated to 30%": _truncated(0.3),
    "boilerplate at both ends": _boilerplate,
    "lede rewritten": _lede,
    "paragraphs reordered": _reordered,
    "embedded in a digest": _digest,
    "quotes and dashes": _typography,
    "one paragraph translated": _translated,
}
"""The edits by kind; each takes a text and a source of chance."""
