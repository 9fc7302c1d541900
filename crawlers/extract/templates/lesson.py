"""What one page teaches about its site: per place, how much text there is and how much of it was story."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from lxml.html import HtmlElement
from xxhash import xxh3_64_intdigest

from crawlers.extract.segments import Segment, key_of
from crawlers.extract.signature import signature_of

REPEATABLE = 600
"""Characters: longer blocks don't repeat across pages but where whole pages do."""


@dataclass(slots=True)
class Tally:
    """Text of one place: blocks and characters in all, and those taken as story."""

    blocks: int = 0
    chars: int = 0
    kept_blocks: int = 0
    kept_chars: int = 0

    def add(self, other: "Tally") -> None:
        """Count another page's text of the same place in."""
        self.blocks += other.blocks
        self.chars += other.chars
        self.kept_blocks += other.kept_blocks
        self.kept_chars += other.kept_chars

    @property
    def share(self) -> float:
        """Share of the text that was story, 0 to 1."""
        return self.kept_chars / self.chars if self.chars else 0.0


@dataclass(slots=True)
class Lesson:
    """A page's tallies by place, and hashes of the texts it shows (to see later which repeat)."""

    url: str
    fetched_at: datetime
    places: dict[str, Tally] = field(default_factory=dict)
    texts: dict[int, int] = field(default_factory=dict)
    """Characters of the story's shorter texts, by hash."""
    story_chars: int = 0
    spots: dict[str, dict[str, int]] = field(default_factory=dict)
    """By role, places that may be the role's spot, with a hash of the field they agreed with, or 0; see `spots_of`."""


def text_hash(text: str) -> int:
    """Hash of a block's letters and digits."""
    return xxh3_64_intdigest(key_of(text).encode())


def lesson_of(
    url: str, fetched_at: datetime, blocks: Iterable[tuple[Segment, bool]], cache: dict[HtmlElement, str] | None = None
) -> Lesson:
    """The lesson of a page whose blocks were judged (block, is it story?)."""
    lesson = Lesson(url, fetched_at)
    paths: dict[HtmlElement, str] = {} if cache is None else cache
    for block, kept in blocks:
        if block.hidden:
            continue
        chars = len(block.text)
        lesson.story_chars += chars if kept else 0
        tally = lesson.places.setdefault(signature_of(block, paths), Tally())
        tally.add(Tally(1, chars, int(kept), chars if kept else 0))
        if kept and chars <= REPEATABLE:
            lesson.texts[text_hash(block.text)] = chars
    return lesson
