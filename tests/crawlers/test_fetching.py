import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from crawlers import fetching
from crawlers.fetching import PoliteFetcher
from schemas import Outcome
from tests.crawlers.discovery.packing import gz

Answers = dict[str, tuple[int, dict[str, str], bytes]]


class Server:
    """A web server on loopback that answers from a table and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: Answers = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else a body waits some 40 ms behind its head (RFC 896)

            def do_GET(self) -> None:
                outer.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                status, headers, body = outer.answers.get(self.path, (404, {}, b"gone"))
                if headers.pop("x-hang", None):
                    threading.Event().wait(1.5)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                if headers.get("Connection") == "close":
                    self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = Server()
    yield server
    server.close()


def fetcher(**options: Any) -> PoliteFetcher:
    return PoliteFetcher(**{"allow_private": True, "delay": 0.0, "timeout": 1.0, **options})


def test_a_document_comes_with_what_was_said_of_it(server: Server) -> None:
    body = gz("Grüße".encode())
    server.answers["/a?b=c"] = (200, {"Content-Type": "text/plain", "Content-Encoding": "gzip", "ETag": '"1"'}, body)
    document = fetcher()(f"{server.url}/a?b=c")
    assert document.ok
    assert (document.status, document.content_type) == (200, "text/plain")
    assert document.body.decode() == "Grüße"
    assert document.headers["etag"] == '"1"'
    (_, robots), (path, headers) = server.asked
    assert path == "/a?b=c"
    assert headers["user-agent"].startswith("presslake/")
    assert headers["host"] == server.url.removeprefix("http://")
    assert robots["user-agent"] == headers["user-agent"]


@pytest.mark.parametrize(
    ("status", "headers", "body", "outcome"),
    [
        (200, {}, b"", Outcome.EMPTY_BODY),
        (404, {}, b"x", Outcome.GONE),
        (410, {}, b"", Outcome.GONE),
        (403, {}, b"x", Outcome.REFUSED),
        (429, {}, b"x", Outcome.REFUSED),
        (418, {}, b"x", Outcome.HTTP_ERROR),
        (503, {}, b"x", Outcome.SERVER_ERROR),
        (304, {}, b"", Outcome.HTTP_ERROR),
        (302, {}, b"", Outcome.HTTP_ERROR),
        (302, {"Location": "/x"}, b"", Outcome.REDIRECT_LOOP),
        (302, {"Location": "http://[::1"}, b"", Outcome.HTTP_ERROR),
        (302, {"Location": "ftp://a.example/"}, b"", Outcome.UNSAFE_ADDRESS),
        (200, {}, b"x" * 20_000, Outcome.TOO_LARGE),
        (200, {"Content-Encoding": "gzip"}, gz(b"\0" * 50_000_000), Outcome.TOO_LARGE),
        (200, {"Content-Encoding": "gzip"}, b"not gzip", Outcome.TRUNCATED),
        (200, {"Content-Length": "50", "Connection": "close"}, b"x", Outcome.TRUNCATED),
        (200, {"x-hang": "1"}, b"x", Outcome.TIMED_OUT),
    ],
)
def test_what_went_wrong_is_named(
    server: Server, status: int, headers: dict[str, str], body: bytes, outcome: Outcome
) -> None:
    server.answers["/x"] = (status, headers, body)
    document = fetcher(max_bytes=10_000)(f"{server.url}/x")
    assert document.outcome is outcome
    assert document.detail
    assert not document.ok


def test_redirects_are_followed(server: Server) -> None:
    server.answers["/a"] = (301, {"Location": "b"}, b"")
    server.answers["/b"] = (307, {"Location": f"{server.url}/c"}, b"")
    server.answers["/c"] = (200, {}, b"here")
    document = fetcher()(f"{server.url}/a")
    assert (document.url, document.final_url, document.body) == (f"{server.url}/a", f"{server.url}/c", b"here")


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        ((200, {}, b"User-agent: *\nDisallow: /private"), False),
        ((200, {}, b"User-agent: presslake\nDisallow: /private\n\nUser-agent: *\nAllow: /"), False),
        ((200, {}, b"User-agent: other\nDisallow: /"), True),
        ((200, {}, b"User-agent: *\nDisallow: /*.pdf$"), True),
        ((200, {}, b"\xff\xfe rubbish"), True),
        ((200, {}, b""), True),
        ((404, {}, b"x"), True),
        ((403, {}, b"x"), True),
        ((429, {}, b"x"), False),
        ((500, {}, b"x"), False),
        ((301, {"Location": "/robots.txt"}, b""), True),
    ],
)
def test_robots_txt_is_obeyed(server: Server, robots: tuple[int, dict[str, str], bytes], allowed: bool) -> None:
    server.answers["/robots.txt"] = robots
    server.answers["/private/x"] = (200, {}, b"here")
    document = fetcher()(f"{server.url}/private/x")
    assert document.ok is allowed
    assert ("/private/x" in [path for path, _ in server.asked]) is allowed
    if not allowed:
        assert document.outcome is Outcome.ROBOTS


def test_a_redirect_into_a_forbidden_path_is_not_followed(server: Server) -> None:
    server.answers["/robots.txt"] = (200, {}, b"User-agent: *\nDisallow: /private")
    server.answers["/a"] = (302, {"Location": "/private/x"}, b"")
    assert fetcher()(f"{server.url}/a").outcome is Outcome.ROBOTS
    assert [path for path, _ in server.asked] == ["/robots.txt", "/a"]


@pytest.mark.parametrize(("robots", "least"), [(b"", 7.0), (b"User-agent: *\nCrawl-delay: 30\n", 30.0)])
def test_a_pause_is_kept_between_requests_to_a_host(server: Server, robots: bytes, least: float) -> None:
    server.answers["/robots.txt"] = (200, {}, robots)
    pauses: list[float] = []
    fetch = fetcher(delay=7.0, pause=pauses.append)
    for path in ("/a", "/b"):
        fetch(server.url + path)
    assert len(pauses) == 2
    assert all(least - 2 < pause <= least for pause in pauses)
    assert fetch.requests == 3


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "2130706433", "0x7f.1"]
)
def test_private_addresses_are_not_asked(server: Server, host: str) -> None:
    port = server.url.rpartition(":")[2]
    assert fetcher(allow_private=False)(f"http://{host}:{port}/a").outcome in (
        Outcome.UNSAFE_ADDRESS,
        Outcome.DNS_FAILED,
    )
    assert server.asked == []


def test_a_name_is_judged_by_where_it_leads(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *args, **options: [answer])
    document = fetcher(allow_private=False)("http://inside.example/a")
    assert document.outcome is Outcome.UNSAFE_ADDRESS
    assert "127.0.0.1" in (document.detail or "")


def test_a_name_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **options: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(fetching.socket, "getaddrinfo", fail)
    assert fetcher()("http://nowhere.example/").outcome is Outcome.DNS_FAILED


def test_a_closed_door(server: Server) -> None:
    server.close()
    assert fetcher()(f"{server.url}/").outcome is Outcome.CONNECTION_FAILED


def test_the_proxy_of_the_environment_is_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers["http://paper.example/a"] = (200, {}, b"by proxy")
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.delenv("no_proxy", raising=False)
    assert fetcher(allow_private=False)("http://paper.example/a").body == b"by proxy"
    assert [path for path, _ in server.asked] == ["http://paper.example/robots.txt", "http://paper.example/a"]
