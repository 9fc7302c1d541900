"""From places to rows of `copies`: the original of every group, and how each copy relates to it."""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import replace

import numpy as np

from flows.dedupe.canonical import Member, original_of, same_publisher
from flows.dedupe.cluster import Place, locate
from flows.dedupe.compare import EXACT, Text, alike
from flows.dedupe.graph import Graph
from flows.dedupe.model import CopyRow, Ref
from flows.dedupe.rules import Rules
from flows.dedupe.standing import Standing

_WHOLE = 0.9
"""Share of the original that a copy of all of it has at least, where it ends early."""
_MOSTLY = 0.7
"""Share of the original that a copy of all of it has at least, where it lacks something inside."""
_BEGINNING = 0.85
"""Share of what a truncated copy has of the original that stands at the original's beginning."""


class Rows:
    """Builds the rows that follow from new places."""

    def __init__(
        self, graph: Graph, standing: Standing, placed: dict[str, Place], touched: Collection[str], rules: Rules
    ) -> None:
        self._graph, self._standing, self._placed, self._rules = graph, standing, placed, rules
        self._touched = frozenset(touched)
        self._joined: dict[str, set[str]] = {}
        self._children: dict[str, set[str]] = {}
        for id_, place in placed.items():
            self._join(id_, place)
        self._groups: dict[str, set[str]] = {}
        self._originals: dict[str, tuple[str, str]] = {}
        self.built: dict[str, CopyRow | None] = {}

    def build(self) -> dict[str, CopyRow | None]:
        """The rows of all articles whose rows may have changed; None where an article has none now."""
        seen = self._affected_groups()
        pending = deque(sorted(seen))
        while pending:
            leader = pending.popleft()
            original, evidence = self._original(leader)
            before = self._standing.original(leader)
            moved = original != before
            for member in sorted(self._group(leader)):
                if moved or member in self._placed or original in self._touched:
                    self.built[member] = self._row(member, leader)
            if moved or original in self._touched:
                dependent = self._standing.repeating(before) - self._group(leader)
                more = {self._place(id_).leader for id_ in dependent} | self._children.get(leader, set())
                pending.extend(sorted(more - seen))
                seen |= more
            else:
                self._correct_evidence(original, evidence)
        return self.built

    def _correct_evidence(self, original: str, evidence: str) -> None:
        """The rest of a group whose original stays, now on other evidence."""
        for id_ in self._standing.repeating(original):
            row = self._standing.rows[id_]
            if id_ not in self.built and row.evidence != evidence:
                self.built[id_] = replace(row, evidence=evidence)

    def _affected_groups(self) -> set[str]:
        affected = {place.leader for place in self._placed.values()}
        for id_ in self._placed:
            before = self._standing.known(id_)
            if before is not None:
                affected.add(before[0])
        return {leader for leader in affected if self._place(leader).leader == leader}

    def _join(self, id_: str, place: Place) -> None:
        self._joined.setdefault(place.leader, set()).add(id_)
        if place.parent:
            self._children.setdefault(place.parent, set()).add(id_)

    def _place(self, id_: str) -> Place:
        """The place of any article; that of one the batch doesn't concern is found again."""
        if id_ not in self._placed:
            self._graph.load_nodes([id_])
            self._graph.load_neighbours([id_])
            self._standing.load(self._graph.near(id_))
            self._placed[id_] = locate(self._graph, self._standing, self._placed, id_, self._rules)
            self._join(id_, self._placed[id_])
        return self._placed[id_]

    def _group(self, leader: str) -> set[str]:
        if leader not in self._groups:
            stayed = {m for m in self._standing.group(leader) if m not in self._placed}
            joined = self._joined.get(leader, set())
            self._graph.load_nodes(stayed | joined)
            self._groups[leader] = stayed | joined | {leader}
        return self._groups[leader]

    def _original(self, leader: str) -> tuple[str, str]:
        """The original of a group and the evidence."""
        if leader not in self._originals:
            nodes = [self._graph.node(id_) for id_ in sorted(self._group(leader))]
            members = [Member(node.latest, node.at, node.revisions[0].published_precision != "day") for node in nodes]
            original, evidence = original_of(members, lambda member: self._has_all(member, leader))
            self._originals[leader] = (original.stored.article_id, evidence)
        return self._originals[leader]

    def _has_all(self, member: Member, leader: str) -> bool:
        """Whether an article has most of what leads its group, and so of what the others have."""
        if member.stored.article_id == leader:
            return True
        lead = self._graph.node(leader).latest.ref
        refs = [stored.ref for stored in self._graph.node(member.stored.article_id).revisions]
        self._graph.load_texts([lead, *refs])
        text = self._graph.text(lead)
        return any(
            self._graph.text(ref).hash == text.hash
            or alike(text.shingles.unique, self._graph.text(ref).shingles.unique)[2] >= _MOSTLY
            for ref in refs
        )

    def _row(self, member: str, leader: str) -> CopyRow | None:
        place = self._place(leader) if member == self._original(leader)[0] else self._place(member)
        original, evidence = self._original(leader)
        stays = member == original
        if stays:
            if place.parent is None:
                return None
            parent = self._place(place.parent).leader
            original, evidence = self._original(parent)
        return self._describe(member, original, evidence, place, leader, stays)

    def _describe(self, member: str, original: str, evidence: str, place: Place, leader: str, stays: bool) -> CopyRow:
        mine, theirs = self._graph.node(member).latest, self._graph.node(original).latest
        relation, containment, jaccard = self._relate(mine.ref, original)
        rule = place.verdict.rule if place.verdict else None
        return CopyRow(
            article_id=member,
            original_id=original,
            relation="reissue" if same_publisher(mine, theirs) else relation,
            containment=containment,
            jaccard=jaccard,
            rule=rule or self._leader_rule(member, leader),
            evidence=evidence,
            credited_source=mine.credited_source,
            site=mine.site,
            url=mine.url,
            title=mine.title,
            published_at=mine.published_at,
            original_site=theirs.site,
            original_url=theirs.url,
            date=mine.date,
            leader_id=leader,
            cluster_id=place.cluster,
            in_articles=stays,
        )

    def _leader_rule(self, leader: str, _: str) -> str:
        """For a leader that isn't the original of its group: the rule by which the original joined it."""
        verdict = self._place(self._original(leader)[0]).verdict
        return (verdict.rule if verdict else None) or f"near/{self._rules.version}"

    def _relate(self, mine: Ref, original: str) -> tuple[str, float, float]:
        """Relation, containment and Jaccard similarity to the revision of the original that is most alike."""
        refs = [stored.ref for stored in self._graph.node(original).revisions]
        self._graph.load_texts([mine, *refs])
        text = self._graph.text(mine)
        return max((relate(text, self._graph.text(ref)) for ref in refs), key=lambda found: (found[1], found[2]))


def relate(copy: Text, original: Text) -> tuple[str, float, float]:
    """How a text relates to the one it repeats (publishers aside), with containment and Jaccard similarity."""
    if copy.hash == original.hash:
        return "copy", EXACT[0], EXACT[1]
    containment, jaccard, of_copy, of_original = alike(copy.shingles.unique, original.shingles.unique)
    if of_copy >= _MOSTLY - 0.2 or of_original >= _MOSTLY:
        if of_original < _WHOLE and of_original < of_copy and _is_beginning(copy, original):
            return "truncated_copy", containment, jaccard
        if of_original >= _MOSTLY and of_copy >= _MOSTLY - 0.2:
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
