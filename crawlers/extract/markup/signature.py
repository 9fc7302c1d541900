"""Where a block stands, in words that hold from page to page: the last steps of its container path.

A step is a tag with its stable class tokens (`p.story-text`); digits count as one (`post-123` and
`post-456` are the same place). Blocks that are all link or all emphasis are kept apart from their
brothers: among paragraphs, those are the teasers and the credits.
"""

import re
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import TypeVar

from lxml.html import HtmlElement

from crawlers.extract.markup.content import text_of
from crawlers.extract.markup.segments import Segment

MAX_KNOWN = 5000
"""Labels, and paths, of a site that are remembered."""

STEPS = 4
ENOUGH_STEPS, ENOUGH_LABELS = 3, 2
TOKENS = 3
DIGITS = re.compile(r"\d+")
NOISE = re.compile(
    r"^(?:js-.*|is-.*|has-.*|ng-.*|v-.*|active|even|odd|first|last|row|clearfix|cf|col-.*|wp-image-.*|align.*|size-.*)$"
)


@lru_cache(maxsize=20_000)
def step_of(tag: str, label: str) -> str:
    """One step of a path: the tag and up to three of its class tokens, in stable order."""
    tokens = sorted({DIGITS.sub("#", token) for token in label.split()[:12] if not NOISE.match(token)})
    return ".".join([tag, *tokens[:TOKENS]])


ROOTS = frozenset({"body", "html"})

Named = tuple[str, str]
"""An element's tag and its classes, or its id where it has none."""

Chain = tuple[str, ...]
Key = TypeVar("Key")
Value = TypeVar("Value")


class Known(dict[Key, Value]):
    """What a function gives for a key, kept for as many keys as a site's pages usually have: found without a call."""

    def __init__(self, find: Callable[[Key], Value]) -> None:
        self._find = find

    def __missing__(self, key: Key) -> Value:
        value = self._find(key)
        if len(self) < MAX_KNOWN:
            self[key] = value
        return value


def path_of(chain: Chain) -> str:
    """The path of an element from its steps and its containers'."""
    enough = len(chain) == STEPS and [("." in one) for one in chain[:ENOUGH_STEPS]].count(True) >= ENOUGH_LABELS
    return " < ".join(chain[:ENOUGH_STEPS] if enough else chain)


class Paths:
    """The paths of a page's elements: the last steps of the container path, innermost first, `p < div.body < article`.

    Three steps are enough where two of them have classes: what stands around them often carries the classes of one
    page (its section, its tags). Else there are up to four. Each step is found once; brothers of one step stand at
    one path.
    """

    def __init__(self) -> None:
        self._chains: dict[HtmlElement, Chain] = {}
        self._joined = Known(path_of)

    def of(self, element: HtmlElement) -> str:
        """The path of an element."""
        return self._joined[self.chain(element)]

    def chain(self, element: HtmlElement | None) -> Chain:
        """The steps of an element and its containers, innermost first, as many as a path has."""
        pending: list[HtmlElement] = []
        node = element
        while node is not None and node not in self._chains and node.tag not in ROOTS:
            pending.append(node)
            node = node.getparent()
        chain = self._chains.get(node, ()) if node is not None else ()
        for inner in reversed(pending):
            chain = self._chains[inner] = (_step(inner), *chain[: STEPS - 1])
        return chain


def _named(element: HtmlElement | None) -> Named:
    return (str(element.tag), element.get("class") or element.get("id") or "") if element is not None else ("html", "")


def _step(element: HtmlElement) -> str:
    return step_of(*_named(element))


def linked_share(block: Segment) -> float:
    """Share of a block's text that is linked, 0 to 1; of a table's row, which the walk takes as one text, too."""
    if block.kind != "table_row":
        return block.link_share
    return sum(len(text_of(link).strip()) for link in block.element.iter("a")) / max(1, len(block.text))


def traits_of(block: Segment) -> str:
    """What sets a block apart from others in the same place: `@` all link, `*` all emphasis."""
    linked = linked_share(block) > 0.8 if block.link_chars or block.kind == "table_row" else False
    emphatic = block.emphasis_share > 0.9 and block.kind != "heading" if block.emphasis_chars else False
    return ("@" if linked else "") + ("*" if emphatic else "")


def signature_of(block: Segment, paths: Paths) -> str:
    """Path and traits of a block; `paths` are its page's."""
    block.place = block.place or paths.of(block.element) + traits_of(block)
    return block.place


Standing = dict[str, list[HtmlElement]]
"""The elements of a page by the path that was asked for, in document order."""


def standing_at(tree: HtmlElement, sought: "Sought", paths: Paths) -> Standing:
    """The elements that stand at any of the paths; one of two steps or more is met by all whose own path begins so."""
    found: Standing = {}
    below: dict[HtmlElement | None, frozenset[str]] = {}
    for element in tree.iter(*sought.tags) if sought.tags else ():
        parent = element.getparent()
        wanted = below.get(parent)
        if wanted is None:
            wanted = below[parent] = sought.below[_named(parent)]
        # Most elements stand where nothing is asked for: they are passed without a look at their own classes.
        if not wanted:
            continue
        step = sought.step[str(element.tag), element.get("class") or element.get("id") or ""]
        if step in wanted:
            for path in sought.met[step, *paths.chain(parent)[: STEPS - 1]]:
                found.setdefault(path, []).append(element)
    return found


class Sought:
    """Paths that are asked for on one page after the other of a site, and what its pages' labels and paths meet."""

    def __init__(self, asked: Collection[str]) -> None:
        self._asked = asked
        self._inner: dict[str, set[str]] = {}
        """The first steps of the paths by their second; by "" those of paths of one step."""
        for path in asked:
            first, second = (*path.split(" < "), "")[:2]
            self._inner.setdefault(second, set()).add(first)
        self.tags = {step.partition(".")[0] for steps in self._inner.values() for step in steps}
        self.step: Known[Named, str] = Known(lambda named: step_of(*named))
        self.below = Known(self._below)
        self.met = Known(self._met)

    def _below(self, parent: Named) -> frozenset[str]:
        """The steps with which a path asked for may begin, of an element in the parent."""
        return frozenset(self._inner.get("" if parent[0] in ROOTS else step_of(*parent), ()))

    def _met(self, chain: Chain) -> tuple[str, ...]:
        """The paths asked for that an element stands at: its own, and its inner steps, two at least."""
        path = path_of(chain)
        steps = path.split(" < ")
        beginnings = (*(" < ".join(steps[:length]) for length in range(2, len(steps))), path)
        return tuple(one for one in beginnings if one in self._asked)


@lru_cache(maxsize=64)
def sought_again(asked: frozenset[str]) -> Sought:
    """The paths that one page of a site after the other is asked for."""
    return Sought(asked)
