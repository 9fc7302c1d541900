"""The demo web: which newsroom answers for an address, and with what."""

import time
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from infra.demo.newsrooms import Newsroom, newsrooms
from infra.demo.proxy import Answer, Web
from infra.demo.render import Press
from infra.demo.stories import Story


class NewsWeb(Web):
    """Four newsrooms at two moments.

    `now` is the web's clock: everything is published relative to it. What moment 2 changed, it changed at
    `changed_at`: the full second at which the web went there, so that a crawler that looked before sees a later date
    and one that looks after an earlier one. With a `now` of one's own both are the same, and so is every byte.
    """

    moments = 2

    def __init__(self, now: datetime | None = None, moment: int = 1) -> None:
        """`now` needs a time zone; the full minute of the call where None."""
        self._live = now is None
        self.now = (now or datetime.now(UTC).replace(second=0, microsecond=0)).astimezone(UTC)
        self.changed_at = self.now
        self.moment = moment

    def go_to(self, moment: int) -> None:
        """Switch to a moment. To moment 2 this takes until the next full second, the first time."""
        if self._live and moment == 2 and self.changed_at == self.now:
            time.sleep(1 - time.time() % 1)
            self.changed_at = datetime.now(UTC).replace(microsecond=0)
        self.moment = moment

    def answer(self, url: str) -> Answer | None:
        """What stands at an absolute URL now; None where the host is none of the web's."""
        parts = urlsplit(url)
        if parts.scheme != "http":
            return None
        host = (parts.hostname or "").lower()
        for room in newsrooms().values():
            if host == room.host:
                return self._in(room, parts.path or "/", parts.query)
            if host in room.aliases:
                target = url.replace(f"//{parts.netloc}", f"//{room.host}", 1)
                return Answer(status=HTTPStatus.MOVED_PERMANENTLY, headers=(("Location", target),))
        return None

    def urls(self, moment: int | None = None) -> list[str]:
        """The addresses of all stories there are at a moment, by newsroom, newest first."""
        at = self.moment if moment is None else moment
        return [room.url(story, self.now) for room in newsrooms().values() for story in room.stories(at)]

    def _in(self, room: Newsroom, path: str, query: str) -> Answer:
        press = Press(room, self.now, self.moment, self.changed_at)
        if path == "/robots.txt":
            text = room.layout("robots.txt").substitute(host=room.host)
            return Answer(text.encode(), "text/plain; charset=utf-8")
        if path == room.feed_path:
            return self._answer(room, press.feed(), room.feed_type, press.last_touched())
        if path.startswith("/media/"):
            return Answer(_picture(path), "image/png", etag=True)
        for story in press.stories:
            address = urlsplit(room.url(story, self.now))
            if path == address.path and all(
                part in query.split("&") for part in filter(None, address.query.split("&"))
            ):
                return self._page(press, story)
        for section in ("", *room.sections):
            address = urlsplit(room.section_path.format(section=section) if section else "/")
            if path == address.path and (not address.query or query == address.query):
                return self._answer(room, press.front(section), room.page_type)
        return self._failure(room, HTTPStatus.NOT_FOUND)

    def _page(self, press: Press, story: Story) -> Answer:
        if story.status != HTTPStatus.OK:
            return self._failure(press.room, story.status)
        answer = self._answer(press.room, press.article(story), press.room.page_type, press.touched(story))
        return replace(answer, delay=story.delay)

    @staticmethod
    def _answer(room: Newsroom, text: str, content_type: str, changed: datetime | None = None) -> Answer:
        return Answer(
            text.encode(room.charset, "xmlcharrefreplace"),
            content_type,
            etag=room.etag,
            last_modified=changed if room.last_modified else None,
            compress=room.compress,
        )

    @staticmethod
    def _failure(room: Newsroom, status: int) -> Answer:
        reason = HTTPStatus(status).phrase
        text = room.layout("failure.html").substitute(status=status, reason=reason, site=room.name, host=room.host)
        return Answer(text.encode(room.charset, "xmlcharrefreplace"), room.page_type, status)


def _picture(name: str, width: int = 640, height: int = 360) -> bytes:
    """A PNG of sky, sea and sand whose colours come from its name (PNG specification, 5: chunks)."""
    seed = zlib.crc32(name.encode())
    tints = [((seed >> shift) & 63) for shift in (0, 6, 12)]
    bands = [(150 + tints[0], 190, 235), (30, 90 + tints[1], 140), (220, 200, 150 + tints[2])]
    rows = b"".join(b"\0" + bytes(bands[min(2, 3 * y // height)]) * width for y in range(height))
    header = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4) for kind, data in chunks
    )
