"""A template made ready for judging pages: what a worker needs of it, and nothing else."""

from dataclasses import dataclass, field

from lxml.html import HtmlElement

from crawlers.extract.markup.segments import Segment
from crawlers.extract.markup.signature import Paths, Standing, signature_of
from crawlers.extract.templates.lesson import REPEATABLE, frame_hash, text_hash
from crawlers.extract.templates.template import SiteTemplate, carries_story

CONTAINER_SHARE = 0.8
"""Share of a container's text that must have been story for a block in a new place of it to be story."""

DRIFT_SHARE = 0.35
"""Share of unexplained prose, of all prose met, from which the page has another layout."""

PROSE = 90
"""Characters of unlinked text that make a block prose."""

MAIN_SHARE = 0.1
"""Share of the story that makes a place one where a text may stand twice: follow-ups repeat what happened."""

HOLDER_SHARE = 0.03
"""Share of the story that makes a container one of those to look for; smaller ones lie among them."""


@dataclass(frozen=True, slots=True)
class TemplateView:
    """One version of a template, compiled: places by verdict, containers by verdict, repeated texts."""

    id: str
    places: dict[str, bool]
    containers: dict[str, bool]
    repeated: frozenset[int]
    twice: frozenset[int]
    """Texts met twice, which is enough where hardly any of the story stands."""
    main: frozenset[str]
    """Places with much of the story."""
    usual_story: float
    holders: frozenset[str]
    """Containers that hold nearly all of the story, as container paths."""

    spots: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By role (title, byline, date), the places that print it."""

    paths: frozenset[str] = frozenset()
    """The paths at which the page is looked at before anything else: of the story's containers and the spots."""

    placed: frozenset[str] = frozenset()
    """Roles whose place is known, or that the site's pages don't print: nothing is guessed for them."""


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


@dataclass(slots=True)
class Outside:
    """Characters of prose outside the story's container: in places known to be no story, in others, and of these
    those between the headline and the container.
    """

    known: int = 0
    unknown: int = 0
    leading: int = 0


def view_of(template: SiteTemplate) -> TemplateView:
    """Compile a template."""
    containers: dict[str, list[int]] = {}
    whole = sum(tally.kept_chars for tally in template.places.values())
    holders, spots = _holders(template), template.trusted_spots()
    for place, tally in template.places.items():
        inner = containers.setdefault(container_of(place), [0, 0])
        inner[0] += tally.chars
        inner[1] += tally.kept_chars
    return TemplateView(
        template.id,
        {place: carries_story(place, tally.chars, tally.kept_chars) for place, tally in template.places.items()},
        {path: kept >= CONTAINER_SHARE * chars for path, (chars, kept) in containers.items()},
        template.repeated(),
        template.repeated(2),
        frozenset(place for place, tally in template.places.items() if tally.kept_chars >= MAIN_SHARE * whole),
        template.usual_story(),
        holders,
        spots,
        holders.union(*spots.values()),
        frozenset(spots) | (frozenset({"date"}) if template.guesses_fail else frozenset()),
    )


def _holders(template: SiteTemplate) -> frozenset[str]:
    weights: dict[str, int] = {}
    for place, tally in template.places.items():
        if carries_story(place, tally.chars, tally.kept_chars) and container_of(place):
            weights[container_of(place)] = weights.get(container_of(place), 0) + tally.kept_chars
    whole = sum(weights.values())
    return frozenset(path for path, chars in weights.items() if chars >= HOLDER_SHARE * whole)


def find_root(view: TemplateView, standing: Standing) -> HtmlElement | None:
    """The smallest element of a page that holds all of the story's containers, and its parent with it.

    `standing` is what the page has at the view's holders. None where it has none: the layout is another one.
    """
    root: HtmlElement | None = None
    around: set[HtmlElement] = set()
    inside: set[HtmlElement] = set()
    for element in (element for path in view.holders for element in standing.get(path, ())):
        node: HtmlElement | None = element
        while root is not None and node is not None and node not in around and node not in inside:
            inside.add(node)
            node = node.getparent()
        if node is not None and node is not root and (root is None or node in around):
            root = node
            around = {root, *root.iterancestors()}
    parent = root.getparent() if root is not None else None
    return root if parent is None or parent.tag in {"body", "html"} else parent


def container_of(place: str) -> str:
    """The container a place stands in: its path without the innermost step."""
    return place.rstrip("@*").partition(" < ")[2]


def explain(view: TemplateView, segments: list[Segment], paths: Paths) -> Explained:
    """Which blocks the template takes, and how much prose it can't explain; `paths` are the page's."""
    found = Explained()
    for block in segments:
        if block.hidden:
            continue
        place = signature_of(block, paths)
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
        if chars <= REPEATABLE and view.twice and _repeats(view, block, place):
            found.repeats.add(block.index)
            continue
        found.kept.add(block.index)
        found.story_chars += chars
    return found


def _repeats(view: TemplateView, block: Segment, place: str) -> bool:
    """Whether a block's text, or what it says around its links, stands on several pages of the site."""
    here = text_hash(block, place)
    if here in view.repeated or text_hash(block) in view.repeated or (here in view.twice and place not in view.main):
        return True
    return (frame := frame_hash(block, place)) is not None and frame in view.repeated


def prose_outside(view: TemplateView, tree: HtmlElement, root: HtmlElement, paths: Paths) -> Outside:
    """The paragraphs (their first text alone, which is quick) that stand outside an element, by what they are."""
    inside = set(root.iter("p"))
    found = Outside()
    below = entered = False
    for element in tree.iter("h1", "p"):
        if element.tag == "h1":
            below = True
        elif element in inside:
            entered = True
        elif (text := element.text) is None or len(text) < PROSE:
            continue
        elif not view.places.get(paths.of(element), True):
            found.known += len(text)
        else:
            found.unknown += len(text)
            found.leading += len(text) if below and not entered else 0
    return found
