"""A disk that is full and a directory that is read-only: said clearly, the batch kept, completed later.

Both are real: a small file system in memory, mounted in a namespace of its own. Where the kernel doesn't allow that,
these tests skip.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

_HEAD = """
import os, sys
from flows.errors import PresslakeError
from flows.lake import open_lake
from flows.lake.batches import Batch, complete, publish
from flows.lake.query import rows
from tests.flows.lake.rows import batch_rows

lake = open_lake(sys.argv[1])
publish(lake, lambda: Batch("r1", batch_rows(1)))

def try_to(publish_number):
    try:
        publish(lake, lambda: Batch("r2", batch_rows(publish_number, run_id="r2")))
    except PresslakeError as error:
        print("said:", error)
        return
    raise SystemExit("it was published")
"""

_FULL = (
    _HEAD
    + """
def fill(leave):
    free = os.statvfs(sys.argv[1])
    with open(sys.argv[1] + "/ballast", "wb") as ballast:
        ballast.write(bytes(free.f_bavail * free.f_frsize - leave))

def state():
    return [rows(lake, f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in ("revisions", "articles", "runs")]

outcomes = set()
for leave in range(0, 260_000, 20_000):
    fill(leave)
    try:
        publish(lake, lambda: Batch(f"at{leave}", batch_rows(leave + 2, run_id=f"at{leave}")))
        outcomes.add("published")
    except PresslakeError as error:
        outcomes.add("said")
        print("said:", error)
    os.unlink(sys.argv[1] + "/ballast")
    last = complete(lake)
    assert state() == [last] * 3, (state(), last)
assert outcomes == {"said", "published"}, outcomes
"""
)

_READ_ONLY = (
    _HEAD
    + """
import subprocess
subprocess.run(["mount", "-o", "remount,ro", sys.argv[1]], check=True)
try_to(2)
assert len(rows(lake, "SELECT * FROM articles")) == 1, "reading goes on"
subprocess.run(["mount", "-o", "remount,rw", sys.argv[1]], check=True)
complete(lake)
publish(lake, lambda: Batch("r2", batch_rows(2, run_id="r2")))
assert len(rows(lake, "SELECT * FROM articles")) == 2
"""
)

_CRAWL = """
import os, random, sys
from pathlib import Path
from crawlers.crawl import read_log
from tests.crawlers.crawling import newspaper, run, site
from tests.crawlers.faultweb.server import Reply, Web

def large(seen):
    if "feed" in seen.path or "robots" in seen.path:
        return None
    return Reply(body=b"<html><p>" + random.randbytes(1500).hex().encode())

free = os.statvfs(sys.argv[1])
Path(sys.argv[1], "ballast").write_bytes(bytes(free.f_bavail * free.f_frsize - 200_000))
with Web(newspaper(90, large)) as web:
    report = run(Path(sys.argv[1]) / "spool", site(web.hosts[0], feeds=(web.url("/feed"),)))["test"]
print("said:", report.state, report.problem)
log = read_log(report.log)
assert len([fetch for fetch in log.fetches if fetch.kind == "article"]) == 90, "each has its line"
assert log.unreadable == 0
"""


def _in_small_file_system(script: str, folder: Path) -> str:
    folder.mkdir()
    inside = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=3m tmpfs "$0" && exec "$@"', str(folder)]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let us mount a file system of our own (unshare -rm)")
    ran = subprocess.run(
        [*inside, sys.executable, "-c", script, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr + ran.stdout
    return ran.stdout


def test_a_full_disk_is_named_and_every_batch_is_whole_or_absent(tmp_path: Path) -> None:
    told = _in_small_file_system(_FULL, tmp_path / "small").splitlines()
    assert told
    for line in told:
        assert "Check free space" in line or "The batch is kept" in line or "could not be" in line, line


def test_a_read_only_lake_is_named_and_still_read(tmp_path: Path) -> None:
    told = _in_small_file_system(_READ_ONLY, tmp_path / "small")
    assert "Read-only file system" in told
    assert "Check free space and permissions" in told


def test_a_crawl_whose_spool_is_full_says_so(tmp_path: Path) -> None:
    told = _in_small_file_system(_CRAWL, tmp_path / "small")
    assert told == "said: partial the crawl broke: OSError: [Errno 28] No space left on device\n"
