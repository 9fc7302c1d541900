"""The child process of a crawl: `python -m crawlers.child JOBFILE`. Started by `crawlers.crawl`, by nobody else.

Reports on standard output, a JSON object a line; everything else that is written there goes to standard error.
"""

import gc
import json
import logging
import os
import pickle
import resource
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

ORPHANED = 3
"""Exit code of a child whose parent is gone."""
PARENT_SECONDS = 0.5


def main() -> int:
    """Run the job; 0 when every site has its report."""
    job_file, parent = Path(sys.argv[1]), int(sys.argv[2])
    threading.Thread(target=_die_with, args=(parent,), daemon=True).start()
    emit = _reporter()
    gc.disable()  # walking over what is just being imported takes a fifth of the start
    from scrapy.crawler import AsyncCrawlerProcess

    from crawlers.spider.job import CrawlJob
    from crawlers.spider.known import read_known
    from crawlers.spider.news import NewsSpider
    from crawlers.spider.settings import scrapy_settings
    from crawlers.spider.spool import lock, report

    job: CrawlJob = pickle.loads(job_file.read_bytes())  # noqa: S301 (written by our parent)
    with lock(job.spool):
        _raise_file_limit()
        known = read_known(job.known, [site.id for site in job.sites])
        gc.freeze()  # what is known stays, too: no need to walk over it again and again
        gc.enable()
        process = AsyncCrawlerProcess(scrapy_settings(job.limits))
        process.crawl(NewsSpider, job=job, known=known, emit=emit)
        process.start(install_signal_handlers=False)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
        log.info("peak memory %.0f MB", peak)
        return 0 if all(report(job.spool, site.id) for site in job.sites) else 1


def _reporter() -> Callable[[dict[str, Any]], None]:
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # a stray print must not garble the reports

    def emit(event: dict[str, Any]) -> None:
        try:
            channel.write(json.dumps(event) + "\n")
        except BrokenPipeError:
            os._exit(ORPHANED)

    return emit


def _die_with(parent: int) -> None:
    """End with the parent, however it ends. Everything written so far is with the operating system already."""
    while os.getppid() == parent:
        time.sleep(PARENT_SECONDS)
    os._exit(ORPHANED)


def _raise_file_limit() -> None:
    """Two files a site and its sockets: the usual 1,024 are too few for some hundred sites."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    sys.exit(main())
