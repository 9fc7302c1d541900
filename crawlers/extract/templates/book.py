"""The templates of one or many sites: versions side by side, learned as pages come, kept as JSON."""

import json
from collections import Counter
from collections.abc import Iterator

from crawlers.extract.templates.lesson import Lesson
from crawlers.extract.templates.template import AGREE, SiteTemplate
from crawlers.extract.templates.view import TemplateView, view_of

FORMAT = 1
MAX_VERSIONS = 24
"""Layouts of a site that are known at once: its sections differ, and so do its years."""

NEW_LAYOUT = 0.5
"""Agreement below which a page belongs to none of the known versions."""


class TemplateError(ValueError):
    """Stored templates can't be read: another format, or damaged."""


class TemplateBook:
    """Templates by site. Learns one page after the other; the same pages in the same order give the same book."""

    def __init__(self) -> None:
        self.versions: dict[str, list[SiteTemplate]] = {}
        self.drifted: Counter[str] = Counter()
        """Pages by site that no trusted version explained although there was one."""
        self._views: dict[str, TemplateView] = {}

    def sites(self) -> list[str]:
        """Sites something is known of."""
        return sorted(self.versions)

    def trusted(self, site: str) -> list[SiteTemplate]:
        """The site's versions that may stand in for the generic way, newest pages first."""
        found = [version for version in self.versions.get(site, []) if version.trusted]
        return sorted(found, key=lambda version: version.last, reverse=True)

    def views(self, site: str) -> list[TemplateView]:
        """The trusted versions, compiled."""
        return [self._view(version) for version in self.trusted(site)]

    def _view(self, version: SiteTemplate) -> TemplateView:
        view = self._views.get(version.id)
        if view is None:
            view = self._views[version.id] = view_of(version)
        return view

    def learn(self, site: str, lesson: Lesson) -> None:
        """Learn from a page judged the generic way: in the version it fits best, else as a new version."""
        if lesson.story_chars == 0:
            return
        versions = self.versions.setdefault(site, [])
        scores = [(version.agreement_with(lesson), version) for version in versions]
        score, best = max(scores, key=lambda item: item[0], default=(0.0, None))
        if best is not None and score >= NEW_LAYOUT:
            self._views.pop(best.id, None)
            best.learn(lesson)
            return
        if len(versions) >= MAX_VERSIONS:
            # The least known layout makes room, the one not met for the longest time among equals.
            least = min(versions, key=lambda version: (version.trusted, version.pages, version.last))
            self._views.pop(least.id, None)
            versions.remove(least)
        number = 1 + max((version.number for version in versions), default=0)
        fresh = SiteTemplate(site, number, lesson.fetched_at, lesson.fetched_at)
        fresh.learn(lesson)
        versions.append(fresh)

    def drift(self, site: str) -> None:
        """Record a page that no trusted version explained."""
        self.drifted[site] += 1

    def relearn(self, site: str, lessons: list[Lesson]) -> None:
        """Judge the agreement of lessons already learned anew, each against its sisters alone.

        A batch is learned page by page, and the first pages are compared with a template that hardly
        knows anything yet; with all of them known, each is compared with what the others teach.
        """
        for version in self.versions.get(site, []):
            version.agreement.clear()
        for lesson in lessons:
            versions = self.versions.get(site, [])
            scores = [(version.agreement_with(lesson, learned=True), version) for version in versions]
            score, best = max(scores, key=lambda item: item[0], default=(0.0, None))
            # A page that no sister is like says nothing of the layouts of others.
            if best is not None and score >= NEW_LAYOUT:
                best.agreement.append(score)

    def to_bytes(self, site: str | None = None) -> bytes:
        """One site's templates (all sites' where none is named) as JSON, UTF-8, stable for equal content."""
        chosen = [site] if site is not None else self.sites()
        data = {
            "format": FORMAT,
            "sites": {name: [version.to_json() for version in self.versions.get(name, [])] for name in chosen},
            "drifted": {name: self.drifted[name] for name in chosen if self.drifted[name]},
        }
        return json.dumps(data, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "TemplateBook":
        """Read back `to_bytes`. Raises TemplateError."""
        book = cls()
        try:
            stored = json.loads(data)
            if stored["format"] != FORMAT:
                raise TemplateError(f"format {stored['format']!r}, this version reads {FORMAT}")
            for site, versions in stored["sites"].items():
                book.versions[site] = [SiteTemplate.from_json(site, version) for version in versions]
            book.drifted.update(stored.get("drifted", {}))
        except TemplateError:
            raise
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TemplateError(f"damaged: {error!r}") from error
        return book

    def __iter__(self) -> Iterator[SiteTemplate]:
        return (version for site in self.sites() for version in self.versions[site])


__all__ = ["AGREE", "TemplateBook", "TemplateError"]
