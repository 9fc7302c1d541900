"""The story's text as JSON-LD states it (`articleBody`, `liveBlogUpdate`): a second witness for what is story."""

import html
import re

from crawlers.extract.fields import jsonld
from crawlers.extract.fields.head import Head
from crawlers.extract.markup.segments import Segment, key_of
from crawlers.extract.story.generic import judge

TAGS = re.compile(r"<[^<>]{1,400}>")
LINES = re.compile(r"[\n\r\u2028]+|(?<=[.!?»”\"])\s{2,}")
SENTENCE = re.compile(r"(?<=[.!?…»”\"])\s+(?=[^\W\d_]|[„“«\"'(\d])|(?<=[.!?])(?=[A-ZÄÖÜ])")
MIN_BODY = 400
"""Characters; a shorter text is a teaser, or what stands before a paywall."""

LEAST_LETTERS, SHORT_TEXT = 8, 16
"""Letters and digits of a line that is found anywhere on the page; characters of a block that can be a shorter one
("Why?"), which is looked for only among the others."""

ENDS = (".", "!", "?", "…", "。", "！", "？", ".”", "!”", "?”", '."', '!"', '?"')
"""With what a sentence ends; labels and prices, which a statement may have among its words, don't."""

MAX_UPDATES = 500
WITNESSED = 0.75
"""Share of the stated text that must stand on the page for the statement to be about it."""


def stated_lines(head: Head) -> list[str]:
    """The sentences of the stated story, live updates with their headlines; empty where nothing useful is stated."""
    texts: list[str] = []
    for story in head.stories:
        if len(body := _text(story.get("articleBody"))) >= MIN_BODY and not texts:
            texts.append(body)
        updates = story.get("liveBlogUpdate")
        for update in (updates if isinstance(updates, list) else [])[:MAX_UPDATES]:
            if isinstance(update, dict):
                texts += [_text(update.get("headline")), _text(update.get("articleBody"))]
    return [piece for text in texts for line in LINES.split(text) for piece in SENTENCE.split(line) if piece.strip()]


def _text(value: object) -> str:
    text = jsonld.first_string(value) if not isinstance(value, str) else value
    return html.unescape(TAGS.sub("\n", html.unescape(text or ""))).strip()


def witnessed(segments: list[Segment], head: Head) -> set[int]:
    """Indexes of the page's blocks that the stated story contains; empty where the two don't match."""
    keyed = [(line, key_of(line)) for line in stated_lines(head)]
    lines = [line for line, key in keyed if len(key) >= LEAST_LETTERS]
    if not lines:
        return set()
    verdict = judge(segments, lines)
    if verdict.coverage < WITNESSED:
        return set()
    short = {key for _, key in keyed if key and len(key) < LEAST_LETTERS}
    within = segments[min(verdict.kept, default=0) : max(verdict.kept, default=-1) + 1] if short else []
    told = (block for block in within if len(block.text) <= SHORT_TEXT and block.text.endswith(ENDS))
    return verdict.kept | {block.index for block in told if block.bare() in short}
