"""The spool: the directory on local disk in which one run's crawl leaves what it has.

archive/site=<site>/date=<date>/<run>-<n>.warc.gz   what came over the wire
logs/<site>.jsonl                                    what became of each address
logs/<site>.done.json                                the site's report, when it is finished
logs/crawl.log                                       what the child process had to say
crawl.lock                                           held by the child while it lives
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawlers.archive import recover
from crawlers.spider.log import read_log

_RESERVE, RESERVED_BYTES = "reserve", 64 * 1024
LOCK_SECONDS = 15.0
"""How long to wait for an orphaned child to notice that its parent is gone."""


class SpoolBusyError(RuntimeError):
    """A crawl is still writing into the spool."""


@dataclass(frozen=True, slots=True)
class SiteReport:
    """How the crawl of one site ended."""

    site: str
    state: str
    """`ok`: every source answered; `partial`: some did not, or it was cut short; `failed`: none could be read."""
    problem: str | None
    log: Path
    """The crawl log, for `read_log`."""
    warcs: tuple[Path, ...]
    requests: int
    body_bytes: int
    """Bytes of body received over the wire."""


def log_path(spool: Path, site: str) -> Path:
    """A site's crawl log."""
    return spool / "logs" / f"{site}.jsonl"


def crawl_log_path(spool: Path) -> Path:
    """What the child process writes about itself."""
    return spool / "logs" / "crawl.log"


def warcs_of(spool: Path, site: str) -> tuple[Path, ...]:
    """The site's WARC segments, in order of writing."""
    found = (spool / "archive" / f"site={site}").glob("date=*/*.warc.gz")
    return tuple(sorted(found, key=lambda path: (path.parent.name, len(path.name), path.name)))


def reserve(spool: Path) -> None:
    """Keep some room on the disk, so that a crawl that fills it can still leave its log and report."""
    path = spool / "logs" / _RESERVE
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # too late: the first page will tell
        path.write_bytes(os.urandom(RESERVED_BYTES))  # nothing that a file system would store as less


def release(spool: Path) -> None:
    """Give up the room that was kept."""
    (spool / "logs" / _RESERVE).unlink(missing_ok=True)


def finish(spool: Path, site: str, state: str, problems: list[str], *, stopped: bool = False) -> None:
    """Leave a site's report, at once and whole. One that was `stopped` is not finished: it can be gone on with."""
    path = spool / "logs" / f"{site}.done.json"
    partial = path.with_suffix(".tmp")
    done = {"site": site, "state": state, "problem": "; ".join(problems) or None, "stopped": stopped}
    partial.write_text(json.dumps(done))
    partial.replace(path)


def reopen(spool: Path, site: str) -> bool:
    """Whether something is left to do for a site in this spool; the report of a stopped crawl is taken back."""
    done = _done(spool, site)
    if done is None:
        return True
    if done["stopped"]:
        (spool / "logs" / f"{site}.done.json").unlink()
    return bool(done["stopped"])


def report(spool: Path, site: str) -> SiteReport | None:
    """The report a site's crawl left; None where it left none."""
    done = _done(spool, site)
    return None if done is None else _report(spool, site, done["state"], done["problem"])


def salvage(spool: Path, site: str, problem: str) -> SiteReport:
    """The report of a site whose crawl broke off: torn tails cut, `partial` where there is anything, else `failed`."""
    told = [problem]
    for path in warcs_of(spool, site):
        recovery = recover(path)
        if recovery.cut:
            told.append(f"{recovery.cut} torn bytes cut off {path.name}")
    path = log_path(spool, site)
    found = path.exists() and any(fetch.attempts and fetch.kind != "robots" for fetch in read_log(path).fetches)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch()
    return _report(spool, site, "partial" if found else "failed", "; ".join(told))


def find_spooled(spool: Path) -> list[SiteReport]:
    """What a crawl left in its spool, also when it was killed at any moment.

    Waits for a child that has not noticed yet that its parent is gone. Raises SpoolBusyError where a crawl goes on
    in the spool.
    """
    if not spool.is_dir():
        return []
    with lock(spool):
        sites = {path.name.removesuffix(".jsonl") for path in (spool / "logs").glob("*.jsonl")}
        sites |= {path.name.removeprefix("site=") for path in (spool / "archive").glob("site=*")}
        return [report(spool, site) or salvage(spool, site, "the crawl was cut short") for site in sorted(sites)]


@contextmanager
def lock(spool: Path, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the spool. Raises SpoolBusyError where another process holds it for longer than `seconds`."""
    spool.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds
    descriptor = os.open(spool / "crawl.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise SpoolBusyError(f"a crawl is still writing to {spool}") from error
                time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


def _done(spool: Path, site: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((spool / "logs" / f"{site}.done.json").read_text())
    except FileNotFoundError:
        return None
    return found


def _report(spool: Path, site: str, state: str, problem: str | None) -> SiteReport:
    path = log_path(spool, site)
    log = read_log(path)
    return SiteReport(site, state, problem, path, warcs_of(spool, site), log.requests, log.body_bytes)
