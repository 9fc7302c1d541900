"""The lake's objects in an S3 bucket, by boto3.

Credentials, region and endpoint come from the standard AWS variables and profiles and are never
held here. One winner among many writers rests on `If-None-Match: *` (Amazon S3 API, conditional writes).
"""

import contextlib
import io
import mimetypes
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from flows.errors import LakeError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_TRIES = 6
_MISSING = {"404", "NoSuchKey", "NotFound"}
_LOST_THE_RACE = {"412", "PreconditionFailed", "ConditionalRequestConflict", "409"}


class S3Store:
    """An `ObjectStore` below `s3://bucket/prefix`."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self.bucket, self.prefix = bucket, prefix.strip("/")
        config = Config(retries={"mode": "standard", "max_attempts": 8}, connect_timeout=10, read_timeout=60)
        self._client: S3Client = boto3.client("s3", config=config)
        with self._explained(""):
            # Not head_bucket: an answer without a body has no error code, so nobody could say what to do.
            self._client.list_objects_v2(Bucket=bucket, MaxKeys=1)

    @property
    def root(self) -> str:
        """`s3://bucket/prefix`."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    @property
    def region(self) -> str | None:
        """The region, by the variables or the profile."""
        return self._client.meta.region_name or None

    @property
    def endpoint(self) -> str | None:
        """The server's address where it isn't Amazon's, by the variables or the profile."""
        address = self._client.meta.endpoint_url
        return None if (urlsplit(address).hostname or "").endswith((".amazonaws.com", ".amazonaws.com.cn")) else address

    def put(self, name: str, data: bytes) -> None:
        """See ObjectStore.put."""
        with self._explained(name):
            self._client.put_object(
                Bucket=self.bucket,
                Key=self._key(name),
                Body=data,
                ChecksumAlgorithm="SHA256",
                # A report is opened in a browser, which downloads what has no type.
                ContentType=mimetypes.guess_type(name)[0] or "application/octet-stream",
            )

    def put_if_absent(self, name: str, data: bytes) -> bool:
        """See ObjectStore.put_if_absent."""
        with self._explained(name):
            try:
                self._client.put_object(
                    Bucket=self.bucket, Key=self._key(name), Body=data, ChecksumAlgorithm="SHA256", IfNoneMatch="*"
                )
            except ClientError as error:
                if _code(error) in _LOST_THE_RACE:
                    # A retried request may meet what its own first try wrote: then we are the winner.
                    return self.get(name) == data
                raise
            return True

    def put_file(self, name: str, path: Path) -> None:
        """See ObjectStore.put_file: in parts where it is large."""
        with self._explained(name):
            self._client.upload_file(str(path), self.bucket, self._key(name), ExtraArgs={"ChecksumAlgorithm": "SHA256"})

    def get(self, name: str) -> bytes | None:
        """See ObjectStore.get."""
        try:
            with self.open(name) as stream:
                return stream.read()
        except FileNotFoundError:
            return None

    def open(self, name: str, offset: int = 0) -> BinaryIO:
        """See ObjectStore.open. A body that is cut short is asked for again from where it ended."""

        def body(position: int) -> _Body:
            with self._explained(name):
                # No range for the whole: an empty object has none.
                part = {"Range": f"bytes={position}-"} if position else {}
                return self._client.get_object(Bucket=self.bucket, Key=self._key(name), **part)["Body"]  # type: ignore[arg-type]

        try:
            raw = _Raw(body, offset)
        except LakeError as error:
            if isinstance(error.__cause__, ClientError) and _code(error.__cause__) in _MISSING:
                raise FileNotFoundError(name) from error
            raise
        # The body knows read() alone; BufferedReader makes a full binary file of it.
        return io.BufferedReader(raw, 1 << 20)

    def size(self, name: str) -> int | None:
        """See ObjectStore.size."""
        with self._explained(name):
            try:
                return self._client.head_object(Bucket=self.bucket, Key=self._key(name))["ContentLength"]
            except ClientError as error:
                if _code(error) in _MISSING:
                    return None
                raise

    def names(self, prefix: str) -> Iterator[str]:
        """See ObjectStore.names."""
        with self._explained(prefix):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self._key(prefix))
            skip = len(self.prefix) + 1 if self.prefix else 0
            for page in pages:
                yield from (entry["Key"][skip:] for entry in page.get("Contents", []))

    def delete(self, name: str) -> None:
        """See ObjectStore.delete."""
        with self._explained(name):
            self._client.delete_object(Bucket=self.bucket, Key=self._key(name))

    def _key(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name

    @contextlib.contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        try:
            yield
        except (ClientError, BotoCoreError, HTTPError) as error:
            # HTTPError is urllib3's: botocore lets a connection that breaks within an answer through as it is.
            where = f"s3://{self.bucket}/{self._key(name)}".rstrip("/")
            raise LakeError(f"{where}: {error}. {_advice(error)}") from error


class _Body(Protocol):
    def read(self, amt: int) -> bytes: ...


class _Raw(io.RawIOBase):
    """The bodies of one object as a raw stream, so that the standard library can buffer it."""

    def __init__(self, body_from: Callable[[int], _Body], position: int) -> None:
        self._body_from, self._position = body_from, position
        self._body = body_from(position)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        for attempt in range(_TRIES):
            try:
                data = self._body.read(len(buffer))
                break
            except (BotoCoreError, HTTPError, OSError) as error:
                # botocore tries requests again, but not bodies.
                if attempt == _TRIES - 1:
                    raise LakeError(f"an object's body was cut short {_TRIES} times: {error}. Run again.") from error
                time.sleep(random.uniform(0, 0.1 * 2**attempt))  # noqa: S311 - jitter, not cryptography
                self._body = self._body_from(self._position)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def _advice(error: Exception) -> str:
    code = _code(error) if isinstance(error, ClientError) else type(error).__name__
    return {
        "404": "Create the bucket, or correct PRESSLAKE_LAKE.",
        "NoSuchBucket": "Create the bucket, or correct PRESSLAKE_LAKE.",
        "403": "The credentials may not do this: see AWS_PROFILE, AWS_ACCESS_KEY_ID and the bucket's policy.",
        "AccessDenied": "The credentials may not do this: see AWS_PROFILE, AWS_ACCESS_KEY_ID and the bucket's policy.",
        "ExpiredToken": "The credentials have expired: renew them and run again; the batch is kept.",
        "ExpiredTokenException": "The credentials have expired: renew them and run again; the batch is kept.",
        "InvalidAccessKeyId": "The server doesn't know this key: see AWS_PROFILE and AWS_ACCESS_KEY_ID.",
        "SignatureDoesNotMatch": "The secret is not that of this key: see AWS_PROFILE and AWS_SECRET_ACCESS_KEY.",
        "RequestTimeTooSkewed": "This machine's clock is off by more than 15 minutes: set it and run again.",
        "InvalidObjectState": "It lies in cold storage: restore it (aws s3api restore-object), then run again.",
        "NoCredentialsError": "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        "EndpointConnectionError": "Nothing answers there: see AWS_ENDPOINT_URL and the network.",
    }.get(code, "Run again when the store answers; what was fetched is kept.")
