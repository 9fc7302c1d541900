"""Captures from somebody else's WARC, kept in our archive as they are: their gzip members, byte for byte."""

import uuid
from datetime import datetime
from pathlib import Path

from crawlers.archive.captures import Capture, compressed
from crawlers.model import WarcRef

_NAMESPACE = uuid.UUID("6a3a5e0c-6d5b-5c7e-9a53-0d8f1b6f2c11")


class Keeper:
    """Writes captures below `<root>/archive/site=<site>/date=<date of capture>/<run>-0.warc.gz`.

    The same captures in the same order give the same bytes: a repeated window leaves the archive as it was.
    """

    def __init__(self, root: Path, run_id: str, origin: str) -> None:
        """`origin` is where the captures come from; it stands in the segment's warcinfo record."""
        self.root, self._run_id, self._origin = root, run_id, origin
        self._sizes: dict[Path, int] = {}

    def keep(self, site: str, capture: Capture) -> WarcRef:
        """Append a capture. Raises OSError where the disk does."""
        date = capture.captured_at.date().isoformat()
        path = self.root / "archive" / f"site={site}" / f"date={date}" / f"{self._run_id}-0.warc.gz"
        if path not in self._sizes:
            path.parent.mkdir(parents=True, exist_ok=True)
            head = _warcinfo(path.name, self._origin, capture.captured_at)
            path.write_bytes(head)
            self._sizes[path] = len(head)
        with path.open("ab") as file:
            file.write(capture.member)
        offset = self._sizes[path]
        self._sizes[path] += len(capture.member)
        return WarcRef(path.relative_to(self.root).as_posix(), offset, capture.digest)

    def segments(self, site: str) -> tuple[Path, ...]:
        """The site's segments."""
        return tuple(sorted(path for path in self._sizes if path.parent.parent.name == f"site={site}"))


def _warcinfo(name: str, origin: str, at: datetime) -> bytes:
    fields = f"software: presslake\r\nformat: WARC File Format 1.1\r\ndescription: captures copied from {origin}\r\n"
    block = fields.encode()
    head = (
        "WARC/1.1\r\nWARC-Type: warcinfo\r\n"
        f"WARC-Record-ID: <{uuid.uuid5(_NAMESPACE, name).urn}>\r\nWARC-Date: {at:%Y-%m-%dT%H:%M:%SZ}\r\n"
        f"WARC-Filename: {name}\r\nContent-Type: application/warc-fields\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return compressed(head.encode() + block + b"\r\n\r\n")
