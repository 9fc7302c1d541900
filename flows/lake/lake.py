"""A lake: its root, its objects and its tables."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from flows.errors import SettingsError
from flows.lake.local_store import LocalStore
from flows.lake.store import ObjectStore
from schemas import TABLES

if TYPE_CHECKING:
    from flows.lake.s3_store import S3Store


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

    Raises SettingsError for another scheme or no bucket, LakeError where the place can't be reached.
    """
    parts = urlsplit(root)
    if parts.scheme == "s3" and not parts.netloc:
        raise SettingsError(f"PRESSLAKE_LAKE={root}: names no bucket; s3://bucket/prefix is expected")
    if parts.scheme == "s3":
        from flows.lake.s3_store import S3Store  # boto3 takes half a second to import; a local lake needs none of it

        store = S3Store(parts.netloc, parts.path)
        return Lake(store, _s3_options(store))
    if parts.scheme == "file":
        return Lake(LocalStore(Path(unquote(parts.path))), {})
    if parts.scheme and len(parts.scheme) > 1 and "://" in root:
        raise SettingsError(f"PRESSLAKE_LAKE={root}: only a path, file:///… or s3://bucket/prefix is understood")
    return Lake(LocalStore(Path(root)), {})


def _s3_options(store: "S3Store") -> dict[str, str]:
    """What deltalake's own S3 store must be told to find the place and the credentials that boto3 found.

    Secrets are never among them: it reads the AWS variables and profiles itself.
    """
    options = {"aws_conditional_put": "etag"}
    if store.region:
        options["aws_region"] = store.region
    if store.endpoint:
        options["aws_endpoint_url"] = store.endpoint
        if store.endpoint.startswith("http://"):
            options["aws_allow_http"] = "true"
        if not os.environ.get("AWS_ACCESS_KEY_ID"):
            # With an endpoint that isn't Amazon's, it looks no further than the variables unless it is told to.
            options["AWS_FORCE_CREDENTIAL_LOAD"] = "true"
    return options
