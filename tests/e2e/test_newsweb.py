"""A run over the recorded news web, 91 real hosts that `sites add` has looked at: every article found, nothing else, no
address that robots.txt disallows, every delay kept, the archive as it came, and nothing fetched twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from protego import Protego

from crawlers.archive import read_page
from crawlers.urlkey import url_key
from flows import pipeline
from flows.lake import open_lake
from flows.lake.query import rows
from tests.e2e.newsweb import article_urls, bodies, declare, hosts, requests, serving
from tests.e2e.support import settings

pytestmark = [pytest.mark.long, pytest.mark.shared]


def test_every_recorded_article_lands_in_the_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected, recorded = article_urls(), bodies()
    assert len(expected) == sum(hosts().values()) == 131
    chosen = settings(tmp_path, tmp_path / "sites")
    log = tmp_path / "requests.jsonl"
    with serving(log) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        declare(tmp_path / "sites")
        looked = requests(log)
        summary = pipeline.ingest(chosen)
        first = requests(log)[len(looked) :]
        again = pipeline.ingest(chosen)
        second = requests(log)[len(looked) + len(first) :]

    lake = open_lake(chosen.lake)
    fetched = rows(lake, "SELECT url, outcome, warc_file, warc_offset FROM fetches WHERE kind = 'article'")
    outcomes = {row["url"]: row["outcome"] for row in fetched}
    assert {url_key(url) for url in outcomes} == {url_key(url) for url in expected}, "all articles, and nothing else"
    assert {url for url in expected if outcomes[url] != "new"} == set()
    # The same text under two addresses is one story; all others have their row.
    assert len(rows(lake, "SELECT DISTINCT article_id FROM revisions")) >= len(expected) - 2
    for row in fetched:
        page = read_page(Path(chosen.lake) / row["warc_file"], row["warc_offset"])
        assert page.body == recorded[page.url], "the archive has it as it came"
    assert {site.state for site in summary.sites} == {"ok"}
    _check_manners(looked + first + second, recorded)
    _check_delays(first, recorded)
    _check_delays(second, recorded)
    assert not {str(request["url"]) for request in second} & expected, "no article is fetched again"
    assert not [request for request in second if str(request["url"]).endswith("/robots.txt")], "once a day is enough"
    assert sum(site.new for site in again.sites) == 0


def _rules(url: str, recorded: Mapping[str, bytes]) -> Protego:
    return Protego.parse(recorded[f"http://{urlsplit(url).netloc}/robots.txt"].decode())


def _check_manners(asked: Iterable[Mapping[str, object]], recorded: Mapping[str, bytes]) -> None:
    """Nothing that robots.txt disallows was asked for, and we said who we are."""
    rules: dict[str, Protego] = {}
    for request in asked:
        url = str(request["url"])
        host = rules.setdefault(urlsplit(url).netloc, _rules(url, recorded))
        assert host.can_fetch(url, "presslake")
        assert str(request["user_agent"]).startswith("presslake/")


def _check_delays(asked: Iterable[Mapping[str, object]], recorded: Mapping[str, bytes]) -> None:
    """The delay that a host's robots.txt asks for was kept over all requests of a run."""
    times: dict[str, list[float]] = defaultdict(list)
    for request in asked:
        if _rules(str(request["url"]), recorded).crawl_delay("presslake"):
            times[urlsplit(str(request["url"])).netloc].append(float(str(request["time"])))
    assert len(times) == 10
    for host, at in times.items():
        delay = _rules(f"http://{host}/", recorded).crawl_delay("presslake")
        assert all(later - earlier > float(delay or 0) - 0.1 for earlier, later in pairwise(sorted(at)))
