"""A crawl that is killed, crashes, hangs or is told to stop: everything it had is there, and goes on from there."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from crawlers.archive import ArchiveError, read_fetched, read_pages
from crawlers.crawl import CrawlJob, Limits, SiteReport, crawl, find_spooled, read_log
from crawlers.model import Fetch
from schemas import Outcome
from tests.crawlers.crawling import QUICK, articles, outcomes, run, site, write_known
from tests.crawlers.faultweb.pages import article, feed
from tests.crawlers.faultweb.server import Reply, Seen, Web

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds its child by /proc")

COUNT = 45
ON_THE_WAY = 4
"""Pages asked for and not in the log yet, at most: two by the host's concurrency, two that came in at that moment."""


def _slow_paper(seen: Seen) -> Reply:
    if seen.path == "/feed":
        return Reply(body=feed(f"http://{seen.host}/news/{n}" for n in range(COUNT)))
    if seen.path.startswith("/news/"):
        return Reply(body=article(int(seen.path.rsplit("/", 1)[1])), delay=0.02)
    return Reply(404, b"no")


def _children(parent: int | None = None) -> list[int]:
    """Crawler processes under a process, from /proc."""
    lists = Path(f"/proc/{parent or os.getpid()}/task").glob("*/children")
    pids = [int(pid) for path in lists for pid in path.read_text().split()]
    return [pid for pid in pids if b"crawlers.child" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def _is_running(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _kill_after(web: Web, pages: int, number: int) -> threading.Thread:
    """Send a signal to the child once the server has seen so many pages."""

    def wait() -> None:
        deadline = time.monotonic() + 20
        while (len(web.paths("/news/")) < pages or not _children()) and time.monotonic() < deadline:
            time.sleep(0.005)
        for child in _children():
            os.kill(child, number)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def _check_archive(spool: Path, fetches: list[Fetch]) -> None:
    """Every fetch that says it is archived is, and every archived page is in the log."""
    stored = [fetch for fetch in fetches if fetch.outcome == Outcome.NEW]
    for fetch, page in read_fetched(spool, stored):
        assert not isinstance(page, ArchiveError)
        assert page.url == fetch.url
    logged = Counter(fetch.url for fetch in stored)
    archived = Counter(page.url for path in spool.rglob("*.warc.gz") for page in read_pages(path))
    # The record comes first: at most what was on the way to the log may be in the archive alone.
    assert not logged - archived
    assert (archived - logged).total() <= ON_THE_WAY


@pytest.mark.parametrize("pages", [0, 20])
def test_killed_and_continued(tmp_path: Path, pages: int) -> None:
    spool = tmp_path / "1"
    with Web(_slow_paper) as web:
        one = site(web.hosts[0], feeds=(web.url("/feed"),))
        thread = _kill_after(web, pages, signal.SIGKILL)
        report = run(spool, one)["test"]
        thread.join()
        assert report.state == ("partial" if pages else "failed")
        assert "SIGKILL" in (report.problem or "")
        first = read_log(report.log).fetches
        (found,) = find_spooled(spool) or [report]
        assert found.state in ("partial", "failed")
        assert read_log(found.log).fetches == first
        _check_archive(spool, first)
        got = outcomes(articles(report))
        assert set(got) <= {Outcome.NEW, Outcome.NOT_FETCHED}
        if not pages:
            return
        assert got.total() == COUNT
        assert got[Outcome.NEW] >= pages - ON_THE_WAY

        # The next run knows what the lake was told, and fetches the rest.
        known = write_known(tmp_path / "known.parquet", first)
        second = articles(run(tmp_path / "2", one, known=known)["test"])
        done = {fetch.url for fetch in first if fetch.outcome == Outcome.NEW}
        fetched = {fetch.url for fetch in second if fetch.outcome == Outcome.NEW}
        assert done | fetched == {web.url(f"/news/{n}") for n in range(COUNT)}
        assert not done & fetched
        asked = Counter(web.paths("/news/"))
        assert sum(asked.values()) <= COUNT + ON_THE_WAY


def test_killed_again_and_again_in_one_spool(tmp_path: Path) -> None:
    with Web(_slow_paper) as web:
        one = site(web.hosts[0], feeds=(web.url("/feed"),))
        report: SiteReport | None = None
        for goal in (10, 30, None):
            thread = _kill_after(web, goal, signal.SIGKILL) if goal else None
            report = run(tmp_path, one)["test"]
            if thread:
                thread.join()
        assert report is not None
        assert report.state == "ok"
        fetches = articles(report)
        assert outcomes(fetches) == {Outcome.NEW: COUNT}
        _check_archive(tmp_path, fetches)
        assert len(web.paths("/news/")) <= COUNT + 2 * ON_THE_WAY
        assert len(web.paths("/feed")) <= 3
        requests = len(web.requests)
        assert run(tmp_path, one)["test"] == report  # finished: nothing is asked again
        assert len(web.requests) == requests


def test_a_lost_tail_is_told_and_fetched_again(tmp_path: Path) -> None:
    with Web(_slow_paper) as web:
        one = site(web.hosts[0], feeds=(web.url("/feed"),), max_pages=5)
        report = run(tmp_path, one)["test"]
        (tmp_path / "logs" / "test.done.json").unlink()
        (warc,) = report.warcs
        with warc.open("r+b") as file:
            file.truncate(warc.stat().st_size - 700)
        with report.log.open("ab") as file:
            file.write(b'{"event": "fetch", "kind": "art')
        (found,) = find_spooled(tmp_path)
        assert found.state == "partial"
        assert "torn bytes cut off" in (found.problem or "")
        log = read_log(found.log)
        assert log.unreadable == 1
        got = outcomes(fetch for fetch in log.fetches if fetch.kind == "article")
        assert got[Outcome.NEW] == 4
        assert got.total() == COUNT
        (lost,) = [fetch for fetch in log.fetches if fetch.detail == "its archived record was lost"]
        assert run(tmp_path, one)["test"].state == "ok"
        again = {fetch.url: fetch.outcome for fetch in read_log(found.log).fetches}
        assert again[lost.url] == Outcome.NEW


def test_told_to_stop(tmp_path: Path) -> None:
    with Web(_slow_paper, ports=2) as web:
        sites = [site(host, f"s{n}", feeds=(f"http://{host}/feed",)) for n, host in enumerate(web.hosts)]
        thread = _kill_after(web, 20, signal.SIGTERM)
        reports = run(tmp_path, *sites)
        thread.join()
        for report in reports.values():
            assert report.state == "partial"
            assert "stopped by SIGTERM" in (report.problem or "")
            got = outcomes(articles(report))
            assert got.total() == COUNT
            assert set(got) == {Outcome.NEW, Outcome.NOT_FETCHED}
        reports = run(tmp_path, *sites)  # and goes on when asked again
        assert {report.state for report in reports.values()} == {"ok"}
        assert {tuple(outcomes(articles(report)).items()) for report in reports.values()} == {((Outcome.NEW, COUNT),)}
        assert len(web.paths("/news/")) <= 2 * (COUNT + ON_THE_WAY)


def test_closing_the_generator_ends_the_child(tmp_path: Path) -> None:
    with Web(_slow_paper, ports=2) as web:
        quick = site(web.hosts[0], "quick", feeds=(f"http://{web.hosts[0]}/feed",), max_pages=1)
        slow = site(web.hosts[1], "slow", feeds=(f"http://{web.hosts[1]}/feed",), delay=5.0)
        job = CrawlJob("run", (quick, slow), tmp_path, allow_private=True, proxy="", limits=QUICK)
        reports = crawl(job)
        assert next(reports).site == "quick"  # while the other goes on
        (child,) = _children()
        reports.close()
        assert not _is_running(child)
        assert {report.site: report.state for report in find_spooled(tmp_path)} == {"quick": "ok", "slow": "partial"}


def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from crawlers.crawl import CrawlJob, crawl
        from tests.crawlers.crawling import site
        host, spool = sys.argv[1:]
        one = site(host, feeds=(f"http://{host}/feed",))
        list(crawl(CrawlJob("run", (one,), Path(spool), allow_private=True, proxy="")))
    """)
    with Web(_slow_paper) as web:
        root = Path(__file__).parents[2]
        parent = subprocess.Popen([sys.executable, "-c", script, web.hosts[0], str(tmp_path)], cwd=root)
        while len(web.paths("/news/")) < 10:
            time.sleep(0.01)
        (child,) = _children(parent.pid)
        parent.kill()
        parent.wait()
        (report,) = find_spooled(tmp_path)  # waits for the orphan
        assert not _is_running(child)
        assert report.state == "partial"
        assert outcomes(articles(report))[Outcome.NEW] >= 8


def test_a_crash_names_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, atexit\nprint('unsafe chatter on stdout')\nsys.stderr.write('the disk is on fire\\n')\n"
        "sys.stderr.flush()\nimport os\nif 'crawlers.child' in ' '.join(sys.orig_argv): os.abort()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    report = run(tmp_path / "spool", site("127.0.0.1:9", feeds=("http://127.0.0.1:9/feed",)))["test"]
    assert report.state == "failed"
    assert "SIGABRT" in (report.problem or "")
    assert "the disk is on fire" in (report.problem or "")
    assert read_log(report.log).fetches == []


def test_a_silent_child_is_killed(tmp_path: Path) -> None:
    with Web(_slow_paper) as web:
        thread = _kill_after(web, 5, signal.SIGSTOP)
        one = site(web.hosts[0], feeds=(web.url("/feed"),))
        start = time.monotonic()
        report = run(tmp_path, one, limits=Limits(silence=2.0, grace=0.1, timeout=1.0))["test"]
        thread.join()
        assert report.state == "partial"
        assert "SIGKILL" in (report.problem or "")
        assert time.monotonic() - start < 30


def test_one_broken_site_leaves_the_others_alone(tmp_path: Path) -> None:
    with Web(_slow_paper, ports=2) as web:
        sites = [site(host, f"s{n}", feeds=(f"http://{host}/feed",), max_pages=3) for n, host in enumerate(web.hosts)]
        (tmp_path / "archive").mkdir()
        (tmp_path / "archive" / "site=s0").write_text("in the way")  # the archive of s0 can not be written
        reports = run(tmp_path, *sites)
        assert reports["s0"].state == "failed"
        assert "the crawl broke: " in (reports["s0"].problem or "")
        assert reports["s1"].state == "ok"
        assert outcomes(articles(reports["s1"]))[Outcome.NEW] == 3


def test_nothing_to_do(tmp_path: Path) -> None:
    assert list(crawl(CrawlJob("run", (), tmp_path))) == []
    assert find_spooled(tmp_path / "nowhere") == []
    assert list(tmp_path.iterdir()) == []
