"""A page's blocks side by side: kept, removed, and by what. For people who wonder why."""

from dataclasses import dataclass
from datetime import tzinfo

from crawlers.extract.markup.signature import Paths
from crawlers.extract.page import read_page
from crawlers.extract.templates import TemplateBook
from crawlers.model import Article, Page, Rejection


@dataclass(frozen=True, slots=True)
class ExplainedBlock:
    """One block of the page in page order.

    `kept` says whether it is part of the article; `by` names what decided: a rule's id, `template`,
    `template.repeats`, `generic` (left out by the generic extractor), or None for what is kept (but a caption
    told by its picture has `pictured`) and for what lies outside the story. `place` is its container path,
    innermost first; None where the text comes from the page's data alone.
    """

    kind: str
    text: str
    kept: bool
    by: str | None
    place: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a page was read: the article (fields and the template used), and every block's fate."""

    article: Article
    blocks: list[ExplainedBlock]
    drifted: bool
    """The site has trusted templates, but none explains this page."""


def explain_page(
    page: Page, *, zone: tzinfo | None = None, templates: TemplateBook | None = None
) -> Explanation | Rejection:
    """Read a page as `extract_page` does and tell the fate of each of its blocks.

    Raises what the libraries raise for a page that `extract_page` would call EXTRACT_FAILED.
    """
    views = templates.views(page.site) if templates is not None else []
    reading = read_page(page, zone=zone, views=views)
    if isinstance(reading, Rejection):
        return reading
    paths = Paths()
    blocks = [
        ExplainedBlock(
            item.kind,
            item.text,
            item.kept,
            item.rule if not item.kept or item.kind == "caption" else None,
            paths.of(item.segment.element) if item.segment is not None else None,
        )
        for item in reading.decisions
    ]
    return Explanation(reading.article, blocks, reading.drifted)
