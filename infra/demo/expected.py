"""What a perfect pipeline makes of the demo web, told from the story files and layouts alone.

Nothing here comes from running an extraction, so that it can be held against one.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from infra.demo.newsrooms import Newsroom, newsrooms
from infra.demo.render import pasted_titles, related, theirs_at
from infra.demo.stories import Story
from schemas import Outcome

NOT_NEWS_AGAIN = frozenset({Outcome.KNOWN, Outcome.NOT_MODIFIED, Outcome.UNCHANGED})
"""What may become of an article whose text has not changed: it depends on when a pipeline looks again."""

WIDGETS = ("Recommended Stories", "list of 4 items", "list 1 of 4", "end of list")
"""What a list of recommendations reads to screen readers; pasted along by who copies the text."""


@dataclass(frozen=True, slots=True)
class ExpectedArticle:
    """An article of the lake after a run at a moment (and, at the second, after one at the first).

    The standfirst (`description`) and a correction note (`note`) may be part of the text or not: people differ.
    """

    site: str
    url: str
    """The canonical address."""
    title: str
    authors: tuple[str, ...]
    published_at: datetime
    """UTC."""
    published_precision: str
    """The finest its page gives."""
    modified_at: datetime | None
    """UTC; None where the page has no date of change, or the date of publication for it."""
    language: str
    section: str | None
    tags: tuple[str, ...]
    description: str
    passages: tuple[str, ...]
    """What the text must hold, each within one block, in this order and no other."""
    headings: tuple[str, ...]
    """Those of the passages that are subheadings."""
    forbidden: tuple[str, ...]
    """What the text must not hold: everything else on the page, or a telling part of it."""
    captions: tuple[str, ...]
    """What the text must not hold, but the blocks should."""
    note: str
    image_url: str | None
    credited_source: str | None
    is_accessible_for_free: bool | None
    revision: int
    copy_of: str | None
    """Address of the original."""
    relation: str | None
    """As in `schemas.copies.RELATIONS`; the thinnest dedupe, by exact text, finds `copy` alone."""


@dataclass(frozen=True, slots=True)
class ExpectedLead:
    """An address that a site's feed or sitemap lists, and what may become of it in the run at a moment."""

    site: str
    url: str
    """As listed, made absolute, without fragment."""
    outcomes: frozenset[Outcome]


def expected_articles(now: datetime, moment: int, changed_at: datetime | None = None) -> list[ExpectedArticle]:
    """All articles the lake holds after a moment's run, copies included, by site, newest first.

    `now` and `changed_at` as of the web; without the latter no `modified_at` is right but that of a fixed `now`.
    """
    return [
        _article(room, stands, now, changed_at or now, room.stories(moment))
        for room in newsrooms().values()
        for story in room.stories(moment)
        if (stands := _last_seen(room, story)) and not _kept_out(story)
    ]


def expected_leads(now: datetime, moment: int) -> list[ExpectedLead]:
    """All addresses listed at a moment; run at moment 1 with an empty lake, at moment 2 after that."""
    leads = [
        ExpectedLead(room.id, _listed(room, room.url(story, now)), _outcomes(story, moment))
        for room in newsrooms().values()
        for story in room.stories(moment)
    ]
    harbour = newsrooms()["www.harbour-broadcast.example"]
    newest = harbour.url(harbour.stories(moment)[0], now)
    pick = newest.replace(harbour.host, harbour.aliases[0], 1) + "?utm_campaign=editors-pick"
    advert = "http://shop.quayside-outfitters.example/oilskins"
    return [
        *leads,
        ExpectedLead(harbour.id, pick, frozenset({Outcome.DUPLICATE_URL})),
        ExpectedLead(harbour.id, advert, frozenset({Outcome.OFF_SITE})),
    ]


def _outcomes(story: Story, moment: int) -> frozenset[Outcome]:
    if story.path:
        return frozenset({Outcome.ROBOTS})
    if _too_old(story):
        return frozenset({Outcome.OUT_OF_RANGE})
    if story.status != 200:
        return frozenset({Outcome.GONE if story.status == 410 else Outcome.SERVER_ERROR})
    if story.moment == moment:
        return frozenset({Outcome.NEW})
    return frozenset({Outcome.REVISED}) if story.revision > 1 else NOT_NEWS_AGAIN


def _article(
    room: Newsroom, story: Story, now: datetime, changed_at: datetime, stories: list[Story]
) -> ExpectedArticle:
    texts = [block for block in story.blocks if block.kind not in ("image", "furniture")]
    passages = [text for block in texts for text in (block.cells if block.kind == "table_row" else [block.plain])]
    pictures = [block.plain for block in story.blocks if block.kind == "image" and not story.repost_of]
    original = _original(story, now)
    return ExpectedArticle(
        site=room.id,
        url=room.url(story, now),
        title=story.title,
        authors=story.authors,
        published_at=story.published_at(now),
        published_precision=room.precision,
        modified_at=changed_at if story.changed else None,
        language=room.language,
        section=None if room.precision == "minute" else room.sections[story.section],
        tags=story.tags,
        description=story.description,
        passages=tuple(passages),
        headings=() if story.repost_of else tuple(block.plain for block in texts if block.kind == "heading"),
        forbidden=_forbidden(room, story, stories, "\n".join(passages)),
        captions=tuple(filter(None, (story.caption, *pictures))),
        note=story.note,
        image_url=f"http://{room.host}/media/{story.image}" if story.image else None,
        credited_source=original[0] if original else story.agency or None,
        is_accessible_for_free=(story.accessible_for_free is not False) if "paywall" in room.parts else None,
        revision=story.revision,
        copy_of=original[1] if original else None,
        relation=None if not original else "copy" if story.take is None else "truncated_copy",
    )


def _forbidden(room: Newsroom, story: Story, stories: list[Story], text: str) -> tuple[str, ...]:
    """Page furniture, teasers and comments, but nothing that the story itself says."""
    teasers = [other.title for other in related(stories, story)] + (pasted_titles(story) if story.repost_of else [])
    remarks = [comment.text for comment in story.comments]
    own = f"{story.title}\n{story.description}\n{story.note}\n{text}"
    return tuple(phrase for phrase in (*room.boilerplate, *WIDGETS, *teasers, *remarks) if phrase not in own)


def _original(story: Story, now: datetime) -> tuple[str, str] | None:
    """Name of the newsroom a repost is from, and the address of its original."""
    for room in newsrooms().values():
        if story.repost_of.startswith(f"{room.id}/"):
            return room.name, room.url(theirs_at(room, story.repost_of), now)
    return None


def _last_seen(room: Newsroom, story: Story) -> Story | None:
    """The story as a pipeline could last read it; None where it never could."""
    if story.status == 200:
        return story
    return next((old for old in room.stories(1) if old.key == story.key and old.status == 200), None)


def _kept_out(story: Story) -> bool:
    return bool(story.path) or _too_old(story)


def _too_old(story: Story) -> bool:
    """Older than `max_age_days` of the demo's declarations, which is the default."""
    return story.published_ago.days >= 30


def _listed(room: Newsroom, url: str) -> str:
    if room.id == "harbour-broadcast":
        return f"{url}?{urlencode({'utm_source': 'rss', 'utm_medium': 'feed'})}"
    return url.replace(room.host, room.aliases[0], 1) if room.id == "tidewater-notes" else url
