"""Leader assignment: who joins whom, the same whatever the order and the batches articles come in.

Articles are taken in the order of their time. One that repeats no earlier leader leads. One that repeats
earlier leaders follows the one it has most of, unless much of it is its own: then it leads too, in the
cluster of that one. Followers are compared with leaders alone, so likeness never runs along a chain
(as with union-find, where the first and the last of a chain may share nothing).

A new article changes the place of later ones only where it leads, or led before; those are taken again, in order.
"""

import heapq
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from flows.dedupe.compare import Verdict
from flows.dedupe.graph import Graph, Order
from flows.dedupe.rules import Rules
from flows.dedupe.standing import Standing


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article stands."""

    leader: str
    """Whom it follows; itself for a leader."""
    parent: str | None
    """For a leader that repeats an earlier one besides what is its own, that one."""
    cluster: str
    """The leader at the root."""
    verdict: Verdict | None
    """The comparison with leader or parent; None for a root."""
    several: bool = False
    """Whether it has much of other leaders besides: a digest."""


def assign(graph: Graph, standing: Standing, touched: Collection[str], rules: Rules) -> dict[str, Place]:
    """Places of the touched articles (new ones and new revisions) and of all whose place depends on them."""
    placed: dict[str, Place] = {}
    heap: list[Order] = []
    waiting: set[str] = set()

    def push(ids: Iterable[str]) -> None:
        fresh = set(ids) - waiting
        graph.load_nodes(fresh)
        waiting.update(fresh)
        for id_ in fresh:
            heapq.heappush(heap, graph.node(id_).order)

    push(touched)
    push(standing.followers(touched))
    while heap:
        if not graph.has_neighbours(heap[0][1]):
            due = [id_ for _, id_ in heap]
            load(graph, standing, due)
            # Those that these may move, at once: every load is a pass over the postings.
            load(graph, standing, _later(graph, due))
        _, id_ = heapq.heappop(heap)
        waiting.discard(id_)
        before = standing.known(id_)
        place = placed[id_] = locate(graph, standing, placed, id_, rules)
        led = before is not None and before[0] == id_
        moved = before != (place.leader, place.cluster)
        if (led or place.leader == id_) and (moved or id_ in touched):
            push(_repeating(graph, id_))
            push(other for other in standing.followers([id_]) if other not in placed)
    return placed


def locate(graph: Graph, standing: Standing, placed: dict[str, Place], id_: str, rules: Rules) -> Place:
    """The place of one article, those of all earlier ones being settled."""
    order = graph.node(id_).order
    earlier = [other for other in graph.near(id_) if graph.node(other).order < order]
    leaders = [other for other in earlier if _leader_of(standing, placed, other) == other]
    graph.texts_for({id_: leaders})
    edges = [(other, verdict) for other in leaders if (verdict := graph.edge(id_, other)) and verdict.rule]
    if not edges:
        return Place(id_, None, id_, None)
    best, verdict = min(edges, key=lambda e: (-e[1].of_first, -e[1].jaccard, graph.node(e[0]).order))
    cluster = placed[best].cluster if best in placed else standing.cluster(best)
    own = own_share(graph, id_, [other for other, _ in edges])
    several = len(edges) > 1 and own_share(graph, id_, [best]) - own > rules.several
    if own > rules.own:
        return Place(id_, best, cluster, verdict, several)
    return Place(best, None, cluster, verdict, several)


def settle(graph: Graph, standing: Standing, placed: dict[str, Place], ids: Iterable[str], rules: Rules) -> None:
    """Find again the places of known articles that the batch doesn't concern."""
    missing = sorted(set(ids) - placed.keys())
    graph.load_nodes(missing)
    load(graph, standing, missing)
    for id_ in sorted(missing, key=lambda id_: graph.node(id_).order):
        placed[id_] = locate(graph, standing, placed, id_, rules)


def own_share(graph: Graph, id_: str, others: Iterable[str]) -> float:
    """Share of an article's latest text that the others' texts it was compared with don't have."""
    mine = graph.text(graph.node(id_).latest.ref).shingles.unique
    left = mine
    for other in others:
        for ref in graph.alike(id_, other):
            left = np.setdiff1d(left, graph.text(ref).shingles.unique, assume_unique=True)
    return len(left) / len(mine) if len(mine) else 0.0


def load(graph: Graph, standing: Standing, ids: Collection[str]) -> None:
    """Load at once what placing these articles takes: neighbours, where these stood, and texts to compare."""
    graph.load_neighbours(ids)
    standing.load({other for id_ in ids for other in graph.near(id_)})
    wanted = {}
    for id_ in ids:
        order = graph.node(id_).order
        wanted[id_] = [o for o in graph.near(id_) if graph.node(o).order > order or standing.leader(o) == o]
    graph.texts_for(wanted)


def _later(graph: Graph, ids: Collection[str]) -> set[str]:
    return {o for id_ in ids for o in graph.near(id_) if graph.node(o).order > graph.node(id_).order}


def _leader_of(standing: Standing, placed: dict[str, Place], id_: str) -> str:
    return placed[id_].leader if id_ in placed else standing.leader(id_)


def _repeating(graph: Graph, id_: str) -> set[str]:
    """The later articles that repeat this one, or may."""
    order = graph.node(id_).order
    later = [other for other in graph.near(id_) if graph.node(other).order > order]
    graph.texts_for({id_: later})
    repeating = {other for other in later if (verdict := graph.edge(other, id_)) and verdict.rule}
    crowds = {holder for other in repeating for holder in graph.crowd(other)}
    return repeating | {holder for holder in crowds if graph.node(holder).order > order}
