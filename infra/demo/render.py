"""Stories → pages and feeds, by filling in a newsroom's templates.

A template may use every name of a story's `values` as it stands in HTML or XML (`$title`) and as a JSON literal
(`$title_json`).
"""

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from string import Template

from infra.demo.newsrooms import Newsroom, newsroom
from infra.demo.stories import Block, Story


class Press:
    """A newsroom's printing press at one moment of a web whose clock stands at `now` (UTC).

    `changed_at` (UTC) dates what moment 2 changed.
    """

    def __init__(self, room: Newsroom, now: datetime, moment: int, changed_at: datetime) -> None:
        self.room = room
        self.now = now
        self.changed_at = changed_at
        self.stories = room.stories(moment)

    def article(self, story: Story) -> str:
        """A story's page."""
        others = [other for other in self.stories if other.slug != story.slug and not other.path]
        values = self.values(story) | self._frame()
        values["body"] = self._body(story, others)
        values["related"] = self._each("related", related(self.stories, story))
        values["comments"] = "".join(
            self._part("comment", {"name": escape(comment.name), "text": escape(comment.text), "number": str(number)})
            for number, comment in enumerate(story.comments, 1)
        )
        values["comment_count"] = str(len(story.comments))
        values["note"] = self._part("note", {"note": escape(story.note)}) if story.note else ""
        values["paywall"] = self.room.parts.get("paywall", "") if story.accessible_for_free is False else ""
        values["source"] = self._source(story)
        return self.room.layout("article.html").substitute(values)

    def front(self, section: str = "") -> str:
        """The home page, or a section's page."""
        stories = [story for story in self.stories if not story.path and section in ("", story.section)]
        values = self._frame()
        values["heading"] = escape(self.room.sections.get(section, self.room.name))
        values["teasers"] = self._each("teaser", stories)
        return self.room.layout("front.html").substitute(values)

    def feed(self) -> str:
        """The feed or news sitemap, newest first."""
        values = self._frame() | self.values(self.stories[0])
        values["items"] = self._each("feed_item", self.stories)
        values["updated_iso"] = self._local(self.last_touched()).isoformat()
        values["updated_rfc822"] = format_datetime(self._local(self.last_touched()))
        return self.room.layout("feed.xml").substitute(values)

    def touched(self, story: Story) -> datetime:
        """When a story was last touched."""
        return self.changed_at if story.changed else story.published_at(self.now)

    def last_touched(self) -> datetime:
        """When the newsroom last touched one of its stories."""
        return max(map(self.touched, self.stories))

    def values(self, story: Story) -> dict[str, str]:
        """What templates may say of a story."""
        room = self.room
        published = self._local(story.published_at(self.now))
        modified = self._local(self.touched(story))
        url = room.url(story, self.now)
        facts: dict[str, object] = {
            "title": story.title,
            "description": story.description,
            "url": url,
            "alias_url": url.replace(room.host, room.aliases[0], 1) if room.aliases else url,
            "slug": story.slug,
            "number": story.number,
            "section": room.sections.get(story.section, story.section),
            "section_url": room.section_path.format(section=story.section),
            "byline": ", ".join(story.authors),
            "authors": list(story.authors),
            "tags": list(story.tags),
            "keywords": ", ".join(story.tags),
            "image": f"http://{room.host}/media/{story.image}" if story.image else "",
            "caption": story.caption,
            "credit": story.credit,
            "published_iso": published.isoformat(),
            "published_utc": published.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "published_rfc822": format_datetime(published),
            "published_text": room.say_date(published),
            "published_short": f"{published:%d/%m/%Y %H:%M}",
            "modified_iso": modified.isoformat(),
            "modified_text": room.say_date(modified),
            "free": story.accessible_for_free is not False,
        }
        values = {name: escape(str(value)) for name, value in facts.items()}
        values |= {f"{name}_json": _json(value) for name, value in facts.items()}
        people = [{"@type": "Person", "name": author} for author in story.authors]
        values["people_json"] = _json(people)
        values["author_items"] = "".join(self._part("author", {"name": escape(name)}) for name in story.authors)
        values["tag_items"] = "".join(self._part("tag", {"tag": escape(tag)}) for tag in story.tags)
        return values

    def _frame(self) -> dict[str, str]:
        """What every page has around it."""
        return {
            "host": self.room.host,
            "site": escape(self.room.name),
            "today": escape(self.room.say_date(self.now)),
            "year": str(self._local(self.now).year),
            "navigation": "".join(
                self._part("navigation", {"url": self.room.section_path.format(section=id_), "name": escape(name)})
                for id_, name in self.room.sections.items()
            ),
            "latest": self._each("latest", [story for story in self.stories if not story.path][:5]),
        }

    def _body(self, story: Story, others: list[Story]) -> str:
        if story.repost_of:
            return self._flattened(story)
        pieces = []
        for before, block in zip((None, *story.blocks), story.blocks, strict=False):
            if block.kind == "furniture":
                pieces.append(self._furniture(block.text, others))
                continue
            pieces.append(self._opening(before, block) + self._block(block))
        return "\n".join(pieces) + self._opening(story.blocks[-1], None)

    def _opening(self, before: Block | None, block: Block | None) -> str:
        """What has to be closed and opened where a list or table ends and begins."""
        old, new = before.kind if before else "", block.kind if block else ""
        if old == new:
            return ""
        return self.room.blocks.get(f"{old}_end", "") + self.room.blocks.get(f"{new}_start", "")

    def _block(self, block: Block) -> str:
        template = Template(self.room.blocks[block.kind])
        if block.kind == "table_row":
            cells = "".join(self._part("cell", {"text": escape(cell)}) for cell in block.cells)
            return template.substitute(cells=cells)
        image = f"http://{self.room.host}/media/{block.image}"
        return template.substitute(text=block.html, image=image, credit=escape(block.credit))

    def _furniture(self, name: str, others: list[Story]) -> str:
        four = others[:4]
        items = (self.values(story) | {"place": str(n), "of": "4"} for n, story in enumerate(four, 1))
        listed = "".join(self._part("listed", values) for values in items) if "listed" in self.room.parts else ""
        return Template(self.room.furniture[name]).substitute(items=listed)

    def _flattened(self, story: Story) -> str:
        """Somebody else's story pasted in as text: a paragraph a section, subheadings run in, widgets and all."""
        pieces: list[str] = []
        run: list[str] = []
        for block in story.blocks:
            recommended = block.kind == "furniture" and block.text == "recommended"
            if recommended or block.kind == "heading":
                pieces.append(self._pasted(run))
                run = []
            if recommended:
                pieces.append(self._pasted_list(story))
            elif block.kind not in ("image", "furniture"):
                run.append(block.plain)
        return "\n".join(piece for piece in [*pieces, self._pasted(run)] if piece)

    def _pasted(self, texts: list[str]) -> str:
        return Template(self.room.blocks["paragraph"]).substitute(text=escape(" ".join(texts))) if texts else ""

    def _pasted_list(self, story: Story) -> str:
        """The original page's recommendations, as they come along when its text is copied."""
        lines = [f"list {n} of 4{escape(title)}" for n, title in enumerate(pasted_titles(story), 1)]
        text = "<br />\n".join(["Recommended Stories", "list of 4 items", *lines, "end of list"])
        return Template(self.room.blocks["paragraph"]).substitute(text=text)

    def _source(self, story: Story) -> str:
        if not story.repost_of:
            return self._part("source", {"name": escape(story.agency), "url": ""}) if story.agency else ""
        theirs = newsroom(story.repost_of.split("/")[0])
        url = theirs.url(theirs_at(theirs, story.repost_of), self.now)
        return self._part("source", {"name": escape(theirs.name), "url": escape(url)})

    def _each(self, part: str, stories: list[Story]) -> str:
        return "".join(self._part(part, self.values(story)) for story in stories)

    def _part(self, name: str, values: dict[str, str]) -> str:
        return Template(self.room.parts.get(name, "")).substitute(values)

    def _local(self, instant: datetime) -> datetime:
        return instant.astimezone(self.room.zone)


def related(stories: list[Story], story: Story) -> list[Story]:
    """The stories a page recommends beside its own: four, newest first."""
    return [other for other in stories if other.slug != story.slug and not other.path][:4]


def theirs_at(room: Newsroom, key: str) -> Story:
    """A newsroom's story at moment 1, by its `<newsroom>/<slug>`."""
    return next(story for story in room.stories(1) if story.key == key)


def pasted_titles(story: Story) -> list[str]:
    """The recommendations that a repost has brought along from the page it was copied from."""
    if not any(block.text == "recommended" for block in story.blocks if block.kind == "furniture"):
        return []
    theirs = newsroom(story.repost_of.split("/")[0])
    return [other.title for other in related(theirs.stories(1), theirs_at(theirs, story.repost_of))]


def _json(value: object) -> str:
    """A JSON literal that is safe within a script element."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")
