"""Pages of one article: new, revised, unchanged, late, twice in a batch."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from flows.dedupe import Incoming, MemoryHistory, decide_batch
from schemas import Outcome
from tests.flows.dedupe.making import START, incoming, run, text

URL = "https://daily.example.org/story-1"
BODY = text(200, 1)
CORRECTED = f"{BODY} Corrected name"
UPDATED = f"{BODY}\n{text(90, 2)}"


@pytest.fixture
def history(tmp_path: Path) -> MemoryHistory:
    return run(tmp_path, [[incoming(URL, BODY, 0, fetched=1)]])


def page(body: str, fetched: float, **more: object) -> Incoming:
    return incoming(URL, body, 0, fetched=fetched, **more)


@pytest.mark.parametrize(
    ("again", "outcome", "revision", "change"),
    [
        (page(BODY, 5), Outcome.UNCHANGED, 1, "none"),
        (page(BODY.upper() + "!", 5), Outcome.UNCHANGED, 1, "none"),
        (page(f"{BODY}\nUpdated 12:04", 5), Outcome.UNCHANGED, 1, "boilerplate"),
        (page(CORRECTED, 5), Outcome.REVISED, 2, "correction"),
        (page(UPDATED, 5), Outcome.REVISED, 2, "update"),
        (page(text(200, 3), 5), Outcome.REVISED, 2, "rewrite"),
        (page(BODY, 5, title="Another headline"), Outcome.REVISED, 2, "headline"),
        (page(BODY, 5, title="About story-1 – The Daily"), Outcome.UNCHANGED, 1, "none"),
        (page(BODY, 1), Outcome.UNCHANGED, 1, "none"),
    ],
)
def test_fetched_again(history: MemoryHistory, again: Incoming, outcome: Outcome, revision: int, change: str) -> None:
    (item,) = decide_batch([again], history).items
    assert (item.outcome, item.revision, item.change) == (outcome, revision, change)
    assert item.is_latest is (outcome is Outcome.REVISED)
    assert item.in_articles
    assert item.first_seen_at == page(BODY, 1).fetched_at
    assert item.date == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("first", "second", "change"),
    [("sha1:A", "sha1:A", "reextraction"), ("sha1:A", "sha1:B", "update"), (None, None, "update"), ("", "", "update")],
)
def test_the_same_bytes_read_otherwise_are_no_change_of_the_publishers(
    tmp_path: Path, first: str | None, second: str | None, change: str
) -> None:
    history = run(tmp_path, [[page(BODY, 1, warc_digest=first)]])
    (item,) = decide_batch([page(UPDATED, 5, warc_digest=second)], history).items
    assert (item.outcome, item.revision, item.change) == (Outcome.REVISED, 2, change)


def test_new_article(tmp_path: Path) -> None:
    (item,) = decide_batch([page(BODY, 1, published_at=None)], MemoryHistory(tmp_path)).items
    assert (item.outcome, item.revision, item.change, item.is_latest) == (Outcome.NEW, 1, None, True)
    assert item.date == START.date()
    assert item.copy is None


def test_back_and_forth(history: MemoryHistory) -> None:
    """A text that comes back is a revision: readers saw the other in between."""
    history.apply(batch := [page(UPDATED, 5)], decide_batch(batch, history))
    (item,) = decide_batch([page(BODY, 9)], history).items
    assert (item.outcome, item.revision, item.change) == (Outcome.REVISED, 3, "update")


def test_twice_in_one_batch(tmp_path: Path) -> None:
    """Pages of one article are taken in the order of their fetch, whatever their order in the batch."""
    batch = [page(UPDATED, 5), page(BODY, 1), page(UPDATED, 7)]
    items = decide_batch(batch, MemoryHistory(tmp_path)).items
    assert [(item.outcome, item.revision) for item in items] == [
        (Outcome.REVISED, 2),
        (Outcome.NEW, 1),
        (Outcome.UNCHANGED, 2),
    ]
    assert [item.is_latest for item in items] == [True, False, False]
    assert {item.first_seen_at for item in items} == {page(BODY, 1).fetched_at}


def test_late_page(history: MemoryHistory) -> None:
    """A page fetched before the known one (a backfill) is a revision, but not the latest."""
    (item,) = decide_batch([page(UPDATED, 0.5)], history).items
    assert (item.outcome, item.revision, item.is_latest) == (Outcome.REVISED, 2, False)
    assert item.first_seen_at == page(UPDATED, 0.5).fetched_at
    assert item.date == date(2026, 3, 2), "the partition stays"
    (same,) = decide_batch([page(BODY, 0.5)], history).items
    assert (same.outcome, same.revision) == (Outcome.UNCHANGED, 1)


def test_given_hash_is_used(history: MemoryHistory) -> None:
    (stored,) = history.revisions([page(BODY, 1).article_id])
    (item,) = decide_batch([page(BODY, 5, text_hash=stored.text_hash)], history).items
    assert item.outcome is Outcome.UNCHANGED


def test_removed_blocks_tell_boilerplate(tmp_path: Path) -> None:
    teaser = "Read next: the ten best walks around the lake"
    history = run(tmp_path, [[page(f"{BODY}\n{teaser}", 1)]])
    (item,) = decide_batch([page(BODY, 5, removed=(teaser,))], history).items
    assert (item.outcome, item.change) == (Outcome.UNCHANGED, "boilerplate")


def test_empty_batch(history: MemoryHistory) -> None:
    decisions = decide_batch([], history)
    assert (decisions.items, decisions.copies, decisions.postings) == ((), (), {})


@pytest.mark.parametrize("body", ["", "\n", "Watch.", "😀", "\ud800", "a" * 100_000, "word " * 50_000])
def test_odd_texts(tmp_path: Path, body: str) -> None:
    """Whatever the text, an article is an article, and texts that say nothing are not copies of each other."""
    batch = [page(body, 1), replace(page(body, 2), article_id="0" * 32, url="https://x.example/1", site="x")]
    decisions = decide_batch(batch, MemoryHistory(tmp_path))
    assert [item.outcome for item in decisions.items] == [Outcome.NEW, Outcome.NEW]
    assert bool(decisions.copies) is (len(body.split()) > 100)
