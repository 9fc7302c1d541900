"""Settings of a run: environment variables with defaults that work on a laptop.

    PRESSLAKE_LAKE          root of the lake: a path or s3://bucket/prefix              ./lake
    PRESSLAKE_SITES         directory of site declarations                              the shipped ones
    PRESSLAKE_SPOOL         local directory for pages on their way into the lake        in the lake, or a cache
    PRESSLAKE_PROCESSES     worker processes for extraction                             one a core, at most 8
    PRESSLAKE_PAGE_TIMEOUT  seconds that one page may take to extract                   10
    PRESSLAKE_ALLOW_PRIVATE 1: private and loopback addresses may be fetched            0
    PRESSLAKE_TASKS         where extraction and windows of backfills are done:         local
                            local (this process), dask or ray (workers of a cluster)
    PRESSLAKE_TASKS_ADDRESS scheduler of a cluster, e.g. tcp://scheduler:8786           workers on this machine

Credentials are never settings of ours: the AWS libraries read theirs where they always do.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.errors import SettingsError
from flows.tasks import KINDS


@dataclass(frozen=True)
class Settings:
    """What a run needs to know besides its sites."""

    lake: str
    spool: Path
    """Holds a directory per run until its results are in the lake; on local disk also for a lake on S3."""
    sites: Path | None = None
    """None: the declarations that are shipped."""
    processes: int = 2
    page_timeout: float = 10.0
    """Seconds."""
    allow_private: bool = False
    tasks: str = "local"
    """One of `flows.tasks.KINDS`."""
    tasks_address: str | None = None
    """None: worker processes of this machine, as many as `processes`."""


def from_environment(environ: Mapping[str, str] = os.environ, *, lake: str | None = None) -> Settings:
    """The settings the environment asks for; `lake` wins over PRESSLAKE_LAKE. Raises SettingsError."""
    root = lake or environ.get("PRESSLAKE_LAKE") or "./lake"
    spool = environ.get("PRESSLAKE_SPOOL")
    sites = environ.get("PRESSLAKE_SITES")
    return Settings(
        lake=root,
        spool=Path(spool).expanduser().absolute() if spool else _default_spool(root, environ),
        sites=Path(sites).expanduser() if sites else None,
        processes=int(_number(environ, "PRESSLAKE_PROCESSES", min(8, os.cpu_count() or 1), 1, 256)),
        page_timeout=_number(environ, "PRESSLAKE_PAGE_TIMEOUT", 10.0, 0.1, 3600.0),
        allow_private=environ.get("PRESSLAKE_ALLOW_PRIVATE", "0").lower() in ("1", "true", "yes"),
        tasks=_one_of(environ, "PRESSLAKE_TASKS", KINDS),
        tasks_address=environ.get("PRESSLAKE_TASKS_ADDRESS") or None,
    )


def _default_spool(root: str, environ: Mapping[str, str]) -> Path:
    """Beside a local lake's tables; for a bucket in the user's cache directory, one folder a lake."""
    if "://" not in root:
        return Path(root).expanduser().absolute() / "state" / "spool"
    if root.startswith("file://"):
        return Path(root.removeprefix("file://")) / "state" / "spool"
    cache = Path(environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return cache / "presslake" / hashlib.sha256(root.encode()).hexdigest()[:16]


def _one_of(environ: Mapping[str, str], name: str, values: Sequence[str]) -> str:
    """The variable's value; the first one where it isn't set."""
    text = environ.get(name) or values[0]
    if text not in values:
        raise SettingsError(f"{name}={text}: one of {', '.join(values)} is expected")
    return text


def _number(environ: Mapping[str, str], name: str, default: float, least: float, most: float) -> float:
    text = environ.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        raise SettingsError(f"{name}={text}: a number from {least:g} to {most:g} is expected") from None
    if not least <= value <= most:
        raise SettingsError(f"{name}={text}: must be from {least:g} to {most:g}")
    return value
