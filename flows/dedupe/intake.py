"""Which incoming pages are new articles, which new revisions of known ones, and which say nothing new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from flows.dedupe import changes, keys
from flows.dedupe.canonical import agency_of
from flows.dedupe.compare import Text, prepare
from flows.dedupe.history import History
from flows.dedupe.model import Incoming, Ref, Stored, StoredText
from schemas import Outcome


@dataclass(slots=True)
class Entry:
    """What becomes of an incoming page as far as its own article goes."""

    outcome: Outcome
    revision: int
    change: str | None
    agency: str | None = None


@dataclass(slots=True)
class Intake:
    """The batch sorted into articles."""

    entries: list[Entry]
    """One for each incoming, in their order."""
    revisions: dict[str, list[Stored]]
    """All revisions, known and new, of the batch's articles."""
    fresh: dict[Ref, Text] = field(default_factory=dict)
    """The texts of the new revisions."""


def take_in(batch: Sequence[Incoming], history: History) -> Intake:
    """Give every incoming page its revision number.

    Pages of one article are taken in the order of their fetch, whatever their order in the batch. A page
    fetched before a known revision is compared with those fetched just before and just after it.
    """
    revisions: dict[str, list[Stored]] = {incoming.article_id: [] for incoming in batch}
    for stored in history.revisions(revisions.keys()):
        revisions[stored.article_id].append(stored)
    intake = Intake([Entry(Outcome.NEW, 1, None) for _ in batch], revisions)
    batch = [_with_hash(incoming) for incoming in batch]
    texts = _texts_to_compare(batch, revisions, history)
    for at in sorted(range(len(batch)), key=lambda at: (batch[at].fetched_at, batch[at].text_hash, at)):
        intake.entries[at] = _enter(batch[at], intake, texts)
    return intake


def partition_date(published_at: datetime | None, fetched_at: datetime) -> date:
    """The `date` of an article first seen like this: UTC day of publication, else of the fetch."""
    return (published_at or fetched_at).astimezone(UTC).date()


def by_fetch(stored: Stored) -> tuple[datetime, int]:
    """Sort key: revisions in the order in which they were fetched."""
    return stored.fetched_at, stored.revision


def _with_hash(incoming: Incoming) -> Incoming:
    return incoming if incoming.text_hash else replace(incoming, text_hash=keys.text_hash(incoming.text))


def _texts_to_compare(
    batch: Sequence[Incoming], revisions: Mapping[str, list[Stored]], history: History
) -> dict[Ref, StoredText]:
    """Texts of the known revisions next to a page with other words; others are equal by hash."""
    wanted: set[Ref] = set()
    for incoming in batch:
        near = [s for s in _around(revisions[incoming.article_id], incoming) if s is not None]
        if near and all(s.text_hash != incoming.text_hash for s in near):
            wanted.update(s.ref for s in near)
    return dict(history.texts(wanted)) if wanted else {}


def _around(known: list[Stored], incoming: Incoming) -> tuple[Stored | None, Stored | None]:
    """The revisions fetched just before (or with) and just after a page."""
    ordered = sorted(known, key=by_fetch)
    before = [stored for stored in ordered if stored.fetched_at <= incoming.fetched_at]
    after = [stored for stored in ordered if stored.fetched_at > incoming.fetched_at]
    return before[-1] if before else None, after[0] if after else None


def _enter(incoming: Incoming, intake: Intake, texts: dict[Ref, StoredText]) -> Entry:
    known = intake.revisions[incoming.article_id]
    before, after = _around(known, incoming)
    change: str | None = None
    text = StoredText(incoming.text, incoming.removed)
    for neighbour in (before, after):
        if neighbour is None:
            continue
        change = _change(neighbour, incoming, texts)
        if change in (changes.NONE, changes.BOILERPLATE):
            return Entry(Outcome.UNCHANGED, neighbour.revision, change, neighbour.agency)
        if incoming.warc_digest and incoming.warc_digest == neighbour.warc_digest:
            change = changes.REEXTRACTION
        if neighbour is before:
            break
    prepared = prepare(incoming.text, incoming.title)
    stored = _stored(incoming, prepared, known)
    known.append(stored)
    texts[stored.ref] = text
    intake.fresh[stored.ref] = prepared
    return Entry(Outcome.REVISED if change else Outcome.NEW, stored.revision, change, stored.agency)


def _change(known: Stored, incoming: Incoming, texts: Mapping[Ref, StoredText]) -> str:
    kind = changes.NONE
    if known.text_hash != incoming.text_hash:
        old = texts[known.ref]
        kind = changes.kind_of_change(old.text, incoming.text, old_removed=old.removed, new_removed=incoming.removed)
    if kind == changes.NONE and changes.headline_changed(known.title, incoming.title):
        return changes.HEADLINE
    return kind


def _stored(incoming: Incoming, text: Text, known: list[Stored]) -> Stored:
    return Stored(
        article_id=incoming.article_id,
        revision=max((stored.revision for stored in known), default=0) + 1,
        site=incoming.site,
        url=incoming.url,
        url_key=incoming.url_key,
        fetched_at=incoming.fetched_at,
        text_hash=text.hash,
        words=text.words,
        date=known[0].date if known else partition_date(incoming.published_at, incoming.fetched_at),
        title=incoming.title,
        published_at=incoming.published_at,
        published_precision=incoming.published_precision,
        canonical_url=incoming.canonical_url,
        publisher=incoming.publisher,
        credited_source=incoming.credited_source,
        agency=agency_of(incoming.text),
        warc_digest=incoming.warc_digest,
    )
