"""A template made ready for judging pages: what a worker needs of it, and nothing else."""

from dataclasses import dataclass, field

from lxml.html import HtmlElement

from crawlers.extract.segments import Segment
from crawlers.extract.signature import STEPS, path_of, signature_of, step_of
from crawlers.extract.templates.lesson import REPEATABLE, text_hash
from crawlers.extract.templates.template import STORY_SHARE, SiteTemplate

CONTAINER_SHARE = 0.8
"""Share of a container's text that must have been story for a block in a new place of it to be story."""

DRIFT_SHARE = 0.35
"""Share of unexplained prose, of all prose met, from which the page has another layout."""

PROSE = 90
"""Characters of unlinked text that make a block prose."""

HOLDER_SHARE = 0.03
"""Share of the story that makes a container one of those to look for; smaller ones lie among them."""


@dataclass(frozen=True, slots=True)
class TemplateView:
    """One version of a template, compiled: places by verdict, containers by verdict, repeated texts."""

    id: str
    places: dict[str, bool]
    containers: dict[str, bool]
    repeated: frozenset[int]
    usual_story: float
    holders: frozenset[str]
    """Containers that hold nearly all of the story, as container paths."""

    spots: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By role (title, byline, date), the places that print it."""


@dataclass(slots=True)
class Explained:
    """A page seen through a template."""

    kept: set[int] = field(default_factory=set)
    repeats: set[int] = field(default_factory=set)
    story_chars: int = 0
    unknown_prose: int = 0

    @property
    def fits(self) -> bool:
        """Whether the template explains the page."""
        return self.story_chars > 0 and self.unknown_prose <= DRIFT_SHARE * (self.story_chars + self.unknown_prose)


def view_of(template: SiteTemplate) -> TemplateView:
    """Compile a template."""
    containers: dict[str, list[int]] = {}
    for place, tally in template.places.items():
        inner = containers.setdefault(container_of(place), [0, 0])
        inner[0] += tally.chars
        inner[1] += tally.kept_chars
    return TemplateView(
        template.id,
        {place: tally.kept_chars >= STORY_SHARE * tally.chars for place, tally in template.places.items()},
        {path: kept >= CONTAINER_SHARE * chars for path, (chars, kept) in containers.items()},
        template.repeated(),
        template.usual_story(),
        _holders(template),
        template.trusted_spots(),
    )


def _holders(template: SiteTemplate) -> frozenset[str]:
    weights: dict[str, int] = {}
    for place, tally in template.places.items():
        if tally.kept_chars >= STORY_SHARE * tally.chars and container_of(place):
            weights[container_of(place)] = weights.get(container_of(place), 0) + tally.kept_chars
    whole = sum(weights.values())
    return frozenset(path for path, chars in weights.items() if chars >= HOLDER_SHARE * whole)


def find_root(view: TemplateView, tree: HtmlElement) -> HtmlElement | None:
    """The smallest element of a page that holds all of the story's containers, and its parent with it.

    None where the page has no such container: the layout is another one.
    """
    steps: dict[str, set[str]] = {}
    for path in view.holders:
        step = path.partition(" < ")[0]
        steps.setdefault(step.partition(".")[0], set()).add(step)
    root: HtmlElement | None = None
    for element in tree.iter(*steps):
        label = element.get("class") or element.get("id") or ""
        tag = str(element.tag)
        if step_of(tag, label) not in steps[tag] or path_of(element, STEPS - 1) not in view.holders:
            continue
        root = element if root is None else _common(root, element)
    parent = root.getparent() if root is not None else None
    return root if parent is None or parent.tag in {"body", "html"} else parent


def _common(one: HtmlElement, other: HtmlElement) -> HtmlElement:
    """The smallest element that holds both."""
    chain = {one, *one.iterancestors()}
    node: HtmlElement = other
    while node not in chain:
        parent = node.getparent()
        if parent is None:
            return node
        node = parent
    return node


def container_of(place: str) -> str:
    """The container a place stands in: its path without the innermost step."""
    return place.rstrip("@*").partition(" < ")[2]


def explain(view: TemplateView, segments: list[Segment]) -> Explained:
    """Which blocks the template takes, and how much prose it can't explain."""
    found = Explained()
    cache: dict[HtmlElement, str] = {}
    for block in segments:
        if block.hidden:
            continue
        place = signature_of(block, cache)
        verdict = view.places.get(place)
        chars = len(block.text)
        if verdict is None:
            if chars - block.link_chars >= PROSE:
                found.unknown_prose += chars
            verdict = block.link_share < 0.5 and view.containers.get(container_of(place), False)
            if verdict and chars - block.link_chars >= PROSE:
                found.unknown_prose -= chars
        if not verdict:
            continue
        if chars <= REPEATABLE and view.repeated and text_hash(block.text) in view.repeated:
            found.repeats.add(block.index)
            continue
        found.kept.add(block.index)
        found.story_chars += chars
    return found


def prose_outside(tree: HtmlElement, root: HtmlElement) -> int:
    """Characters of paragraphs (their first text alone, which is quick) that stand outside an element."""
    everywhere = sum(len(paragraph.text or "") for paragraph in tree.iter("p"))
    return everywhere - sum(len(paragraph.text or "") for paragraph in root.iter("p"))
