"""Dates in the data that a page carries for its scripts."""

import json

import pytest

from tests.crawlers.extract.dating import TITLE, dated, day

OWN = {"title": TITLE, "datePublished": "2026-02-20T08:00:00Z"}
OTHER = {"title": "Bakery on the quay to close", "datePublished": "2026-02-24T08:00:00Z"}


def data(*stories: dict[str, str], escaped: bool = False) -> str:
    text = json.dumps({"props": {"stories": stories}})
    return f"<script>self.__next_f.push([1, {json.dumps(text)}])</script>" if escaped else f"<script>{text}</script>"


@pytest.mark.parametrize("escaped", [False, True])
def test_the_only_date_in_the_data_is_the_storys(escaped):
    found = dated(head=data(OWN, escaped=escaped))
    assert (found.published_at, found.published_source) == (day(2026, 2, 20, 8), "meta")


def test_of_several_the_one_close_to_the_title_counts():
    far = {"body": "x" * 4000}
    assert dated(head=data(OWN, far, OTHER)).published_at == day(2026, 2, 20, 8)


@pytest.mark.parametrize(
    "stories", [(OWN, OTHER), (OTHER, OTHER | {"datePublished": "2026-02-25"}), ({"dateModified": "2026-02-20"},)]
)
def test_where_it_is_not_clear_whose_a_date_is_it_is_nobodys(stories):
    assert dated(head=data(*stories)).published_source != "meta"


def test_what_the_page_prints_goes_before_its_data():
    assert dated("<p>February 19, 2026</p>", head=data(OWN)).published_at == day(2026, 2, 19)


@pytest.mark.parametrize(
    ("script", "published"),
    [
        ('{"articlePublishTime":"2026-02-20T08:00:00Z"}', day(2026, 2, 20, 8)),
        ('{"d:publication_time":"2026-02-20T08:00:00Z"}', day(2026, 2, 20, 8)),
        ("dataLayer.push({pageFechaPublicacion: '2026-02-20', pageFechaModificacion: '2026-02-21'})", day(2026, 2, 20)),
        ('{data:{id:14273,published_at:"2026-02-20T08:00:00Z"}}', day(2026, 2, 20, 8)),
        ('{"post_date":"2026-02-20 08:00:00","post_modified":"2026-02-21 08:00:00"}', day(2026, 2, 20, 8)),
        ('{"videoPublishTime":"2026-02-20T08:00:00Z"}', None),
        ('{"lastPublishedAt":"2026-02-20T08:00:00Z"}', None),
        ('{"unpublishDate":"2026-02-20T08:00:00Z"}', None),
        ('{"publishTime":"2026-02-20T08:00:00Z"},{"publishTime":"2026-02-21T08:00:00Z"}', None),
    ],
)
def test_other_names_of_the_publication_are_read_where_they_give_one_day(script, published):
    assert dated(head=f"<script>{script}</script>").published_at == published
