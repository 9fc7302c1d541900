"""The demo web's newsrooms: how each of them addresses, dresses and announces its stories.

A newsroom is a folder `layouts/<id>/`: `newsroom.toml` and the templates it speaks of (`string.Template`).
"""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from infra.demo.stories import Story, load_stories

LAYOUTS = Path(__file__).parent / "layouts"


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A site of the demo web. Templates named here are files of its layout folder."""

    id: str
    name: str
    host: str
    language: str
    timezone: str
    article_path: str
    """`str.format` pattern of `date` (local), `slug`, `section` and `number`."""
    section_path: str
    """`str.format` pattern of `section`."""
    feed_path: str
    feed_type: str
    """Content-Type of the feed."""
    date_text: str
    """`str.format` pattern of `date`, `month` and `weekday` (names)."""
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    """From Monday."""
    boilerplate: tuple[str, ...]
    """Texts that stand on its article pages and are no part of any story."""
    blocks: dict[str, str]
    """Templates by kind of block."""
    parts: dict[str, str]
    """Templates of what a page or feed repeats: a teaser, a tag, a feed item."""
    furniture: dict[str, str]
    """Templates of what stands between the blocks of a story without being part of it."""
    sections: dict[str, str]
    """Names by the id that addresses have."""
    aliases: tuple[str, ...] = ()
    """Hosts that redirect to `host`."""
    charset: str = "utf-8"
    """What its bytes really are."""
    page_type: str = "text/html; charset=utf-8"
    """Content-Type of its pages, truthful or not."""
    etag: bool = True
    last_modified: bool = True
    compress: bool = False
    precision: str = "second"
    """Of the publication dates on its pages, as in `schemas.articles.DATE_PRECISIONS`."""

    @property
    def zone(self) -> ZoneInfo:
        """Where its clocks are."""
        return ZoneInfo(self.timezone)

    def url(self, story: Story, now: datetime) -> str:
        """Address of a story's page, as its canonical link has it."""
        date = story.published_at(now).astimezone(self.zone)
        path = story.path or self.article_path.format(
            date=date, slug=story.slug, section=story.section, number=story.number
        )
        return f"http://{self.host}{path}"

    def say_date(self, instant: datetime) -> str:
        """The instant as its pages print it."""
        date = instant.astimezone(self.zone)
        return self.date_text.format(
            date=date, month=self.months[date.month - 1], weekday=self.weekdays[date.weekday()]
        )

    def layout(self, name: str) -> Template:
        """One of its template files."""
        return _template(LAYOUTS / self.id / name)

    def stories(self, moment: int) -> list[Story]:
        """Its stories at a moment, newest first."""
        return [now for story in _stories(self.id) if (now := story.at(moment))]


@cache
def newsrooms() -> dict[str, Newsroom]:
    """All newsrooms by their main host."""
    rooms = [_load(path) for path in sorted(LAYOUTS.glob("*/newsroom.toml"))]
    return {room.host: room for room in rooms}


@cache
def newsroom(name: str) -> Newsroom:
    """A newsroom by its id; KeyError where there is none."""
    return {room.id: room for room in newsrooms().values()}[name]


def _load(path: Path) -> Newsroom:
    fields = tomllib.loads(path.read_text(encoding="utf-8"))
    for name in ("months", "weekdays", "boilerplate", "aliases"):
        fields[name] = tuple(fields.get(name, ()))
    return Newsroom(id=path.parent.name, **fields)


@cache
def _template(path: Path) -> Template:
    return Template(path.read_text(encoding="utf-8"))


@cache
def _stories(name: str) -> tuple[Story, ...]:
    return load_stories(name)
