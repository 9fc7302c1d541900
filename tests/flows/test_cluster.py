"""The same ingest and the same backfill by worker processes of a cluster and by one process: row by row."""

import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import pytest

from flows.backfill import run as backfills
from flows.backfill.request import Request, make_source
from flows.backfill.warc import WarcSource
from flows.errors import SettingsError
from flows.lake import open_lake
from flows.lake.query import rows
from flows.pipeline import ingest
from flows.settings import Settings, from_environment
from flows.tasks import ClusterError, Done, do_here, in_order
from infra.demo import DemoWeb
from schemas import TABLES
from tests.e2e.support import content, quick_sites
from tests.flows.backfill import gazette
from tests.flows.cluster import dask_cluster, on_cluster

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
    pytest.mark.timeout(600),
]


Cluster = tuple[str, str | None]


@pytest.fixture(scope="module", params=["dask", "ray"])
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of two workers: its kind, and the address of its scheduler (None: it begins with the run)."""
    if request.param == "ray":
        if find_spec("prefect_ray") is None:
            pytest.skip("Ray is not at hand: it needs presslake[ray]")
        yield "ray", None
        return
    with dask_cluster(tmp_path_factory.mktemp("cluster"), 2) as address:
        yield "dask", address


def _settings(folder: Path, sites: Path) -> Settings:
    return Settings(str(folder / "lake"), folder / "spool", sites, processes=1, allow_private=True)


def _same(one: Settings, other: Settings) -> None:
    for table in TABLES:
        found = content(one.lake, table)
        assert found or table == "copies", table
        assert content(other.lake, table) == found, table


def test_an_ingest_comes_to_the_same(
    cluster: Cluster, prefect_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.ingest import ingest as flow
    from flows.prefect_tasks import task_runner

    sites = quick_sites(tmp_path / "sites", ("harbour-broadcast", "tidewater-notes"))
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    here, there = _settings(tmp_path / "here", sites), _settings(tmp_path / "there", sites)
    with DemoWeb() as web:
        monkeypatch.setenv("http_proxy", web.proxy_url)
        ingest(here, limit=5)
        settings = on_cluster(there, cluster[1], monkeypatch, cluster[0])
        state = flow.with_options(task_runner=task_runner(settings))(limit=5, return_state=True)
        assert state.is_completed(), state.message
    _same(here, there)
    took = "SELECT count(*) FILTER (least(fetch_seconds, archive_seconds, extract_seconds) > 0 AND dedupe_seconds > 0 "
    took += "AND publish_seconds > 0) AS timed, count(*) AS runs FROM runs"
    assert rows(open_lake(there.lake), took) == [{"timed": 2, "runs": 2}], "two sites, each stage timed"


def test_a_backfill_comes_to_the_same(
    cluster: Cluster, prefect_server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.backfill_flow import backfill as flow
    from flows.prefect_tasks import task_runner

    sites = gazette.declare(tmp_path / "sites")
    first = datetime(2024, 3, 2, 6, tzinfo=UTC)
    stories = [story for story in gazette.past(20) if story.status == 200]
    later = [replace(story, edition=2) for story in stories[::3]]
    captures = [*gazette.captures(stories, first), *gazette.captures(later, first + timedelta(days=1))]
    warc = gazette.write_warc(tmp_path / "in" / "one.warc.gz", captures)
    monkeypatch.setattr(backfills, "ROUND", 3)
    monkeypatch.setattr("flows.backfill.request.WarcSource", partial(WarcSource, window_bytes=7_000))
    here, there = _settings(tmp_path / "here", sites), _settings(tmp_path / "there", sites)
    report = backfills.run(here, make_source(here, Request("warc", places=[str(warc)])))
    assert report.windows > backfills.ROUND
    settings = on_cluster(there, cluster[1], monkeypatch, cluster[0])
    state = flow.with_options(task_runner=task_runner(settings))("warc", places=[str(warc)], return_state=True)
    assert state.is_completed(), state.message
    lake = open_lake(here.lake)
    assert rows(lake, "SELECT count(*) AS n FROM articles WHERE revision = 2") == [{"n": len(later)}]
    assert rows(lake, "SELECT count(*) > 0 AS trusted FROM articles WHERE template IS NOT NULL") == [{"trusted": True}]
    _same(here, there)


def test_a_cluster_that_cannot_be_used_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.prefect_tasks import cluster_tasks, reachable_server, task_runner

    settings = _settings(tmp_path, tmp_path)
    assert task_runner(settings) is None
    assert cluster_tasks(settings) is None
    with pytest.raises(SettingsError, match="one of local, dask, ray"):
        from_environment({"PRESSLAKE_TASKS": "celery"})
    elsewhere = replace(settings, tasks="dask", tasks_address="tcp://cluster.example:8786")
    with (
        temporary_settings(restore_defaults={PREFECT_API_URL}),
        pytest.raises(SettingsError, match="PREFECT_API_URL"),
        reachable_server(elsewhere),
    ):
        pass
    with pytest.raises(SettingsError, match="for the Prefect flows"):
        cluster_tasks(elsewhere)
    monkeypatch.setitem(sys.modules, "prefect_ray", None)
    with pytest.raises(SettingsError, match=r"presslake\[ray\]"):
        task_runner(replace(settings, tasks="ray"))


def test_pieces_are_finished_in_the_order_they_were_begun() -> None:
    now: list[int] = []

    class Piece(Done[int]):
        def ready(self) -> bool:
            return (self.value or 0) in now

    def begun() -> Iterator[tuple[int, Piece]]:
        for number in range(1, 7):
            seen.append(f"begin {number}")
            yield number, Piece(number)
            now.append(number) if number % 2 == 0 else None

    seen: list[str] = []
    for number, piece in in_order(begun(), ahead=3):
        seen.append(f"end {number}")
        assert piece.result() == number
    assert [entry for entry in seen if entry.startswith("end")] == [f"end {number}" for number in range(1, 7)]
    assert seen.index("end 1") < seen.index("begin 5"), "no more than three wait"
    with pytest.raises(ValueError, match="no"):
        do_here(lambda: int("no")).result()


def test_a_cluster_that_is_lost_ends_the_run_and_not_its_sites() -> None:
    from flows.prefect_tasks import _Promise

    class Lost:
        def result(self) -> bytes:
            raise CancelledError("lost its scheduler")

    with pytest.raises(ClusterError, match="run again"):
        _Promise(Lost()).result()  # type: ignore[arg-type]
