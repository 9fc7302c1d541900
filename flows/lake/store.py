"""Objects of the lake that aren't tables: archive, write-ahead batches, templates.

One small interface with two homes: a directory and an S3 bucket. Names are POSIX paths relative to
the lake's root, e.g. `archive/site=x/date=2026-01-31/run-0.warc.gz`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol


class ObjectStore(Protocol):
    """Immutable objects by name.

    Every method raises `flows.errors.LakeError` where the store can't be reached or refuses.
    """

    @property
    def root(self) -> str:
        """The lake's root as a URL (`file:///…` or `s3://bucket/prefix`)."""

    def put(self, name: str, data: bytes) -> None:
        """Write an object whole, or not at all; an existing one is replaced."""

    def put_if_absent(self, name: str, data: bytes) -> bool:
        """Write an object unless one of that name exists. Of many writers at once, one gets True."""

    def put_file(self, name: str, path: Path) -> None:
        """Write an object from a local file, whole, or not at all."""

    def get(self, name: str) -> bytes | None:
        """The object's bytes, or None where there is none."""

    def open(self, name: str, offset: int = 0) -> BinaryIO:
        """A stream of the object's bytes from `offset` on. Raises FileNotFoundError where there is none."""

    def size(self, name: str) -> int | None:
        """Length in bytes, or None where there is no such object."""

    def names(self, prefix: str) -> Iterator[str]:
        """Names that begin with `prefix`, sorted."""

    def delete(self, name: str) -> None:
        """Remove an object; removing what isn't there is no error."""
