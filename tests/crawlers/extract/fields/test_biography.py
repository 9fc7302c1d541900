"""The author whom only the box below the story names."""

import pytest

from crawlers.extract.fields.authorsigns import SIGNS
from tests.crawlers.extract.bylined import people

LIFE = "<p>Jane Doe is a reporter who has covered the harbours of this coast for twenty years.</p>"
OTHER = "<p>John Roe is a mason of this coast, where he has built walls for twenty years.</p>"
MORE = f"<p>{'The wall will be higher than the old one, and it will be wider at its foot as well. ' * 2}</p>"


@pytest.mark.parametrize(
    "box",
    [
        f"<div><h3>Jane Doe</h3>{LIFE}</div>",
        f"<div><p>Jane Doe</p><h6>Harbour Correspondent</h6>{LIFE.replace('Jane Doe', 'Jane')}</div>",
        f"<div><p>Jane Doe</p>{LIFE.replace('Jane Doe', 'She')}</div>",
        "<div><p>Jane Doe</p><p>Jane Doe, a freelance writer, lives on this coast with two dogs.</p></div>",
        "<div><p>Erika Beispiel</p><p>Erika Beispiel schreibt seit zwanzig Jahren über die Häfen der Küste.</p></div>",
        "<h3>About the Author:</h3><span>Jane Doe</span><span> likes walls.</span>",
        "<h3>Über die Autorin</h3><p>Erika Beispiel</p>",
        "<h3>作者简介</h3><p>王小明</p>",
        "<a href='/j'>View all posts by Jane Doe →</a>",
        "<p>Alle Beiträge von Erika Beispiel anzeigen</p>",
        "<p>查看 王小明 的所有文章</p>",
    ],
)
def test_the_box_below_the_story_names_its_author(box: str) -> None:
    assert people(end=box)[0] in ("Jane Doe", "Erika Beispiel", "王小明")


@pytest.mark.parametrize(
    "box",
    [
        f"<h3>Jane Doe</h3>{LIFE}<h3>John Roe</h3>{OTHER}",  # whom of them the story is by, the page doesn't say
        f"<h3>Jane Doe</h3>{LIFE}" + MORE * 8,  # within the story
        f"<p>The quarry belongs to <b>Jane Doe</b></p>{LIFE}",
        "<h3>Quay Walls</h3><p>Quay Walls stand along the river and were built by hand long ago.</p>",
        "<h3>Harbour Guide</h3><p>Harbour Guide is a book that has all you need to know of harbours.</p>",
        "<h3>Quarry Hilltop</h3><p>Quarry Hilltop is a service that counts how often a page is read.</p>",
        "<label>Quarry Hilltop</label><p>Quarry Hilltop is a tool that counts readers for the marketing of sites.</p>",
        f"<p>Edited by</p><p>Jane Doe</p>{LIFE}",
        f"<figure><figcaption><p>Jane Doe</p>{LIFE}</figcaption></figure>",
        "<h3>About the Author</h3><p><a href='/j'>Learn More</a></p>",
        "<h3>About the harbour</h3><p>Jane Doe</p>",
        "<a href='/n'>More from World News</a>",
        "<a href='/a'>View all posts by Jane Doe</a><a href='/b'>View all posts by John Roe</a>",
        "<p>More by This Contributor</p>",
        "<p>查看 本站 的所有文章</p>",
    ],
)
def test_others_who_are_told_of_below_a_story_did_not_write_it(box: str) -> None:
    assert people(end=box) == []


def test_a_box_about_several_authors_names_them_all() -> None:
    assert people(end="<h3>About the authors</h3><p>Jane Doe and John Roe</p>") == ["Jane Doe", "John Roe"]


def test_a_byline_goes_before_the_box() -> None:
    assert people("<p>By John Roe</p>", end=f"<h3>Jane Doe</h3>{LIFE}") == ["John Roe"]


@pytest.mark.parametrize(
    ("rule", "language"), [(rule, language) for rule, words in SIGNS.items() for language in words]
)
def test_signs_tell_their_examples_and_no_counter_examples(rule: str, language: str) -> None:
    words = SIGNS[rule][language]
    box = "<p>{}</p><p>Jane Doe</p>" if rule == "author.about" else "<p>{}</p>"
    assert len(people(end=box.format(words["example"]))) == 1
    assert people(end=box.format(words["counter"])) == []
