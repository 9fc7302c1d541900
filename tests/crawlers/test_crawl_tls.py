"""Over TLS: certificates are checked; HTTP/2 is spoken with those who speak it."""

from pathlib import Path

import pytest

from crawlers.archive import read_fetched
from crawlers.crawl import read_log
from crawlers.model import Page
from schemas import Outcome
from tests.crawlers.crawling import articles, outcomes, run, site
from tests.crawlers.faultweb.pages import article, feed
from tests.crawlers.faultweb.server import Reply
from tests.crawlers.faultweb.tls import TlsWeb, certificate


def _paper(host: str, path: str) -> Reply:
    if path == "/feed":
        return Reply(body=feed(f"https://{host}/news/{n}" for n in range(5)), content_type="application/rss+xml")
    return Reply(body=article()) if path.startswith("/news/") else Reply(404, b"no")


def test_http2_where_it_is_spoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cert, key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    monkeypatch.setenv("PRESSLAKE_HTTP2", "1")
    with TlsWeb(_paper, cert, key) as modern, TlsWeb(_paper, cert, key, http2=False) as old:
        sites = [site(web.host, f"s{n}", feeds=(f"https://{web.host}/feed",)) for n, web in enumerate((modern, old))]
        reports = run(tmp_path / "spool", *sites)
        for report in reports.values():
            assert report.state == "ok"
            assert outcomes(articles(report)) == {Outcome.NEW: 5}
            for _, page in read_fetched(tmp_path / "spool", articles(report)):
                assert isinstance(page, Page)
                assert page.body == article()
    assert [protocol for protocol, _ in modern.seen] == ["http/1.1"] + ["h2"] * 7
    asked = [(protocol, path) for protocol, path in old.seen if path != "*"]  # the preface of HTTP/2, once
    assert {protocol for protocol, _ in asked} == {"http/1.1"}
    assert len(old.seen) - len(asked) == 1
    assert len(modern.seen) == len(asked) == reports["s0"].requests


def test_certificates_are_checked(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)  # nobody has reason to trust this one
    with TlsWeb(_paper, cert, key) as web:
        report = run(tmp_path / "spool", site(web.host, feeds=(f"https://{web.host}/feed",)))["test"]
        assert report.state == "failed"
        (source,) = [fetch for fetch in read_log(report.log).fetches if fetch.kind == "feed"]
        assert source.outcome == Outcome.CONNECTION_FAILED
        assert "certificate" in (source.detail or "")
        assert web.seen == []
