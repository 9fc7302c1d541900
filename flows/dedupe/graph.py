"""The articles a decision is about, loaded from the history as they are needed, and who is alike with whom."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from flows.dedupe import candidates
from flows.dedupe.candidates import Engine, Inputs, Match
from flows.dedupe.canonical import same_publisher
from flows.dedupe.compare import Text, Verdict, compare, prepare
from flows.dedupe.history import History
from flows.dedupe.intake import by_fetch
from flows.dedupe.model import Ref, Stored
from flows.dedupe.rules import Rules
from flows.dedupe.shingles import sketch

Order = tuple[datetime, str]
"""Articles are taken in this order: by time, then id. It doesn't depend on when they arrived."""

_FIRST, _LAST = datetime(1000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
_LIKELY = 0.5
"""Share of a rule's containment that the samples must promise before texts are read."""
KEPT_A_DAY = 5
"""Of articles of one day with the same words, only so many get postings: their keys must not seem boilerplate."""
_EQUALS = 8
"""Articles with the same words that one is compared with to either side, the very first besides."""


@dataclass(frozen=True, slots=True)
class Node:
    """An article with its revisions in the order of their fetch."""

    revisions: tuple[Stored, ...]

    @property
    def id(self) -> str:
        """Article id."""
        return self.latest.article_id

    @property
    def latest(self) -> Stored:
        """The revision fetched last."""
        return self.revisions[-1]

    @property
    def at(self) -> datetime:
        """Publication as the first revision states it, else its fetch; nonsense years as the nearest sensible one."""
        return min(max(self.revisions[0].published_at or self.revisions[0].fetched_at, _FIRST), _LAST)

    @property
    def order(self) -> Order:
        """Place among all articles."""
        return self.at, self.id


class Graph:
    """Articles as nodes; an edge from one to an earlier one where its latest text repeats any text of that."""

    def __init__(
        self,
        history: History,
        rules: Rules,
        engine: Engine,
        *,
        revisions: Mapping[str, Collection[Stored]],
        fresh: Mapping[Ref, Text],
    ) -> None:
        self._history, self._rules, self._engine = history, rules, engine
        self._nodes = {id_: Node(tuple(sorted(known, key=by_fetch))) for id_, known in revisions.items()}
        self._texts: dict[Ref, Text] = dict(fresh)
        self._titles = {s.ref: s.title for node in self._nodes.values() for s in node.revisions}
        self._hashes = {s.ref: s.text_hash for node in self._nodes.values() for s in node.revisions}
        self._neighbours: dict[str, dict[str, set[tuple[Ref, Ref]]]] = {}
        self._verdicts: dict[tuple[Ref, Ref], Verdict] = {}
        self._fresh_hashes: dict[str, set[str]] = {}
        for ref, text in fresh.items():
            self._fresh_hashes.setdefault(text.hash, set()).add(ref[0])
        self._holders: dict[str, list[str]] = {}
        self._new_postings, self._new_docs = candidates.POSTINGS.empty_table(), candidates.DOCS.empty_table()

    def add_tables(self, tables: Iterable[tuple[pa.Table, pa.Table]]) -> None:
        """Postings and docs of the batch, to be searched with those of the history."""
        for postings, docs in tables:
            self._new_postings = pa.concat_tables([self._new_postings, postings])
            self._new_docs = pa.concat_tables([self._new_docs, docs])

    def node(self, article_id: str) -> Node:
        """A loaded article."""
        return self._nodes[article_id]

    def text(self, ref: Ref) -> Text:
        """A loaded text."""
        return self._texts[ref]

    @property
    def verdicts(self) -> Mapping[tuple[Ref, Ref], Verdict]:
        """All comparisons made, by the later article's revision and the earlier one's."""
        return self._verdicts

    def load_nodes(self, article_ids: Iterable[str]) -> None:
        """Load articles and what is known of their relations."""
        missing = {id_ for id_ in article_ids if id_ not in self._nodes}
        if missing:
            found: dict[str, list[Stored]] = {}
            for stored in self._history.revisions(missing):
                found.setdefault(stored.article_id, []).append(stored)
                self._titles[stored.ref] = stored.title
                self._hashes[stored.ref] = stored.text_hash
            self._nodes.update({id_: Node(tuple(sorted(known, key=by_fetch))) for id_, known in found.items()})

    def load_texts(self, refs: Iterable[Ref]) -> None:
        """Load and prepare texts."""
        missing = {ref for ref in refs if ref not in self._texts}
        if missing:
            for ref, stored in self._history.texts(missing).items():
                self._texts[ref] = prepare(stored.text, self._titles[ref])

    def load_neighbours(self, article_ids: Iterable[str]) -> None:
        """Find the articles that may be alike with these, by exact hash and by sampled shingles."""
        ids = sorted({id_ for id_ in article_ids if id_ not in self._neighbours})
        if not ids:
            return
        holders: dict[str, list[Ref]] = {}
        for stored in (stored for id_ in ids for stored in self._nodes[id_].revisions):
            holders.setdefault(stored.text_hash, []).append(stored.ref)
        self.load_texts(ref for refs in holders.values() for ref in refs)
        for id_ in ids:
            self._neighbours[id_] = {}
        self._add_alike(list(holders.values()), self._days(ids))
        self._add_equal(ids)

    def edge(self, later: str, earlier: str) -> Verdict | None:
        """The best verdict that the later article's latest text repeats the earlier one; None where none was met."""
        latest = self._nodes[later].latest.ref
        best: Verdict | None = None
        for mine, theirs in sorted(self._pairs(later, earlier)):
            if mine != latest:
                continue
            verdict = self._compare(mine, theirs)
            if best is None or _rank(verdict) > _rank(best):
                best = verdict
        return best

    def has_neighbours(self, article_id: str) -> bool:
        """Whether the neighbours of an article are loaded."""
        return article_id in self._neighbours

    def near(self, article_id: str) -> Iterable[str]:
        """Ids of the candidates of an article whose neighbours are loaded."""
        return self._neighbours[article_id].keys()

    def alike(self, article_id: str, other: str) -> list[Ref]:
        """The revisions of the other article that may be alike with the latest one of this."""
        latest = self._nodes[article_id].latest.ref
        return sorted(theirs for mine, theirs in self._pairs(article_id, other) if mine == latest)

    def texts_for(self, others: Mapping[str, Collection[str]]) -> None:
        """Load what comparing each article with its others takes."""
        self.load_texts(
            {ref for id_, ids in others.items() for other in ids for pair in self._pairs(id_, other) for ref in pair}
        )

    def _pairs(self, one: str, other: str) -> set[tuple[Ref, Ref]]:
        """The revisions of two articles to compare, the first one's first."""
        if one in self._neighbours:
            return self._neighbours[one].get(other, set())
        return {(b, a) for a, b in self._neighbours.get(other, {}).get(one, set())}

    def _compare(self, mine: Ref, theirs: Ref) -> Verdict:
        if (mine, theirs) not in self._verdicts:
            apart = abs(self._nodes[mine[0]].at - self._nodes[theirs[0]].at)
            recurring = same_publisher(self._nodes[mine[0]].latest, self._nodes[theirs[0]].latest)
            self._verdicts[mine, theirs] = compare(
                self._texts[mine], self._texts[theirs], apart, self._rules, same_publisher=recurring
            )
        return self._verdicts[mine, theirs]

    def _days(self, ids: list[str]) -> tuple[date, date]:
        """First and last day whose articles may be near duplicates of these."""
        days = [self._nodes[id_].at.date() for id_ in ids]
        days += [min(max(self._nodes[id_].latest.date, _FIRST.date()), _LAST.date()) for id_ in ids]
        return min(days) - self._rules.window, max(days) + self._rules.window

    def _add_alike(self, texts: list[list[Ref]], days: tuple[date, date]) -> None:
        """Neighbours by sampled shingles. Each text is looked up once, whatever the number of revisions with it."""
        sketches = [sketch(self._texts[refs[0]].shingles.ordered) for refs in texts]
        batch = candidates.batch_table([keys for keys, _ in sketches])
        inputs = Inputs(batch, self._new_postings, self._new_docs, self._history.postings(*days))
        found: list[tuple[int, float, Match]] = []
        for match in candidates.find(inputs, self._rules, self._engine):
            keys, complete = sketches[match.item]
            likely = _estimate(len(keys), complete, match)
            if likely >= _LIKELY * self._rules.contained_soon:
                found.append((match.item, likely, match))
        self.load_nodes(match.ref[0] for _, _, match in found)
        self.load_holders({self._hashes[match.ref] for _, _, match in found if match.ref in self._hashes})
        for item, likely, match in found:
            # Unknown: a posting whose batch isn't in this snapshot of the history.
            if match.ref in self._hashes:
                self._join_alike(texts[item], match.ref, likely)

    def _join_alike(self, texts: list[Ref], theirs: Ref, likely: float) -> None:
        """Make a matched article a neighbour of those with a text, and for it the first ones with its words."""
        hash_ = self._hashes[theirs]
        if hash_ == self._hashes[texts[0]]:
            return  # see _add_equal
        reach = self._rules.window if likely >= _LIKELY * self._rules.contained_far else self._rules.far
        for mine in texts:
            at = self._nodes[mine[0]].at
            others = {theirs[0]} | self._first_holders(hash_, at, reach)
            for other in others - {mine[0]}:
                if abs(self._nodes[other].at - at) <= reach:
                    refs = self._refs_with(other, hash_)
                    self._neighbours[mine[0]].setdefault(other, set()).update((mine, ref) for ref in refs)

    def _first_holders(self, hash_: str, at: datetime, reach: timedelta) -> set[str]:
        """Of many articles with one text (few of them have postings), the first not too long before an instant."""
        holders = self.holders(hash_)
        if len(holders) <= KEPT_A_DAY:
            return set()
        starts = {at - reach, at - min(reach, self._rules.far), at - min(reach, self._rules.soon)}
        places = {bisect_left(holders, start, key=lambda id_: self._nodes[id_].at) for start in starts}
        return {holders[place] for place in places if place < len(holders)}

    def holders(self, hash_: str) -> list[str]:
        """The articles that ever had a text, in their order; those of the batch included."""
        return self._holders[hash_]

    def crowd(self, id_: str) -> list[str]:
        """Where many have a text of this article: all of them, as not each of them is everybody's neighbour."""
        found = (self._holders.get(stored.text_hash, []) for stored in self._nodes[id_].revisions)
        return [holder for holders in found if len(holders) > KEPT_A_DAY for holder in holders]

    def load_holders(self, hashes: Iterable[str]) -> None:
        """Load the articles that ever had one of these texts."""
        missing = {hash_ for hash_ in hashes if hash_ not in self._holders}
        if not missing:
            return
        found = {hash_: set(self._fresh_hashes.get(hash_, ())) for hash_ in missing}
        for hash_, article_id in self._history.by_text_hash(missing):
            found[hash_].add(article_id)
        self.load_nodes(id_ for ids in found.values() for id_ in ids)
        for hash_, ids in found.items():
            self._holders[hash_] = sorted(ids, key=lambda id_: self._nodes[id_].order)

    def _add_equal(self, ids: list[str]) -> None:
        """Neighbours with the same words: of many, the first and the next ones, or pairs would be without number."""
        mine: dict[str, list[str]] = {}
        for id_ in ids:
            for stored in self._nodes[id_].revisions:
                if stored.words >= self._rules.least:
                    mine.setdefault(stored.text_hash, []).append(id_)
        self.load_holders(mine.keys())
        for hash_, own in mine.items():
            ordered = self.holders(hash_)
            places = {id_: place for place, id_ in enumerate(ordered)}
            for id_ in own:
                place = places[id_]
                others = ordered[:1] + ordered[max(0, place - _EQUALS) : place + _EQUALS + 1] if place else ordered
                first = self._refs_with(id_, hash_)
                for other in set(others) - {id_}:
                    pairs = {(a, b) for a in first for b in self._refs_with(other, hash_)}
                    self._neighbours[id_].setdefault(other, set()).update(pairs)

    def _refs_with(self, id_: str, hash_: str) -> list[Ref]:
        return [stored.ref for stored in self._nodes[id_].revisions if stored.text_hash == hash_]


def _estimate(size: int, complete: int, match: Match) -> float:
    """Containment as the samples promise it; by estimate on both sides, so that it is the same from either."""
    top = min(complete, match.ceiling)
    return match.shared / max(1.0, min(size * (top / complete), match.size * (top / match.ceiling)))


def _rank(verdict: Verdict) -> tuple[bool, float, float]:
    return verdict.rule is not None, verdict.of_first, verdict.jaccard
