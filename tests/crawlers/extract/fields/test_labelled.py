"""Dates that say what they are, wherever they stand."""

import pytest

from tests.crawlers.extract.dating import STORY, dated, day

FAR = "<p>Ferries run every hour.</p>" * 15


@pytest.mark.parametrize(
    "line",
    [
        "<p>Published on February 20, 2026</p>",
        "<p>VERÖFFENTLICHT AM 20.02.2026</p>",
        "<p>Published</p><p>Feb 20, 2026</p>",
        "<p>This entry was posted on Friday, February 20th, 2026 at 5:00 pm and is filed under Town.</p>",
        "<p>Dieser Artikel wurde am 20. Februar 2026 um 14:48 Uhr veröffentlicht.</p>",
        "<p>February 20, 2026. <i>Updated: February 23, 2026</i></p>",
        "<p>From the February 20, 2026 issue of Harbour Magazine.</p>",
        "<p class='post-date'>February 20, 2026</p>",
        "<p class='updated-published-date'>February 20, 2026</p>",
        "<div class='postmetadata'><p>Friday, February 20th, 2026 at 11:00 am | Filed under Town</p></div>",
        "<div class='x-meta-info'><b>Jane</b><b class='updated'>2026-02-23</b><b>February 20th, 2026</b>|</div>",
        "<p>发布日期：2026-02-20 责任编辑：王小明</p>",
        "<p>时间：2026-02-20</p>",
        "<p>发布时间：26-02-20</p>",
        "<p>来源: 例网 | 发布时间: 2026-02-20 | 浏览次数: 2168</p>",
    ],
)
def test_a_label_or_a_class_makes_a_date_the_publications(line):
    found = dated(story=STORY + FAR + line)
    assert found.published_at is not None
    assert (found.published_at.date(), found.published_source) == (day(2026, 2, 20).date(), "visible-text")


@pytest.mark.parametrize(
    "line",
    [
        "<p>The report was published by the board on February 20, 2026</p>",
        "<p>Updated on February 20, 2026</p>",
        "<p>委员会 报告的 时间 是 2026-02-20</p>",
        "<p>来源: 例网 | 截止: 2026-02-20 | 浏览次数: 2168</p>",
        "<p class='modified-date'>February 20, 2026</p>",
        "<div class='post-meta'><p>Updated Friday, February 20th, 2026 | Filed under Town</p></div>",
        "<div class='meta-info'><p>The board met in town on February 20, 2026 | Town</p></div>",
        "<div class='post-meta'>February 20, 2026 | Town</div><div class='post-meta'>February 19, 2026 | Quay</div>",
        "<div><h3><a href='/b'>Bakery to close</a></h3><p class='post-date'>February 20, 2026</p></div>",
        "<p class='post-date'>February 20, 2026</p><p class='post-date'>February 19, 2026</p>",
        "<div class='comments'><p class='post-date'>February 20, 2026</p></div>",
    ],
)
def test_dates_of_others_and_of_changes_are_not(line):
    assert dated(story=STORY + FAR + line).published_source != "visible-text"


def test_a_linked_heading_of_the_page_itself_is_no_teaser():
    line = "<div><h3><a href='{}'>Town votes</a></h3><p class='post-date'>February 20, 2026</p></div>"
    assert dated(story=STORY + FAR + line.format("/news/breakwater")).published_at == day(2026, 2, 20)
    assert dated(story=STORY + FAR + line.format("/news/bakery")).published_at is None


def test_json_ld_in_a_meta_element_is_read():
    stated = '{"@type": "Article", "datePublished": "2026-02-20T08:00:00Z"}'
    assert dated(head=f"<meta name='script:ld+json' content='{stated}'>").published_at == day(2026, 2, 20, 8)
