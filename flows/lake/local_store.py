"""The lake's objects in a directory, with the guarantees of a bucket: whole objects, one winner."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from flows.errors import LakeError

_PART = ".part-"


class LocalStore:
    """An `ObjectStore` below a local directory, which is made where it is missing."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.expanduser().absolute()
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unusable("to be made", error) from error

    @property
    def root(self) -> str:
        """`file:///…`."""
        return self.directory.as_uri()

    def put(self, name: str, data: bytes) -> None:
        """See ObjectStore.put: a temporary file beside it, synced, then renamed over it."""
        with self._explained(name), self._part(name) as part:
            self._write(part, data)
            part.replace(self._path(name))

    def put_if_absent(self, name: str, data: bytes) -> bool:
        """See ObjectStore.put_if_absent: `link(2)` fails where the name exists, so one writer wins."""
        with self._explained(name), self._part(name) as part:
            self._write(part, data)
            try:
                os.link(part, self._path(name))
            except FileExistsError:
                return False
            return True

    def put_file(self, name: str, path: Path) -> None:
        """See ObjectStore.put_file."""
        with self._explained(name), self._part(name) as part:
            with path.open("rb") as source, part.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
                target.flush()
                os.fsync(target.fileno())
            part.replace(self._path(name))

    def get(self, name: str) -> bytes | None:
        """See ObjectStore.get."""
        with self._explained(name):
            try:
                return self._path(name).read_bytes()
            except FileNotFoundError:
                return None

    def open(self, name: str, offset: int = 0) -> BinaryIO:
        """See ObjectStore.open."""
        stream = self._path(name).open("rb")
        stream.seek(offset)
        return stream

    def size(self, name: str) -> int | None:
        """See ObjectStore.size."""
        try:
            return self._path(name).stat().st_size
        except FileNotFoundError:
            return None

    def names(self, prefix: str) -> Iterator[str]:
        """See ObjectStore.names."""
        folder = self._path(prefix if prefix.endswith("/") else prefix.rpartition("/")[0])
        found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(_PART))
        names = (path.relative_to(self.directory).as_posix() for path in found)
        yield from sorted(name for name in names if name.startswith(prefix))

    def delete(self, name: str) -> None:
        """See ObjectStore.delete."""
        with self._explained(name):
            self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.directory / name

    @contextlib.contextmanager
    def _part(self, name: str) -> Iterator[Path]:
        folder = self._path(name).parent
        folder.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=_PART, dir=folder)
        os.close(handle)
        try:
            yield Path(part)
        finally:
            Path(part).unlink(missing_ok=True)

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        with path.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())

    @contextlib.contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._unusable(name, error) from error

    def _unusable(self, name: str, error: OSError) -> LakeError:
        return LakeError(
            f"the lake at {self.directory} could not be written or read ({name}): {error.strerror or error}. "
            "Check free space and permissions, or point PRESSLAKE_LAKE elsewhere; what was fetched is kept."
        )


def remove_parts(store: LocalStore, before: datetime) -> int:
    """Remove what killed writers left half written, and folders without files; gives the number of files.

    `before` is an instant: whatever was touched later may be somebody's work in progress.
    """
    removed = 0
    for path in store.directory.rglob(_PART + "*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before.timestamp():
                path.unlink()
                removed += 1
    rows = store.directory / "state" / "rows"
    for folder in rows.iterdir() if rows.is_dir() else ():
        with contextlib.suppress(OSError):  # not empty, or somebody was faster
            if folder.stat().st_mtime < before.timestamp():
                folder.rmdir()
    return removed
