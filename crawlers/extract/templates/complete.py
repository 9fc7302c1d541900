"""What a site's spots print, used for the fields that the page itself leaves out or states otherwise."""

from datetime import timedelta, timezone

from crawlers.extract.fields.dates import Clock, Instant
from crawlers.extract.fields.head import Head
from crawlers.extract.fields.sitename import SEPARATOR, similarity
from crawlers.extract.markup.segments import key_of
from crawlers.extract.templates.spots import Told
from crawlers.model import Article

AUTHOR_META, DATE_META = "creator", "rnews:datepublished"
"""Names among the last that authors and dates are looked for under: the page's own clear statements come first."""

ALIKE = 0.5
"""Share of words that a printed headline has in common with the document's title, at least."""


def state(head: Head, told: Told) -> None:
    """Add the byline and the date printed at the spots to what the page states, after its own statements."""
    if told.authors:
        head.metas.setdefault(AUTHOR_META, []).append("; ".join(told.authors))
    if told.date is not None:
        head.metas.setdefault(DATE_META, []).append(_iso(told.date))


def _iso(instant: Instant) -> str:
    """The instant as text that reads as the same again: precision and zone kept, no zone where none is known."""
    if instant.precision == "day":
        return instant.at.strftime("%Y-%m-%d")
    at = instant.at if instant.zoned else instant.at.replace(tzinfo=None)
    if instant.zoned and instant.offset is not None:
        at = at.astimezone(timezone(timedelta(minutes=instant.offset)))
    return at.isoformat(timespec="minutes" if instant.precision == "minute" else "auto")


def settle(article: Article, head: Head, told: Told, clock: Clock) -> None:
    """Set the title where the page states none, or not the one it prints; name the source of a date from a spot."""
    if told.title and (article.title is None or _printed_instead(told.title, article.title, head)):
        article.title = told.title
    if told.date is not None and article.published_source == "meta" and article.published_at == told.date.at:
        others = head.metas[DATE_META][:-1] + [value for name, value in _dated(head) if name != DATE_META]
        if not any((read := clock.read(value)) and read.at == told.date.at for value in others):
            article.published_source = "visible-text"


def _dated(head: Head) -> list[tuple[str, str]]:
    """Statements of the head that may be dates: they have digits."""
    return [(name, value) for name, values in head.metas.items() for value in values if any(map(str.isdigit, value))]


def _printed_instead(printed: str, title: str, head: Head) -> bool:
    """Whether the headline printed at the spot is this page's, though its statements give another one.

    It must share words with the document's title: what stands at the spot may be a label on some pages. A title
    that only lacks a part in front (a kicker) stays.
    """
    if key_of(printed).endswith(key_of(title)) or key_of(title) in {key_of(part) for part in SEPARATOR.split(printed)}:
        return False
    stated = [text for text in (head.page_title, head.first("og:title")) if text]
    return len(printed.split()) >= 3 and any(similarity(printed, text) >= ALIKE for text in stated)
