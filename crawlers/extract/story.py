"""Which blocks are the story: the generic verdict, then the shared rules."""

from dataclasses import dataclass

from crawlers.extract.generic import Verdict, plain_line
from crawlers.extract.segments import Segment
from crawlers.model import Article

ENOUGH_COVERAGE = 0.6
"""Below this share the generic extractor read something the page's blocks don't show (JSON-LD text)."""


@dataclass(slots=True)
class Decision:
    """A block's fate: kept, removed by a rule, or (no rule) never part of the story."""

    kind: str
    text: str
    kept: bool
    rule: str | None = None
    segment: Segment | None = None


def decide(segments: list[Segment], verdict: Verdict, article: Article) -> list[Decision]:
    """The fate of every block, in page order."""
    if verdict.coverage < ENOUGH_COVERAGE and verdict.lines:
        return [Decision("paragraph", plain_line(line), True) for line in verdict.lines]
    return [Decision(block.kind, block.text, block.index in verdict.kept, None, block) for block in segments]
