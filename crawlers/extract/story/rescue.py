"""Parts of the story that generic extractors drop by their kind: lists, embedded posts, linked subheadings.

They are taken only where they stand among the story's own paragraphs: within the container that holds most of
it, next to a block that was taken; or right in a container that looks like those of its paragraphs. The shared
rules still judge them afterwards.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise

from lxml.html import HtmlElement

from crawlers.extract.markup.segments import Segment, in_page, internal
from crawlers.extract.markup.signature import Paths
from crawlers.extract.story.branches import with_around
from crawlers.extract.story.decision import LONG_WORDS, words_in

MAJORITY = 0.5
"""Share of the story's characters that makes an element its container."""

CLIMB = 5
"""Levels from a list's (or quotation's) element up to the story's container, at most."""

LIST_LINKED = 0.35
"""Share of links from which a list is a list of links."""

MAIN_PLACE = 0.25
"""Share of the story's characters in paragraphs that stand right in containers of one look, at least."""

REACH = 3
"""Blocks between a list and the nearest block taken, at most."""

OPENING_WORDS = 12
SENTENCE_WORDS = 6
"""Words an item of a list has on average, for the list to be taken before or after the story's prose."""

SECTIONS = 3
"""Headings with prose below that make a run of blocks a part of the story."""

BELOW = 2
ENTRIES = 3
"""Blocks between a heading and the text below it, and such texts, for them to be entries of the story."""

EMBEDDED = re.compile(r"twitter-tweet|instagram-media|tiktok-embed|fb-post|bluesky-embed|reddit-embed|text-post-media")
ITEMS = frozenset({"li", "dd", "dt"})
LISTS = frozenset({"ul", "ol", "dl"})
ASIDE = frozenset({"nav", "aside", "footer", "form", "header"})


def rescue(segments: list[Segment], kept: set[int]) -> set[int]:
    """Indexes of blocks to take into the story besides those kept."""
    if not kept:
        return set()
    story = _Story(segments, kept)
    found = set(story.lists()) | set(story.quotations()) | set(story.opening()) | set(story.sections())
    found |= set(story.below_headings())
    found |= set(story.linked_headings(kept | found))
    return found | set(story.headings(kept | found))


class _Story:
    """What was taken of a page, weighed by container."""

    def __init__(self, segments: list[Segment], kept: set[int]) -> None:
        self.segments = segments
        self.kept = kept
        self.first, self.last = min(kept), max(kept)
        prose = [index for index in kept if words_in(segments[index].text) >= LONG_WORDS]
        self.prose_first, self.prose_last = min(prose, default=self.last), max(prose, default=self.first)
        self.texts = {segments[index].text for index in kept}
        by_element: Counter[HtmlElement] = Counter()
        for index in kept:
            by_element[segments[index].element] += len(segments[index].text)
        self.weights = with_around(by_element)
        self.total = by_element.total()
        self._paths = Paths()
        self._looks = self._main_looks()

    def _main_looks(self) -> set[str]:
        """How the containers look that have the story's paragraphs right in them."""
        weights: Counter[str] = Counter()
        for index in self.kept:
            block = self.segments[index]
            parent = block.element.getparent()
            if block.kind == "paragraph" and parent is not None:
                weights[self._look(parent)] += len(block.text)
        return {look for look, chars in weights.items() if chars >= MAIN_PLACE * self.total}

    def alongside(self, container: HtmlElement) -> bool:
        """Whether a container looks like those that have the story's paragraphs right in them."""
        return self._look(container) in self._looks

    def _look(self, element: HtmlElement) -> str:
        """An element's classes and the tags around it: on many sites each section has a class of its own."""
        chain = self._paths.chain(element)
        return " < ".join((*chain[:1], *(step.partition(".")[0] for step in chain[1:])))

    def within(self, element: HtmlElement, levels: int = CLIMB) -> bool:
        """Whether the story's container is at most some levels above an element, with nothing set apart between."""
        node: HtmlElement | None = element
        for _ in range(levels + 1):
            if node is None or node.tag in ASIDE:
                return False
            if self.weights[node] >= MAJORITY * self.total:
                return True
            node = node.getparent()
        return False

    def near(self, start: int, end: int) -> bool:
        """Whether a block taken stands a few blocks before or after."""
        around = [*range(max(0, start - REACH), start), *range(end + 1, min(end + 1 + REACH, len(self.segments)))]
        return any(index in self.kept for index in around)

    def lists(self) -> Iterator[int]:
        """Items of plain lists."""
        for top, indexes in self._groups():
            blocks = [self.segments[index] for index in indexes]
            chars = sum(len(block.text) for block in blocks)
            linked = sum(block.link_chars for block in blocks)
            missing = [block.index for block in blocks if block.index not in self.kept]
            if linked and len({_item(block.element) for block in blocks}) < 2:
                continue
            if not missing or any(block.hidden for block in blocks) or linked > LIST_LINKED * chars:
                continue
            parent = top.getparent()
            if parent is None or not self.first < indexes[0] <= self.last + 1:
                continue
            if (self.alongside(parent) and indexes[0] < self.last) or self._among(parent, blocks):
                yield from missing

    def _among(self, container: HtmlElement, blocks: list[Segment]) -> bool:
        """Whether a list in a container near the story is one of prose, or stands between the story's paragraphs."""
        start, end = blocks[0].index, blocks[-1].index
        if not self.within(container, CLIMB - 2) or not self.near(start, end):
            return False
        words = sum(words_in(block.text) for block in blocks)
        return words >= SENTENCE_WORDS * len(blocks) or self.prose_first <= start <= self.prose_last

    def headings(self, taken: set[int]) -> Iterator[int]:
        """Headings beside the story's paragraphs, right above what was taken."""
        for block in self.segments[self.last : self.first : -1]:
            if block.kind != "heading" or block.hidden or block.link_share > 0.3 or block.index + 1 not in taken:
                continue
            parent = block.element.getparent()
            if block.index not in taken and parent is not None and self.alongside(parent):
                yield block.index

    def _groups(self) -> Iterator[tuple[HtmlElement, list[int]]]:
        """Lists of the page, outermost, with the blocks in them."""
        group: list[int] = []
        current: HtmlElement | None = None
        for block in self.segments:
            top = _outer_list(block.element) if block.kind == "list_item" or current is not None else None
            if top is not current:
                if current is not None:
                    yield current, group
                current, group = top, []
            if top is not None:
                group.append(block.index)
        if current is not None:
            yield current, group

    def quotations(self) -> Iterator[int]:
        """Quotations and embedded posts between paragraphs."""
        for block in self.segments[self.first : self.last]:
            if block.kind != "quote" or block.index in self.kept or block.hidden or block.link_share > 0.5:
                continue
            among = self.within(block.element) and self.near(block.index, block.index)
            if (among or self._stands_alongside(block.element, "blockquote")) and not _set_apart(block.element):
                yield block.index

    def _stands_alongside(self, element: HtmlElement, tag: str) -> bool:
        """Whether an element, or one of its tag a little above, stands beside the story's paragraphs."""
        around = (element, *islice(element.iterancestors(), 2))
        parent = next((node.getparent() for node in around if node.tag == tag), None)
        return parent is not None and self.alongside(parent)

    def below_headings(self) -> Iterator[int]:
        """Paragraphs of one look that stand, each alone, below the story's own headings: entries of a round-up."""
        by_look: dict[str, list[int]] = {}
        heading: Segment | None = None
        for block in self.segments[self.first : self.last]:
            if block.index in self.kept:
                heading = block if block.kind == "heading" and block.link_share <= 0.3 else None
            elif heading is not None and self._entry(block) and block.index - heading.index <= BELOW:
                by_look.setdefault(self._look(block.element), []).append(block.index)
                heading = None
        for indexes in by_look.values():
            if len(indexes) >= ENTRIES:
                yield from indexes

    def _entry(self, block: Segment) -> bool:
        """Whether a block reads like an entry's text and stands in the story's container."""
        prose = block.kind == "paragraph" and not block.hidden and block.link_share <= 0.3
        return prose and words_in(block.text) >= OPENING_WORDS and self.within(block.element, 2 * CLIMB)

    def opening(self) -> Iterator[int]:
        """A paragraph right before the first block taken, of the same parent: the story's own beginning."""
        first = self.segments[self.first]
        for index in range(self.first - 1, max(-1, self.first - 3), -1):
            block = self.segments[index]
            same = block.element.getparent() is first.element.getparent() and block.element.tag == first.element.tag
            if not same or block.hidden or block.kind != "paragraph" or block.link_share > 0.3:
                return
            if words_in(block.text) >= OPENING_WORDS and block.text.rstrip("”\"»’'")[-1:] in ".!?…。":
                yield index

    def sections(self) -> Iterator[int]:
        """Runs of headings with prose below (questions and answers, entries of a guide) after what was taken."""
        run: list[int] = []
        for block in self.segments[self.first + 1 :]:
            if block.index not in self.kept and _plain(block):
                run.append(block.index)
                continue
            yield from self._whole(run)
            run = []
        yield from self._whole(run)

    def _whole(self, run: list[int]) -> list[int]:
        """A run up to its last prose, if it has sections enough and stands within the story's container."""
        answers = [right for left, right in pairwise(run) if self._section(left, right)]
        if len(answers) < SECTIONS or run[0] - 1 not in self.kept:
            return []
        if sum(self.segments[index].text in self.texts for index in answers) * 2 > len(answers):
            return []
        if not all(self.within(self.segments[index].element) for index in answers):
            return []
        end = max(index for index in run if _prose(self.segments[index]))
        return [index for index in run if index <= end]

    def _section(self, left: int, right: int) -> bool:
        return right == left + 1 and self.segments[left].kind == "heading" and _prose(self.segments[right])

    def linked_headings(self, taken: set[int]) -> Iterator[int]:
        """Subheadings that are links, each above prose that was taken: the entries of a list in prose."""
        found: dict[HtmlElement | str, list[int]] = {}
        for block in self.segments[self.first + 1 : self.last]:
            if block.kind != "heading" or block.index in taken or block.hidden or block.link_share < 0.5:
                continue
            if internal(block) and not in_page(block):
                continue
            if block.index + 1 in taken and words_in(self.segments[block.index + 1].text) >= LONG_WORDS:
                found.setdefault(str(block.element.tag), []).append(block.index)
        for indexes in found.values():
            if len(indexes) >= 3:
                yield from (index for index in indexes if self.within(self.segments[index].element))


def _plain(block: Segment) -> bool:
    """Whether a block could be a part of a section of prose."""
    if block.hidden or block.link_share > 0.3:
        return False
    return block.kind in {"heading", "list_item", "table_row", "quote"} or _prose(block)


def _prose(block: Segment) -> bool:
    return block.kind == "paragraph" and words_in(block.text) >= OPENING_WORDS and block.link_share <= 0.3


def _set_apart(element: HtmlElement) -> bool:
    """Whether a quotation is another's post, or pulled out as a figure with the speaker's name below."""
    around = [element, *islice(element.iterancestors(), 3)]
    return any(node.tag == "figure" or EMBEDDED.search(node.get("class") or "") for node in around)


def _item(element: HtmlElement) -> HtmlElement:
    """The list's item that an element is or stands in."""
    return next((node for node in (element, *element.iterancestors()) if node.tag in ITEMS), element)


def _outer_list(element: HtmlElement) -> HtmlElement | None:
    """The outermost of the lists an element stands in."""
    found: HtmlElement | None = None
    node: HtmlElement | None = element
    away = 0
    while node is not None and away < 4:
        if node.tag in LISTS:
            found, away = node, 0
        elif node.tag not in ITEMS:
            away += 1
        node = node.getparent()
    return found
