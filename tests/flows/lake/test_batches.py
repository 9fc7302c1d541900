import logging
import multiprocessing
import multiprocessing.synchronize
import os
import time
from collections import Counter
from pathlib import Path

import pytest

from flows.errors import PublishError
from flows.lake import Lake, batches, open_lake, tables
from flows.lake.batches import ORDER, Batch, complete, publish
from flows.lake.query import rows
from schemas import ARTICLES, COPIES, REVISIONS, RUNS, TABLES
from tests.flows.lake.rows import article_row, batch_rows, copy_row, run_row, table


def ids(lake: Lake, name: str) -> list[str]:
    return [row["article_id"] for row in rows(lake, f"SELECT article_id FROM {name} ORDER BY article_id, revision")]


def test_a_batch_becomes_visible_in_all_tables(lake: Lake) -> None:
    assert publish(lake, lambda: Batch("r1", batch_rows(1, 2))) == 1
    assert ids(lake, "articles") == ids(lake, "revisions") == [f"{1:032x}", f"{2:032x}"]
    assert rows(lake, "SELECT count(*) AS n FROM fetches") == [{"n": 2}]
    assert rows(lake, "SELECT run_id FROM runs") == [{"run_id": "r1"}]
    assert list(lake.store.names("state/rows/")) == [], "rows written ahead are gone once they are in"


def test_merged_tables_replace_and_remove_by_key(lake: Lake) -> None:
    publish(lake, lambda: Batch("r1", batch_rows(1, 2)))
    second = [article_row(1, revision=2), {**article_row(2), "_delete": True}, {**article_row(9), "_delete": True}]
    update = {ARTICLES.name: table(ARTICLES, *second, delete=False), RUNS.name: table(RUNS, run_row("r2"))}
    publish(lake, lambda: Batch("r2", update))
    found = rows(lake, "SELECT article_id, revision FROM articles")
    assert found == [{"article_id": f"{1:032x}", "revision": 2}], "1 replaced, 2 removed, 9 was never there"
    assert rows(lake, "SELECT title FROM articles WHERE site = 'a'") == [{"title": "Story 1"}], (
        "filters can be pushed down"
    )


def test_a_merge_over_a_table_that_was_compacted_meanwhile_looks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = open_lake(str(tmp_path))
    for number in (1, 2):
        tables.merge(lake, ARTICLES, table(ARTICLES, article_row(number), delete=False), number)
    stale = [tables.open_table(lake, ARTICLES)]
    assert tables.open_table(lake, ARTICLES).optimize.compact()["numFilesRemoved"] == 2
    fresh = tables.open_table
    monkeypatch.setattr(tables, "open_table", lambda *args: stale.pop() if stale else fresh(*args))
    tables.merge(lake, ARTICLES, table(ARTICLES, article_row(2, revision=2), delete=False), 3)
    assert rows(lake, "SELECT revision FROM articles ORDER BY article_id") == [{"revision": 1}, {"revision": 2}]


@pytest.mark.parametrize("dies_at", [table.name for table in ORDER if table.name in TABLES])
def test_a_publisher_that_dies_between_two_commits_is_completed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    lake = open_lake(str(tmp_path))
    publish(lake, lambda: Batch("r1", batch_rows(1)))

    def dying(original):  # type: ignore[no-untyped-def]
        def call(lake, contract, rows, sequence):  # type: ignore[no-untyped-def]
            if contract.name == dies_at:
                raise KeyboardInterrupt
            original(lake, contract, rows, sequence)

        return call

    with monkeypatch.context() as patched:
        patched.setattr(batches, "append", dying(batches.append))
        patched.setattr(batches, "merge", dying(batches.merge))
        update = batch_rows(2) | {COPIES.name: table(COPIES, copy_row(3, of=1), delete=False)}
        with pytest.raises(KeyboardInterrupt):
            publish(lake, lambda: Batch("r2", update))

    assert complete(lake) == 2
    assert complete(lake) == 2, "and only once"
    assert ids(lake, "articles") == ids(lake, "revisions") == [f"{1:032x}", f"{2:032x}"]
    for name, count in {"fetches": 2, "copies": 1, "runs": 2}.items():
        assert rows(lake, f"SELECT count(*) AS n FROM {name}") == [{"n": count}]


def test_an_article_is_never_visible_before_its_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = open_lake(str(tmp_path))
    seen: list[tuple[list[str], list[str]]] = []
    original = batches.committed

    def watching(lake_: Lake, contract):  # type: ignore[no-untyped-def]
        if lake_.store.get("state/batches/000000000001.json"):
            seen.append((ids(lake, "articles"), ids(lake, "revisions")))
        return original(lake_, contract)

    monkeypatch.setattr(batches, "committed", watching)
    publish(lake, lambda: Batch("r1", batch_rows(1, 2, 3)))
    assert len(seen) > 3
    assert all(set(articles) <= set(revisions) for articles, revisions in seen)


def test_a_publisher_that_lost_the_number_decides_anew(lake: Lake) -> None:
    decided: list[int] = []

    def decide() -> Batch:
        decided.append(len(ids(lake, "revisions")))
        if len(decided) == 1:  # somebody is faster, between our decision and our number
            publish(lake, lambda: Batch("other", batch_rows(7, run_id="other")))
        return Batch("mine", batch_rows(8, run_id="mine"))

    assert publish(lake, decide) == 2
    assert decided == [0, 1], "the second decision was made against the other's batch"
    assert ids(lake, "revisions") == [f"{7:032x}", f"{8:032x}"]


def test_nothing_to_publish_is_no_batch(lake: Lake) -> None:
    assert publish(lake, lambda: None) is None
    assert complete(lake) == 0


def test_a_batch_without_its_mark_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="no row for runs"):
        publish(open_lake(str(tmp_path)), lambda: Batch("r1", {REVISIONS.name: table(REVISIONS, article_row())}))


class _Conflicts(logging.Handler):
    """Counts what a publisher had to do again."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        for words in ("another publisher", "changed meanwhile"):
            self.found[words] += words in record.getMessage()


def _publish_many(root: str, writer: int, count: int, again: "multiprocessing.Queue[Counter[str]]") -> None:
    conflicts = _Conflicts()
    logging.getLogger("flows.lake").setLevel("INFO")
    logging.getLogger("flows.lake").addHandler(conflicts)
    lake = open_lake(root)
    for number in range(count):
        run = f"w{writer}-{number}"
        publish(lake, lambda run=run, n=writer * 1000 + number: Batch(run, batch_rows(n, run_id=run)))  # type: ignore[misc]
    again.put(conflicts.found)


WRITERS, BATCHES = int(os.environ.get("STRESS_WRITERS", "3")), int(os.environ.get("STRESS_BATCHES", "6"))


@pytest.mark.timeout(3600)
def test_many_writers_neither_lose_nor_double_a_row(tmp_path: Path) -> None:
    """`STRESS_WRITERS=8 STRESS_BATCHES=50` for more than the usual few."""
    race_of_writers(str(tmp_path))


def race_of_writers(root: str, writers: int = WRITERS, batches: int = BATCHES) -> None:
    """Processes that publish at once into one lake; every row is there once."""
    context = multiprocessing.get_context("spawn")
    again: multiprocessing.Queue[Counter[str]] = context.Queue()
    running = [
        context.Process(target=_publish_many, args=(root, n, batches, again), daemon=True) for n in range(writers)
    ]
    begun = time.monotonic()
    for writer in running:
        writer.start()
    for writer in running:
        writer.join()
        assert writer.exitcode == 0
    conflicts = sum((again.get(timeout=10) for _ in running), Counter())
    took = time.monotonic() - begun
    print(f"\n{writers} writers, {batches} batches each: {took:.1f} s; begun again for {dict(conflicts)}")
    lake, count = open_lake(root), writers * batches
    for name in ("revisions", "articles"):
        assert Counter(Counter(ids(lake, name)).values()) == {1: count}
    assert rows(lake, "SELECT count(*) AS n, count(DISTINCT run_id) AS d FROM runs") == [{"n": count, "d": count}]
    assert rows(lake, "SELECT count(*) AS n FROM fetches") == [{"n": count}]


def _complete(root: str, barrier: "multiprocessing.synchronize.Barrier") -> None:
    lake = open_lake(root)
    barrier.wait(60)
    complete(lake)


def test_many_that_open_an_empty_lake_at_once_agree_on_its_tables(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(4)
    openers = [context.Process(target=_complete, args=(str(tmp_path), barrier)) for _ in range(4)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join(120)
        assert opener.exitcode == 0
