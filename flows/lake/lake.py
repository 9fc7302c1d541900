"""A lake: its root, its objects and its tables."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flows.errors import SettingsError
from flows.lake.local_store import LocalStore
from flows.lake.store import ObjectStore
from schemas import TABLES


@dataclass(frozen=True)
class Lake:
    """The only state presslake has. `root` is a URL without a slash at its end."""

    store: ObjectStore
    storage_options: dict[str, str]

    @property
    def root(self) -> str:
        """`file:///…` or `s3://bucket/prefix`."""
        return self.store.root

    def __reduce__(self) -> tuple[Callable[[str], "Lake"], tuple[str]]:
        """Pickled by its root alone: whoever reads it opens it anew, with credentials of its own."""
        return open_lake, (self.root,)

    def table_uri(self, name: str) -> str:
        """Where the Delta table stands, as deltalake wants to be told it: `tables/`, or `state/` for our own."""
        folder = "tables" if name in TABLES else "state"
        if isinstance(self.store, LocalStore):
            return str(self.store.directory / folder / name)
        return f"{self.root}/{folder}/{name}"


def open_lake(root: str) -> Lake:
    """The lake at `root`: a path, `file:///…`, or `s3://bucket/prefix`.

    Raises SettingsError for another scheme, LakeError where the place can't be reached.
    """
    parts = urlsplit(root)
    if parts.scheme == "s3":
        from flows.lake.s3_store import S3Store  # boto3 takes half a second to import; a local lake needs none of it

        return Lake(S3Store(parts.netloc, parts.path), _s3_options())
    if parts.scheme == "file":
        return Lake(LocalStore(Path(unquote(parts.path))), {})
    if parts.scheme and len(parts.scheme) > 1 and "://" in root:
        raise SettingsError(f"PRESSLAKE_LAKE={root}: only a path, file:///… or s3://bucket/prefix is understood")
    return Lake(LocalStore(Path(root)), {})


def _s3_options() -> dict[str, str]:
    """What deltalake's own S3 store must be told besides the AWS variables, which it reads itself."""
    options = {"aws_conditional_put": "etag"}
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        options["aws_endpoint_url"] = endpoint
        if endpoint.startswith("http://"):
            options["aws_allow_http"] = "true"
    return options
