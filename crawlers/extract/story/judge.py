"""The shared rules applied to what was taken as the story."""

import re
from collections import Counter
from collections.abc import Collection
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract.fields.dateline import MAX_LINE, is_dateline
from crawlers.extract.fields.names import is_agency
from crawlers.extract.markup.segments import Segment, in_page, internal, key_of
from crawlers.extract.rules import Hit, match_phrase, match_place, normal
from crawlers.extract.story.credits import credited_above
from crawlers.extract.story.decision import LONG_WORDS, Decision, label_of, list_around, words_in
from crawlers.extract.story.headings import judge_headings, same_headline
from crawlers.extract.story.outskirts import drop_labels
from crawlers.extract.story.pictured import Captions
from crawlers.extract.story.pulled import Pulled
from crawlers.extract.story.signed import is_biography, is_byline, is_signature
from crawlers.model import Article

PLACE_MAX_SHARE = 1 / 3
"""A container with more than this share of the story is never removed for its name."""

LINKED_SHARE = 0.6
"""Share of a block that is link from which it can be a mere reference."""

SENTENCE_WORDS, WHOLLY_LINKED = 8, 0.9
"""A linked sentence of so many words, with a full stop, is text unless all of it is link."""

PLACES = {
    (False, False): frozenset[str](),
    (True, False): frozenset({"head"}),
    (False, True): frozenset({"tail"}),
    (True, True): frozenset({"head", "tail"}),
}
"""Where a block stands, by whether it is in the story's head, and in its tail."""

FEW = 4
"""Blocks; of shorter stories none is taken for a biography of the author."""

LIST_OF = re.compile(r"list of (\d+) items|liste mit (\d+) einträgen|liste de (\d+) |lista de (\d+) ", re.IGNORECASE)
LIST_ITEM = re.compile(r"list \d+ of \d+", re.IGNORECASE)
CREDIT_LABEL = re.compile(r"^(?:[^:：]{0,40}[:：]|[\[(]?(?:via|h/t|hat tip to)\b)\s*", re.IGNORECASE)
END_OF_LIST = re.compile("end of list|list end|ende der liste|fin de la liste|fin de la lista")


class Judge:
    """Applies the shared rules to what is kept so far; sets `article.credited_source` where a line credits one."""

    def __init__(self, decisions: list[Decision], article: Article, standfirst: Collection[int] = ()) -> None:
        self.standfirst = standfirst
        self.decisions = decisions
        self.article = article
        self.kept = [decision for decision in decisions if decision.kept]
        self.total = sum(len(decision.text) for decision in self.kept) or 1
        self._chains: dict[HtmlElement, tuple[str, ...]] = {}
        self._labels: dict[HtmlElement, str] = {}
        self.weights = self._weights()
        self.headline = self._find_headline()
        self.pulled = Pulled(self.kept, self._label, self.weights)

    def run(self) -> None:
        """Decide about every block taken so far, in page order."""
        Captions(self.decisions, self.standfirst, self.article.description).mark()
        positions = self._positions()
        for number, decision in enumerate(self.kept):
            block = decision.segment
            if not decision.kept or (block is not None and block.index in self.standfirst):
                continue
            where = positions[number]
            rule = self._headline(number, decision, where) or self._place(decision, where)
            rule = rule or self._linked(decision) or self._named(number, decision, where) or self.pulled.rule(decision)
            if rule:
                decision.kept, decision.rule = False, rule
            elif decision.kind != "caption":
                self._phrase(number, decision, where)
        self.pulled.drop_speakers()
        self._undo_greedy()
        drop_labels(self.decisions)
        judge_headings(self.kept)
        self._credit_below()
        self.article.credited_source = self.article.credited_source or credited_above(self.decisions)

    def _credit_below(self) -> None:
        """A credit line just below the story that nobody took for a part of it."""
        last = max((n for n, item in enumerate(self.decisions) if item.kept), default=-1)
        if last < 0 or self.article.credited_source:
            return
        for item in self.decisions[last + 1 : last + 8]:
            hit = match_phrase(item.text, places=frozenset({"tail"})) if len(item.text) < 120 else None
            if hit is not None and hit.rule.action == "source":
                item.rule = hit.rule.id
                self._credit(item.text)
                return

    def _undo_greedy(self) -> None:
        """A place rule that takes more than a third of the story is mistaken about this page."""
        taken: Counter[str] = Counter()
        for decision in self.kept:
            if decision.rule and decision.rule.startswith("place."):
                taken[decision.rule] += len(decision.text)
        for decision in self.kept:
            if decision.rule and taken[decision.rule] > PLACE_MAX_SHARE * self.total:
                decision.kept, decision.rule = True, None

    def _chain(self, element: HtmlElement) -> tuple[str, ...]:
        """Labels of an element and its containers, innermost first, those without a label left out."""
        pending: list[HtmlElement] = []
        node: HtmlElement | None = element
        while node is not None and node not in self._chains:
            pending.append(node)
            node = node.getparent() if node.tag != "body" else None
        chain = self._chains[node] if node is not None else ()
        for inner in reversed(pending):
            label = self._label(inner)
            chain = self._chains[inner] = (label, *chain) if label else chain
        return chain

    def _label(self, element: HtmlElement) -> str:
        label = self._labels.get(element)
        if label is None:
            label = self._labels[element] = label_of(element)
        return label

    def _weights(self) -> Counter[str]:
        """Characters of the story by label of container: all containers of a name count together."""
        by_chain: Counter[tuple[str, ...]] = Counter()
        for decision in self.kept:
            if decision.segment is not None:
                by_chain[self._chain(decision.segment.element)] += len(decision.text)
        weights: Counter[str] = Counter()
        for chain, chars in by_chain.items():
            for label in set(chain):
                weights[label] += chars
        return weights

    def _positions(self) -> list[frozenset[str]]:
        """For each kept block: `head` before the first prose, `tail` after the last or in the last 30 %."""
        long = [
            n for n, d in enumerate(self.kept) if d.kind in {"paragraph", "quote"} and words_in(d.text) >= LONG_WORDS
        ]
        first, last = (long[0], long[-1]) if long else (len(self.kept), -1)
        found, before = [], 0
        for number, decision in enumerate(self.kept):
            tail = bool(long) and (number > last or before >= 0.7 * self.total or number >= len(self.kept) - 2)
            found.append(PLACES[number < first, tail])
            before += len(decision.text)
        return found

    def _headline(self, number: int, decision: Decision, where: frozenset[str]) -> str | None:
        """The headline itself, and what stands above it (kicker, section, breadcrumbs)."""
        if "head" not in where:
            return None
        block = decision.segment
        title = self.article.title
        if block is not None and (_in_h1(block) or (block.kind == "heading" and same_headline(block.text, title))):
            return "headline"
        if title and key_of(decision.text) == key_of(title):
            return "headline"
        if number < self.headline and words_in(decision.text) < LONG_WORDS:
            return "above-headline"
        return None

    def _find_headline(self) -> int:
        """Number of the first kept block after the headline; 0 where it isn't found, or not above the story."""
        key = key_of(self.article.title or "")
        for decision in self.decisions:
            block = decision.segment
            if block is None or block.hidden:
                continue
            same = block.kind == "heading" and same_headline(block.text, self.article.title)
            if _in_h1(block) or same or (key and block.bare() == key):
                before = sum(1 for kept in self.kept if kept.segment is not None and kept.segment.index < block.index)
                return before if before <= 4 else 0
        return 0

    def _linked(self, decision: Decision) -> str | None:
        """A block that is nothing but a link to another page of the site."""
        block = decision.segment
        if block is None or block.kind not in {"paragraph", "list_item", "quote"} or block.link_share < LINKED_SHARE:
            return None
        words = words_in(decision.text)
        if words >= SENTENCE_WORDS and decision.text.endswith(".") and block.link_share < WHOLLY_LINKED:
            return None
        return "all-link" if words >= 4 and internal(block) and not in_page(block) else None

    def _named(self, number: int, decision: Decision, where: frozenset[str]) -> str | None:
        """A block that says who wrote the story or when, or that is only the section or an agency's name."""
        if decision.kind == "heading":
            return None
        text, authors = decision.text, self.article.authors
        ends = len(self.kept) - number
        if (number < 2 or ends <= 3) and len(self.kept) > FEW and is_biography(text, authors):
            return "bio"
        if len(text) > MAX_LINE:
            return None
        if is_byline(text, authors) or (("head" in where or ends <= 2) and is_dateline(text)):
            return "byline"
        if "head" not in where:
            return None
        block = decision.segment
        if block is not None and is_signature(block, self.decisions[block.index - 1].segment if block.index else None):
            return "byline"
        section = self.article.section
        if section and key_of(text) == key_of(section):
            return "section"
        return "byline" if is_agency(text) else None

    def _place(self, decision: Decision, where: frozenset[str]) -> str | None:
        block = decision.segment
        if block is None:
            return None
        for label in self._chain(block.element):
            rule = match_place(label) if self.weights[label] <= PLACE_MAX_SHARE * self.total else None
            if rule is None or block.link_share < rule.linked:
                continue
            if rule.where == "any" or rule.where in where or (rule.where == "edge" and where):
                if rule.id == "place.media":
                    decision.kind = "caption"
                    return None
                return rule.id
        return None

    def _phrase(self, number: int, decision: Decision, where: frozenset[str]) -> None:
        share = decision.segment.link_share if decision.segment is not None else 0.0
        hit = match_phrase(decision.text, link_share=share, places=where)
        if hit is None or hit.rule.action == "mark":
            return
        decision.kept, decision.rule = False, hit.rule.id
        if hit.rule.action in {"list", "stories"}:
            self._drop_list(number, hit)
        elif hit.rule.action == "tail":
            self._drop_tail(number, hit)
        elif hit.rule.action == "source":
            self._credit(decision.text)
        elif hit.rule.action == "caption":
            decision.kept, decision.rule, decision.kind = True, None, "caption"

    def _drop_list(self, number: int, hit: Hit) -> None:
        """The links below a label, or items with a link each; all of a list that is announced for screen readers."""
        left = 0
        below = self.kept[number + 1] if number + 1 < len(self.kept) else None
        top = list_around(below) if below is not None and hit.rule.action == "stories" else None
        for at in range(number, min(number + 40, len(self.kept))):
            decision = self.kept[at]
            if at > number and not self._listed(decision, left, top):
                return
            if announced := LIST_OF.search(decision.text):
                left = int(next(filter(None, announced.groups())))
                if end := self._list_end(at, left):
                    for item in self.kept[at:end]:
                        item.kept, item.rule = False, hit.rule.id
                    return
            elif at > number:
                left -= 1
            decision.kept, decision.rule = False, hit.rule.id

    def _listed(self, decision: Decision, left: int, top: HtmlElement | None) -> bool:
        block = decision.segment
        linked = block is not None and (
            block.link_share > 0.6 or (block.link_chars > 0 and top is not None and list_around(decision) is top)
        )
        linked = linked and words_in(decision.text) <= 40
        item = left > 0 and (decision.kind == "list_item" or LIST_ITEM.match(decision.text) is not None)
        marker = match_phrase(decision.text)
        return linked or item or (marker is not None and marker.rule.id in {"screen-reader", "related-label"})

    def _list_end(self, at: int, items: int) -> int | None:
        """Number after the block that closes a list announced at `at`; None where none does nearby."""
        for end in range(at + 1, min(at + 3 * items + 4, len(self.kept))):
            if END_OF_LIST.fullmatch(normal(self.kept[end].text)):
                return end + 1
        return None

    def _drop_tail(self, number: int, hit: Hit) -> None:
        before = sum(len(decision.text) for decision in self.kept[:number])
        if before < 0.4 * self.total:
            return
        for decision in self.kept[number + 1 :]:
            if decision.kept:
                decision.kept, decision.rule = False, hit.rule.id

    def _credit(self, text: str) -> None:
        name = re.split(r"\s*[|｜]", CREDIT_LABEL.sub("", text))[0].strip(" .()[]（）")
        if name and len(name) <= 120:
            self.article.credited_source = name


def _in_h1(block: Segment) -> bool:
    return block.kind == "heading" and any(
        node.tag == "h1" for node in (block.element, *islice(block.element.iterancestors(), 2))
    )
