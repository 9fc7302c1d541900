import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from crawlers.extract import extract_pages, pool
from crawlers.extract.pool import Crashed, Pool, TimedOut
from crawlers.model import Article, Rejection
from schemas import Outcome
from tests.crawlers.extract import misbehave
from tests.crawlers.extract.pages import article, page

ROOT = Path(__file__).parents[3]


def run(function: Callable[..., object], *, limit: float = 1.0, processes: int = 2, tasks: int = 8) -> list[object]:
    with Pool(processes, limit) as workers:
        pairs = list(workers.map(function, ((number, (number,)) for number in range(tasks))))
    assert [task for task, _ in pairs] == list(range(tasks))
    return [result for _, result in pairs]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state != "Z"


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_input_order(processes):
    assert run(misbehave.double, processes=processes, tasks=50) == [2 * number for number in range(50)]


@pytest.mark.parametrize("function", [misbehave.hang, misbehave.spin])
def test_a_task_that_hangs_times_out_and_the_others_go_on(function):
    results = run(function)
    assert results[3] == TimedOut(1.0)
    assert results[:3] + results[4:] == [0, 1, 2, 4, 5, 6, 7]


@pytest.fixture
def starving(monkeypatch):
    """A machine that has a processor for a worker in half of the time."""
    monkeypatch.setattr(pool, "waited", lambda _: time.monotonic() / 2)


@pytest.mark.usefixtures("starving")
def test_time_in_which_a_worker_waits_for_a_processor_is_not_counted():
    assert run(misbehave.long, limit=1.5, tasks=1) == [0]


@pytest.mark.usefixtures("starving")
def test_a_task_that_hangs_times_out_on_a_busy_machine_too():
    begun = time.monotonic()
    assert run(misbehave.hang, limit=0.5, tasks=4)[3] == TimedOut(0.5)
    assert time.monotonic() - begun >= 1.0


def test_a_task_that_waits_for_ever_ends_all_the_same(monkeypatch):
    monkeypatch.setattr(pool, "waited", lambda _: time.monotonic())
    assert run(misbehave.hang, limit=0.3, tasks=4)[3] == TimedOut(0.3)


def test_waiting_is_told_of_a_process_and_of_none_that_is_no_more():
    assert pool.waited(os.getpid()) >= 0
    assert pool.waited(2**22 + 1) == 0


def test_a_task_that_kills_its_worker_is_a_crash_and_the_others_go_on():
    results = run(misbehave.crash)
    assert results[3] == Crashed("worker killed by SIGSEGV")
    assert results[:3] + results[4:] == [0, 1, 2, 4, 5, 6, 7]
    assert run(misbehave.leave)[3] == Crashed("worker ended with status 7")


def test_the_input_is_read_no_further_than_the_window_ahead():
    taken: list[int] = []

    def jobs():
        for number in range(100):
            taken.append(number)
            yield number, (number,)

    with Pool(1, 5.0, window=4) as workers:
        for done, _ in enumerate(workers.map(misbehave.double, jobs())):
            assert len(taken) <= done + 5


def test_closing_the_generator_early_leaves_no_worker_behind():
    with Pool(2, 5.0) as workers:
        pids = {result for _, result in workers.map(misbehave.whoami, ((n, (n,)) for n in range(12)))}
    assert pids
    assert wait_until(lambda: not any(alive(pid) for pid in pids), 5)


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_busy_worker_dies_when_its_parent_is_killed(tmp_path, ending):
    note = tmp_path / "pid"
    program = (
        "from crawlers.extract.pool import Pool\nfrom tests.crawlers.extract import misbehave\n"
        f"with Pool(1, 1.0) as pool: list(pool.map(misbehave.forever, [(0, ({str(note)!r},))]))"
    )
    # The limit is one second, so the kernel's timer ends the orphan a few seconds later.
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    assert wait_until(lambda: note.exists() and note.read_text().isdigit(), 30)
    worker = int(note.read_text())
    parent.send_signal(ending)
    parent.wait(timeout=20)
    assert wait_until(lambda: not alive(worker), 15)


def test_ctrl_c_leaves_no_orphans(tmp_path):
    note = tmp_path / "pid"
    program = (
        "from crawlers.extract.pool import Pool\nfrom tests.crawlers.extract import misbehave\n"
        f"with Pool(1, 60.0) as pool: list(pool.map(misbehave.forever, [(0, ({str(note)!r},))]))"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL
    )
    assert wait_until(lambda: note.exists() and note.read_text().isdigit(), 30)
    worker = int(note.read_text())
    os.killpg(parent.pid, signal.SIGINT)
    parent.wait(timeout=20)
    assert wait_until(lambda: not alive(worker), 5)


def test_pages_have_named_outcomes_whatever_happens():
    pages = [page(article(), id="good"), page(b"", id="empty"), page(b"%PDF-1.4", id="pdf"), page(article(), id="also")]
    results = {item.id: result for item, result in extract_pages(pages, processes=2, page_timeout=20)}
    assert list(results) == ["good", "empty", "pdf", "also"]
    assert isinstance(results["good"], Article)
    assert isinstance(results["empty"], Rejection)
    assert results["empty"].outcome is Outcome.EMPTY_BODY
    assert isinstance(results["pdf"], Rejection)
    assert results["pdf"].outcome is Outcome.NOT_HTML
    assert results["good"] == results["also"]


def test_a_page_over_its_limit_is_timed_out_by_name():
    heavy = page(b"<html><body>" + b"<p>word <a href='/x'>link</a></p>" * 60_000 + b"</body></html>", id="heavy")
    results = [result for _, result in extract_pages([heavy, page(article())], processes=1, page_timeout=0.2)]
    assert isinstance(results[0], Rejection)
    assert results[0].outcome is Outcome.EXTRACT_TIMED_OUT
    assert isinstance(results[1], (Article, Rejection))
