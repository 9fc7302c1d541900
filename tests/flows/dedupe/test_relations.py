"""Who repeats whom, which is the original, and what readers of `articles` see."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.dedupe import CopyRow, Incoming, MemoryHistory, decide_batch
from tests.flows.dedupe.making import id_of, incoming, run, text

A, B, C = text(300, 1), text(300, 2), text(300, 3)
ORIGIN = "https://origin.example.org/story-1"
COPY = "https://copy.example.net/story-2"


def words(body: str, start: float, end: float) -> str:
    """Part of a text, by shares of its words."""
    found = body.split(" ")
    return " ".join(found[round(start * len(found)) : round(end * len(found))])


def relation(history: MemoryHistory, copy: str, original: str) -> CopyRow:
    row = history.rows[id_of(copy)]
    assert row.original_id == id_of(original)
    return row


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (A, "copy"),
        (f"{text(25, 90)}\n{A}\n{text(30, 91)}", "copy"),
        (f"{text(40, 92)}\n{words(A, 0.1, 1)}", "copy"),
        (words(A, 0, 0.5), "truncated_copy"),
        (f"{words(A, 0, 0.3)} Read on at origin.example.org", "truncated_copy"),
        (words(A, 0.4, 0.8), "excerpt"),
        (words(A, 0.1, 0.3) + " " + words(A, 0.6, 0.9), "excerpt"),
    ],
)
def test_relation(tmp_path: Path, body: str, expected: str) -> None:
    history = run(tmp_path, [[incoming(ORIGIN, A, 0)], [incoming(COPY, body, 5)]])
    row = relation(history, COPY, ORIGIN)
    assert row.relation == expected
    assert row.evidence == "earliest"
    assert row.rule.endswith("/1")
    assert row.containment > 0.7
    assert history.in_articles == {id_of(ORIGIN)}


def test_reissue(tmp_path: Path) -> None:
    history = run(tmp_path, [[incoming(ORIGIN, A, 0)], [incoming("https://www.origin.example.org/again-9", A, 20)]])
    assert relation(history, "https://www.origin.example.org/again-9", ORIGIN).relation == "reissue"


def test_digest(tmp_path: Path) -> None:
    """A digest of several is an excerpt of the one it has most of; those it contains stay what they are."""
    digest = "https://digest.example.com/week-9"
    items = [
        incoming(ORIGIN, A, 0),
        incoming("https://origin.example.org/story-2", words(B, 0, 0.6), 1),
        incoming(digest, f"{A}\n{words(B, 0, 0.6)}\n{text(40, 95)}", 9),
    ]
    history = run(tmp_path, [items])
    assert relation(history, digest, ORIGIN).relation == "excerpt"
    assert history.in_articles == {id_of(ORIGIN), id_of("https://origin.example.org/story-2")}


def test_much_of_its_own_stays_in_articles(tmp_path: Path) -> None:
    """An article that quotes another whole is noted, and stays; a copy of it is a copy of it, not of the quoted."""
    story, repost = "https://paper.example.com/long-1", "https://copy.example.net/long-2"
    flash = words(A, 0, 0.3)
    items = [
        incoming(ORIGIN, flash, 0),
        incoming(story, f"{flash}\n{B}", 4),
        incoming(repost, f"{flash}\n{B}", 6),
        incoming("https://other.example.com/long-3", f"{flash}\n{C}", 7),
    ]
    history = run(tmp_path, [items])
    row = relation(history, story, ORIGIN)
    assert (row.relation, row.in_articles) == ("excerpt", True)
    copy = relation(history, repost, story)
    assert (copy.relation, copy.in_articles, copy.cluster_id) == ("copy", False, id_of(ORIGIN))
    assert history.in_articles == {item.article_id for item in items} - {id_of(repost)}


def test_no_chains(tmp_path: Path) -> None:
    """A row of texts each like the next: the first and the last share nothing and are not one cluster."""
    long = text(2000, 5).split()
    bodies = [" ".join(long[at : at + 400]) for at in range(0, 1600, 60)]
    history = run(tmp_path, [[incoming(f"https://h{n}.example.org/s-{n}", b, n * 0.1) for n, b in enumerate(bodies)]])
    clusters = {row.cluster_id for row in history.rows.values()}
    assert len(clusters) > 3
    for row in history.rows.values():
        assert row.containment >= 0.6


def test_original_arrives_later(tmp_path: Path) -> None:
    """The canonical moves to the true original; `articles` and the other copies' rows follow."""
    first, second = "https://one.example.net/s-1", "https://two.example.com/s-2"
    history = run(tmp_path, [[incoming(first, A, 5)], [incoming(second, A, 7)]])
    assert history.in_articles == {id_of(first)}
    batch = [incoming(ORIGIN, A, 0)]
    decisions = decide_batch(batch, history)
    assert decisions.hidden == (id_of(first),)
    assert [row.article_id for row in decisions.copies] == sorted([id_of(first), id_of(second)])
    assert decisions.items[0].in_articles
    history.apply(batch, decisions)
    assert history.in_articles == {id_of(ORIGIN)}
    assert relation(history, first, ORIGIN).evidence == "earliest"
    assert relation(history, second, ORIGIN).original_url == ORIGIN


def test_credited_original_arrives_later(tmp_path: Path) -> None:
    """Evidence goes before time: the copy that was published first credits the other."""
    history = run(tmp_path, [[incoming(COPY, A, 0, credited_source="Origin News", publisher="Copy")]])
    batch = [incoming(ORIGIN, A, 9, publisher="Origin News")]
    decisions = decide_batch(batch, history)
    assert (decisions.hidden, decisions.items[0].in_articles) == ((id_of(COPY),), True)
    history.apply(batch, decisions)
    row = relation(history, COPY, ORIGIN)
    assert (row.evidence, row.credited_source) == ("credited_source", "Origin News")


def test_revision_that_becomes_its_own(tmp_path: Path) -> None:
    """A copy rewritten by its publisher comes back into `articles`; one turned into a copy leaves."""
    history = run(tmp_path, [[incoming(ORIGIN, A, 0)], [incoming(COPY, A, 5)]])
    assert history.in_articles == {id_of(ORIGIN)}
    batch = [incoming(COPY, B, 5, fetched=9)]
    decisions = decide_batch(batch, history)
    assert decisions.uncopied == (id_of(COPY),)
    assert decisions.items[0].in_articles
    history.apply(batch, decisions)
    assert history.in_articles == {id_of(ORIGIN), id_of(COPY)}
    batch = [incoming(COPY, A, 5, fetched=12)]
    decisions = decide_batch(batch, history)
    assert decisions.hidden == (id_of(COPY),)
    history.apply(batch, decisions)
    assert history.in_articles == {id_of(ORIGIN)}


def test_copy_of_an_earlier_revision(tmp_path: Path) -> None:
    """What was copied before the original was rewritten stays a copy, and what is copied after is one."""
    batches = [[incoming(ORIGIN, A, 0)], [incoming(ORIGIN, B, 0, fetched=4)], [incoming(COPY, A, 5)]]
    history = run(tmp_path, batches)
    assert relation(history, COPY, ORIGIN).containment == 1
    history = run(tmp_path / "again", [*batches[:2], [incoming(COPY, B, 5)]])
    assert relation(history, COPY, ORIGIN).containment == 1


def test_exact_copies_are_found_for_ever(tmp_path: Path) -> None:
    near = A + " " + text(20, 9)
    history = run(tmp_path, [[incoming(ORIGIN, A, 0)], [incoming(COPY, A, 24 * 700)]])
    assert relation(history, COPY, ORIGIN).rule == "exact/1"
    history = run(tmp_path / "near", [[incoming(ORIGIN, A, 0)], [incoming(COPY, near, 24 * 700)]])
    assert not history.rows


def weather(place: str, *figures: int) -> str:
    return (
        f"Here is the weather for {place} today: highs of {figures[0]} degrees and lows of {figures[1]}, with winds of "
        f"up to {figures[2]} kilometres an hour from the west and a chance of rain of {figures[3]} per cent later on."
    )


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (weather("the coast", 12, 3, 40, 10), weather("the coast", 15, 6, 55, 70), {"template_numbers", "other_words"}),
        (f"{words(A, 0, 0.5)}\n{B}", f"{words(A, 0, 0.5)}\n{C}", {"boilerplate"}),
        (f"{B}\n{words(A, 0, 0.6)}\n{text(90, 8)}", f"{text(120, 7)}\n{words(A, 0, 0.6)}\n{C}", {"other_words"}),
    ],
)
def test_near_misses(tmp_path: Path, one: str, other: str, reasons: set[str]) -> None:
    """Two that share much and are not one: said with the reason."""
    decisions = decide_batch([incoming(ORIGIN, one, 0), incoming(COPY, other, 5)], MemoryHistory(tmp_path))
    assert not decisions.copies
    assert {miss.reason for miss in decisions.near_misses} <= reasons
    for miss in decisions.near_misses:
        assert 0.3 <= miss.containment < 1


def test_near_miss_far_apart(tmp_path: Path) -> None:
    history = run(tmp_path, [[incoming(ORIGIN, A, 0)]])
    decisions = decide_batch([incoming(COPY, f"{words(A, 0, 0.9)} {text(60, 4)}", 24 * 20)], history)
    (miss,) = decisions.near_misses
    assert (miss.article_id, miss.other_id, miss.reason) == (id_of(COPY), id_of(ORIGIN), "far_apart")


def test_unrelated_articles_share_nothing(tmp_path: Path) -> None:
    items: list[Incoming] = [incoming(f"https://h{n}.example.org/s-{n}", text(250, 500 + n), n) for n in range(60)]
    decisions = decide_batch(items, MemoryHistory(tmp_path))
    assert not decisions.copies
    assert not decisions.near_misses


def test_syndicated_everywhere(tmp_path: Path) -> None:
    """A text on hundreds of sites, on some with changes, is one article, whichever site came in first."""
    same = [incoming(f"https://same{n}.example/s-{n}", A, 1 + n % 30) for n in range(300)]
    changed = [incoming(f"https://changed{n}.example/s-{n}", f"{A} {text(20, n)}", n % 30) for n in range(40)]
    history = run(tmp_path, [same[:150], changed[:20], same[150:] + changed[20:]])
    assert len(history.in_articles) == 1
    assert history.rows == run(tmp_path / "whole", [same + changed]).rows


@pytest.mark.parametrize("year", [1, 999, 1970, 3001, 9999])
def test_nonsense_dates(tmp_path: Path, year: int) -> None:
    """A date in another millennium is a publisher's mistake, and no reason to stop."""
    when = datetime(year, 12, 31, 23, 59, tzinfo=UTC) if year > 1 else datetime(1, 1, 1, tzinfo=UTC)
    items = [incoming(ORIGIN, A, 0, published_at=when), incoming(COPY, A, 0, published_at=when)]
    items.append(incoming("https://third.example.com/s-1", f"{A} {text(20, 5)}", 3))
    history = run(tmp_path, [items[:1], items[1:]])
    assert id_of(COPY) in history.rows or id_of(ORIGIN) in history.rows
