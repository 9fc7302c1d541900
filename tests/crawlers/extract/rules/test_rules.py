import pytest

from crawlers.extract.rules import load_phrases, load_places, match_phrase, match_place
from crawlers.extract.rules.match import _matches

ANYWHERE = frozenset({"head", "tail"})
WORDINGS = [(rule, wording) for rule in load_phrases() for wording in rule.wordings]
NAMES = [f"{rule.id}.{wording.language}" for rule, wording in WORDINGS]


@pytest.mark.parametrize(("rule", "wording"), WORDINGS, ids=NAMES)
def test_every_rule_meets_its_example(rule, wording):
    hits = {(hit.rule.id, hit.language) for hit in _matches(wording.example, pictured=rule.where == "picture")}
    assert (rule.id, wording.language) in hits
    assert len(wording.example.split()) <= rule.max_words


@pytest.mark.parametrize(("rule", "wording"), WORDINGS, ids=NAMES)
def test_no_rule_meets_a_counter_example(rule, wording):
    hit = match_phrase(wording.counter, link_share=0.0, places=ANYWHERE | {rule.where})
    assert hit is None, f"{wording.counter!r} is met by {hit.rule.id}.{hit.language}" if hit else ""


@pytest.mark.parametrize(("rule", "wording"), WORDINGS, ids=NAMES)
def test_every_phrase_of_a_rule_is_met_by_it(rule, wording):
    for phrase in wording.phrases:
        assert any(hit.rule.id == rule.id for hit in _matches(phrase)), phrase


@pytest.mark.parametrize("rule", load_places(), ids=lambda rule: rule.id)
def test_every_place_meets_its_example_and_not_its_counter_example(rule):
    assert match_place(rule.example) is rule
    assert match_place(rule.counter) is None


@pytest.mark.parametrize(
    ("label", "place"),
    [
        ("tuijian_con", "place.related"),
        ("box-fenxiang", "place.share"),
        ("clearfix box_ewm", "place.share"),
        ("pinglun-list", "place.comments"),
        ("guanggao", "place.advert"),
        ("daohang", "place.navigation"),
        ("tuijianren-zhengwen", None),
        ("article_con", None),
    ],
)
def test_places_are_named_in_pinyin_too(label, place):
    found = match_place(label)
    assert (found.id if found else None) == place


def test_class_tokens_of_a_state_name_no_place():
    assert match_place("my-6 print:hidden desktop:[.floated_&]:mt-0") is None
    assert match_place("print-only").id == "place.share"


def test_a_container_of_contents_is_one_only_for_links():
    assert match_place("ez-toc-heading-level-2").linked > 0


def test_the_rules_speak_at_least_twenty_languages():
    assert len({wording.language for _, wording in WORDINGS}) >= 20


def test_words_of_captions_are_taken_for_such_only_beside_a_picture():
    caption = "In this file photo from March, the breakwater stands above the sea"
    assert match_phrase(caption, places=ANYWHERE) is None
    assert match_phrase(caption, places=ANYWHERE | {"picture"}).rule.id == "picture-words"


def test_rule_ids_are_unique():
    ids = [rule.id for rule in load_phrases()] + [rule.id for rule in load_places()]
    assert len(ids) == len(set(ids))


SURVIVORS = [
    "Who pays?",
    "“No.”",
    "He never came back.",
    "What happens next",
    "The vote",
    "Related costs rose, too.",
    "Share prices fell by a third within the hour.",
    "“We will comment when we have read it.”",
    "By noon the square was empty.",
    "Source code was found on the laptop.",
    "Follow-up talks are planned for May.",
    "Photo finish",
    "Print is not dead",
    "Newsletter editor sacked",
    "Der Wendepunkt",
    "„Nein.“",
    "Was nun?",
    "Et maintenant ?",
    "¿Y ahora?",
    "E adesso?",
    "Что дальше?",
    "次は何か",
]


@pytest.mark.parametrize("text", SURVIVORS)
def test_real_subheadings_short_quotes_and_one_line_paragraphs_survive(text):
    assert match_phrase(text, places=ANYWHERE) is None
