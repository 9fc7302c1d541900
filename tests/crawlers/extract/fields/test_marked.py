"""The publication in elements that schema.org's marks are on."""

import pytest

from tests.crawlers.extract.dating import STORY, dated, day


@pytest.mark.parametrize(
    "marked",
    [
        "<div itemprop='datePublished' content='2026-02-20T08:00:00Z'>by Jane Doe</div>",
        "<span itemprop='datePublished'>February 20, 2026</span>",
        "<div itemscope itemtype='//schema.org/NewsArticle'><b itemprop='datePublished' content='2026-02-20'/></div>",
    ],
)
def test_a_marked_element_gives_the_publication_in_an_attribute_or_its_text(marked):
    found = dated("<p>Updated February 22, 2026</p>", story=STORY + marked)
    assert found.published_at is not None
    assert (found.published_at.date(), found.published_source) == (day(2026, 2, 20).date(), "meta")


@pytest.mark.parametrize(
    "marked",
    [
        "<div itemscope itemtype='//schema.org/Comment'><b itemprop='datePublished' content='2026-02-20'/></div>",
        "<div class='related'><span itemprop='datePublished'>February 20, 2026</span></div>",
        "<b itemprop='datePublished' content='2026-02-20'></b><b itemprop='datePublished' content='2026-02-21'></b>",
        "<p itemprop='datePublished'>On February 20, 2026, the board met to hear of the breakwater.</p>",
        "<b itemprop='uploadDate' content='2026-02-20'></b>",
    ],
)
def test_what_is_marked_as_a_comments_or_several_stories_is_not_this_ones(marked):
    assert dated(story=STORY + marked).published_at is None
