"""What a case is: an answer that goes wrong in one way, and the outcomes that are right for it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from infra.demo.proxy import Answer
from schemas import Outcome
from tests.badweb.story import HOST, PUBLISHED, TITLE

PUBLISHED_AT = datetime.fromisoformat(PUBLISHED).astimezone(UTC)

HTML = "text/html; charset=utf-8"
MEGABYTE = 1024 * 1024
NOISE = bytes((i * i * 31 + i // 7) % 256 for i in range(4096))
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + NOISE


@dataclass(frozen=True, slots=True)
class PageCase:
    """An article address of the site `badpress`, listed in its feed.

    More than one outcome stands where the words of `schemas.outcomes` fit more than one, not where anything goes.
    """

    name: str
    answer: Answer
    outcomes: frozenset[Outcome]
    title: str | None = TITLE
    """What the extracted title is or begins with; None where the case isn't about it."""
    passages: tuple[str, ...] = ()
    """What the text must hold where the outcome is NEW, white space aside."""
    published_at: datetime | None = PUBLISHED_AT
    """What must be extracted where the outcome is NEW; None: unknown, for there is no date to believe."""

    @property
    def url(self) -> str:
        return f"http://{HOST}/{self.name}.html"


@dataclass(frozen=True, slots=True)
class SourceCase:
    """A site whose only feed is bad: `site` is its id, `outcomes` those of the feed.

    Its host serves a decent article at `/a.html`, whatever the feed says.
    """

    site: str
    answer: Answer
    outcomes: frozenset[Outcome]
    finds_article: bool = False
    """Whether that article can be found from it all the same."""

    @property
    def host(self) -> str:
        return f"{self.site}.badpress.example"

    @property
    def url(self) -> str:
        return f"http://{self.host}/feed"
