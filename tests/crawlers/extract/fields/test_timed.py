"""Which time elements are the story's own, and what they say."""

import pytest

from tests.crawlers.extract.dating import STORY, TITLE, dated, day

OWN = "<time datetime='2026-02-20T08:00:00Z'>February 20, 2026</time>"
OTHER = "<time datetime='2026-03-01T08:00:00Z'>March 1, 2026</time>"


@pytest.mark.parametrize(
    "before",
    [
        f"<blockquote class='instagram-media'>{OTHER}</blockquote>",
        f"<aside class='col-right'><ul><li>Ferry to stop {OTHER}</li></ul></aside>",
        f"<div class='related-stories'>{OTHER}</div>",
        f"<div class='comments'>{OTHER}</div>",
    ],
)
def test_the_time_of_a_post_or_another_story_is_not_the_publications(before):
    assert dated(f"<p>{OWN}</p>", before=before).published_at == day(2026, 2, 20, 8)
    assert dated(before=before).published_source != "time-element"


@pytest.mark.parametrize(
    "around",
    ["<footer class='entry-footer'>{}</footer>", "<div class='elementor-widget'>{}</div>", "<aside>{}</aside>"],
)
def test_parts_of_the_article_hold_its_date(around):
    assert dated(around.format(OWN)).published_at == day(2026, 2, 20, 8)


def test_a_class_around_headline_and_date_says_nothing_of_the_date():
    heading = f"<div class='latest-widget'><h1>{TITLE}</h1><p>{OWN}</p></div>"
    assert dated(heading=heading).published_at == day(2026, 2, 20, 8)


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("Published 20 February 2026", day(2026, 2, 20)),
        ("20 February 2026", day(2026, 2, 23, 10)),
        ("Published February 23", day(2026, 2, 23, 10)),
    ],
)
def test_a_text_that_says_published_goes_before_an_attribute_of_another_day(text, published):
    assert dated(f"<p><time datetime='2026-02-23T10:00:00Z'>{text}</time></p>").published_at == published


def test_of_two_elements_the_one_with_a_text_is_the_readers():
    first = "<time pubdate datetime='2026-02-20T08:00:00Z'>Published</time>"
    assert dated(f"<p>{first}<time pubdate datetime='2026-02-23'></time></p>").published_at == day(2026, 2, 20, 8)


def test_an_element_that_says_updated_is_the_changes_whatever_its_class():
    found = dated(
        "<p><time class='published-date' datetime='2026-02-20T08:00:00Z'>Updated February 20, 2026</time></p>"
    )
    assert (found.published_at, found.modified_at) == (None, day(2026, 2, 20, 8))


def test_a_far_element_gives_way_to_a_dateline():
    far = f"<div><div><p>Weather</p>{OTHER}</div></div>"
    assert dated("<p>February 20, 2026</p>", before=far).published_at == day(2026, 2, 20)


def test_an_element_with_updated_before_it_is_the_changes_whatever_its_class():
    element = "<time class='entry-date published updated' datetime='2026-02-20T08:00:00Z'>February 20, 2026</time>"
    found = dated(f"<p><span class='updated-on'><span>Updated on</span>{element}</span></p>")
    assert (found.published_at, found.modified_at) == (None, day(2026, 2, 20, 8))
    assert dated(f"<p><span>Posted on</span>{element}</p>").published_at == day(2026, 2, 20, 8)


def test_the_time_beside_another_storys_linked_headline_is_not_this_storys():
    entry = "<div><h3><a href='{}'>Bakery to close</a></h3><p><time {} datetime='2026-02-20'>Feb 20</time></p></div>"
    for mark in ("", "itemprop='datePublished'"):
        assert dated(story=STORY + entry.format("/news/bakery", mark)).published_at is None
        assert dated(story=STORY + entry.format("/news/breakwater", mark)).published_at == day(2026, 2, 20)


@pytest.mark.parametrize(
    ("element", "published"),
    [
        ("<time>2/3/2026</time>", day(2026, 2, 3)),
        ("<time datetime='2/3/2026'>a while ago</time>", day(2026, 2, 3)),
        ("<time datetime='2026-02-03'>3.2.2026</time>", day(2026, 2, 3)),
        ("<time datetime='20/2/2026'></time>", day(2026, 2, 20)),
        ("<time>2 days ago</time>", None),
    ],
)
def test_an_ambiguous_date_is_read_as_the_pages_readers_do(element, published):
    assert dated(f"<p>{element}</p>").published_at == published


def test_a_box_named_for_date_and_comments_is_the_storys():
    box = "<div class='{}'><p>February 20, 2026</p></div>"
    assert dated(box.format("date-comments-wrapper")).published_at == day(2026, 2, 20)
    assert dated(box.format("comment-date")).published_at is None
