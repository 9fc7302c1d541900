"""A leader and its followers, and which of them is the original."""

from collections.abc import Iterable, Mapping

from flows.dedupe.canonical import Member, contenders
from flows.dedupe.cluster import Place
from flows.dedupe.compare import alike
from flows.dedupe.graph import Graph
from flows.dedupe.standing import Standing

MOSTLY = 0.7
"""Share of a text that counts as most of it."""


class Groups:
    """The groups that new places affect."""

    def __init__(self, graph: Graph, standing: Standing, placed: Mapping[str, Place]) -> None:
        self._graph, self._standing = graph, standing
        leaders = {place.leader for place in placed.values()}
        leaders |= {before[0] for id_ in placed if (before := standing.known(id_))}
        standing.load(leaders)
        # A leader without a new place leads as before.
        self.leaders = sorted(id_ for id_ in leaders if id_ not in placed or placed[id_].leader == id_)
        self._members = {leader: {leader} for leader in self.leaders}
        for leader in self.leaders:
            self._members[leader] |= {id_ for id_ in standing.group(leader) if id_ not in placed}
        for id_, place in placed.items():
            self._members[place.leader].add(id_)
        graph.load_nodes(id_ for members in self._members.values() for id_ in members)
        self._originals = self._find_originals()

    def members(self, leader: str) -> list[str]:
        """The leader of an affected group and all that follow it."""
        return sorted(self._members[leader])

    def original(self, leader: str) -> tuple[str, str]:
        """The original of any group and the evidence (a word of `schemas.copies.EVIDENCE`)."""
        return self._originals.get(leader) or self._standing.original(leader)

    def _find_originals(self) -> dict[str, tuple[str, str]]:
        rivals = {}
        for leader, members in self._members.items():
            nodes = [self._graph.node(id_) for id_ in sorted(members)]
            rivals[leader] = contenders(
                [Member(node.latest, node.at, node.revisions[0].published_precision != "day") for node in nodes]
            )
        self._load_texts(leader for leader, found in rivals.items() if len(found) > 1 or self._is_other(leader, found))
        self._load_texts(member.stored.article_id for found in rivals.values() if len(found) > 1 for member, _ in found)
        originals = {}
        for leader, found in rivals.items():
            original = next((rival for rival in found if self._has_all(rival[0].stored.article_id, leader)), None)
            originals[leader] = (original[0].stored.article_id, original[1]) if original else (leader, "earliest")
        return originals

    @staticmethod
    def _is_other(leader: str, found: list[tuple[Member, str]]) -> bool:
        return any(member.stored.article_id != leader for member, _ in found)

    def _load_texts(self, ids: Iterable[str]) -> None:
        self._graph.load_texts(stored.ref for id_ in ids for stored in self._graph.node(id_).revisions)

    def _has_all(self, id_: str, leader: str) -> bool:
        """Whether an article has most of what leads its group, and so of what the others have."""
        if id_ == leader:
            return True
        lead = self._graph.text(self._graph.node(leader).latest.ref)
        for stored in self._graph.node(id_).revisions:
            text = self._graph.text(stored.ref)
            if text.hash == lead.hash or alike(lead.shingles.unique, text.shingles.unique)[2] >= MOSTLY:
                return True
        return False
