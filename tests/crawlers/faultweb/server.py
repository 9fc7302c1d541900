"""A web server on loopback that does what real ones do on their bad days. Runs in a thread, on many ports."""

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.crawlers.faultweb.threaded import Threaded


@dataclass(slots=True)
class Seen:
    """One request as the server got it."""

    time: float
    host: str
    path: str
    headers: dict[str, str]


@dataclass(slots=True)
class Reply:
    """One answer, and how it is sent."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str | None = "text/html; charset=utf-8"
    announced: int | None = None
    """Content-Length to claim instead of the true one."""
    chunked: bool = False
    delay: float = 0.0
    drip: float = 0.0
    """Seconds between single bytes of the body."""
    cut: str | None = None
    """`reset` or `close`: end the connection in place of an answer."""
    raw: bytes | None = None
    """Sent as it is, in place of a proper answer."""


Handler = Callable[[Seen], Reply]


class Web(Threaded):
    """The server. `handler` is called in its thread."""

    def __init__(self, handler: Handler, *, ports: int = 1):
        super().__init__()
        self.handler = handler
        self.requests: list[Seen] = []
        self._sockets = [socket.create_server(("127.0.0.1", 0), backlog=1024) for _ in range(ports)]
        self.hosts = [f"127.0.0.1:{sock.getsockname()[1]}" for sock in self._sockets]

    def url(self, path: str, port: int = 0) -> str:
        """Address of a path on one of the ports."""
        return f"http://{self.hosts[port]}{path}"

    def paths(self, prefix: str = "/") -> list[str]:
        """Paths asked for so far, in order."""
        return [seen.path for seen in self.requests if seen.path.startswith(prefix)]

    async def listen(self) -> list[asyncio.Server]:
        """See Threaded."""
        return [await asyncio.start_server(self.answer, sock=sock) for sock in self._sockets]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """See Threaded."""
        while True:
            seen = _parse(await reader.readuntil(b"\r\n\r\n"))
            self.requests.append(seen)
            if not await _answer(writer, self.handler(seen)):
                break


def _parse(head: bytes) -> Seen:
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    target = first.split(" ")[1]
    if target.startswith("http"):  # asked as a proxy
        parts = urlsplit(target)
        return Seen(time.monotonic(), parts.netloc, parts.path + (f"?{parts.query}" if parts.query else ""), headers)
    return Seen(time.monotonic(), headers.get("host", ""), target, headers)


async def _answer(writer: asyncio.StreamWriter, reply: Reply) -> bool:
    """Send an answer; whether the connection stays open."""
    if reply.delay:
        await asyncio.sleep(reply.delay)
    if reply.cut == "reset":
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return False
    if reply.cut == "close":
        return False
    if reply.raw is not None:
        writer.write(reply.raw)
        await writer.drain()
        return False
    headers = dict(reply.headers)
    if reply.content_type is not None:
        headers.setdefault("Content-Type", reply.content_type)
    body = reply.body
    if reply.chunked:
        headers["Transfer-Encoding"] = "chunked"
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    elif reply.status != 304:
        headers["Content-Length"] = str(len(body) if reply.announced is None else reply.announced)
    head = f"HTTP/1.1 {reply.status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    start = head.encode("latin-1") + b"\r\n"
    if reply.drip:
        writer.write(start)
        for byte in body:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(reply.drip)
    else:
        # In one piece: a body that follows its head waits some 40 ms for the client's delayed ACK (RFC 896, RFC 1122).
        writer.write(start + body)
    await writer.drain()
    return reply.announced is None
