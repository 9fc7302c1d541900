"""What the parent hears of the child: a thread listens, so that a busy parent never makes the child wait."""

import json
import os
import select
import subprocess
import threading
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from typing import Any

Event = dict[str, Any]

START_SECONDS = 60.0
"""To start, import and read what is known takes its time on a busy machine."""


class Channel:
    """The child's reports. Progress is kept by site, the latest only; everything else in order.

    A child that says nothing for `silence` seconds is stuck and gets killed; until its first word it has START_SECONDS.
    """

    def __init__(self, child: "subprocess.Popen[bytes]", silence: float):
        self._child, self._silence = child, silence
        self._events: SimpleQueue[Event | None] = SimpleQueue()
        self._progress: dict[str, Event] = {}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._listen, name="crawl-channel", daemon=True)
        self._thread.start()

    def events(self, *, pause: float = 0.5) -> Iterator[Event]:
        """The reports until the child closes its end; progress at least every `pause` seconds."""
        while True:
            try:
                event = self._events.get(timeout=pause)
            except Empty:
                yield from self._take_progress()
                continue
            yield from self._take_progress()
            if event is None:
                return
            yield event

    def close(self) -> None:
        """Wait for the listener, after the child has ended."""
        self._thread.join()
        if self._child.stdout is not None:
            self._child.stdout.close()

    def _take_progress(self) -> list[Event]:
        with self._lock:
            progress, self._progress = self._progress, {}
        return list(progress.values())

    def _listen(self) -> None:
        assert self._child.stdout is not None
        descriptor = self._child.stdout.fileno()
        pending = b""
        patience = max(self._silence, START_SECONDS)
        while True:
            ready, _, _ = select.select([descriptor], [], [], patience)
            if not ready:
                self._child.kill()
            data = os.read(descriptor, 65536)
            if not data:
                break
            patience = self._silence
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                self._hear(line)
        self._events.put(None)

    def _hear(self, line: bytes) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            return
        if isinstance(event, dict) and event.get("event") == "progress":
            with self._lock:
                self._progress[event["site"]] = event
        elif isinstance(event, dict):
            self._events.put(event)
