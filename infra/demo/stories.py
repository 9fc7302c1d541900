"""The demo web's stories: what its newsrooms wrote, and how it changes from one moment to the next.

A story is a file `stories/<newsroom>/<slug>.md`: TOML between two lines of `+++`, then the text in blocks with blank
lines between them:

    ## a subheading              > a quotation                  - a list item
    | a cell | another |         ![caption | credit](name.png)  {a piece of page furniture}

and anything else is a paragraph. Within a block, `[words](address)` is a link, `*words*` and `**words**` are emphasis.
`published` is written as the distance from the web's now, e.g. `-1d 4h 20m 13s`.
"""

import re
import tomllib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

STORIES = Path(__file__).parent / "stories"

_INLINE = re.compile(r"\[(?P<words>[^]]+)\]\((?P<address>[^)]+)\)|\*\*(?P<strong>.+?)\*\*|\*(?P<em>.+?)\*")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a story: `kind` is paragraph, heading, quote, list_item, table_row, image or furniture."""

    kind: str
    text: str
    """With its inline marks; of an image the caption, of furniture its name."""
    credit: str = ""
    """Of an image."""
    image: str = ""

    @property
    def plain(self) -> str:
        """What a reader sees."""
        return _INLINE.sub(lambda found: next(filter(None, (found["words"], found["strong"], found["em"]))), self.text)

    @property
    def html(self) -> str:
        """As inline markup."""
        return _INLINE.sub(_tagged, escape(self.text, quote=False))

    @property
    def cells(self) -> list[str]:
        """Of a table row."""
        return [cell.strip() for cell in self.text.strip("|").split("|")]


@dataclass(frozen=True, slots=True)
class Comment:
    """A reader's remark below a story."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """A story as it stands at one moment."""

    newsroom: str
    slug: str
    title: str
    published_ago: timedelta
    blocks: tuple[Block, ...]
    description: str = ""
    authors: tuple[str, ...] = ()
    section: str = ""
    tags: tuple[str, ...] = ()
    number: int = 0
    """The number a content management system gave it, for addresses made of it."""
    path: str = ""
    """Where it stands when that isn't where its newsroom's stories do."""
    image: str = ""
    caption: str = ""
    credit: str = ""
    moment: int = 1
    """The first moment at which it is there."""
    changed: bool = False
    """Whether its page differs from that of moment 1."""
    note: str = ""
    """A correction note below the text."""
    agency: str = ""
    """Whom the page credits as its source."""
    repost_of: str = ""
    """`<newsroom>/<slug>` of the story it repeats, as that story stood at moment 1."""
    take: int | None = None
    """How many blocks of that story it repeats; all where None."""
    accessible_for_free: bool | None = None
    status: int = 200
    delay: float = 0.0
    comments: tuple[Comment, ...] = ()
    revision: int = 1
    changes: dict[str, Any] = field(default_factory=dict)
    """What moment 2 changes, as in the file."""
    source: str = ""
    """The text as written."""

    @property
    def key(self) -> str:
        """`<newsroom>/<slug>`."""
        return f"{self.newsroom}/{self.slug}"

    def published_at(self, now: datetime) -> datetime:
        """The instant of its publication, in the zone of `now`."""
        return now - self.published_ago

    def at(self, moment: int) -> "Story | None":
        """The story at a moment; None before its first."""
        if moment < self.moment:
            return None
        if moment == 1 or not self.changes:
            return self
        text = self.source
        for old, new in self.changes.get("replace", []):
            if old not in text:
                raise ValueError(f"{self.key}: nothing to replace: {old!r}")
            text = text.replace(old, new)
        text += self.changes.get("append", "")
        return replace(
            self,
            blocks=parse_blocks(text),
            revision=self.revision + (text != self.source),
            changed=True,
            note=self.changes.get("note", self.note),
            title=self.changes.get("title", self.title),
            status=self.changes.get("status", self.status),
        )


def load_story(path: Path) -> Story:
    """Read a story's file; raises TypeError or KeyError where its head has a field too many or too few."""
    _, head, text = path.read_text(encoding="utf-8").split("+++\n", 2)
    fields = tomllib.loads(head)
    changes = fields.pop("moment_2", {})
    fields["published_ago"] = _ago(fields.pop("published"))
    fields["comments"] = tuple(Comment(**comment) for comment in fields.get("comments", ()))
    for name in ("authors", "tags"):
        fields[name] = tuple(fields.get(name, ()))
    return Story(
        newsroom=path.parent.name, slug=path.stem, blocks=parse_blocks(text), source=text, changes=changes, **fields
    )


def load_stories(newsroom: str) -> tuple[Story, ...]:
    """A newsroom's stories, newest first, reposts filled with the text they repeat."""
    stories = [_filled(load_story(path)) for path in sorted((STORIES / newsroom).glob("*.md"))]
    return tuple(sorted(stories, key=lambda story: (story.published_ago, story.slug)))


def parse_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a story's text."""
    return tuple(
        _block(piece)
        for part in re.split(r"\n\s*\n", text.strip())
        if part.strip()
        for piece in (part.splitlines() if part.startswith(("- ", "| ")) else [" ".join(part.split())])
    )


def _filled(story: Story) -> Story:
    if not story.repost_of:
        return story
    original = load_story(STORIES / f"{story.repost_of}.md")
    return replace(story, blocks=original.blocks[: story.take])


def _block(text: str) -> Block:
    if image := re.fullmatch(r"!\[(.*?) \| (.*?)\]\((.*?)\)", text):
        return Block("image", image[1], credit=image[2], image=image[3])
    if furniture := re.fullmatch(r"\{(\w+)\}", text):
        return Block("furniture", furniture[1])
    if text.startswith("|"):
        return Block("table_row", text)
    for mark, kind in (("## ", "heading"), ("> ", "quote"), ("- ", "list_item")):
        if text.startswith(mark):
            return Block(kind, text.removeprefix(mark))
    return Block("paragraph", text)


def _tagged(found: re.Match[str]) -> str:
    if found["words"]:
        return f'<a href="{found["address"]}">{found["words"]}</a>'
    return f"<strong>{found['strong']}</strong>" if found["strong"] else f"<em>{found['em']}</em>"


def _ago(text: str) -> timedelta:
    if not re.fullmatch(r"-(\d+[dhms] ?)+", text):
        raise ValueError(f"not a distance from now like '-1d 4h 20m': {text!r}")
    return timedelta(**{_UNITS[unit]: int(number) for number, unit in re.findall(r"(\d+)([dhms])", text)})
