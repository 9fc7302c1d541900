"""The candidate join: what it finds, what it leaves out, and the same on both engines."""

import random
from pathlib import Path

import pytest

from flows.dedupe import MemoryHistory, decide_batch
from flows.dedupe.candidates import Inputs, Match, batch_table, find, part_of, stored_tables, with_duckdb
from flows.dedupe.history import PostingsFiles
from flows.dedupe.keys import words
from flows.dedupe.postings import write_postings
from flows.dedupe.rules import RULES, Rules
from flows.dedupe.shingles import shingles, sketch
from tests.flows.dedupe.making import EDITS, START, incoming, run, text

DAY = START.date()


def inputs(tmp_path: Path, batch: list[str], known: list[str], new: list[str] | None = None) -> Inputs:
    """A join of texts with known texts in files and new ones in memory."""
    files: tuple[list[str], list[str]] = ([], [])
    tables = []
    for name, bodies in (("known", known), ("new", new or [])):
        revisions = [((f"{name}{n}", 1), DAY, shingles(words(body)).ordered) for n, body in enumerate(bodies)]
        tables.append(stored_tables(revisions, part_of(ref for ref, _, _ in revisions)).get(DAY))
    for at, path in enumerate(("p.parquet", "d.parquet")):
        if tables[0]:
            write_postings(tables[0][at], str(tmp_path / path))
            files[at].append(str(tmp_path / path))
    empty = stored_tables([(("x", 1), DAY, shingles([]).ordered)], 1)[DAY]
    postings, docs = tables[1] or (empty[0], empty[1].slice(0, 0))
    sketches = [sketch(shingles(words(body)).ordered)[0] for body in batch]
    return Inputs(batch_table(sketches), postings, docs, PostingsFiles(tuple(files[0]), tuple(files[1])))


def pairs(found: list[Match]) -> set[tuple[int, str]]:
    return {(match.item, match.ref[0]) for match in found}


def test_finds_what_is_shared(tmp_path: Path) -> None:
    a, b, c = text(300, 1), text(300, 2), text(300, 3)
    joined = inputs(tmp_path, [a, " ".join(b.split()[:120]), c, ""], [b, text(300, 9)], [a])
    assert pairs(list(find(joined, RULES))) == {(0, "new0"), (1, "known0")}


def test_at_least_so_many_shared(tmp_path: Path) -> None:
    joined = inputs(tmp_path, [text(300, 1)], [text(300, 1)])
    (match,) = find(joined, RULES)
    assert match.shared == match.size
    assert list(find(joined, Rules(least_shared=match.shared + 1))) == []


def test_common_keys_find_nothing(tmp_path: Path) -> None:
    """A disclaimer on every page joins nobody, however many pages there are."""
    disclaimer = text(80, 50)
    known = [f"{text(60, 100 + n)} {disclaimer}" for n in range(30)]
    joined = inputs(tmp_path, [f"{text(60, 99)} {disclaimer}"], known)
    assert len(pairs(list(find(joined, RULES)))) == 30
    assert list(find(joined, Rules(most_common=3))) == []


def test_daft_finds_the_same(tmp_path: Path) -> None:
    """The same SQL over the same Parquet on a second engine, without a change to what decides."""
    pytest.importorskip("daft", reason="the extra `daft` is not installed")
    from flows.dedupe.daft_engine import with_daft

    chance = random.Random(1)
    bodies = [text(chance.randint(30, 400), n) for n in range(120)]
    edited = [EDITS[chance.choice(sorted(EDITS))](body, chance) for body in bodies]
    joined = inputs(tmp_path, edited, bodies[:80], bodies[80:])
    assert sorted(map(repr, find(joined, RULES, with_daft))) == sorted(map(repr, find(joined, RULES, with_duckdb)))

    first = [incoming(f"https://a.example.org/s-{n}", body, n % 9) for n, body in enumerate(bodies)]
    second = [incoming(f"https://b.example.net/s-{n}", body, n % 9 + 2) for n, body in enumerate(edited)]
    history = run(tmp_path / "history", [first])
    assert decide_batch(second, history, engine=with_daft) == decide_batch(second, history, engine=with_duckdb)
    empty = MemoryHistory(tmp_path)
    assert decide_batch(first, empty, engine=with_daft).copies == ()


def test_odd_file_names(tmp_path: Path) -> None:
    odd = tmp_path / "it's a lake"
    odd.mkdir()
    joined = inputs(odd, [text(300, 1)], [text(300, 1)])
    assert pairs(list(find(joined, RULES))) == {(0, "known0")}
