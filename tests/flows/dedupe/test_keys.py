"""Words, hashes and counts of texts in many scripts."""

import pytest

from flows.dedupe.keys import numbers, text_hash, word_count, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('It\'s "done" - really.', "It’s “done” – really"),
        ("ALL CAPS here", "all caps HERE"),
        ("two\n\nlines  apart", "two lines apart"),
        ("soft\u00adhyphen", "softhyphen"),
        ("zero\u200bwidth", "zerowidth"),
        ("ﬁne print", "fine print"),
        ("caf\u00e9", "cafe\u0301"),
        ("Straße", "STRASSE"),
        ("ＡＢＣ　１２３", "abc 123"),
        ("中文，新闻。", "中文新闻"),
        ("中 文", "中文"),
    ],
)
def test_same_wording(one: str, other: str) -> None:
    assert text_hash(one) == text_hash(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rates rise", "rates fall"),
        ("10 dead", "11 dead"),
        ("naïve", "naive"),
        ("schon", "schön"),
        ("हिन्दी", "हिन्दु"),
        ("therapist", "the rapist"),
        ("a b", "b a"),
        ("中文", "文中"),
    ],
)
def test_other_wording(one: str, other: str) -> None:
    assert text_hash(one) != text_hash(other)


def test_text_hash_is_stable() -> None:
    """Hashes are kept for ever: this value must never change."""
    assert text_hash("The committee, which met on Tuesday, rejected it.") == "bf87e6073ee75f85eb443f1c37cefc4a"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" \n—…", 0),
        ("Three plain words", 3),
        ("北京今天下雨", 6),
        ("東京でiPhone発売", 6),
        ("ภาษาไทย", 7),
        ("서울에 비가 온다", 3),
        ("Москва, 5 мая", 3),
        ("शहर में बारिश", 3),
        ("القاهرة اليوم", 2),
    ],
)
def test_word_count(text: str, count: int) -> None:
    assert word_count(text) == count


def test_ascii_shortcut_agrees() -> None:
    """Plain ASCII takes a shorter way to the same words."""
    text = "A U.S.-led plan_b costs $3.5bn; it's on @home."
    assert words(text) == words(text + " é")[:-1]


def test_numbers() -> None:
    assert numbers(words("In 2024, 3.5 pct of G7 rose by ½")) == ["2024", "3", "5", "g7", "1", "2"]


def test_lone_surrogates_are_text() -> None:
    assert len(text_hash("bad \ud800 text")) == 32
