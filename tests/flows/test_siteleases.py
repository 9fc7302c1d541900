"""Two machines, that is two spools, and one lake."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows import siteleases
from flows.lake import Lake, open_lake
from flows.siteleases import Lease, LeaseBook, SiteLeases
from flows.sitelocks import BACKFILL, CRAWL, sites_held
from tests.conftest import ROOT

HOLDER = """
import signal, sys, time
from pathlib import Path
from flows import siteleases
from flows.lake import open_lake
from flows.sitelocks import sites_held
siteleases.RENEW_SECONDS, skew = 0.2, float(sys.argv[4])
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in what a shell started with &
clock = time.time
time.time = lambda: clock() + skew
store = open_lake(sys.argv[1]).store
with sites_held(Path(sys.argv[2]), {"a": ["a.example"]}, sys.argv[3], seconds=0, store=store) as (_, held):
    print(len(held), flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute and a half as one second."""
    monkeypatch.setattr(siteleases, "RENEW_SECONDS", 0.2)
    monkeypatch.setattr(siteleases, "LEASE_SECONDS", 1.0)
    monkeypatch.setattr(siteleases, "WATCH_SECONDS", 0.8)
    monkeypatch.setattr("flows.sitelocks.LEASE_POLL_SECONDS", 0.1)


def machine(folder: Path, kind: str = CRAWL, skew: float = 0.0) -> "subprocess.Popen[str]":
    """A machine that crawls the site `a`; its clock is off by so many seconds."""
    command = [sys.executable, "-c", HOLDER, str(folder / "lake"), str(folder / "theirs"), kind, str(skew)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert process.stdout is not None
    assert process.stdout.readline() == "1\n"
    return process


def held_here(folder: Path, sites: list[str], kind: str = CRAWL, seconds: float = 0.0) -> tuple[set[str], float]:
    """What this machine gets, and after how long."""
    begun = time.monotonic()
    store = open_lake(str(folder / "lake")).store
    with sites_held(
        folder / "ours", {site: [f"{site}.example"] for site in sites}, kind, seconds=seconds, store=store
    ) as (_, held):
        return held, time.monotonic() - begun


@pytest.mark.parametrize("skew", [0.0, 30.0, -30.0, 86_400.0])
def test_a_site_that_another_machine_crawls_is_left_to_it(tmp_path: Path, skew: float) -> None:
    """However wrong its clock is."""
    with machine(tmp_path, skew=skew) as other:
        held, seconds = held_here(tmp_path, ["a", "b"], seconds=2.0 if skew else 30.0)
        other.kill()
    assert held == {"b"}
    assert seconds < 20.0


@pytest.mark.parametrize("skew", [0.0, 30.0, -30.0])
def test_the_sites_of_a_dead_machine_are_free_after_a_while(tmp_path: Path, skew: float) -> None:
    with machine(tmp_path, skew=skew) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert held_here(tmp_path, ["a"])[0] == set(), "nobody can tell yet"
        held, seconds = held_here(tmp_path, ["a"], BACKFILL, seconds=30.0)
    assert held == {"a"}
    assert 0.5 < seconds < 25.0


def test_a_crash_on_this_machine_costs_no_time(tmp_path: Path) -> None:
    with machine(tmp_path) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
        store = open_lake(str(tmp_path / "lake")).store
        with sites_held(tmp_path / "theirs", {"a": ["a.example"]}, CRAWL, seconds=0, store=store) as (_, held):
            assert held == {"a"}
            (lease,) = LeaseBook(store).read().values()
            assert lease.sites == ("a.example",), "the dead one's lease is gone"


def test_a_backfill_elsewhere_is_waited_for(tmp_path: Path) -> None:
    with machine(tmp_path, BACKFILL) as other:
        assert held_here(tmp_path, ["a"], seconds=0.5)[0] == set()
        other.send_signal(signal.SIGINT)  # it ends as it should: no need to wait until its lease runs out
        held, seconds = held_here(tmp_path, ["a"], seconds=30.0)
    assert held == {"a"}
    assert seconds < 20.0


def test_leases_on_every_store(lake: Lake) -> None:
    here, there = (SiteLeases(lake.store, name, CRAWL) for name in ("here", "there"))
    assert here.take(["a", "b"]) == {}
    assert there.take(["b", "c"]) == {"b": CRAWL}
    here.let_go("b")
    here._write()
    assert there.take(["b"]) == {}
    assert sorted(lease.sites for lease in LeaseBook(lake.store).read().values()) == [("a",), ("b", "c")]
    here.end()
    there.end()
    assert LeaseBook(lake.store).read() == {}


def test_whoever_lost_a_site_says_so_and_takes_nothing_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = open_lake(str(tmp_path / "lake")).store
    mine = SiteLeases(store, "here", CRAWL)
    mine.take(["a", "b"])
    LeaseBook(store).change(lambda _: {"x": Lease("there", CRAWL, ("a",), time.time())})
    mine._write()
    assert "a: our lease could not be renewed" in caplog.text
    assert sorted(lease.sites for lease in LeaseBook(store).read().values()) == [("a",), ("b",)]
    mine.end()


def test_changes_at_once_have_an_order_and_leave_little_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siteleases, "KEPT", 5)
    store = open_lake(str(tmp_path / "lake")).store
    book, again = LeaseBook(store), []

    def counted(leases: siteleases.Leases) -> siteleases.Leases:
        again.append(None)
        if len(again) == 1:  # somebody is faster
            LeaseBook(store).change(lambda _: {"x": Lease("there", CRAWL, ("a",), 1.0)})
        return dict(leases) | {"y": Lease("here", CRAWL, ("b",), float(len(again)))}

    assert book.change(counted).keys() == {"x", "y"}
    for _ in range(10):
        book.change(counted)
    assert len(list(store.names("state/sites/"))) == 5
    store.put("state/sites/000000000099.json", b"{torn")
    assert book.read() == {}
