"""The door to a crawl: one child process for many sites. No Scrapy in this process.

The child tells how each site ended; its exit code alone is not trusted. Whatever happens to it (a crash, a kill, a
hang), every site gets a report of what there is.
"""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from crawlers.spider.channel import Channel
from crawlers.spider.comeback import PHRASE, from_words
from crawlers.spider.job import CrawlJob, Progress
from crawlers.spider.limits import Limits
from crawlers.spider.log import SiteLog, read_log
from crawlers.spider.restraints import Restraints
from crawlers.spider.spool import SiteReport, SpoolBusyError, crawl_log_path, find_spooled, report, salvage

__all__ = [
    "PHRASE",
    "CrawlJob",
    "Limits",
    "Progress",
    "Restraints",
    "SiteLog",
    "SiteReport",
    "SpoolBusyError",
    "crawl",
    "find_spooled",
    "from_words",
    "read_log",
]

KILL_SECONDS = 10.0
"""What a child has beyond its grace period before SIGTERM is followed by SIGKILL."""
QUOTED_LINES = 5


def crawl(job: CrawlJob, *, on_progress: Callable[[Progress], None] | None = None) -> Iterator[SiteReport]:
    """Crawl the job's sites in a child process; yields each site's report as it is finished, the others going on.

    Ends when every site has its report. Closing the generator stops the crawl (SIGTERM, then SIGKILL); so does an
    exception in the caller's loop once the generator is collected. A job with the spool of an interrupted crawl
    continues it.
    """
    if not job.sites:
        return
    child = _start(job)
    channel = Channel(child, job.limits.silence)
    waiting = {site.id for site in job.sites}
    why = ""
    try:
        for event in channel.events():
            if event.get("event") == "progress" and on_progress is not None:
                values = {name: value for name, value in event.items() if name != "event"}
                on_progress(Progress(**values))
            elif event.get("event") == "done" and event["site"] in waiting:
                done = report(job.spool, event["site"])
                if done is not None:
                    waiting.discard(done.site)
                    yield done
        why = _ended(child, job)
    finally:
        _stop(child, job.limits.grace + KILL_SECONDS)
        channel.close()
    for site in sorted(waiting):
        yield report(job.spool, site) or salvage(job.spool, site, why)


def _start(job: CrawlJob) -> "subprocess.Popen[bytes]":
    log = crawl_log_path(job.spool)
    log.parent.mkdir(parents=True, exist_ok=True)
    job_file = job.spool / "job.pickle"
    job_file.write_bytes(pickle.dumps(job))
    environment = dict(os.environ)
    if job.proxy is not None:
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            environment[name] = job.proxy
        environment["no_proxy"] = environment["NO_PROXY"] = ""
    with log.open("ab") as errors:
        return subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", "crawlers.child", str(job_file), str(os.getpid())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal is for the parent to handle
        )


def _ended(child: "subprocess.Popen[bytes]", job: CrawlJob) -> str:
    """Why a child that closed its channel has ended, in words, with its last ones."""
    code = child.wait(KILL_SECONDS)
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
    return f"the crawler process {how}{_last_words(crawl_log_path(job.spool))}"


def _last_words(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    lines = [line.strip() for line in lines if line.strip()]
    fatal = [number for number, line in enumerate(lines) if line.startswith("Fatal Python error")]
    start = max(0, fatal[-1] - 1) if fatal else max(0, len(lines) - QUOTED_LINES)  # its stack comes after it
    return ": " + " | ".join(lines[start : start + QUOTED_LINES]) if lines else ""


def _stop(child: "subprocess.Popen[bytes]", seconds: float) -> None:
    """End the child: gently, then not."""
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
