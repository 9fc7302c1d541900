"""The lead image of a page that states none."""

import pytest
from lxml.html import document_fromstring

from crawlers.extract import extract_page
from crawlers.extract.fields.leadimage import shown_image
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, article, page

TITLE = "Town votes to rebuild breakwater"
WALL = "/img/wall.jpg"


def shown(below: str, above: str = "") -> str | None:
    tree = document_fromstring(f"<html><body>{above}<div class='main'><h1>{TITLE}</h1>{below}</div></body></html>")
    return shown_image(tree, TITLE)


@pytest.mark.parametrize(
    "picture",
    [
        f"<img src='{WALL}'>",
        f"<figure><img src='data:image/gif;base64,R0' data-src='{WALL}' width='800' height='450'></figure>",
        f"<p>{PROSE[0]}</p><p><a href='/img/wall-large.jpg'><img src='{WALL}' width='100%'></a></p>",
        f"<img src='/skin/logo.png'><img src='/pixel.gif'><img src='{WALL}'>",
        f"<div class='author-avatar'><img src='/jane.jpg'></div><img src='{WALL}'>",
        f"<ul class='related'><li><img src='/mill.jpg'></li></ul><img src='{WALL}'>",
        f"<a href='/town/mill'><img src='/mill.jpg'></a><img src='{WALL}'>",
        f"<img src='/mill_155_100.jpg'><img src='/mill.jpg' width='120'><img src='{WALL}'>",
    ],
)
def test_the_first_picture_below_the_headline_is_the_lead_image(picture):
    assert shown(picture, above="<img src='/img/harbour-fair.jpg'>") == WALL


@pytest.mark.parametrize(
    "picture",
    ["", "<img src=''>", "<footer><img src='/wall.jpg'></footer>", f"<p>{PROSE[0]}</p>" * 6 + f"<img src='{WALL}'>"],
)
def test_pictures_of_the_page_and_far_below_the_headline_lead_no_story(picture):
    assert shown(picture) is None


def test_a_stated_image_goes_first_and_a_shown_one_is_absolute():
    picture = f"<p><img src='{WALL}'></p>"
    stated = '<meta property="og:image" content="https://cdn.harbournews.example/og.jpg">'
    for head, expected in (
        (stated, "https://cdn.harbournews.example/og.jpg"),
        ("", f"https://www.harbournews.example{WALL}"),
    ):
        result = extract_page(page(article(picture, head=head)))
        assert isinstance(result, Article)
        assert result.image_url == expected
