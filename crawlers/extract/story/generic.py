"""The generic way to the story: trafilatura's verdict on the page, carried over to the page's own blocks."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement
from trafilatura import bare_extraction

from crawlers.extract.markup.layout import without_layout_tables
from crawlers.extract.markup.segments import Segment, key_of

SHORT_KEY = 12
"""Letters and digits: shorter lines must be a whole block to count, longer ones may be any part of the page."""

WHOLE_LINE = 5000
"""Characters of the longest line that is looked for in one piece."""

SENTENCE = re.compile(r"(?<=[.!?…»”\"])\s+")

COVERED = 0.5
"""Share of a block that must be found in the generic text for the block to be taken."""


@dataclass(slots=True)
class Verdict:
    """Which blocks the generic extractor takes as story, and its own lines where it saw others."""

    kept: set[int]
    lines: list[str]
    coverage: float
    """Share of the generic text that was found again in the page's blocks, 0 to 1."""


def generic_lines(tree: HtmlElement, url: str | None, *, fast: bool = False) -> list[str]:
    """The lines of text trafilatura takes as the story; empty where it finds none.

    `fast` leaves out its comparison with other extractors: half the time, and nearly always the same result.

    Raises whatever trafilatura raises: callers turn that into EXTRACT_FAILED.
    """
    tree = without_layout_tables(tree)
    document: Any = bare_extraction(tree, url=url, include_comments=False, with_metadata=False, fast=fast)
    if document is None or not document.text:
        return []
    return [line for line in document.text.split("\n") if line.strip()]


def judge(segments: list[Segment], lines: list[str]) -> Verdict:
    """Find the generic extractor's lines among the page's blocks, whichever way they are cut.

    Blocks are laid end to end as letters and digits; each line is looked for from where the last one was
    found, so that of a text that stands on the page twice the occurrence within the story counts.
    """
    starts: list[int] = []
    length = 0
    for block in segments:
        starts.append(length)
        length += len(block.bare())
    page = "".join(block.key for block in segments)
    covered = [0] * len(segments)
    at = found = total = 0
    for line in _searchable(lines):
        key = key_of(line)
        total += len(key)
        place = _find(page, key, at, starts, segments)
        if place < 0:
            continue
        found += len(key)
        at = place + len(key)
        _cover(covered, starts, segments, place, at)
    kept = {block.index for block in segments if block.key and covered[block.index] >= COVERED * len(block.key)}
    return Verdict(kept, lines, found / total if total else 0.0)


def _searchable(lines: list[str]) -> Iterator[str]:
    """The lines, very long ones by sentences: they are whole pages put in one, and stand nowhere as such."""
    for line in lines:
        if len(line) <= WHOLE_LINE:
            yield line
        else:
            yield from SENTENCE.split(line)


def _find(page: str, key: str, at: int, starts: list[int], segments: list[Segment]) -> int:
    """Where a line stands: from `at` on, else anywhere; a short line only where it is a block of its own."""
    if len(key) >= SHORT_KEY:
        place = page.find(key, at)
        return place if place >= 0 else page.find(key)
    first = bisect_left(starts, at)
    nearby = [*range(first, min(first + 40, len(segments))), *range(max(0, first - 40), first)]
    return next((starts[index] for index in nearby if segments[index].key == key), -1) if key else -1


def _cover(covered: list[int], starts: list[int], segments: list[Segment], start: int, end: int) -> None:
    index = max(0, bisect_right(starts, start) - 1)
    while index < len(segments) and starts[index] < end:
        block_end = starts[index] + len(segments[index].key)
        covered[index] += max(0, min(end, block_end) - max(start, starts[index]))
        index += 1


LIST_MARK = re.compile(r"^\s*[-*•]\s+")


def plain_line(line: str) -> str:
    """A generic line without trafilatura's list mark."""
    return LIST_MARK.sub("", line).strip()
