"""From an archived page to an article: the one path every page takes."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from lxml.html import HtmlElement

from crawlers.extract import generic
from crawlers.extract.fields import read_fields
from crawlers.extract.head import Head, read_head
from crawlers.extract.segments import Segment, mark_host, segment
from crawlers.extract.stated import witnessed
from crawlers.extract.story import Decision, decide, decide_by_template
from crawlers.extract.templates import Lesson, TemplateBook, TemplateView, explain, lesson_of
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
    drifted: bool = False
    """There were trusted templates, but none explains the page."""


@dataclass(slots=True)
class Outcomes:
    """What reading a page gave: the article or the reason, and what it teaches of its site."""

    result: Article | Rejection
    lesson: Lesson | None = None
    """Set where the page was judged the generic way."""
    drifted: bool = False


def extract_page(
    page: Page, *, zone: tzinfo | None = None, templates: TemplateBook | None = None
) -> Article | Rejection:
    """The article a page holds, or the named reason why there is none. Never raises for what a page holds.

    `zone` is the site's time zone, for dates the page states without one (UTC is taken otherwise). With
    `templates`, a trusted template of the page's site is used; the book itself is left as it is.
    """
    views = templates.views(page.site) if templates is not None else []
    return extract_with(page, zone, views).result


def extract_with(page: Page, zone: tzinfo | None, views: Sequence[TemplateView]) -> Outcomes:
    """Extract a page with the trusted templates of its site, newest first; see `extract_page`."""
    try:
        reading = read_page(page, zone=zone, views=views)
        if isinstance(reading, Rejection):
            return Outcomes(reading)
        lesson = lesson_from(reading) if reading.article.template is None else None
        return Outcomes(_finish(reading), lesson, reading.drifted)
    except RecursionError:
        return Outcomes(Rejection(Outcome.EXTRACT_FAILED, "RecursionError: nested too deep"))
    except Exception as error:  # noqa: BLE001 - the contract: a page never stops a run
        return Outcomes(Rejection(Outcome.EXTRACT_FAILED, f"{type(error).__name__}: {error}"[:500]))


def read_page(page: Page, *, zone: tzinfo | None = None, views: Sequence[TemplateView] = ()) -> Reading | Rejection:
    """Decode, parse and judge a page, with every block's fate. Raises what the libraries raise."""
    tree = load(page)
    if isinstance(tree, Rejection):
        return tree
    head = read_head(tree, page.url)
    mark_host(tree, page.url)
    segments = segment(tree)
    reading = Reading(page, tree, head, read_fields(tree, head, page, zone, lambda: segments), segments)
    seen = [(view, explain(view, reading.segments)) for view in views]
    fitting = [(view, found) for view, found in seen if found.fits and found.story_chars >= LEAST_STORY]
    if fitting:
        view, found = max(fitting, key=lambda item: item[1].story_chars)
        reading.article.template = view.id
        reading.decisions = decide_by_template(reading.segments, found, reading.article)
    else:
        reading.drifted = bool(views)
        verdict = generic.judge(reading.segments, generic.generic_lines(tree, page.url))
        stated = witnessed(reading.segments, head)
        reading.decisions = decide(reading.segments, verdict, reading.article, stated)
    return reading


LEAST_STORY = 300
"""Characters a template must find; with less, the generic way has a look at the page, too."""


def lesson_from(reading: Reading) -> Lesson:
    """What a page judged the generic way teaches of its site."""
    judged = [
        (item.segment, item.kept and item.kind != "caption") for item in reading.decisions if item.segment is not None
    ]
    return lesson_of(reading.page.url, reading.page.fetched_at, judged)


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
