"""The crawl log of one site and run: a JSON line per event, readable after any crash.

`lead` says that an address was learned of, `fetch` what became of it. A lead without a fetch was not reached. `wait`
says that a host asked to be left alone: should the run be killed, the next one knows by the leads that had to wait.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from crawlers.model import Fetch, WarcRef
from crawlers.spider.comeback import host_key, in_words
from schemas import Outcome

_INSTANTS = ("fetched_at", "lead_published_at")
_FIELDS = tuple(item.name for item in fields(Fetch))


@dataclass(slots=True)
class SiteLog:
    """What a site's log says."""

    fetches: list[Fetch] = field(default_factory=list)
    """One per address and kind, in order of discovery."""
    requests: int = 0
    body_bytes: int = 0
    """Bytes of all bodies received, redirects and failed tries included."""
    unreadable: int = 0
    """Lines that could not be read: a torn last line counts as one."""


class LogWriter:
    """Appends to a site's log; each line is with the operating system when the method returns."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        torn = _torn_tail(path)
        self._file: BinaryIO = path.open("ab", buffering=0)
        if torn:
            self._file.write(b"\n")

    def leads(self, leads: Iterable[Fetch]) -> None:
        """Note addresses that are still to be fetched."""
        lines = [_line("lead", _slim(lead)) for lead in leads]
        if lines:
            self._append(b"".join(lines))

    def fetch(self, fetch: Fetch, *, wire_bytes: int = 0) -> None:
        """Note what became of an address. `wire_bytes`: of all bodies received on the way to it."""
        self._append(_line("fetch", _slim(fetch) | {"wire_bytes": wire_bytes}))

    def fetches(self, fetches: Iterable[Fetch]) -> None:
        """Note outcomes that needed no request."""
        lines = [_line("fetch", _slim(fetch)) for fetch in fetches]
        if lines:
            self._append(b"".join(lines))

    def wait(self, host: str, until: datetime) -> None:
        """Note that a host asks to be left alone until an instant."""
        self._append(_line("wait", {"host": host, "until": until}))

    def _append(self, lines: bytes) -> None:
        """All of it or, with OSError, nothing: on a full disk the first part of a line would spoil the next one."""
        size, rest = os.fstat(self._file.fileno()).st_size, memoryview(lines)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            self._file.truncate(size)
            raise

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_log(path: Path) -> SiteLog:
    """Read a site's log: `<spool>/logs/<site>.jsonl`.

    Exactly one fetch per (kind, url): the last one logged; leads without any end in NOT_FETCHED, and so do those
    whose archived record was lost with the end of its segment. Raises OSError where there is no such file.
    """
    log = SiteLog()
    found: dict[tuple[str, str], Fetch] = {}
    spool = path.parent.parent
    sizes: dict[str, int] = {}
    latest = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    waits: dict[str, datetime] = {}
    for line in path.read_bytes().splitlines():
        if not line:
            continue
        try:
            event = json.loads(line)
            if event["event"] == "wait":
                waits[event["host"]] = datetime.fromisoformat(event["until"])
                continue
            fetch = _parse(event)
        except (ValueError, KeyError, TypeError):
            log.unreadable += 1
            continue
        if event["event"] == "fetch":
            log.requests += fetch.attempts
            log.body_bytes += int(event.get("wire_bytes", 0))
            if _is_lost(fetch.warc, spool, sizes):
                fetch = _not_fetched(fetch, "its archived record was lost", latest)
            found[fetch.kind, fetch.url] = fetch
        else:
            found.setdefault((fetch.kind, fetch.url), _not_fetched(fetch, fetch.detail, latest))
    log.fetches = list(found.values())
    for fetch in log.fetches:
        if fetch.outcome is Outcome.NOT_FETCHED and not fetch.detail and (until := waits.get(host_key(fetch.url))):
            fetch.detail = in_words(host_key(fetch.url), until)
    return log


def _not_fetched(lead: Fetch, detail: str | None, at: datetime) -> Fetch:
    return Fetch(
        site=lead.site,
        kind=lead.kind,
        url=lead.url,
        url_key=lead.url_key,
        outcome=Outcome.NOT_FETCHED,
        fetched_at=at,
        found_in=lead.found_in,
        detail=detail,
        lead_title=lead.lead_title,
        lead_published_at=lead.lead_published_at,
    )


def _is_lost(ref: WarcRef | None, spool: Path, sizes: dict[str, int]) -> bool:
    """Whether the record lies beyond the end of its file. A file that is gone altogether has been moved on."""
    if ref is None:
        return False
    if ref.file not in sizes:
        try:
            sizes[ref.file] = (spool / ref.file).stat().st_size
        except OSError:
            sizes[ref.file] = -1
    return 0 <= sizes[ref.file] <= ref.offset


def _slim(fetch: Fetch) -> dict[str, Any]:
    values = {name: value for name in _FIELDS if (value := getattr(fetch, name)) is not None}
    if fetch.warc is not None:
        values["warc"] = {"file": fetch.warc.file, "offset": fetch.warc.offset, "digest": fetch.warc.digest}
    return values


def _line(event: str, values: dict[str, Any]) -> bytes:
    return json.dumps({"event": event} | values, default=_to_json, ensure_ascii=True).encode() + b"\n"


def _to_json(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{type(value)} in the crawl log")


def _parse(event: dict[str, Any]) -> Fetch:
    values = {name: value for name, value in event.items() if name in _FIELDS}
    for name in _INSTANTS:
        if name in values:
            values[name] = datetime.fromisoformat(values[name])
    if "warc" in values:
        values["warc"] = WarcRef(**values["warc"])
    values["outcome"] = Outcome(values["outcome"])
    return Fetch(**values)


def _torn_tail(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) != b"\n"
    except OSError:
        return False
