"""When a page was first published: what it states, what it prints, and which is believed."""

from zoneinfo import ZoneInfo

import pytest
from lxml.html import document_fromstring

from crawlers.extract.fields.head import read_head
from crawlers.extract.fields.read import read_fields
from tests.crawlers.extract.dating import STORY, TITLE, dated, day, ld, meta
from tests.crawlers.extract.pages import FETCHED, page


@pytest.mark.parametrize(
    ("stated", "offset"),
    [
        ("2025-12-18T21:41:41-05:00", -300),
        ("2025-12-19T01:00:00+05:30", 330),
        ("2025-12-19T02:41:41Z", 0),
        ("Thu, 18 Dec 2025 21:41:41 -0500", -300),
        ("2025-12-18 9:41 PM EST", -300),
        ("2025-12-18T21:41:41", None),
        ("2025-12-18", None),
        ("1766112101", None),
    ],
)
def test_the_publishers_own_clock_is_kept(stated: str, offset: int | None) -> None:
    article = dated(head=ld(stated, stated))
    assert article.published_at is not None
    assert (article.published_offset, article.modified_offset) == (offset, offset)
    assert article.modified_source == "json-ld"


def test_a_site_whose_zone_is_declared_lends_it_to_instants_without_one() -> None:
    html = f"<html><head>{ld('2025-07-18T21:41:41', '2025-12-18T21:41:41')}</head><body>{STORY}</body></html>"
    tree = document_fromstring(html)
    url = "https://www.harbournews.example/news/breakwater"
    article = read_fields(tree, read_head(tree, url), page(html, url=url), ZoneInfo("America/New_York"))
    assert (article.published_offset, article.modified_offset) == (-240, -300), "summer and winter"


@pytest.mark.parametrize(
    "printed",
    [
        "<div>August 25, 2025</div>",
        "<p>By Jane Doe · August 25, 2025 · 3 min read</p>",
        "<p>Published <time pubdate datetime='2025-08-25'>August 25</time></p>",
        "<p>First published on August 25, 2025, and revised since by the board of the harbour</p>",
    ],
)
def test_a_page_stamped_anew_with_a_change_was_published_when_it_prints_so(printed):
    found = dated(printed, head=ld("2026-02-24T10:00:00Z", "2026-02-24T10:00:00Z"))
    assert (found.published_at, found.modified_at) == (day(2025, 8, 25), day(2026, 2, 24, 10))


@pytest.mark.parametrize(
    "printed",
    [
        "<div>February 24, 2026</div>",
        "<div>Updated: August 25, 2025</div>",
        "<div class='last-updated'>August 25, 2025</div>",
        "<p>The last storm of August 25, 2025 tore thirty stones out of it</p>",
        "<figure><figcaption>The wall on August 25, 2025</figcaption></figure>",
        "",
    ],
)
def test_the_stated_publication_stays_where_no_earlier_one_is_printed(printed):
    found = dated(printed, head=ld("2026-02-24T10:00:00Z", "2026-02-24T10:00:00Z"))
    assert found.published_at == day(2026, 2, 24, 10)


def test_a_stated_publication_before_the_last_change_is_believed_whatever_is_printed():
    found = dated("<div>August 25, 2025</div>", head=ld("2026-02-23T10:00:00Z", "2026-02-24T10:00:00Z"))
    assert found.published_at == day(2026, 2, 23, 10)


def test_a_date_that_repeats_the_change_is_the_last_resort():
    head = meta("dc.date", "2026-02-24T10:00:00Z") + meta("og:updated_time", "2026-02-24T10:00:00-04:00")
    assert dated("<div>August 25, 2025</div>", head=head).published_at == day(2025, 8, 25)
    assert dated(head=head).published_at == day(2026, 2, 24, 10)


def test_of_two_stated_dates_a_midnight_gives_way_to_the_time_of_day():
    head = ld("2026-02-23T00:00:00Z", "2026-02-24T10:00:00Z") + meta("article:published_time", "2026-02-23T04:39:05Z")
    found = dated(head=head)
    assert (found.published_at, found.published_precision) == (day(2026, 2, 23, 4, 39, 5), "second")


def test_of_time_elements_the_one_closest_to_the_headline_counts():
    before = "<header><div><p>Agenda</p><time datetime='2026-03-01'>March 1</time></div></header>"
    below = "<div><time datetime='2026-02-20T08:00:00Z'>February 20</time> by Jane Doe</div>"
    assert dated(below, before=before).published_at == day(2026, 2, 20, 8)


@pytest.mark.parametrize(
    ("element", "published"),
    [
        ("<time class='entry-date published updated' datetime='2026-02-20T08:00:00Z'></time>", day(2026, 2, 20, 8)),
        ("<time class='updated' datetime='2026-02-20T08:00:00Z'></time>", None),
        ("<b>Last reviewed</b> <time datetime='2026-02-20T08:00:00Z'></time>", None),
        (
            "<b>Reviewed</b> <time datetime='2026-02-20'></time> <b>Published</b> <time datetime='2025-02-20'></time>",
            day(2025, 2, 20),
        ),
    ],
)
def test_a_time_element_of_the_last_change_is_not_the_publications(element, published):
    assert dated(f"<div>{element}</div>").published_at == published


@pytest.mark.parametrize(
    ("below", "published", "precision"),
    [
        ("<p>Fri 20.02.26 | 14:07 | Jane Doe</p>", day(2026, 2, 20, 14, 7), "minute"),
        ("<ul><li><b>Date</b> 20.02.2026</li></ul>", day(2026, 2, 20), "day"),
        ("<p>The wall at low tide, 18 February 2026</p><p>Post time: February 20, 2026</p>", day(2026, 2, 20), "day"),
    ],
)
def test_a_dateline_goes_before_a_date_within_a_line(below, published, precision):
    found = dated(below)
    assert (found.published_at, found.published_precision) == (published, precision)
    assert found.published_source == "visible-text"


def test_a_headline_that_no_heading_holds_alone_is_found():
    heading = f"<h3><span>Harbour</span><span>{TITLE}</span></h3>"
    assert dated("<p>February 20, 2026</p>", heading=heading).published_at == day(2026, 2, 20)


def test_the_first_publication_is_told_at_the_end():
    note = "<p>This article was originally published on 26 Sep 2019 at 4:12pm but has been updated since.</p>"
    assert dated(story=STORY + note).published_at == day(2019, 9, 26, 16, 12)


def test_the_title_element_may_end_in_the_date():
    found = dated(title=f"{TITLE} | Europe | Harbour News | 20.02.2026")
    assert (found.published_at, found.published_source) == (day(2026, 2, 20), "visible-text")


def test_an_ambiguous_date_is_read_as_the_address_has_it():
    found = dated("<p>10/02/2025</p>", url="https://www.harbournews.example/2025/february/10/breakwater")
    assert found.published_at == day(2025, 2, 10)
    assert dated("<p>10/02/2025</p>").published_at == day(2025, 10, 2)


def test_nothing_is_published_after_the_fetch():
    found = dated("<p>March 30, 2026</p>")
    assert found.published_at is None or found.published_at <= FETCHED


@pytest.mark.parametrize("stated", ["Wed Feb 12 08:41:07 CET 2025", "Wed Feb 12 2025 08:41:07 GMT+0100 (CET)"])
def test_dates_as_programs_print_them_are_read(stated):
    assert dated(head=ld(stated, "2025-06-24")).published_at == day(2025, 2, 12, 7, 41, 7)


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("w-published-date", day(2026, 2, 20)),
        ("pub_date", day(2026, 2, 20)),
        ("published", day(2026, 2, 20)),
        ("unpublished", None),
        ("expires", None),
    ],
)
def test_other_names_of_the_publication_are_understood(name, published):
    assert dated(head=meta(name, "2026-02-20")).published_at == published


@pytest.mark.parametrize(
    ("below", "published", "precision"),
    [
        ("<p>February 20, 2026, 3:17 PM</p>", day(2026, 2, 20, 15, 17), "minute"),
        ("<p>February 20, 2026</p>", day(2026, 2, 20), "day"),
        ("<p>February 18, 2026, 3:17 PM</p>", day(2026, 2, 20), "day"),
    ],
)
def test_the_time_of_a_stated_day_is_the_printed_one(below, published, precision):
    found = dated(below, head=meta("date", "2026-02-20"))
    assert (found.published_at, found.published_precision) == (published, precision)


@pytest.mark.parametrize(
    "line",
    [
        "<p>Friday, 20 February 2026, 14:45 to 15:45</p>",
        "<p>Current DateTime: 08:51:09 23 Feb 2026</p>",
        "<ul><li><a href='/chat'>Chat with the mayor on 20 February 2026</a></li></ul>",
        "<div class='comment'><p>20 February 2026</p></div>",
        "<p>Date of last revision: February 20, 2026</p>",
    ],
)
def test_lines_that_are_not_the_storys_date_it_not(line):
    assert dated(line).published_source != "visible-text"


def test_the_day_in_an_address_may_stand_behind_a_section_and_in_the_canonical_address():
    assert dated(url="https://www.harbournews.example/2026/TOWN/02/20/wall").published_at == day(2026, 2, 20)
    head = "<link rel='canonical' href='https://www.harbournews.example/2026/02/20/wall'>"
    assert dated(head=head).published_at == day(2026, 2, 20)


@pytest.mark.parametrize(
    ("opening", "published"),
    [
        ("(20.02.2026) The harbour board voted to rebuild the old breakwater, ending a dispute.", day(2026, 2, 20)),
        ("PORT MARY, Feb. 20, 2026 — The harbour board voted to rebuild the old breakwater.", day(2026, 2, 20)),
        ("On February 20, 2026 the harbour board voted to rebuild the old breakwater at last.", None),
    ],
)
def test_a_story_may_begin_with_its_date(opening, published):
    found = dated(f"<p>{opening}</p>")
    assert (found.published_at if found.published_source == "visible-text" else None) == published


@pytest.mark.parametrize(
    "line",
    [
        "<p>Updated: February 20, 2026</p>",
        "<p>Date of last revision: February 20, 2026</p>",
        "<p>Jane Doe · Review Editor · Updated February 20, 2026</p>",
        "<p>Letzte Aktualisierung: 20.02.2026</p>",
    ],
)
def test_a_printed_change_is_the_last_change_and_never_the_publication(line):
    found = dated(line)
    assert (found.published_at, found.modified_at) == (None, day(2026, 2, 20))


@pytest.mark.parametrize(
    "line",
    [
        "<p>Licensed as of February 20, 2026, by the board</p>",
        "<p>Photo: <a href='/uploads/2026/02/20/wall.jpg'>the wall</a></p>",
        "<p>Ferries run every hour.</p>" * 9 + "<p>Ferries on Sundays, from 20.02.2026</p><p>Copyright 2026-02-20</p>",
    ],
)
def test_where_no_date_is_clearly_the_publications_there_is_none(line):
    found = dated(story=STORY + line)
    assert (found.published_at, found.modified_at) == (None, None)


@pytest.mark.parametrize(
    "line",
    [
        "<p>Updated February 22, 2026 Published February 20, 2026</p>",
        "<p>更新日：2026年2月22日 公開日：2026年2月20日</p>",
        "<div><span>Town</span><span>February 20, 2026</span><span>5 mins</span></div>",
        "<div><span>Feb 20, 2026</span><span>5 mins</span></div>",
        "<div><p>20</p><p>Feb</p><p>2026</p></div>",
        "<div><p>20</p><p>Feb 2026</p></div>",
        "<p>2026. 2. 20.</p>",
        "<p>📅 Feb. 20. 2026</p>",
        "<p>the 20th of February 2026</p>",
    ],
)
def test_datelines_in_their_many_forms(line):
    found = dated(line)
    assert (found.published_at, found.published_source) == (day(2026, 2, 20), "visible-text")


@pytest.mark.parametrize(
    "line",
    [
        "<p>Updated February 22, 2026. Published by the town in 2026</p>",
        "<div><span>By Jane Doe</span><span>Updated: February 20, 2026</span></div>",
        "<div><p>20</p><p>Comments</p><p>2026</p></div>",
        f"<p>{'It is to be rebuilt. ' * 8}</p><table><tr><td>2/20/2026</td><td>+13.1%</td></tr></table>",
    ],
)
def test_what_looks_like_a_dateline_and_is_none(line):
    assert dated(line).published_at is None


def test_a_page_laid_out_in_a_table_has_its_dateline_in_a_row():
    assert dated("<table><tr><td>2/20/2026</td><td>Jane Doe</td></tr></table>").published_at == day(2026, 2, 20)


@pytest.mark.parametrize(
    ("path", "published"),
    [
        ("/world/harbour-wall-to-be-rebuilt-2026-02-20/", day(2026, 2, 20)),
        ("/world/harbour-wall-2026-02-20.html?from=rss", day(2026, 2, 20)),
        ("/n1/2026/0220/c1001-29999.html", day(2026, 2, 20)),
        ("/world/harbour-wall-2026-02-20-in-pictures", None),
        ("/world/harbour-wall-2026-22-20/", None),
        ("/world/2026/0220-29999.html", None),
        ("/world/harbour-day-2031-02-20/", None),
    ],
)
def test_the_day_in_an_address_may_end_it_or_have_month_and_day_in_one(path, published):
    assert dated(url=f"https://www.harbournews.example{path}").published_at == published
