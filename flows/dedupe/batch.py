"""The door: decide a whole batch against a fixed history. Pure and deterministic."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from flows.dedupe import candidates
from flows.dedupe.candidates import Engine
from flows.dedupe.cluster import assign
from flows.dedupe.graph import KEPT_A_DAY, Graph
from flows.dedupe.history import History
from flows.dedupe.intake import Intake, by_fetch, take_in
from flows.dedupe.model import CopyRow, Decision, Decisions, Incoming, NearMiss, Ref
from flows.dedupe.rows import Rows, changed
from flows.dedupe.rules import RULES, Rules
from flows.dedupe.standing import Standing
from schemas import Outcome

_MOST_NEAR_MISSES = 3
"""Near misses reported of one article, the nearest first."""


def decide_batch(
    batch: Sequence[Incoming],
    history: History,
    *,
    rules: Rules = RULES,
    engine: Engine = candidates.with_duckdb,
) -> Decisions:
    """Decide what each incoming article is, and what it changes about known ones.

    The same batch against the same history gives the same decisions. The same articles in other batches, or
    in another order, end in the same rows of `copies`. Against a history that has the batch already, everything
    is UNCHANGED and nothing else changes.
    """
    intake = take_in(batch, history)
    graph = Graph(history, rules, engine, revisions=intake.revisions, fresh=intake.fresh)
    stored = _to_store(intake, graph)
    graph.add_tables(stored.values())
    touched = {ref[0] for ref in intake.fresh}
    new = {id_ for id_ in touched if all((id_, s.revision) in intake.fresh for s in intake.revisions[id_])}
    standing = Standing(history, new)
    standing.load(intake.revisions)
    placed = assign(graph, standing, touched, rules)
    rows = Rows(graph, standing, placed, touched, rules).build()
    copies, uncopied = changed(sorted(rows.items()), standing)
    latest = {id_: max(known, key=by_fetch).ref for id_, known in intake.revisions.items()}
    items = _items(batch, intake, latest, rows, standing)
    published = {item.article_id for item in items if item.is_latest}
    known = {id_ for id_ in rows if id_ not in new}
    now = {id_: (row is None or row.in_articles) for id_, row in rows.items()}
    return Decisions(
        items=items,
        copies=tuple(copies),
        uncopied=tuple(uncopied),
        shown=tuple(sorted(i for i in known - published if now[i] and not standing.in_articles(i))),
        hidden=tuple(sorted(i for i in known if not now[i] and standing.in_articles(i))),
        near_misses=tuple(_near_misses(graph, touched, rules)),
        postings={day: tables[0] for day, tables in stored.items()},
        docs={day: tables[1] for day, tables in stored.items()},
    )


def _to_store(intake: Intake, graph: Graph) -> dict[date, tuple[pa.Table, pa.Table]]:
    """The postings and docs of the new revisions, by day; of those with the same words only the first few."""
    days = {s.ref: s.date for known in intake.revisions.values() for s in known}
    graph.load_holders({text.hash for text in intake.fresh.values()})
    held: Counter[tuple[str, date]] = Counter()
    for hash_ in {text.hash for text in intake.fresh.values()}:
        for id_ in graph.holders(hash_):
            revisions = graph.node(id_).revisions
            held.update((hash_, s.date) for s in revisions if s.text_hash == hash_ and s.ref not in intake.fresh)
    kept = []
    for ref in sorted(intake.fresh):
        text = intake.fresh[ref]
        held[text.hash, days[ref]] += 1
        if held[text.hash, days[ref]] <= KEPT_A_DAY:
            kept.append((ref, days[ref], text.shingles.ordered))
    return candidates.stored_tables(kept, candidates.part_of(ref for ref, _, _ in kept))


def _items(
    batch: Sequence[Incoming],
    intake: Intake,
    latest: dict[str, Ref],
    rows: dict[str, CopyRow | None],
    standing: Standing,
) -> tuple[Decision, ...]:
    items = []
    for incoming, entry in zip(batch, intake.entries, strict=True):
        known = intake.revisions[incoming.article_id]
        standing.load([incoming.article_id])
        row = rows[incoming.article_id] if incoming.article_id in rows else standing.rows.get(incoming.article_id)
        new = entry.outcome is not Outcome.UNCHANGED
        items.append(
            Decision(
                article_id=incoming.article_id,
                outcome=entry.outcome,
                revision=entry.revision,
                change=entry.change,
                is_latest=new and latest[incoming.article_id] == (incoming.article_id, entry.revision),
                in_articles=row is None or row.in_articles,
                first_seen_at=min(stored.fetched_at for stored in known),
                date=known[0].date,
                agency=entry.agency,
                copy=row,
            )
        )
    return tuple(items)


def _near_misses(graph: Graph, touched: set[str], rules: Rules) -> list[NearMiss]:
    """The comparisons of the batch's articles that came near and were turned down."""
    found: dict[tuple[str, str], NearMiss] = {}
    for (mine, theirs), verdict in graph.verdicts.items():
        one, other = (mine[0], theirs[0]) if mine[0] in touched else (theirs[0], mine[0])
        if verdict.reason is None or verdict.containment < rules.near_miss or one not in touched:
            continue
        miss = NearMiss(one, other, verdict.reason, verdict.containment, verdict.jaccard)
        best = found.get((one, other))
        if best is None or miss.containment > best.containment:
            found[one, other] = miss
    by_article: dict[str, list[NearMiss]] = {}
    for miss in sorted(found.values(), key=lambda m: (m.article_id, -m.containment, m.other_id)):
        by_article.setdefault(miss.article_id, []).append(miss)
    return [miss for misses in by_article.values() for miss in misses[:_MOST_NEAR_MISSES]]
