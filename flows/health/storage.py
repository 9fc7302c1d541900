"""Rules about the lake as a whole: it can be written, batches become visible, disks have room."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from flows.errors import PresslakeError
from flows.health.model import Finding
from flows.health.rules import Rule, Rules
from flows.health.words import duration, percent
from flows.lake import Lake
from flows.lake.local_store import LocalStore
from flows.lake.tables import committed
from schemas import RUNS


def check_storage(
    lake: Lake, rules: Rules, at: datetime, spool: Path | None = None, *, probe: bool = True
) -> list[Finding]:
    """The findings on the lake's storage. `probe` writes and deletes a small object; readers leave it out.

    Never raises for a store that fails: that is a finding.
    """
    found: list[Finding] = []
    if probe and not rules.rule("storage").off:
        found += _probe(lake, rules.rule("storage"))
    if not found and not rules.rule("pending").off:
        try:
            found += _pending(lake, rules.rule("pending"), at)
        except PresslakeError as error:
            found.append(unreachable(error, rules.rule("storage"), lake.root))
    if not rules.rule("disk").off:
        places = {"lake": lake.store.directory if isinstance(lake.store, LocalStore) else None, "spool": spool}
        for name, directory in places.items():
            found += _disk(directory, name, rules.rule("disk")) if directory else ()
    return found


def unreachable(error: Exception, rule: Rule, root: str) -> Finding:
    """The finding that the lake can't be reached, read or written."""
    return Finding(
        "storage", rule.severity, None, "The lake can't be used", str(error)[:500],
        "credentials expired, the bucket's policy or endpoint changed, the network or the disk fails",
        f"aws s3 ls {root}/" if root.startswith("s3://") else f"ls -ld {root.removeprefix('file://')}",
    )  # fmt: skip


def _probe(lake: Lake, rule: Rule) -> Iterator[Finding]:
    name = f"state/probe/{uuid4().hex}"
    try:
        if not lake.store.put_if_absent(name, b"presslake") or lake.store.get(name) != b"presslake":
            raise PresslakeError(f"{name} was written and reads differently")
        if lake.store.put_if_absent(name, b"again"):
            raise PresslakeError("the store ignores the condition of a conditional write; batches would be lost")
        lake.store.delete(name)
    except PresslakeError as error:
        yield unreachable(error, rule, lake.root)


def _pending(lake: Lake, rule: Rule, at: datetime) -> Iterator[Finding]:
    """A batch that was decided a while ago and that nobody has completed."""
    following = committed(lake, RUNS) + 1
    data = lake.store.get(f"state/batches/{following:012d}.json")
    if data is None:
        return
    decision = json.loads(data)
    decided = datetime.fromisoformat(decision["decided_at"]).astimezone(UTC)
    if at - decided < timedelta(minutes=rule["minutes"]):
        return
    waited = duration((at - decided) / timedelta(hours=1))
    yield Finding(
        "pending", rule.severity, None, f"Batch {following} has waited for {waited}",
        f"decided by run {decision['run_id']}, and not in all tables yet",
        "the publisher was killed and no run came after it, or a table can't be written",
        "presslake -v ingest --limit 1  # any run completes it; its error names the table", decided,
    )  # fmt: skip


def _disk(directory: Path, name: str, rule: Rule) -> Iterator[Finding]:
    while not directory.exists():
        directory = directory.parent
    usage = shutil.disk_usage(directory)
    free, gigabytes = usage.free / max(1, usage.total), usage.free / 1e9
    if free >= rule["share"] and gigabytes >= rule["gigabytes"]:
        return
    yield Finding(
        "disk", rule.severity, None, f"Disk of the {name} nearly full: {gigabytes:.1f} GB free",
        f"{percent(free)} of {usage.total / 1e9:.0f} GB at {directory} are free",
        "the archive grows with every page; spool directories of killed runs wait for the next run",
        f"du -xh --max-depth=2 {directory} | sort -h | tail", subject=name,
    )  # fmt: skip
