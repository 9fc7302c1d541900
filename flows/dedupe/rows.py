"""From places to rows of `copies`: the original of every group, and how each copy relates to it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np

from flows.dedupe.canonical import same_publisher
from flows.dedupe.cluster import Place, settle
from flows.dedupe.compare import EXACT, Text, alike
from flows.dedupe.graph import Graph
from flows.dedupe.groups import MOSTLY, Groups
from flows.dedupe.model import CopyRow, Ref
from flows.dedupe.rules import Rules
from flows.dedupe.standing import Standing

_WHOLE = 0.9
"""Share of the original that a copy of all of it has at least, where it ends early."""
_BEGINNING = 0.85
"""Share of what a truncated copy has of the original that stands at the original's beginning."""


class Rows:
    """Builds the rows that follow from new places."""

    def __init__(
        self, graph: Graph, standing: Standing, placed: dict[str, Place], touched: Collection[str], rules: Rules
    ) -> None:
        self._graph, self._standing, self._placed, self._rules = graph, standing, placed, rules
        self._touched = frozenset(touched)
        self._groups = Groups(graph, standing, placed)

    def build(self) -> dict[str, CopyRow | None]:
        """The rows of all articles whose rows may have changed; None where an article has none now."""
        stale, reworded = self._stale()
        self._settle(stale)
        built: dict[str, CopyRow | None] = {}
        targets = {id_: self._target(id_) for id_ in sorted(stale)}
        self._load(targets)
        for id_, target in targets.items():
            built[id_] = self._row(id_, *target) if target else None
        for id_, evidence in reworded.items():
            if id_ not in built:
                built[id_] = replace(self._standing.rows[id_], evidence=evidence)
        return built

    def _stale(self) -> tuple[set[str], dict[str, str]]:
        """Articles whose rows are to be built again, and those where only the evidence may be another."""
        stale = set(self._placed)
        reworded: dict[str, str] = {}
        for leader in self._groups.leaders:
            original, evidence = self._groups.original(leader)
            before, _ = self._standing.original(leader)
            dependent = self._standing.repeating(before)
            if original != before:
                stale.update(self._groups.members(leader))
            if original != before or original in self._touched:
                stale |= dependent
            else:
                reworded.update((id_, evidence) for id_ in dependent)
        return stale, reworded

    def _settle(self, stale: set[str]) -> None:
        """See to it that the places needed for these rows are known."""
        settle(self._graph, self._standing, self._placed, stale, self._rules)
        leaders = {self._placed[id_].leader for id_ in stale}
        self._standing.load(leaders)
        originals = {self._groups.original(leader)[0] for leader in leaders}
        settle(self._graph, self._standing, self._placed, leaders | originals, self._rules)
        parents = {parent for leader in leaders if (parent := self._placed[leader].parent)}
        self._standing.load(parents)
        self._graph.load_nodes({self._groups.original(parent)[0] for parent in parents})

    def _target(self, id_: str) -> tuple[str, str] | None:
        """The original an article's row names, and the evidence; None for the original of a root group."""
        leader = self._placed[id_].leader
        original, evidence = self._groups.original(leader)
        if id_ != original:
            return original, evidence
        parent = self._placed[leader].parent
        return self._groups.original(parent) if parent else None

    def _load(self, targets: Mapping[str, tuple[str, str] | None]) -> None:
        pairs = [(id_, target[0]) for id_, target in targets.items() if target]
        refs = {self._graph.node(id_).latest.ref for id_, _ in pairs}
        refs |= {stored.ref for _, original in pairs for stored in self._graph.node(original).revisions}
        self._graph.load_texts(refs)

    def _row(self, id_: str, original: str, evidence: str) -> CopyRow:
        place = self._placed[id_]
        stays = id_ == self._groups.original(place.leader)[0]
        mine, theirs = self._graph.node(id_).latest, self._graph.node(original).latest
        relation, containment, jaccard = self._relate(mine.ref, original)
        # The original of a group stands in for its leader; a leader that isn't the original joined it by its verdict.
        decided = self._placed[place.leader] if stays else self._placed[original] if id_ == place.leader else place
        rule = decided.verdict.rule if decided.verdict else None
        return CopyRow(
            article_id=id_,
            original_id=original,
            relation="reissue" if same_publisher(mine, theirs) else "excerpt" if place.several else relation,
            containment=containment,
            jaccard=jaccard,
            rule=rule or f"near/{self._rules.version}",
            evidence=evidence,
            credited_source=mine.credited_source,
            site=mine.site,
            url=mine.url,
            title=mine.title,
            published_at=mine.published_at,
            original_site=theirs.site,
            original_url=theirs.url,
            date=mine.date,
            leader_id=place.leader,
            cluster_id=place.cluster,
            in_articles=stays,
        )

    def _relate(self, mine: Ref, original: str) -> tuple[str, float, float]:
        """Relation, containment and Jaccard similarity to the revision of the original that is most alike."""
        refs = [stored.ref for stored in self._graph.node(original).revisions]
        text = self._graph.text(mine)
        return max((relate(text, self._graph.text(ref)) for ref in refs), key=lambda found: (found[1], found[2]))


def relate(copy: Text, original: Text) -> tuple[str, float, float]:
    """How a text relates to the one it repeats (publishers aside), with containment and Jaccard similarity."""
    if copy.hash == original.hash:
        return "copy", EXACT[0], EXACT[1]
    containment, jaccard, of_copy, of_original = alike(copy.shingles.unique, original.shingles.unique)
    if of_copy >= MOSTLY - 0.2 or of_original >= MOSTLY:
        if of_original < _WHOLE and of_original < of_copy and _is_beginning(copy, original):
            return "truncated_copy", containment, jaccard
        if of_original >= MOSTLY and of_copy >= MOSTLY - 0.2:
            return "copy", containment, jaccard
    return "excerpt", containment, jaccard


def _is_beginning(copy: Text, original: Text) -> bool:
    """Whether what the copy has of the original is the beginning of it."""
    places = np.flatnonzero(np.isin(original.shingles.ordered, copy.shingles.unique))
    if not len(places):
        return False
    end = 1.1 * len(copy.shingles.ordered) + 10
    last = len(original.shingles.ordered) - 1
    return float(np.mean(places <= end)) >= _BEGINNING and bool(places[-1] < last)


def changed(rows: Iterable[tuple[str, CopyRow | None]], standing: Standing) -> tuple[list[CopyRow], list[str]]:
    """Rows that are new or other than before, and ids of articles whose row goes."""
    upserts, gone = [], []
    for id_, row in rows:
        standing.load([id_])
        before = standing.rows.get(id_)
        if row is None and before is not None:
            gone.append(id_)
        elif row is not None and row != before:
            upserts.append(replace(row))
    return sorted(upserts, key=lambda row: row.article_id), sorted(gone)
