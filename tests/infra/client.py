"""A plain HTTP client that sends every request through a proxy, and none anywhere else."""

from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


def ask(proxy_url: str, url: str, method: str = "GET", **headers: str) -> Reply:
    """Ask the proxy for a URL; header names are written with underscores."""
    proxy = urlsplit(proxy_url)
    connection = HTTPConnection(proxy.hostname or "", proxy.port, timeout=20)
    try:
        connection.request(method, url, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()
