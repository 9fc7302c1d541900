"""From an archived page to an article: the one path every page takes."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cache

from lxml.html import HtmlElement
from xxhash import xxh3_64_intdigest

from crawlers.extract.fields.dates import Clock
from crawlers.extract.fields.head import Head, read_head
from crawlers.extract.fields.language import month_first, read_language
from crawlers.extract.fields.near import blocks_near
from crawlers.extract.fields.read import read_fields
from crawlers.extract.markup.nested import Cut
from crawlers.extract.markup.segments import Segment, mark_host
from crawlers.extract.markup.signature import Paths, Standing, sought_again, standing_at
from crawlers.extract.markup.tree import load
from crawlers.extract.story.decide import decide_by_template, decide_generic
from crawlers.extract.story.decision import Decision
from crawlers.extract.story.index import leave_listed
from crawlers.extract.story.nothing import no_article
from crawlers.extract.story.stated import witnessed
from crawlers.extract.templates import (
    Explained,
    Lesson,
    TemplateBook,
    TemplateView,
    Told,
    explain,
    find_root,
    lesson_of,
    prose_outside,
    read_spots,
    settle,
    spots_of,
    state,
)
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
    clock: Clock
    decisions: list[Decision] = field(default_factory=list)
    drifted: bool = False
    """There were trusted templates, but none explains the page."""
    listed: int = 0
    """Stories that the page lists in place of telling one."""
    cut: Cut = field(init=False)

    def __post_init__(self) -> None:
        self.cut = Cut(self.tree)

    def blocks(self) -> list[Segment]:
        """All blocks of the page."""
        return self.cut.whole()


@dataclass(slots=True)
class Outcomes:
    """What reading a page gave: the article or the reason, and what it teaches of its site."""

    result: Article | Rejection
    lesson: Lesson | None = None
    """Set where the page was judged the generic way and the caller learns."""
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


def extract_with(page: Page, zone: tzinfo | None, views: Sequence[TemplateView], *, audit: bool = False) -> Outcomes:
    """Extract a page with the trusted templates of its site, newest first; see `extract_page`.

    With `audit`, the outcome has the lesson of a page judged the generic way, and of the pages that a template
    explains one of some is judged so, too, so that the template's agreement with it on fresh pages stays
    known: trust that isn't tested is lost without notice.
    """
    try:
        reading = read_page(page, zone=zone, views=views)
        if isinstance(reading, Rejection):
            return Outcomes(reading)
        lesson = None
        if reading.article.template is None:
            lesson = lesson_from(reading) if audit and not reading.listed else None
        elif audit and xxh3_64_intdigest(page.url.encode()) % AUDITED == 0:
            checked = read_page(page, zone=zone)
            lesson = lesson_from(checked) if isinstance(checked, Reading) else None
        return Outcomes(_finish(reading), lesson, reading.drifted)
    except RecursionError:
        return Outcomes(Rejection(Outcome.EXTRACT_FAILED, "RecursionError: nested too deep"))
    except Exception as error:
        return Outcomes(Rejection(Outcome.EXTRACT_FAILED, f"{type(error).__name__}: {error}"[:500]))


def read_page(page: Page, *, zone: tzinfo | None = None, views: Sequence[TemplateView] = ()) -> Reading | Rejection:
    """Decode, parse and judge a page, with every block's fate. Raises what the libraries raise."""
    tree = load(page)
    if isinstance(tree, Rejection):
        return tree
    head = read_head(tree, page.url)
    mark_host(tree, page.url)
    clock = Clock(page.fetched_at, zone)
    reading = Reading(page, tree, head, Article(), clock)
    paths = Paths()
    sought = sought_again(frozenset[str]().union(*(view.paths for view in views)))
    standing = standing_at(tree, sought, paths)
    best = _explained(reading, views, standing, paths)
    told = read_spots(best[0].spots, standing, clock, month_first=_month_first(head)) if best else Told()
    state(head, told)
    head.placed = best[0].placed if best else frozenset()
    article = reading.article = read_fields(
        tree, head, page, zone, _near(reading, best, standing) if best else reading.blocks
    )
    settle(article, head, told, clock)
    if best is not None:
        view, _, segments, found = best
        article.template = view.id
        reading.decisions = decide_by_template(segments, found, article)
    else:
        reading.drifted = bool(views)
        segments = reading.blocks()
        stated = witnessed(segments, head)
        reading.decisions = decide_generic(tree, segments, page.url, article, stated)
        reading.listed = leave_listed(reading.decisions, head)
    return reading


Seen = tuple[TemplateView, HtmlElement, list[Segment], Explained]
"""A page seen through a template: the story's container, its blocks, and what the template says of them."""


def _explained(reading: Reading, views: Sequence[TemplateView], standing: Standing, paths: Paths) -> Seen | None:
    """The trusted template that explains most of the page, and the page seen through it; None where none does."""
    best: Seen | None = None
    seen = [(view, root) for view in views if (root := find_root(view, standing)) is not None]
    cut = reading.cut.of(root for _, root in seen)
    for view, root in seen:
        segments = cut[root]
        found = explain(view, segments, paths)
        enough = max(LEAST_STORY, LEAST_OF_USUAL * view.usual_story)
        if not found.fits or found.story_chars < enough:
            continue
        outside = prose_outside(view, reading.tree, root, paths)
        most = OUTSIDE_FACTOR * found.story_chars + OUTSIDE_FREE
        fits = outside.unknown <= most and outside.known <= KNOWN_FACTOR * most and not outside.leading
        if fits and (best is None or found.story_chars > best[3].story_chars):
            best = (view, root, segments, found)
    return best


def _near(reading: Reading, seen: Seen, standing: Standing) -> Callable[[], list[Segment]]:
    """The blocks among which fields are looked for on a page with a template; cut when first asked for."""

    @cache
    def blocks() -> list[Segment]:
        headline = next((standing[place][0] for place in seen[0].spots.get("title", ()) if place in standing), None)
        near = blocks_near(reading.tree, seen[1], seen[2], headline)
        return reading.blocks() if near is None else near

    return blocks


def _month_first(head: Head) -> bool:
    return month_first(head, read_language(head))


AUDITED = 40
"""Of this many pages judged by a template, one is judged the generic way, too."""

LEAST_STORY = 300
LEAST_OF_USUAL = 0.25
"""Characters, and share of the site's usual story, that a template must find to be used."""

OUTSIDE_FACTOR, OUTSIDE_FREE = 2, 600
"""How much text of paragraphs may stand outside the story's container, against the story and in characters."""

KNOWN_FACTOR = 5
"""How many times as much where the template knows that what stands there is no story."""


def lesson_from(reading: Reading) -> Lesson:
    """What a page judged the generic way teaches of its site."""
    judged = [
        (item.segment, item.kept and item.kind != "caption") for item in reading.decisions if item.segment is not None
    ]
    lesson = lesson_of(reading.page.url, reading.page.fetched_at, judged, title=reading.article.title)
    american = _month_first(reading.head)
    lesson.guessed = reading.article.published_source == "generic"
    lesson.spots = spots_of(reading.tree, reading.blocks(), reading.article, reading.clock, month_first=american)
    return lesson


def _finish(reading: Reading) -> Article | Rejection:
    if reading.listed:
        return Rejection(Outcome.NO_ARTICLE, f"an index of {reading.listed} stories")
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
        return no_article(reading.tree, reading.blocks(), reading.head.page_title, len(article.text))
    return article
