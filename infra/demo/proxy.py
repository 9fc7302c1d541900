"""A forward HTTP proxy on loopback that answers for made-up hosts instead of asking the network.

It knows nothing of what it serves: a `Web` says what stands at an address, the proxy does the HTTP around it
(conditional requests, gzip, HEAD, the request log).
"""

import gzip
import hashlib
import json
import sys
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

ADMIN_HOST = "demo.admin.example"
"""`POST http://demo.admin.example/moment/2` through the proxy switches the web to another moment."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands at an address."""

    body: bytes = b""
    content_type: str | None = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    etag: bool = False
    """Send an ETag computed from the body and honour If-None-Match (RFC 9110, 13.1.2)."""
    last_modified: datetime | None = None
    """Sent, and If-Modified-Since honoured, where set (RFC 9110, 13.1.3)."""
    delay: float = 0.0
    """Seconds before the answer."""
    compress: bool = False
    """gzip for clients that accept it."""
    copies: int = 1
    """The body is sent this many times over: a way to be large without the memory."""
    cut_after: int | None = None
    """Close the connection after this many bytes of the announced length."""


@dataclass(frozen=True, slots=True)
class Request:
    """A line of the request log."""

    time: datetime
    """UTC, when the request had been read."""
    method: str
    url: str
    status: int
    user_agent: str | None
    conditional: bool
    """Whether it carried If-None-Match or If-Modified-Since."""


class Web:
    """What a proxy serves; a moment is a state of the web, counted from 1."""

    moment: int = 1
    moments: int = 1

    def answer(self, url: str) -> Answer | None:
        """What stands at an absolute URL now; None where the host is none of this web's."""
        raise NotImplementedError

    def go_to(self, moment: int) -> None:
        """Switch to a moment."""
        self.moment = moment


class Proxy:
    """A running proxy: a context manager, on a free port of 127.0.0.1 unless one is given."""

    def __init__(self, web: Web, *, port: int = 0, log: Path | None = None) -> None:
        """Bind at once, so that a port that is taken raises OSError here; serve on `with` or `serve_forever`."""
        self.web = web
        self._log = log
        self._requests: list[Request] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = _Server(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self.serve_forever, name="demo-web", daemon=True)

    @property
    def proxy_url(self) -> str:
        """What `http_proxy` has to be set to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self) -> list[Request]:
        """The requests so far, in order of their answers; those to the admin host are left out."""
        with self._lock:
            return list(self._requests)

    def go_to_moment(self, moment: int) -> None:
        """Switch the web; ValueError where it has no such moment."""
        if not 1 <= moment <= self.web.moments:
            raise ValueError(f"this web has the moments 1 to {self.web.moments}, not {moment}")
        self.web.go_to(moment)

    def serve_forever(self) -> None:
        """Serve in this thread until `close`."""
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        """Stop serving and give the port back."""
        self._stopped.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than the proxy runs."""
        if seconds > 0:
            self._stopped.wait(seconds)

    def note(self, request: Request) -> None:
        """Put a request on record, and into the log file where there is one."""
        with self._lock:
            self._requests.append(request)
            if self._log:
                line = asdict(request) | {"time": request.time.isoformat(timespec="microseconds")}
                with self._log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is no news; everything else is a bug and shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a body waits some 40 ms behind its head (RFC 896)
    server_version = "demo-web"
    sys_version = ""
    timeout = 60
    proxy: Proxy

    def do_GET(self) -> None:
        url = self.path if "://" in self.path else f"http://{self.headers.get('Host', '')}{self.path}"
        if urlsplit(url).hostname == ADMIN_HOST:
            self._send(self._administer(url))
            return
        answer = self.proxy.web.answer(url)
        if answer is None:
            text = f"This proxy answers for its own made-up hosts only, not for {url}\n"
            answer = Answer(text.encode(), "text/plain; charset=utf-8", HTTPStatus.BAD_GATEWAY)
        self.proxy.pause(answer.delay)
        not_modified = answer.status == HTTPStatus.OK and self._has_it(answer)
        self._note(url, HTTPStatus.NOT_MODIFIED if not_modified else answer.status)
        self._send(answer, not_modified)

    do_HEAD = do_GET  # noqa: N815 (http.server's names)
    do_POST = do_GET  # noqa: N815

    def do_CONNECT(self) -> None:
        self._note(self.path, HTTPStatus.BAD_GATEWAY)
        self._send(Answer(b"plain http only\n", "text/plain", HTTPStatus.BAD_GATEWAY))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """The request log is ours."""

    def _administer(self, url: str) -> Answer:
        if self.command == "POST":
            try:
                self.proxy.go_to_moment(int(urlsplit(url).path.removeprefix("/moment/")))
            except ValueError as error:
                return Answer(f"{error}\n".encode(), "text/plain; charset=utf-8", HTTPStatus.BAD_REQUEST)
        return Answer(f"moment {self.proxy.web.moment}\n".encode(), "text/plain; charset=utf-8")

    def _has_it(self, answer: Answer) -> bool:
        """Whether the client's copy is current; If-None-Match goes before If-Modified-Since (RFC 9110, 13.2.2)."""
        if (tags := self.headers.get("If-None-Match")) is not None:
            return answer.etag and _etag(answer) in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        since = self.headers.get("If-Modified-Since")
        if since is None or answer.last_modified is None:
            return False
        try:
            return answer.last_modified.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False

    def _note(self, url: str, status: int) -> None:
        conditional = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
        agent = self.headers.get("User-Agent")
        self.proxy.note(Request(datetime.now(UTC), self.command, url, int(status), agent, conditional))

    def _send(self, answer: Answer, not_modified: bool = False) -> None:
        body = answer.body
        self.send_response(HTTPStatus.NOT_MODIFIED if not_modified else answer.status)
        if answer.content_type and not not_modified:
            self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.etag:
            self.send_header("ETag", _etag(answer))
        if answer.last_modified:
            self.send_header("Last-Modified", format_datetime(answer.last_modified.astimezone(UTC), usegmt=True))
        if answer.compress:
            self.send_header("Vary", "Accept-Encoding")
            if "gzip" in self.headers.get("Accept-Encoding", "") and not not_modified:
                body = gzip.compress(body, 6, mtime=0)
                self.send_header("Content-Encoding", "gzip")
        if not not_modified:
            self.send_header("Content-Length", str(len(body) * answer.copies))
        if answer.cut_after is not None:
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD" and not not_modified:
            self._write(body[: answer.cut_after], answer.copies)

    def _write(self, body: bytes, copies: int) -> None:
        for _ in range(copies):
            self.wfile.write(body)


def _etag(answer: Answer) -> str:
    return f'"{hashlib.sha1(answer.body, usedforsecurity=False).hexdigest()[:16]}"'
