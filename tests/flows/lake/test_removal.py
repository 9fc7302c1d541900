"""Files removed at once, beside publishers: what may still be committed stays, and nothing is lost or doubled."""

import io
import multiprocessing
import multiprocessing.synchronize
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from deltalake import DeltaTable
from deltalake.transaction import AddAction

from flows.cli import cli
from flows.errors import LakeError
from flows.lake import Lake, leases, open_lake, tables
from flows.lake import maintain as maintaining
from flows.lake.batches import Batch, publish
from flows.lake.leases import CARE, FOLDER, REMOVAL, lease
from flows.lake.maintain import GRACE, maintain
from flows.lake.query import rows
from flows.lake.tables import open_table, remove
from flows.lake.takedown import takedown
from schemas import ARTICLES, REVISIONS, TABLES
from tests.flows.lake.rows import NOW, batch_rows
from tests.flows.lake.test_batches import ids

AT_ONCE = timedelta(0)
PAUSE = 0.2
"""Seconds between two batches of a publisher, so that a removal has more to do than to keep up with a growing log."""


def publish_one(lake: Lake, number: int) -> None:
    publish(lake, lambda: Batch(f"r{number}", batch_rows(number, run_id=f"r{number}")))


def slowly(lake: Lake, meanwhile: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the next write to revisions happen in two steps, as it does inside deltalake: the file, then the commit.

    `meanwhile` happens in between. Gives a list with the name of that file, once it is written.
    """
    write, written = tables.write_deltalake, []

    def writing(target: DeltaTable, content: Any, **options: Any) -> None:
        if written or not len(content) or "/revisions" not in target.table_uri:
            return write(target, content, **options)
        path = f"date={NOW.date()}/slow.parquet"
        written.append(f"tables/revisions/{path}")
        pq.write_table(content.drop_columns(["date"]), sink := io.BytesIO())
        lake.store.put(written[0], sink.getvalue())
        meanwhile()
        action = AddAction(path, len(sink.getvalue()), {"date": str(NOW.date())}, 0, True, "{}")
        target.create_write_transaction(
            [action], "append", target.schema(), ["date"], commit_properties=options["commit_properties"]
        )
        return None

    monkeypatch.setattr(tables, "write_deltalake", writing)
    return written


@pytest.fixture
def alone_lake(tmp_path: Path) -> Lake:
    """An empty lake on disk."""
    return open_lake(str(tmp_path / "lake"))


def test_a_commit_that_is_late_is_refused_and_its_batch_is_in(
    alone_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    late_commit(alone_lake, "maintain", monkeypatch)


def test_a_commit_that_is_late_for_a_purge_is_refused_and_its_batch_is_in(
    one_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    late_commit(one_lake, "takedown", monkeypatch)


def late_commit(lake: Lake, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 3):
        publish_one(lake, number)

    def meanwhile() -> None:
        if how == "maintain":
            maintain(lake, retention=AT_ONCE)
        else:
            takedown(lake, url="https://a.example/3", purge=True)

    written = slowly(lake, meanwhile, monkeypatch)
    publish_one(lake, 4)
    assert written
    assert lake.store.get(written[0]) is None, "the file of the late commit is rubbish and was removed"
    left = [1, 3, 4] if how == "maintain" else [1, 4]
    for name in ("revisions", "articles"):
        assert ids(lake, name) == [f"{number:032x}" for number in left]
    publish_one(lake, 5)
    assert len(ids(lake, "revisions")) == len(left) + 1
    assert open_table(lake, REVISIONS).to_pyarrow_table().num_rows == len(left) + 1, "every file is there"


def test_a_file_that_is_written_after_the_turn_stays(alone_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = alone_lake
    publish_one(lake, 1)
    lake.store.put("state/rows/killed-before-its-decision/revisions.parquet", b"words")
    remove_seen = maintaining.remove_seen

    def late(lake: Lake, table: Any, *rest: Any) -> int:
        if table is REVISIONS:
            lake.store.put("tables/revisions/date=2026-01-31/coming.parquet", b"x")
            lake.store.put("state/rows/coming/revisions.parquet", b"x")
        return remove_seen(lake, table, *rest)

    monkeypatch.setattr(maintaining, "remove_seen", late)
    maintain(lake, retention=AT_ONCE)
    assert lake.store.get("tables/revisions/date=2026-01-31/coming.parquet") == b"x"
    assert list(lake.store.names("state/rows/")) == ["state/rows/coming/revisions.parquet"]


def test_a_removal_of_rows_in_flight_is_made_again_after_the_fence(
    alone_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = alone_lake
    for number in (1, 2):
        publish_one(lake, number)
    stale, fresh = [open_table(lake, ARTICLES)], tables.open_table
    maintain(lake, retention=AT_ONCE)
    with monkeypatch.context() as patch:
        patch.setattr(tables, "open_table", lambda *args: stale.pop() if stale else fresh(*args))
        remove(lake, ARTICLES, f"article_id = '{1:032x}'")
    assert not stale
    assert ids(lake, "articles") == [f"{2:032x}"]


def test_beside_other_maintenance_it_says_who_is_at_work(alone_lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BEAT", 0.05)
    monkeypatch.setattr(leases, "DEAD", 5.0)
    lake = alone_lake
    with lease(lake, CARE):
        result = CliRunner().invoke(cli, ["--lake", lake.root, "maintain", "--keep-days", "0"])
        assert isinstance(result.exception, LakeError)
        assert "is at work on this lake (on" in str(result.exception)
    with lease(lake, REMOVAL), pytest.raises(LakeError, match="Run this again when it has ended"):
        maintain(lake)
    assert list(lake.store.names(FOLDER)) == []


def test_leases_keep_each_other_out_wherever_the_lake_is(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "BEAT", 0.05)
    monkeypatch.setattr(leases, "DEAD", 5.0)
    with lease(lake, CARE), lease(lake, CARE) as second:
        with pytest.raises(LakeError, match="is at work"), lease(lake, REMOVAL):
            pass
        leases.alone(lake, second)
    with lease(lake, REMOVAL) as held:
        for kind in (CARE, REMOVAL):
            with pytest.raises(LakeError, match="is at work"), lease(lake, kind):
                pass
        leases.alone(lake, held)
    assert list(lake.store.names(FOLDER)) == []


def test_a_holder_that_slept_so_long_that_it_was_taken_for_dead_stops(alone_lake: Lake) -> None:
    with lease(alone_lake, REMOVAL) as held:
        alone_lake.store.delete(held)
        with pytest.raises(LakeError, match="slept so long"):
            leases.alone(alone_lake, held)


def test_what_a_killed_holder_left_is_known_by_its_silence(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "DEAD", 0.3)
    for number in range(2):
        lake.store.put(f"{FOLDER}{CARE}-killed{number}.json", b"{}")
    with lease(lake, CARE):
        assert len(list(lake.store.names(FOLDER))) == 3, "they are in nobody's way here"
    with lease(lake, REMOVAL):
        assert len(list(lake.store.names(FOLDER))) == 1
    assert list(lake.store.names(FOLDER)) == []


def test_what_a_killed_holder_left_is_not_kept_for_ever(alone_lake: Lake) -> None:
    alone_lake.store.put(f"{FOLDER}{CARE}-old.json", b"{}")
    now = datetime.now(UTC)
    for later in (0, 2):
        maintain(alone_lake, now=now + later * GRACE)
    assert list(alone_lake.store.names(FOLDER)) == []


def _publish(root: str, writer: int, stop: "multiprocessing.synchronize.Event", done: Any) -> None:
    lake, number = open_lake(root), 0
    while not stop.is_set():
        publish_one(lake, writer * 1000 + number)
        number += 1
        stop.wait(PAUSE)
    done.put((writer, number))


def race_with_removal(root: str, rounds: int = 3) -> None:
    """Two publishers beside removals and takedowns; every row is there once, none but those taken down are gone."""
    lake = open_lake(root)
    for number in range(1, 4):
        publish_one(lake, number)
    context = multiprocessing.get_context("spawn")
    stop, done = context.Event(), context.Queue()
    writers = [context.Process(target=_publish, args=(root, n, stop, done), daemon=True) for n in (1, 2)]
    for writer in writers:
        writer.start()
    taken = set()
    for turn in range(rounds):
        if turn % 2:
            taken.add(1 + turn // 2)
            takedown(lake, url=f"https://a.example/{1 + turn // 2}", purge=True)
        else:
            maintain(lake, retention=AT_ONCE)
    stop.set()
    counts = dict(done.get(timeout=120) for _ in writers)
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    wanted = ({1, 2, 3} - taken) | {writer * 1000 + number for writer, n in counts.items() for number in range(n)}
    for name in ("revisions", "articles"):
        assert Counter(ids(lake, name)) == {f"{number:032x}": 1 for number in wanted}, name
    for contract in TABLES.values():
        open_table(lake, contract).to_pyarrow_table()  # every file is there
    batches = 3 + sum(counts.values())
    assert batches > 5
    runs = rows(lake, "SELECT count(*) AS n, count(DISTINCT run_id) AS d FROM runs")
    assert runs == [{"n": batches, "d": batches}]
    print(f"\n{batches} batches beside {rounds} removals")


def test_publishers_beside_removals_lose_and_double_nothing(alone_lake: Lake) -> None:
    race_with_removal(alone_lake.root)
