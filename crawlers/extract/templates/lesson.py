"""What one page teaches about its site: per place, how much text there is and how much of it was story."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from lxml.html import HtmlElement
from xxhash import xxh3_64_intdigest

from crawlers.extract.markup.segments import Segment, key_of
from crawlers.extract.markup.signature import Paths, signature_of

REPEATABLE = 600
"""Characters: longer blocks don't repeat across pages but where whole pages do."""

MAX_AROUND = 200
"""Texts a page, at most, that are remembered with their place."""

MIN_FRAME, MAX_FRAME = 6, 160
"""Letters and digits of what stands around a block's links, and characters of the block."""

MAX_PARTS = 40
"""Elements in a block, at most: with more it is one line of many in an element that holds much else."""

BELOW = 0.6
"""Share of the story that stands below the headline, at least."""


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
    around: "array[int]" = field(default_factory=lambda: array("Q"))
    """Hashes of all shorter texts, each with its place. An array: a backfill holds many lessons at once."""
    story_chars: int = 0
    spots: dict[str, dict[str, int]] = field(default_factory=dict)
    """By role, places that may be the role's spot, with a hash of the field they agreed with, or 0; see `spots_of`."""
    guessed: bool = False
    """Whether the page's date was guessed at, and found."""


def text_hash(block: Segment, place: str = "") -> int:
    """Hash of a block's letters and digits, and of the place where that counts, too."""
    return xxh3_64_intdigest((place + block.bare()).encode("utf-8", "surrogatepass"))


def frame_hash(block: Segment, place: str) -> int | None:
    """Hash of what a partly linked block says around its links, at its place: `Earlier in this series: …`.

    None for blocks that are no such line.
    """
    if not 0 < block.link_chars < 0.9 * len(block.text) or len(block.text) > MAX_FRAME:
        return None
    nodes = list(islice(block.element.iter(), MAX_PARTS + 1))
    if len(nodes) > MAX_PARTS:
        return None
    linked: set[HtmlElement] = set()
    pieces: list[str | None] = []
    for node in nodes:
        outer = None if node is block.element else node.getparent()
        if node.tag == "a" or outer in linked:
            linked.add(node)
        else:
            pieces.append(node.text)
        if outer is not None and outer not in linked:
            pieces.append(node.tail)
    key = key_of(" ".join(filter(None, pieces)))
    return xxh3_64_intdigest(f"{place} … {key}".encode("utf-8", "surrogatepass")) if len(key) >= MIN_FRAME else None


def lesson_of(
    url: str,
    fetched_at: datetime,
    blocks: Iterable[tuple[Segment, bool]],
    *,
    title: str | None = None,
) -> Lesson:
    """The lesson of a page whose blocks were judged (block, is it story?).

    What was taken above the headline (`title`), where most of the story stands below it, is taught as no story:
    columns of teasers, which read like prose.
    """
    lesson = Lesson(url, fetched_at)
    paths = Paths()
    shown = [(block, kept) for block, kept in blocks if not block.hidden]
    begins = _headline(shown, title)
    around: set[int] = set()
    for number, (block, taken) in enumerate(shown):
        kept = taken and number >= begins
        chars = len(block.text)
        lesson.story_chars += chars if kept else 0
        place = signature_of(block, paths)
        tally = lesson.places.setdefault(place, Tally())
        tally.add(Tally(1, chars, int(kept), chars if kept else 0))
        if chars > REPEATABLE:
            continue
        if kept:
            lesson.texts[text_hash(block)] = chars
        # Menus are all link, and would fill the room.
        if (taken or not place.endswith("@")) and len(around) < MAX_AROUND:
            around.add(text_hash(block, place))
            if (frame := frame_hash(block, place)) is not None:
                around.add(frame)
    lesson.around = array("Q", sorted(around))
    return lesson


def _headline(shown: list[tuple[Segment, bool]], title: str | None) -> int:
    """Number of the block that is the headline with most of the story below it; 0 where there is none."""
    key = key_of(title or "")
    if not key:
        return 0
    total = sum(len(block.text) for block, kept in shown if kept)
    below, found = total, 0
    for number, (block, kept) in enumerate(shown):
        if below < BELOW * total:
            break
        if len(block.text) <= 2 * len(key) + 20 and block.link_share < 0.5 and key_of(block.text) == key:
            found = number
        below -= len(block.text) if kept else 0
    return found
