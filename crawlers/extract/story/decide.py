"""Which blocks are the story: what a generic extractor, the page's own statement and a template take."""

from collections.abc import Iterable

from lxml.html import HtmlElement

from crawlers.extract.markup.segments import Segment
from crawlers.extract.story.aboutlines import drop_lines
from crawlers.extract.story.authorbox import drop_author_boxes
from crawlers.extract.story.beyond import leave_beyond
from crawlers.extract.story.boxes import leave_boxes
from crawlers.extract.story.copies import drop_copies
from crawlers.extract.story.decision import LONG_WORDS, Decision, words_in
from crawlers.extract.story.dense import densest, is_prose, opening
from crawlers.extract.story.edges import Edges
from crawlers.extract.story.generic import Verdict, generic_lines, judge, plain_line
from crawlers.extract.story.headings import judge_headings
from crawlers.extract.story.heaviest import heaviest
from crawlers.extract.story.judge import Judge
from crawlers.extract.story.nothing import drop_labels_alone, is_front_page
from crawlers.extract.story.outskirts import end_at_comments, end_at_remarks, trim
from crawlers.extract.story.readers import Remarks, find_remarks, without_remarks
from crawlers.extract.story.records import drop_records
from crawlers.extract.story.rescue import rescue
from crawlers.extract.story.sisters import restore, table_rows
from crawlers.extract.story.standfirst import find_standfirst
from crawlers.extract.templates.view import Explained
from crawlers.model import Article

ENOUGH_COVERAGE = 0.6
"""Below this share the generic extractor read something the page's blocks don't show (JSON-LD text)."""

CONVINCING_SHARE = 0.3
CONVINCING_CHARS = 500
"""Of the page's prose, what the quick generic way must take to be believed; else the thorough one is asked."""

BARELY = 0.2
"""Share of the page's prose below which even the thorough way has missed the story."""

PROSE = 90
"""Characters that make a block without links prose."""


def decide_generic(
    tree: HtmlElement, segments: list[Segment], url: str, article: Article, stated: set[int]
) -> list[Decision]:
    """The fate of every block, judged without a template.

    `stated` are the blocks that the page's JSON-LD gives as the story's text. Raises what trafilatura raises.
    """
    if is_front_page(url, article.canonical_url, (article.title, article.description)):
        return _decisions(segments, set(), "generic")
    standfirst: set[int] = set()
    remarks = find_remarks(segments, stated)
    verdict, kept, taken = _read(tree, segments, url, stated, remarks, article.description)
    if verdict.coverage < ENOUGH_COVERAGE and verdict.lines:
        decisions = [Decision("paragraph", line, True) for line in map(plain_line, verdict.lines) if line]
    else:
        kept |= rescue(segments, kept) - remarks.blocks
        standfirst = find_standfirst(segments, kept, article.title, article.description, article.language)
        decisions = _decisions(segments, kept | standfirst, "generic")
        _leave_unstated(decisions, stated)
        trim(decisions, article.title, stated | standfirst)
        end_at_comments(decisions)
        end_at_remarks(decisions, remarks.blocks, taken)
        drop_records(decisions, article.title)
    Judge(decisions, article, standfirst).run()
    _judge_by_place(decisions, article, standfirst, stated)
    drop_copies(decisions)
    if not stated:
        drop_labels_alone(decisions)
    return decisions


def _read(
    tree: HtmlElement, segments: list[Segment], url: str, stated: set[int], remarks: Remarks, description: str | None
) -> tuple[Verdict, set[int], set[int]]:
    """The generic extractor's verdict, the blocks of the story by it, and those of remarks that it took for story."""
    told = [block for block in segments if block.index not in remarks.blocks]
    verdict = judge(segments, generic_lines(tree, url, fast=True))
    taken = verdict.kept & remarks.blocks
    kept = _story(segments, verdict, stated, remarks)
    # Remarks are no part of the story, but where they are most of the page the quick way is easily misled, too.
    if not (_convincing(told, verdict, kept) and _convincing(segments, verdict, verdict.kept | kept)):
        verdict = judge(segments, generic_lines(without_remarks(tree, remarks), url))
        kept = _story(segments, verdict, stated, remarks)
        if not any(is_prose(segments[index]) for index in kept) and (dense := densest(told)):
            kept, verdict = dense, Verdict(dense, [], 1.0)
        elif _barely(told, kept):
            kept = _story(segments, verdict, stated | opening(told, description), remarks)
    return verdict, kept, taken


def _judge_by_place(decisions: list[Decision], article: Article, standfirst: set[int], stated: set[int]) -> None:
    """Take out what the places of blocks, not their classes, tell to be none of the story."""
    edges = Edges(decisions, article.title, standfirst | stated)
    drop_lines(decisions, edges, article.authors)
    drop_author_boxes(decisions, edges, article.authors)
    leave_beyond(decisions, stated)
    leave_boxes(decisions, stated)
    judge_headings([item for item in decisions if item.kept])


def decide_by_template(segments: list[Segment], found: Explained, article: Article) -> list[Decision]:
    """The fate of every block where a trusted template explains the page."""
    kept = found.kept | table_rows(segments, found.kept)
    decisions = _decisions(segments, kept, "template")
    for decision in decisions:
        if decision.segment is not None and decision.segment.index in found.repeats:
            decision.rule = "template.repeats"
    Judge(decisions, article).run()
    drop_copies(decisions)
    return decisions


def _story(segments: list[Segment], verdict: Verdict, stated: set[int], remarks: Remarks) -> set[int]:
    kept = (verdict.kept | stated) - remarks.blocks
    kept |= heaviest(segments, kept) - remarks.blocks
    return kept | (restore(segments, kept) - remarks.blocks)


def _convincing(segments: list[Segment], verdict: Verdict, kept: set[int]) -> bool:
    """Whether a result takes enough of what reads like prose on the page."""
    prose, taken = _taken_of(filter(_reads_like_prose, segments), kept)
    return verdict.coverage >= ENOUGH_COVERAGE and taken >= CONVINCING_CHARS and taken >= CONVINCING_SHARE * prose


def _barely(segments: list[Segment], kept: set[int]) -> bool:
    """Whether hardly any of the page's prose was taken."""
    prose, taken = _taken_of(filter(is_prose, segments), kept)
    return taken < BARELY * prose or not taken


def _taken_of(blocks: Iterable[Segment], kept: set[int]) -> tuple[int, int]:
    """Characters of blocks, and of those of them that were taken."""
    chars = [(len(block.text), block.index in kept) for block in blocks]
    return sum(length for length, _ in chars), sum(length for length, taken in chars if taken)


def _reads_like_prose(block: Segment) -> bool:
    return len(block.text) >= PROSE and not block.hidden and block.link_share < 0.3 and block.kind in _PROSE_KINDS


_PROSE_KINDS = frozenset({"paragraph", "quote", "list_item"})


def _leave_unstated(decisions: list[Decision], stated: set[int]) -> None:
    """Take out short blocks that a complete statement of the story lacks: teasers, labels, promotion."""
    kept = [(item, item.segment.index in stated) for item in decisions if item.kept and item.segment is not None]
    prose = [(item, known) for item, known in kept if words_in(item.text) >= LONG_WORDS]
    whole = sum(len(item.text) for item, _ in prose)
    if not prose or not prose[-1][1] or sum(len(item.text) for item, known in prose if known) < 0.9 * whole:
        return
    begun = False
    for item, known in kept:
        begun = begun or known
        if begun and not known and item.kind in {"paragraph", "list_item"} and words_in(item.text) < LONG_WORDS:
            item.kept, item.rule = False, "not-stated"


def _decisions(segments: list[Segment], kept: set[int], by: str) -> list[Decision]:
    """Decisions for all blocks; those left out between the first and the last kept one are marked with `by`."""
    first, last = min(kept, default=0), max(kept, default=-1)
    return [
        Decision(
            block.kind,
            block.text,
            block.index in kept,
            by if first < block.index < last and block.index not in kept else None,
            block,
        )
        for block in segments
    ]
