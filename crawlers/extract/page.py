"""From an archived page to an article: the one path every page takes."""

import unicodedata
from dataclasses import dataclass, field
from datetime import tzinfo

from lxml.html import HtmlElement

from crawlers.extract import generic
from crawlers.extract.fields import read_fields
from crawlers.extract.head import Head, read_head
from crawlers.extract.segments import Segment, segment
from crawlers.extract.story import Decision, decide
from crawlers.extract.tree import load
from crawlers.extract.version import EXTRACTOR_VERSION
from crawlers.model import Article, Block, Page, Rejection, RemovedBlock
from schemas import Outcome

MIN_TEXT = 80
"""Characters: a page with less story than this is no article, unless it says that it is one."""


@dataclass(slots=True)
class Reading:
    """A page read once: tree, statements, blocks and what was decided about each."""

    page: Page
    tree: HtmlElement
    head: Head
    article: Article
    segments: list[Segment] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)


def extract_page(page: Page, *, zone: tzinfo | None = None) -> Article | Rejection:
    """The article a page holds, or the named reason why there is none. Never raises for what a page holds.

    `zone` is the site's time zone, for dates the page states without one (UTC is taken otherwise).
    """
    try:
        reading = read_page(page, zone=zone)
        return reading if isinstance(reading, Rejection) else _finish(reading)
    except RecursionError:
        return Rejection(Outcome.EXTRACT_FAILED, "RecursionError: nested too deep")
    except Exception as error:
        return Rejection(Outcome.EXTRACT_FAILED, f"{type(error).__name__}: {error}"[:500])


def read_page(page: Page, *, zone: tzinfo | None = None) -> Reading | Rejection:
    """Decode, parse and judge a page, with every block's fate. Raises what the libraries raise."""
    tree = load(page)
    if isinstance(tree, Rejection):
        return tree
    head = read_head(tree, page.url)
    article = read_fields(tree, head, page, zone)
    reading = Reading(page, tree, head, article, segment(tree))
    verdict = generic.judge(reading.segments, generic.generic_lines(tree, page.url))
    reading.decisions = decide(reading.segments, verdict, article)
    return reading


def _finish(reading: Reading) -> Article | Rejection:
    article = reading.article
    article.extractor_version = EXTRACTOR_VERSION
    for decision in reading.decisions:
        text = unicodedata.normalize("NFC", decision.text)
        if decision.kept:
            article.blocks.append(Block(decision.kind, text))
        elif decision.rule:
            article.removed_blocks.append(RemovedBlock(text, decision.rule))
    article.text = "\n".join(block.text for block in article.blocks if block.kind != "caption")
    if len(article.text) < MIN_TEXT and not (article.text and reading.head.stories):
        return Rejection(Outcome.NO_ARTICLE, f"{len(article.text)} characters of text")
    return article
