"""WARC files wherever they are: on disk, in a bucket, behind HTTP. Found, measured, and read from any offset."""

import io
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urlsplit

from flows.errors import PresslakeError, SettingsError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ENDINGS = (".warc.gz", ".warc", ".warc.zst")
BLOCK = 8 << 20
"""Bytes asked for at once over the network."""
OPEN_BUCKETS = frozenset({"commoncrawl"})
"""Buckets anybody may read: asked without a signature where there are no credentials."""
WHERE_VARIABLE = "PRESSLAKE_COMMONCRAWL"
"""Environment variable: how Common Crawl is read. `s3` (default) or `https`; a mirror's address instead: an S3 endpoint
as `s3+https://…`, a web server with the same paths as `https://…`. AWS_ENDPOINT_URL is the lake's and does not count.
"""
AMAZON = "https://s3.us-east-1.amazonaws.com"
SECONDS = 60.0


class SourceError(PresslakeError):
    """What a backfill reads from can't be reached or read."""


@dataclass(frozen=True, slots=True)
class WarcFile:
    """A WARC file: its address, and its length in bytes where the listing gives it."""

    uri: str
    size: int | None

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.uri.rstrip("/").rpartition("/")[2]


def find(places: Iterable[str]) -> list[WarcFile]:
    """The WARC files at these places, each once: paths, directories and patterns; `s3://bucket/key` or `…/prefix/`;
    `http(s)://…` files. Raises SettingsError where a place holds none, SourceError where it can't be read.
    """
    found: dict[str, WarcFile] = {}
    for place in places:
        here = _find(place)
        if not here:
            raise SettingsError(f"{place}: no WARC file there ({', '.join(ENDINGS)})")
        found |= {file.uri: file for file in here}
    return list(found.values())


def measured(file: WarcFile) -> WarcFile:
    """The file with its size, asked for where the listing didn't give it."""
    if file.size is not None:
        return file
    request = urllib.request.Request(file.uri, method="HEAD")  # noqa: S310 - http(s) only, see _find
    with _answering(file.uri, request) as answer:
        length = answer.headers.get("Content-Length")
    if length is None:
        raise SourceError(f"{file.uri}: the server does not say how long it is")
    return WarcFile(file.uri, int(length))


def open_file(file: WarcFile) -> BinaryIO:
    """The file as a seekable stream; over the network it is read block by block, as it is needed.

    Raises SourceError where it can't be opened; reading raises it, too.
    """
    parts = urlsplit(file.uri)
    if parts.scheme == "s3":
        client, bucket, key = _client(parts.netloc), parts.netloc, parts.path.lstrip("/")
        return _blocks(file, lambda first, last: _s3_range(client, bucket, key, first, last))
    if parts.scheme in ("http", "https"):
        return _blocks(file, lambda first, last: http_get(file.uri, first, last))
    try:
        return Path(unquote(parts.path)).open("rb")
    except OSError as error:
        raise SourceError(f"{file.uri}: {error.strerror or error}") from error


def list_s3(bucket: str, prefix: str) -> list[WarcFile]:
    """The WARC files below a prefix of a bucket, in order of name. Raises SourceError."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        pages = _client(bucket).get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        entries = [entry for page in pages for entry in page.get("Contents", [])]
    except (BotoCoreError, ClientError) as error:
        raise SourceError(f"s3://{bucket}/{prefix}: {error}. {_advice(bucket)}") from error
    files = (WarcFile(f"s3://{bucket}/{entry['Key']}", entry["Size"]) for entry in entries)
    return [file for file in files if file.uri.endswith(ENDINGS)]


def http_get(url: str, first: int | None = None, last: int | None = None) -> bytes:
    """The body at an address, or bytes `first` to `last` of it, both included. Raises SourceError."""
    headers = {} if first is None else {"Range": f"bytes={first}-{last}"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http(s) only, see _find
    with _answering(url, request) as answer:
        if first is not None and answer.status != 206:
            raise SourceError(f"{url}: the server gives no parts of files (status {answer.status} to a range request)")
        body: bytes = answer.read()
    return body


def _find(place: str) -> list[WarcFile]:
    parts = urlsplit(place)
    if parts.scheme == "s3":
        key = parts.path.lstrip("/")
        files = list_s3(parts.netloc, key)
        return [file for file in files if file.uri == place] or files
    if parts.scheme in ("http", "https"):
        return [WarcFile(place, None)] if parts.path.endswith(ENDINGS) else []
    path = Path(unquote(parts.path) if parts.scheme == "file" else place).expanduser().absolute()
    if path.is_dir():
        paths = [item for item in path.rglob("*") if item.name.endswith(ENDINGS)]
    else:
        paths = [path] if path.is_file() else list(path.parent.glob(path.name))
    return [WarcFile(item.as_uri(), item.stat().st_size) for item in sorted(paths) if item.is_file()]


def _client(bucket: str) -> "S3Client":
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config

    config = Config(retries={"mode": "standard", "max_attempts": 8}, connect_timeout=10, read_timeout=60)
    if bucket not in OPEN_BUCKETS:
        return boto3.client("s3", config=config)
    if boto3.Session().get_credentials() is None:
        config = config.merge(Config(signature_version=UNSIGNED))
    where = os.environ.get(WHERE_VARIABLE, "")
    endpoint = where.removeprefix("s3+") if where.startswith("s3+") else AMAZON
    return boto3.client("s3", config=config, endpoint_url=endpoint, region_name="us-east-1")


def _s3_range(client: "S3Client", bucket: str, key: str, first: int, last: int) -> bytes:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return client.get_object(Bucket=bucket, Key=key, Range=f"bytes={first}-{last}")["Body"].read()
    except (BotoCoreError, ClientError) as error:
        raise SourceError(f"s3://{bucket}/{key}: {error}. {_advice(bucket)}") from error


def _advice(bucket: str) -> str:
    if bucket in OPEN_BUCKETS:
        return (
            "Common Crawl's bucket may want signed requests: set up AWS credentials (any account's), or read it over "
            "HTTP with PRESSLAKE_COMMONCRAWL=https."
        )
    return "See the bucket's name, AWS_PROFILE or AWS_ACCESS_KEY_ID, and AWS_ENDPOINT_URL."


def _answering(url: str, request: urllib.request.Request) -> "urllib.request._UrlopenRet":
    try:
        return urllib.request.urlopen(request, timeout=SECONDS)  # noqa: S310 - http(s) only
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise SourceError(f"{url}: {error}") from error


def _blocks(file: WarcFile, fetch: Callable[[int, int], bytes]) -> BinaryIO:
    size = measured(file).size
    assert size is not None
    return io.BufferedReader(Blocks(size, fetch), 1 << 16)


class Blocks(io.RawIOBase):
    """A seekable stream over something that gives ranges of bytes; the two blocks used last are kept."""

    def __init__(self, size: int, fetch: Callable[[int, int], bytes], block: int = BLOCK) -> None:
        """`fetch` gives bytes first to last, both included."""
        self._size, self._fetch, self._block = size, fetch, block
        self._position = 0
        self._kept: dict[int, bytes] = {}

    def readable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def seekable(self) -> bool:
        """See io.RawIOBase."""
        return True

    def tell(self) -> int:
        """See io.RawIOBase."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """See io.RawIOBase."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """See io.RawIOBase."""
        number, offset = divmod(self._position, self._block)
        data = self._at(number)[offset : offset + len(buffer)] if self._position < self._size else b""
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _at(self, number: int) -> bytes:
        if number not in self._kept:
            first = number * self._block
            data = self._fetch(first, min(self._size, first + self._block) - 1)
            while len(self._kept) > 1:
                del self._kept[next(iter(self._kept))]
            self._kept[number] = data
        return self._kept[number]
