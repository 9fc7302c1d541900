"""The same articles give the same rows, in whatever order and batches they come."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.dedupe import Incoming, decide_batch
from schemas import Outcome
from tests.flows.dedupe.making import EDITS, incoming, run, text


def world(seed: int, size: int = 14) -> list[Incoming]:
    """Articles of a few stories, many of them copies, excerpts and digests of others, some with revisions."""
    chance = random.Random(f"world {seed}")
    stories = [text(chance.randint(40, 260), 100 * seed + number) for number in range(4)]
    items: list[Incoming] = []
    for number in range(size):
        body = chance.choice(stories)
        for _ in range(chance.randint(0, 2)):
            body = EDITS[chance.choice(sorted(EDITS))](body, chance)
        if chance.random() < 0.2:
            body += "\n" + chance.choice(stories)
        if chance.random() < 0.2:
            stories.append(body)
        host = chance.choice(["one.example.org", "two.example.net", "three.example.com"])
        hour = chance.choice([0, 1, 1, 5, 30, 100, 300])
        more: dict[str, object] = {}
        if chance.random() < 0.2:
            more["credited_source"] = chance.choice(["one.example.org", "two.example.net"])
        if chance.random() < 0.2:
            more["published_precision"] = "day"
        if chance.random() < 0.1:
            more["published_at"] = None
        url = f"https://{host}/story-{number}"
        items.append(incoming(url, body, hour, **more))
        if chance.random() < 0.25:
            later = EDITS[chance.choice(sorted(EDITS))](chance.choice([body, *stories]), chance)
            items.append(incoming(url, later, hour, fetched=hour + 3, **more))
    return items


def split(items: list[Incoming], seed: int, *, keep_fetch_order: bool) -> list[list[Incoming]]:
    """The items in another order and other batches; pages of one article in the order of their fetch where asked."""
    chance = random.Random(f"split {seed}")
    items = items[:]
    chance.shuffle(items)
    if keep_fetch_order:
        places = {item.article_id: iter([i for i in sorted(items, key=_fetch) if _same(i, item)]) for item in items}
        items = [next(places[item.article_id]) for item in items]
    batches = []
    while items:
        size = chance.randint(1, len(items))
        batches.append(items[:size])
        items = items[size:]
    return batches


def _fetch(item: Incoming) -> object:
    return item.fetched_at


def _same(one: Incoming, other: Incoming) -> bool:
    return one.article_id == other.article_id


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), order=st.integers(0, 10**6))
def test_order_and_batches_do_not_matter(tmp_path: Path, seed: int, order: int) -> None:
    items = world(seed)
    whole = run(tmp_path / f"{seed}", [items])
    parts = run(tmp_path / f"{seed}-{order}", split(items, order, keep_fetch_order=True))
    assert parts.rows == whole.rows
    assert parts.in_articles == whole.in_articles


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), order=st.integers(0, 10**6))
def test_late_fetches_do_not_matter(tmp_path: Path, seed: int, order: int) -> None:
    """An article's earlier page may arrive after its later one: numbers differ then, relations don't."""
    items = world(seed)
    whole = run(tmp_path / f"{seed}", [items])
    parts = run(tmp_path / f"{seed}-{order}", split(items, order, keep_fetch_order=False))
    assert {i: (r.original_id, r.relation, r.cluster_id) for i, r in parts.rows.items()} == {
        i: (r.original_id, r.relation, r.cluster_id) for i, r in whole.rows.items()
    }
    assert parts.in_articles == whole.in_articles


@pytest.mark.parametrize("seed", range(5))
def test_replay(tmp_path: Path, seed: int) -> None:
    items = world(seed)
    first, second = items[: len(items) // 2], items[len(items) // 2 :]
    history = run(tmp_path, [first])
    decisions = decide_batch(second, history)
    assert decide_batch(second, history) == decisions
    assert decide_batch(second[::-1], history).copies == decisions.copies
    history.apply(second, decisions)
    again = decide_batch(items, history)
    assert {item.outcome for item in again.items} == {Outcome.UNCHANGED}
    assert (again.copies, again.uncopied, again.shown, again.hidden) == ((), (), (), ())
    assert not again.postings


@pytest.mark.parametrize("seed", range(8))
def test_invariants(tmp_path: Path, seed: int) -> None:
    items = world(seed, size=30)
    history = run(tmp_path, split(items, seed, keep_fetch_order=True))
    ids = {item.article_id for item in items}
    hidden = {id_ for id_, row in history.rows.items() if not row.in_articles}
    assert history.in_articles == ids - hidden
    for row in history.rows.values():
        assert row.original_id in history.in_articles, "an original is to be seen"
        assert row.original_id != row.article_id
        assert row.relation in ("copy", "truncated_copy", "excerpt", "reissue")
        assert 0 <= row.jaccard <= row.containment <= 1
