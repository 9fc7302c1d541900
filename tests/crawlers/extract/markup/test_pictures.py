import pytest
from lxml.html import document_fromstring

from crawlers.extract.markup.pictures import boxes
from crawlers.extract.markup.walk import segment

PICTURE = "<img src='/1.jpg'>"


def found(html):
    blocks = segment(document_fromstring(f"<html><body>{html}</body></html>"))
    return [
        (box.element.tag, [block.text for block in blocks[box.span[0] : box.span[1] + 1]], box.below)
        for box in boxes(blocks)
    ]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            f"<p>One</p><div><a>{PICTURE}</a><p>Two</p></div><p>Three</p>",
            [("div", ["Two"], False), ("p", ["Two"], True)],
        ),
        (f"<p>One</p><p>{PICTURE} Two</p>", [("p", ["Two"], False)]),
        (f"<p>One</p><p>{PICTURE}</p><p></p><p>Two</p>", [("body", ["One", "Two"], False), ("p", ["Two"], True)]),
        (f"<p>One</p><p>{PICTURE}</p>Two<p>Three</p>", [("body", ["One", "Two", "Three"], False)]),
        ("<div><picture><img src='/1.jpg'></picture>One</div>", [("div", ["One"], False)]),
        ("<div><img src='/1.jpg' width=24>One</div>", []),
        ("<div><img src='/img/logo.png'>One</div>", []),
        ("<div><iframe src='/ads'></iframe>One</div>", []),
        ("<div><iframe src='https://player.vimeo.com/video/1'></iframe>One</div>", [("div", ["One"], False)]),
    ],
)
def test_a_picture_is_boxed_with_the_text_nearest_to_it(html, expected):
    assert found(html) == expected


def test_what_the_containers_around_hold_is_known():
    blocks = segment(
        document_fromstring(f"<body><p>One</p><div><div>{PICTURE}<p>Two</p></div><p>Three</p></div></body>")
    )
    assert boxes(blocks)[0].around[:2] == [(1, 2), (0, 2)]


def test_a_page_without_text_has_no_boxes():
    assert boxes([]) == []
