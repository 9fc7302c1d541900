"""The generic way to the story: trafilatura's verdict on the page, carried over to the page's own blocks."""

import re
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement
from trafilatura import bare_extraction

from crawlers.extract.segments import Segment, key_of

SHORT_KEY = 24
"""Letters and digits: shorter blocks must match a line exactly, longer ones may be part of one."""

TEXT_TAGS = ("p", "head", "quote", "item", "row", "code", "ab", "fw", "td", "cell")


@dataclass(slots=True)
class Verdict:
    """Which blocks the generic extractor takes as story, and its own lines where it saw others."""

    kept: set[int]
    lines: list[str]
    coverage: float
    """Share of the generic text that was found again in the page's blocks, 0 to 1."""


def generic_lines(tree: HtmlElement, url: str | None) -> list[str]:
    """The lines of text trafilatura takes as the story; empty where it finds none.

    Raises whatever trafilatura raises: callers turn that into EXTRACT_FAILED.
    """
    document: Any = bare_extraction(tree, url=url, include_comments=False, with_metadata=False)
    if document is None or not document.text:
        return []
    return [line for line in document.text.split("\n") if line.strip()]


def judge(segments: list[Segment], lines: list[str]) -> Verdict:
    """Find the generic extractor's lines among the page's blocks.

    Where a text stands on the page more than once, the occurrence nearest to the rest of the story counts.
    """
    keys = [key for line in lines if (key := key_of(line))]
    whole = set(keys)
    joined = "\n".join(keys)
    by_key: dict[str, list[int]] = {}
    for block in segments:
        block.key = block.key or key_of(block.text)
        if block.key and (block.key in whole or (len(block.key) >= SHORT_KEY and block.key in joined)):
            by_key.setdefault(block.key, []).append(block.index)
    unique = sorted(places[0] for key, places in by_key.items() if len(places) == 1 and len(key) >= SHORT_KEY)
    middle = unique[len(unique) // 2] if unique else len(segments) // 2
    kept = {min(places, key=lambda place: abs(place - middle)) for places in by_key.values()}
    total = sum(map(len, keys))
    found = sum(len(segments[index].key) for index in kept)
    return Verdict(kept, lines, min(1.0, found / total) if total else 0.0)


LIST_MARK = re.compile(r"^\s*[-*•]\s+")


def plain_line(line: str) -> str:
    """A generic line without trafilatura's list mark."""
    return LIST_MARK.sub("", line).strip()
