"""The templates of many sites at once, read from the lake as they are needed."""

from collections.abc import Iterable

from crawlers.extract import TemplateBook
from crawlers.extract.templates import Lesson
from crawlers.extract.templates.view import TemplateView
from flows.lake import Lake
from flows.lake.templates import load_templates, save_templates


class LakeBook(TemplateBook):
    """A book that opens each site's templates at its first page, and notes what it is taught."""

    def __init__(self, lake: Lake) -> None:
        super().__init__()
        self._lake = lake
        self._opened: set[str] = set()
        self.lessons: list[tuple[str, Lesson | None]] = []
        """As `Gathered.lessons`."""

    def views(self, site: str) -> list[TemplateView]:
        """See TemplateBook.views."""
        self._open(site)
        return super().views(site)

    def learn(self, site: str, lesson: Lesson) -> None:
        """See TemplateBook.learn."""
        self._open(site)
        self.lessons.append((site, lesson))
        super().learn(site, lesson)

    def drift(self, site: str) -> None:
        """See TemplateBook.drift."""
        self._open(site)
        self.lessons.append((site, None))
        super().drift(site)

    def save(self) -> None:
        """Keep what was learned."""
        for site in sorted(self._opened):
            save_templates(self._lake, site, self)

    def _open(self, site: str) -> None:
        if site in self._opened:
            return
        self._opened.add(site)
        stored = load_templates(self._lake, site)
        if site in stored.versions:
            self.versions[site] = stored.versions[site]
        self.drifted += stored.drifted


def teach(lake: Lake, lessons: Iterable[tuple[str, Lesson | None]]) -> None:
    """Learn the lessons, in order, and keep what was learned in the lake."""
    book = LakeBook(lake)
    for site, lesson in lessons:
        if lesson is None:
            book.drift(site)
        else:
            book.learn(site, lesson)
    book.save()
