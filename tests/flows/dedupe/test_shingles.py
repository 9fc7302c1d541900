"""The sample of shingles: how large it is, and that containment can be told from it."""

import numpy as np
import pytest

from flows.dedupe.keys import words
from flows.dedupe.shingles import LEAST, SCALE, WIDTH, shingles, sketch
from tests.flows.dedupe.making import text


def test_one_shingle_a_place() -> None:
    found = words(text(200, 1))
    assert len(shingles(found).ordered) == 200 - WIDTH + 1


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (1, 1), (WIDTH - 1, 1), (WIDTH, 1), (WIDTH + 1, 2)])
def test_short_texts(count: int, expected: int) -> None:
    assert len(shingles(words(text(count, 2))).ordered) == expected


def test_repetition_counts_once() -> None:
    found = words("one two three four five " * 20)
    assert len(shingles(found).unique) == 5


def test_equal_passages_have_equal_shingles() -> None:
    body = text(300, 3)
    whole, part = shingles(words(body)), shingles(words(" ".join(body.split()[100:200])))
    assert np.isin(part.unique, whole.unique).all()


def test_short_text_is_kept_whole() -> None:
    one = shingles(words(text(40, 4)))
    keys, complete = sketch(one.ordered)
    assert len(keys) == len(one.unique)
    assert complete == 2**63 - 1


def test_long_text_is_sampled() -> None:
    one = shingles(words(text(8000, 5)))
    keys, complete = sketch(one.ordered)
    assert len(keys) == pytest.approx(len(one.unique) / SCALE, rel=0.15)
    assert keys.max() <= complete
    assert (np.diff(keys) > 0).all()


def test_middling_text_keeps_the_least() -> None:
    keys, complete = sketch(shingles(words(text(200, 6))).ordered)
    assert len(keys) == LEAST
    assert complete == keys[-1]


def test_a_part_is_found_in_the_whole() -> None:
    """What two samples share is what both sampled of the shared passage: a third of a text is found in it."""
    misses = 0
    for seed in range(200):
        body = text(400, 100 + seed).split()
        whole, _ = sketch(shingles(words(" ".join(body))).ordered)
        part, _ = sketch(shingles(words(" ".join(body[:120]))).ordered)
        misses += len(np.intersect1d(whole, part)) < 3
    assert misses <= 2
