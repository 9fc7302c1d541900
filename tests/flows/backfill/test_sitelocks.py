import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.sitelocks import BACKFILL, CRAWL, sites_held
from tests.conftest import ROOT

A = {"a": ["www.a.example"]}
AB = A | {"b": ["b.example"]}

HOLDER = """
import sys, time
from pathlib import Path
from flows.sitelocks import sites_held
with sites_held(Path(sys.argv[1]), {"a": ["a.example"]}, sys.argv[2], seconds=0) as (_, held):
    print(len(held), flush=True)
    time.sleep(float(sys.argv[3]))
"""


def holding(spool: Path, kind: str, seconds: float) -> "subprocess.Popen[str]":
    """Another process that holds the site `a` for a while."""
    command = [sys.executable, "-c", HOLDER, str(spool), kind, str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert process.stdout is not None
    assert process.stdout.readline() == "1\n"
    return process


def test_a_live_crawl_leaves_a_site_to_another(tmp_path: Path) -> None:
    with holding(tmp_path / "spool", CRAWL, 60) as other:
        begun = time.monotonic()
        with sites_held(tmp_path / "spool", AB, CRAWL, seconds=30) as (_, held):
            assert held == {"b"}
        assert time.monotonic() - begun < 20
        other.kill()


@pytest.mark.parametrize(("mine", "theirs"), [(CRAWL, BACKFILL), (BACKFILL, CRAWL), (BACKFILL, BACKFILL)])
def test_backfills_are_waited_for_and_wait(tmp_path: Path, mine: str, theirs: str) -> None:
    with (
        holding(tmp_path / "spool", theirs, 1.0),
        sites_held(tmp_path / "spool", A, mine, seconds=30) as (_, held),
    ):
        assert held == {"a"}


def test_waiting_ends(tmp_path: Path) -> None:
    with holding(tmp_path / "spool", BACKFILL, 60) as other:
        with sites_held(tmp_path / "spool", A, CRAWL, seconds=0.5) as (_, held):
            assert held == set()
        other.kill()


def test_the_dead_hold_nothing(tmp_path: Path) -> None:
    with holding(tmp_path / "spool", CRAWL, 60) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
        with sites_held(tmp_path / "spool", A, CRAWL, seconds=0) as (_, held):
            assert held == {"a"}


def test_a_site_is_let_go_as_its_crawl_ends(tmp_path: Path) -> None:
    with sites_held(tmp_path / "spool", AB, CRAWL, seconds=0) as (locks, _):
        locks.release("a")
        with sites_held(tmp_path / "spool", AB, CRAWL, seconds=0) as (_, held):
            assert held == {"a"}


def test_sites_that_share_a_domain_are_not_crawled_at_once(tmp_path: Path) -> None:
    both = {"english": ["en.a.example", "c.example"], "b": ["b.example"]}
    with holding(tmp_path / "spool", CRAWL, 60) as other:
        with sites_held(tmp_path / "spool", both, CRAWL, seconds=0) as (_, held):
            assert held == {"b"}
            with sites_held(tmp_path / "spool", {"c": ["c.example"]}, CRAWL, seconds=0) as (_, held):
                assert held == {"c"}, "what couldn't be used was let go"
        other.kill()
    together = {"one": ["a.example"], "two": ["a.example"]}
    with sites_held(tmp_path / "spool", together, CRAWL, seconds=0) as (locks, held):
        assert held == {"one", "two"}, "in one crawl they have one pace"
        locks.release("one")
        with sites_held(tmp_path / "spool", A, CRAWL, seconds=0) as (_, held):
            assert held == set(), "the other one is still at it"
        locks.release("two")
        with sites_held(tmp_path / "spool", A, CRAWL, seconds=0) as (_, held):
            assert held == {"a"}
