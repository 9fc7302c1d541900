"""A learned site template: which places of a site's pages carry the story, learned without labels."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from crawlers.extract.markup.segments import HEADINGS
from crawlers.extract.templates.lesson import Lesson, Tally
from crawlers.extract.templates.spots import ROLES, VARIED, Spot

MIN_PAGES = 3
"""Pages that must have been learned before a template is used."""

AGREE = 0.85
"""Agreement (F1 of characters) at which a page is explained by the template."""

TRUST = 0.9
"""Median agreement with the generic result on fresh pages from which the template is trusted."""

STORY_SHARE = 0.5
"""Share of a place's text that must have been story for the place to be one of the story."""

LINKED_STORY_SHARE = 0.8
"""The same for places of blocks that are all link, which are teasers more often than not."""

HEADING_STORY_SHARE = 0.2
"""The same for places of headings, which are few, and which the generic way often leaves out of the story."""

RECENT = 20
MAX_PLACES = 400
MAX_TEXTS = 6000
MAX_SPOTS = 40
BEST_SPOTS = 3


def carries_story(place: str, chars: int, kept_chars: int) -> bool:
    """Whether a place is one of the story, given the characters met there and those that were story."""
    if place.endswith(("@", "@*")):
        return kept_chars >= LINKED_STORY_SHARE * chars
    return kept_chars >= (HEADING_STORY_SHARE if place[:2] in HEADINGS else STORY_SHARE) * chars


@dataclass
class SiteTemplate:
    """One version of a site's template.

    `first` and `last` are the fetch times (UTC) of the oldest and newest page learned; `agreement` the
    recent agreements of the template with the generic result on pages it had not learned.
    """

    site: str
    number: int
    first: datetime
    last: datetime
    pages: int = 0
    places: dict[str, Tally] = field(default_factory=dict)
    texts: Counter[int] = field(default_factory=Counter)
    story_chars: "deque[int]" = field(default_factory=lambda: deque(maxlen=RECENT))
    agreement: "deque[float]" = field(default_factory=lambda: deque(maxlen=RECENT))
    spots: dict[str, dict[str, Spot]] = field(default_factory=dict)
    """By role (title, byline, date), the places that may print it."""
    guesses: int | None = 0
    """Pages whose date had to be guessed, with success; None where that wasn't counted from the first page on."""

    @property
    def id(self) -> str:
        """Name of this state of the template, as rows carry it: site, version, pages learned."""
        return f"{self.site}/v{self.number}.{self.pages}"

    @property
    def trusted(self) -> bool:
        """Whether the template may stand in for the generic way: enough pages, and they agree."""
        return self.pages >= MIN_PAGES and len(self.agreement) >= MIN_PAGES and median(self.agreement) >= TRUST

    @property
    def guesses_fail(self) -> bool:
        """Whether guessing at a date, where a page neither states nor prints one, found none on any page."""
        return self.guesses == 0 and self.pages >= MIN_PAGES

    def agreement_with(self, lesson: Lesson, *, learned: bool = False) -> float:
        """F1 of characters between what the template would take and what was taken, 0 to 1.

        `learned` says that the lesson is part of the template already: it is left out then.
        """
        right = extra = missed = 0
        for place, seen in lesson.places.items():
            known = self.places.get(place)
            chars, kept = (known.chars, known.kept_chars) if known else (0, 0)
            if learned and known:
                chars, kept = chars - seen.chars, kept - seen.kept_chars
            if chars > 0 and carries_story(place, chars, kept):
                right += seen.kept_chars
                extra += seen.chars - seen.kept_chars
            else:
                missed += seen.kept_chars
        return 2 * right / (2 * right + extra + missed) if right else 0.0

    def learn(self, lesson: Lesson) -> None:
        """Count a page in."""
        if self.pages:
            self.agreement.append(self.agreement_with(lesson))
        self.pages += 1
        self.first, self.last = min(self.first, lesson.fetched_at), max(self.last, lesson.fetched_at)
        self.story_chars.append(lesson.story_chars)
        for place, tally in lesson.places.items():
            self.places.setdefault(place, Tally()).add(tally)
        known = sum(chars for text, chars in lesson.texts.items() if self.texts[text])
        # A page whose story is mostly known text is a second copy of a page: its repeats prove nothing.
        if known * 2 < lesson.story_chars:
            self.texts.update(lesson.texts.keys())
            self.texts.update(lesson.around)
        if self.guesses is not None:
            self.guesses += lesson.guessed
        for role, places in lesson.spots.items():
            known_spots = self.spots.setdefault(role, {})
            for place, value in places.items():
                known_spots.setdefault(place, Spot()).count(value)
        self._prune()

    def trusted_spots(self) -> dict[str, tuple[str, ...]]:
        """By role, the places that agreed with nearly all of the pages that have them, best known first."""
        found = {}
        for role in ROLES:
            places = [
                place
                for place, spot in self._ranked(role)
                if spot.agreed >= MIN_PAGES and spot.share >= TRUST and len(spot.values) >= VARIED
            ]
            if places:
                found[role] = tuple(places[:BEST_SPOTS])
        return found

    def _ranked(self, role: str) -> list[tuple[str, Spot]]:
        places = self.spots.get(role, {})
        # Of equals the one described most closely: it holds the field and nothing else.
        return sorted(places.items(), key=lambda item: (-item[1].agreed, item[1].met, -len(item[0]), item[0]))

    def _prune(self) -> None:
        for role, places in self.spots.items():
            if len(places) > 2 * MAX_SPOTS:
                self.spots[role] = dict(self._ranked(role)[:MAX_SPOTS])
        if len(self.places) > 2 * MAX_PLACES:
            ranked = sorted(self.places.items(), key=lambda item: -(item[1].kept_chars + item[1].chars / 10))
            self.places = dict(ranked[:MAX_PLACES])
        if len(self.texts) > 2 * MAX_TEXTS:
            self.texts = Counter(self._known_texts())

    def _known_texts(self) -> dict[int, int]:
        """The texts worth keeping: those met again, and of the others the newest, as the next page may have them."""
        again = {text: count for text, count in self.texts.items() if count > 1}
        once = [text for text, count in self.texts.items() if count == 1]
        room = max(0, MAX_TEXTS - len(again))
        return dict.fromkeys(once[-room:] if room else [], 1) | dict(list(again.items())[-MAX_TEXTS:])

    def repeated(self, least: int = 3) -> frozenset[int]:
        """Hashes of texts that stand on several pages (`least`, or more of many): promotion, disclaimers, bios."""
        least = max(least, round(0.02 * self.pages))
        return frozenset(text for text, pages in self.texts.items() if pages >= least)

    def usual_story(self) -> float:
        """Median length of the recent stories, in characters."""
        return median(self.story_chars) if self.story_chars else 0.0

    def to_json(self) -> dict[str, Any]:
        """As plain data for JSON; only what decides is kept."""
        ranked = sorted(self.places.items(), key=lambda item: (-item[1].kept_chars, -item[1].chars, item[0]))
        return {
            "version": self.number,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "pages": self.pages,
            "places": {
                place: [tally.blocks, tally.chars, tally.kept_blocks, tally.kept_chars]
                for place, tally in ranked[:MAX_PLACES]
            },
            "texts": {f"{text:016x}": count for text, count in self._known_texts().items()},
            "story_chars": list(self.story_chars),
            "agreement": [round(value, 4) for value in self.agreement],
            "guesses": self.guesses,
            "spots": {
                role: {
                    place: [spot.agreed, spot.met, *spot.values]
                    for place, spot in self._ranked(role)[:MAX_SPOTS]
                    if spot.agreed
                }
                for role in ROLES
                if self.spots.get(role)
            },
        }

    @classmethod
    def from_json(cls, site: str, data: Mapping[str, Any]) -> "SiteTemplate":
        """Read back what `to_json` gave. Raises KeyError, ValueError, TypeError for other data."""
        return cls(
            site,
            int(data["version"]),
            datetime.fromisoformat(data["first"]),
            datetime.fromisoformat(data["last"]),
            int(data["pages"]),
            {place: Tally(*map(int, counts)) for place, counts in data["places"].items()},
            Counter({int(text, 16): int(count) for text, count in data["texts"].items()}),
            deque(map(int, data["story_chars"]), RECENT),
            deque(map(float, data["agreement"]), RECENT),
            # Templates stored before there were spots have none; they are learned from the next pages.
            {
                role: {place: Spot(int(n), int(met), list(map(int, rest))) for place, (n, met, *rest) in places.items()}
                for role, places in data.get("spots", {}).items()
            },
            None if data.get("guesses") is None else int(data["guesses"]),
        )
