"""A loopback proxy between us and an S3 server that does harm on purpose."""

import http.client
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

KINDS = ("drop", "delay", "error", "cut", "lost_answer")
"""drop: the connection is reset before the server hears of it; delay: it answers late; error: status 500, nothing
done; cut: the answer's body ends early; lost_answer: the server did it, but the client never learns."""


@dataclass
class Faults:
    """What a proxy does; `choose(method, path)` names the kind of harm for a request, or None."""

    choose: Callable[[str, str], str | None] = lambda method, path: None
    strip: frozenset[str] = frozenset()
    """Request headers (lower case) that never arrive: a server that ignores conditions."""
    delay: float = 0.05
    answer: tuple[int, str] | None = None
    """Answer everything with this status and S3 error code, without the server."""
    done: "Counter[str]" = field(default_factory=Counter)


@contextmanager
def proxy(upstream: str, faults: Faults) -> Iterator[str]:
    """The address of a proxy before `upstream` while the context lasts."""
    parts = urlsplit(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if faults.answer:
                self._refuse(*faults.answer)
                return
            kind = faults.choose(self.command, self.path)
            faults.done[kind or "none"] += 1
            if kind == "drop":
                self._reset()
                return
            if kind == "error":
                self._refuse(500, "InternalError")
                return
            if kind == "delay":
                time.sleep(faults.delay)
            status, reason, headers, answer = self._forward(body)
            if kind == "lost_answer":
                self._reset()
                return
            self.send_response_only(status, reason)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            if kind == "cut" and len(answer) > 1:
                self.wfile.write(answer[: len(answer) // 2])
                self._reset()
                return
            if self.command != "HEAD":
                self.wfile.write(answer)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _serve  # noqa: N815

        def _forward(self, body: bytes) -> tuple[int, str, list[tuple[str, str]], bytes]:
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
            try:
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() not in faults.strip | {"connection", "expect"}:
                        connection.putheader(name, value)
                connection.endheaders(body or None)
                answer = connection.getresponse()
                data = answer.read()
                kept = [
                    (name, value)
                    for name, value in answer.getheaders()
                    if name.lower() not in ("connection", "transfer-encoding", "content-length", "keep-alive")
                ]
                length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(data))
                if answer.status not in (204, 304) and length is not None:
                    kept.append(("Content-Length", length))
                return answer.status, answer.reason, kept, data
            finally:
                connection.close()

        def _refuse(self, status: int, code: str) -> None:
            data = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>on purpose</Message></Error>'.encode()
            self.send_response_only(status)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def _reset(self) -> None:
            self.wfile.flush()
            # Linger 0: the client sees a reset, not an orderly end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
            self.close_request(request)  # type: ignore[arg-type]

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # clients go away in the middle: that is what this is for

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
