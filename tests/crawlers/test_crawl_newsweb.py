"""The recorded news web, crawled through its proxy."""

import json
import re
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest
from protego import Protego

from crawlers.archive import read_fetched
from crawlers.crawl import Limits, SiteReport, read_log
from crawlers.declarations import Site
from crawlers.model import Fetch, Page
from schemas import Outcome
from tests.crawlers.crawling import articles, run, site, write_known

pytestmark = pytest.mark.shared

MODES = ("feed", "news_sitemap", "sitemap_index", "sections")


@dataclass(frozen=True)
class NewsWeb:
    """The recording, and the proxy that serves it."""

    pages: dict[str, bytes]
    hosts: list[dict[str, str | int]]
    proxy: str
    log: Path

    def requests(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture(scope="module")
def newsweb(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsWeb]:
    folder = request.config.rootpath.parent / "shared" / "newsweb"
    if not (folder / "serve.py").exists():
        pytest.skip("the recorded news web is not here")
    rows = pq.read_table(folder / "newsweb.parquet", columns=["url", "body"]).to_pylist()
    log = tmp_path_factory.mktemp("newsweb") / "requests.jsonl"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, folder / "serve.py", folder / "newsweb.parquet", "--port", str(port), "--log", log]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.readline()  # it says when it is ready
        hosts = json.loads((folder / "newsweb.json").read_text())
        yield NewsWeb(
            {row["url"].partition("#")[0]: row["body"] for row in rows}, hosts, f"http://127.0.0.1:{port}", log
        )
        server.terminate()


def _declare(web: NewsWeb, mode: str) -> list[Site]:
    """Declarations of the hosts that are discovered in one way."""
    sites = []
    for entry in web.hosts:
        host = str(entry["host"])
        if entry["mode"] != mode:
            continue
        sources = {
            "feed": {"feeds": (f"http://{host}/feed.xml",)},
            "news_sitemap": {"news_sitemaps": (f"http://{host}/news-sitemap.xml",)},
            "sitemap_index": {"sitemaps": (f"http://{host}/sitemap-index.xml",)},
            "sections": {"sections": (f"http://{host}/", f"http://{host}/section/news")},
        }[mode]
        sites.append(site(host, host.replace(".", "-"), max_age_days=36_500, **sources))
    return sites


def _is_article(url: str) -> bool:
    """Whether a recorded address is an article's: the others were made for the recording."""
    return not re.fullmatch(r"/|/robots\.txt|/about|/section/.*|/feed\.xml|/(news-)?sitemap[^/]*", urlsplit(url).path)


def _crawl(web: NewsWeb, spool: Path, sites: list[Site], **job: Path) -> dict[str, SiteReport]:
    return run(spool, *sites, proxy=web.proxy, allow_private=False, limits=Limits(), **job)


def test_every_article_is_found_and_fetched_once(newsweb: NewsWeb, tmp_path: Path) -> None:
    sites = [site for mode in MODES for site in _declare(newsweb, mode)]
    hosts = {str(entry["host"]) for entry in newsweb.hosts if entry["mode"] in MODES}
    expected = Counter(host for url in newsweb.pages if (host := urlsplit(url).netloc) in hosts and _is_article(url))
    start = time.monotonic()
    reports = _crawl(newsweb, tmp_path / "1", sites)
    print(f"{len(sites)} sites in {time.monotonic() - start:.1f} s")
    assert {report.state for report in reports.values()} == {"ok"}
    fetched = Counter(
        urlsplit(fetch.url).netloc
        for report in reports.values()
        for fetch in articles(report)
        if fetch.outcome == Outcome.NEW
    )
    assert fetched == expected
    assert fetched.total() == 131  # of 132 recorded: one address was recorded twice

    everything = [fetch for report in reports.values() for fetch in read_log(report.log).fetches]
    _check_pages(newsweb, tmp_path / "1", everything)
    _check_manners(newsweb)

    known = write_known(tmp_path / "known.parquet", everything)
    before = len(newsweb.requests())
    again = _crawl(newsweb, tmp_path / "2", sites, known=known)
    outcomes = Counter(fetch.outcome for report in again.values() for fetch in articles(report))
    assert outcomes == Counter({Outcome.KNOWN: outcomes.total()})  # sources answer 304 and name nothing
    asked = {str(request["url"]) for request in newsweb.requests()[before:]}
    assert not asked & {fetch.url for fetch in everything if fetch.kind == "article"}


def _check_pages(web: NewsWeb, spool: Path, fetches: list[Fetch]) -> None:
    stored = [fetch for fetch in fetches if fetch.outcome == Outcome.NEW]
    for fetch, page in read_fetched(spool, stored):
        assert isinstance(page, Page)
        assert page.body == web.pages[page.url]
        assert page.lead is not None
        assert page.lead.url == fetch.url


def _check_manners(web: NewsWeb) -> None:
    """Nothing that robots.txt disallows was asked for, and every delay it asks for was kept."""
    times: dict[str, list[float]] = defaultdict(list)
    for request in web.requests():
        url = str(request["url"])
        host = urlsplit(url).netloc
        rules = Protego.parse(web.pages[f"http://{host}/robots.txt"].decode())
        assert rules.can_fetch(url, "presslake")
        assert str(request["user_agent"]).startswith("presslake/")
        times[host].append(float(str(request["time"])))
    for host, at in times.items():
        rules = Protego.parse(web.pages[f"http://{host}/robots.txt"].decode())
        delay = rules.crawl_delay("presslake")
        if delay:
            assert min(later - earlier for earlier, later in pairwise(sorted(at))) > delay - 0.1
