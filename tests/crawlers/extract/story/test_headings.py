"""Whether a printed heading is the page's title, in scripts with and without spaces."""

import pytest

from crawlers.extract.fields.han import units
from crawlers.extract.story.headings import same_headline


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Town votes to rebuild breakwater", "Town votes to rebuild its breakwater"),
        ("小镇投票重建防波堤", "小镇投票重建防波堤"),
        ("小镇投票重建防波堤：工程明年开工", "小镇投票重建防波堤 工程明年开工"),
        ("港で防波堤を再建、町が決定", "港で防波堤を再建へ、町が決定"),
    ],
)
def test_a_heading_in_slightly_other_words_is_the_headline(text, title):
    assert same_headline(text, title)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Town votes", "Town votes to rebuild its breakwater"),
        ("防波堤", "小镇投票重建防波堤"),
        ("渔民抗议重建计划延期", "小镇投票重建防波堤"),
        ("", "小镇投票重建防波堤"),
        ("小镇投票重建防波堤", None),
    ],
)
def test_another_heading_is_not(text, title):
    assert not same_headline(text, title)


def test_words_and_pairs_of_characters_are_units():
    assert units("Port Mary, port") == {"port", "mary"}
    assert units("防波堤5号") == {"防波", "波堤", "5", "号"}
