"""Quotations pulled out of the text, to be read at a glance: the story says the same words in a paragraph."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import islice, pairwise

from lxml.html import HtmlElement

from crawlers.extract.markup.nested import within
from crawlers.extract.markup.segments import Segment, key_of
from crawlers.extract.story.decision import Decision, words_in

PULLED = re.compile(r"pull-?quote|blockquote|quote", re.IGNORECASE)

LEAST_KEY = 25
"""Letters and digits of a pulled quotation, at least: fewer stand in a paragraph by chance."""

SPEAKER_WORDS = 8
"""Words of the line below a quotation that says who said it, at most."""


class Pulled:
    """Tells quotations that were pulled out of a story; `label` gives class and role of an element.

    `labels` are those of all containers of what is kept: most pages set nothing apart.
    """

    def __init__(self, kept: list[Decision], label: Callable[[HtmlElement], str], labels: Iterable[str]) -> None:
        self.kept = kept
        self.label = label
        self.sets_apart = any(map(_is_pulled, labels))
        self._keys: list[str] | None = None

    def rule(self, decision: Decision) -> str | None:
        """The rule's id where the words of a quotation stand in a paragraph, too."""
        if decision.kind != "quote" and not (self.sets_apart and self._set_apart(decision)):
            return None
        key = key_of(decision.text)
        if len(key) < LEAST_KEY:
            return None
        return "pull-quote" if any(key in other and key != other for other in self._prose()) else None

    def drop_speakers(self) -> None:
        """Take out who said it, the one line below a quotation that was pulled out, in the same quotation."""
        for speaker in [
            rest for quote, rest in pairwise(self.kept) if quote.rule == "pull-quote" and _said(quote, rest)
        ]:
            speaker.kept, speaker.rule = False, "pull-quote"

    def _set_apart(self, decision: Decision) -> bool:
        block = decision.segment
        if block is None:
            return False
        around = (block.element, *islice(block.element.iterancestors(), 2))
        return any(_is_pulled(self.label(element)) for element in around)

    def _prose(self) -> list[str]:
        if self._keys is None:
            self._keys = [key_of(item.text) for item in self.kept if item.kind == "paragraph" and len(item.text) > 80]
        return self._keys


@lru_cache(maxsize=20_000)
def _is_pulled(label: str) -> bool:
    return PULLED.search(label) is not None


def _said(quote: Decision, rest: Decision) -> bool:
    """Whether a block is the line below a quotation that says who said it."""
    if not rest.kept or rest.kind == "table_row" or words_in(rest.text) > SPEAKER_WORDS:
        return False
    return quote.segment is not None and rest.segment is not None and _one_quotation(quote.segment, rest.segment)


def _one_quotation(quote: Segment, rest: Segment) -> bool:
    """Whether two blocks stand in the same quotation."""
    around = next((node for node in (quote.element, *quote.element.iterancestors()) if node.tag == "blockquote"), None)
    return around is not None and within(rest.element, {around: True})
