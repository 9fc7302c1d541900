import re

import pytest

from crawlers.extract.rules import load_phrases, prefilter
from crawlers.extract.rules.prefilter import Prefilter

WORDINGS = [wording for rule in load_phrases() for wording in rule.wordings if wording.pattern is not None]
PATTERNS = [wording.pattern for wording in WORDINGS]
RULES = Prefilter(PATTERNS)


def is_candidate(pattern: str, text: str) -> bool:
    return Prefilter([re.compile(pattern, re.IGNORECASE)]).candidates(text) == [0]


@pytest.mark.parametrize("wording", WORDINGS, ids=lambda wording: f"{wording.language} {wording.example[:30]}")
def test_whatever_a_rule_matches_is_among_its_candidates(wording):
    texts = [text for one in WORDINGS for text in (one.example, one.example.upper(), one.example.lower(), one.counter)]
    number = WORDINGS.index(wording)
    missed = [text for text in texts if wording.pattern.fullmatch(text) and number not in RULES.candidates(text)]
    assert not missed


def test_a_python_whose_parser_is_not_to_be_had_tries_every_pattern(monkeypatch):
    monkeypatch.setattr(prefilter, "_parser", None)
    assert Prefilter(PATTERNS).candidates("The council voted on Tuesday.") == list(range(len(PATTERNS)))


def test_prose_is_hardly_a_candidate_of_anything():
    text = "The council voted on Tuesday to repair the harbour wall, which the winter's storms had broken twice."
    assert len(RULES.candidates(text)) < len(PATTERNS) / 6


@pytest.mark.parametrize(
    ("pattern", "text", "possible"),
    [
        (r"(?:sign up|subscribe)\b.{0,80}\bnewsletters?", "Sign up for our newsletter", True),
        (r"(?:sign up|subscribe)\b.{0,80}\bnewsletters?", "They sign up for it", False),
        (r"(?:please )?subscribe.{0,20}", "Please subscribe", True),
        (r"(?:please )?subscribe.{0,20}", "Subscribers only", True),
        (r"(?:please )?subscribe.{0,20}", "Nobody subscribes", False),
        (r".{0,80}\ball rights reserved\b.{0,20}", "2026 The Paper. All rights reserved", True),
        (r".{0,80}\ball rights reserved\b.{0,20}", "He left it all", False),
        (r"\d+ comments?", "12 comments", True),
        (r"\d+ comments?", "Two comments", False),
        (r"\d{1,2}:\d\d(?: ?/ ?\d)?", "3:45", True),
        (r"\d{1,2}:\d\d(?: ?/ ?\d)?", "At 3:45", False),
        (r"jan[a-z]*\.? \d+", "January 3", True),
        (r"jan[a-z]*\.? \d+", "Jan 3", True),
        (r"jan[a-z]*\.? \d+", "On January 3", False),
        (r"v\d+ released", "v12 released", True),
        (r".{0,90}{{.{1,90}}}.{0,90}", "So {{ this }}", True),
        (r".{0,90}{{.{1,90}}}.{0,90}", "So {this}", False),
        (r"by (?-i:[A-Z])\w+", "by Ada", True),
        (r"by (?-i:[A-Z])\w+", "bylaws", False),
        (r".{0,9}(?:[备備]|违法).{0,9}", "京ICP备1号", True),
        (r".{0,9}(?:[备備]|违法).{0,9}", "The wall", False),
        (r".{0,9}(?:[^备備]|违法).{0,9}", "The wall", True),
        (r"a|b", "b", True),
        (r"(?:ab)*c", "ababc", True),
        (r"x?\W*more", "... more", True),
        (r"[sz]ee also", "zee also", True),
        (r"photo(?:s|graph)? by", "photograph by", True),
        (r"photo(?:s|graph)? by", "phone by", False),
        (r"_?photo_?", "_Photo_", True),
        (r"(\w+) \1", "so so", True),
    ],
)
def test_what_a_pattern_needs_is_told_from_words(pattern, text, possible):
    assert is_candidate(pattern, text) is possible
    assert possible or not re.fullmatch(pattern, text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("ilanlar", "İLANLAR"),
        ("ilanlar", "ıLANLAR"),
        ("σας ευχαριστώ", "ΣΑΣ ΕΥΧΑΡΙΣΤΏ"),
        ("skills", "ſKILLS"),
        ("kelvin", "\u212aelvin"),
        ("ﬆraße", "ﬅraße"),
        ("订阅", "订阅"),
    ],
)
def test_letters_alike_regardless_of_case_are_alike(pattern, text):
    assert re.fullmatch(pattern, text, re.IGNORECASE)
    assert is_candidate(pattern, text)


def test_patterns_in_other_scripts_are_not_tried_on_english():
    assert not is_candidate(r".{0,20}(?:订阅|訂閱).{0,20}", "He said: “Read it — now”")
    assert is_candidate(r".{0,20}(?:订阅|訂閱).{0,20}", "请订阅")
