"""Captions told by the container they share with a picture, whatever it is called; and paragraphs beside pictures."""

import pytest

from crawlers.extract import explain_page, extract_page
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, article, page

CAPTION = "The northern end of the breakwater at low tide, seen from the quay"
PICTURE = '<img src="/pictures/breakwater.jpg">'
MORE = [
    "Two firms have bid for the contract, and the board is to choose between them at its meeting in the new year.",
    "The ferry company said that its boats would land at the old pier for as long as the cranes stand on the quay.",
    "Nobody at the meeting asked what would become of the small boats that winter behind the wall every year.",
]


def read(inside: str, prose: list[str] | None = None) -> Article:
    result = extract_page(page(article(inside, prose=prose or [*PROSE, *MORE])))
    assert isinstance(result, Article)
    return result


def captions(inside: str) -> list[str]:
    found = read(inside)
    assert found.text.split("\n") == [*PROSE, *MORE]
    return [block.text for block in found.blocks if block.kind == "caption"]


def text_between(inside: str) -> list[str]:
    return [line for line in read(inside).text.split("\n") if line not in [*PROSE, *MORE]]


@pytest.mark.parametrize(
    "box",
    [
        f"<div><div>{PICTURE}</div><div><p>{CAPTION}</p></div></div>",
        f"<div>{PICTURE}<p>{CAPTION}</p></div>",
        f"<div><a href='/large/1.jpg'>{PICTURE}</a><div><span>{CAPTION}</span></div></div>",
        f"<table><tr><td>{PICTURE}<div>{CAPTION}</div></td></tr></table>",
        f"<div><img src='data:image/gif;base64,R0lGOD' data-src='/1.jpg'><p>{CAPTION}</p></div>",
        f"<div><noscript>{PICTURE}</noscript><p>{CAPTION}</p></div>",
        f"<figure>{PICTURE}<p>{CAPTION}</p></figure>",
        f"<figure><div data-src='/1.jpg'></div><div>{CAPTION}</div></figure>",
        f"<div><video src='/1.mp4'></video><p>{CAPTION}</p></div>",
        f"<div><iframe src='https://www.youtube.com/embed/1'></iframe><p>{CAPTION}</p></div>",
    ],
)
def test_what_stands_alone_with_a_picture_is_its_caption(box):
    assert captions(box) in ([CAPTION], [])


def test_explain_names_the_reason():
    found = explain_page(page(article(f"<div>{PICTURE}<p>{CAPTION}</p></div>", prose=[*PROSE, *MORE])))
    assert [(block.kind, block.by) for block in found.blocks if block.text == CAPTION] == [("caption", "pictured")]


def test_a_caption_shown_in_short_and_in_full_is_one():
    full = " ".join(
        [CAPTION, "on the day before the board voted; the stones have moved by more than a metre since then."]
    )
    short = full.removesuffix(" since then.")
    box = f"<ul><li>{PICTURE}<div><div>{full}</div><div>{short}</div></div></li></ul>"
    assert captions(box) in ([full, short], [])


@pytest.mark.parametrize(
    "caption",
    [
        "The mayor and the fishermen who depend on the wall (Jane Doe/AP)",
        "The mayor and the fishermen who depend on the wall. (AP Photo/Jane Doe)",
        "The mayor and the fishermen who depend on the wall Photo by: 'Jane Doe'",
        "Die Bürgermeisterin auf der Mole, Archivfoto",
        "La maire sur la digue © J. Exemple",
        "La alcaldesa en el muelle, en una imagen de archivo",
        "市长在防波堤上（资料图）",
        "防波堤に立つ町長＝山田太郎撮影",
    ],
)
@pytest.mark.parametrize("box", ["<p>{}{}</p>", "<p>{}</p><p>{}</p>", "<div>{}</div><p>{}</p>"])
def test_a_credit_makes_a_caption_of_what_stands_in_or_below_a_pictures_paragraph(box, caption):
    assert captions(box.format(PICTURE, caption)) in ([caption], [])


def test_a_line_in_the_words_of_the_pictures_description_is_its_caption():
    described = f'<img src="/1.jpg" alt="{CAPTION}">'
    assert captions(f"<p>{described}<br>{CAPTION}</p>") in ([CAPTION], [])


def test_a_film_goes_with_its_title_and_its_teaser():
    teaser = "The mayor of Harbour explains why she changed her mind about the old breakwater."
    link = '<a href="https://video.harbournews.example/1">'
    film = f'<div>{link}<img src="/film.jpg" alt="{teaser}"><span>video</span></a></div>'
    title = f"<h2>{link}The mayor on her walk along the wall</a></h2>"
    assert text_between(f"<div>{film}<div>{title}<p>{teaser}</p></div></div>") == []


def test_a_label_of_captions_goes():
    assert text_between("<p>Caption</p>") == []
    assert text_between(f"<figure>{PICTURE}<span>Image copyright</span> <span>EPA</span></figure>") == []


PARAGRAPH = "The board has not said who will pay for the rest of the work."


@pytest.mark.parametrize(
    "inside",
    [
        f"<p>{PICTURE}{PARAGRAPH}</p>",
        f"<p>{PICTURE}</p><p>{PARAGRAPH}</p>",
        f"<div>{PICTURE}</div><p>{PARAGRAPH}</p>",
        f'<div><img src="/icon.png" width="24" height="24"><p>{PARAGRAPH}</p></div>',
        f'<div><img src="/static/check-circle.svg"><p>{PARAGRAPH}</p></div>',
        f"<div><iframe src='/form/12'></iframe><p>{PARAGRAPH}</p></div>",
        f"<blockquote>{PICTURE}<p>{PARAGRAPH}</p></blockquote>",
        f"<div>{PICTURE}<p>{PARAGRAPH}</p><p>{MORE[0]} {MORE[1]}</p></div>",
        f"<p>{PARAGRAPH}</p><p>{PICTURE}</p>",
    ],
)
def test_a_paragraph_beside_a_picture_stays(inside):
    assert PARAGRAPH in text_between(inside)


def test_a_long_paragraph_alone_with_a_picture_stays():
    long = " ".join(
        [
            PARAGRAPH,
            "It will meet again in a week, when the engineers are to present their second report,",
            "and few expect it to end the quarrel.",
        ]
    )
    assert text_between(f"<div>{PICTURE}<p>{long}</p></div>") == [long]


def test_paragraphs_that_stand_as_others_do_stay_with_and_without_a_picture():
    parts = [f"<div>{text}</div>" for text in (f"<p>{PARAGRAPH}</p>", f"{PICTURE}<p>Nor has the town.</p>")]
    assert text_between("".join(parts)) == [PARAGRAPH, "Nor has the town."]


def test_a_label_and_what_alone_stands_below_a_subheading_stay():
    assert text_between(f"<div>{PICTURE}</div><p>What it costs:</p><ul><li>Granite</li><li>Cranes</li></ul>")[0] == (
        "What it costs:"
    )
    lines = text_between(
        f"<h2>The money</h2><div>{PICTURE}<p>{PARAGRAPH}</p></div><h2>The stones</h2><p>Granite is dear.</p>"
    )
    assert PARAGRAPH in lines


STEPS = [
    "Peel the potatoes, cut them into cubes and boil them in salted water for ten minutes.",
    "Fry the onions in butter until they are golden, then add the fish, skin side down.",
    "Pour the milk over the fish and let it simmer, without a lid, until it falls apart.",
    "Stir in the potatoes and the dill, and season the soup with pepper and a little lemon.",
    "Serve it hot with dark bread, as the fishermen of the harbour have always eaten it.",
]


@pytest.mark.parametrize(
    "step",
    [
        "<div><img src='/{0}.jpg'><p>{1}</p></div>",
        "<p><img src='/{0}.jpg'></p><p>{1}</p>",
        "<div><img src='/{0}.jpg'></div><div><p>{1}</p></div>",
        "<div><h3>Step {0}</h3><img src='/{0}.jpg'><p>{1}</p></div>",
        "<figure><img src='/{0}.jpg'><p>{1}</p></figure>",
    ],
)
def test_a_story_told_below_its_pictures_stays(step):
    body = "".join(step.format(number, text) for number, text in enumerate(STEPS, 1))
    found = read(body, prose=PROSE[:1])
    assert [line for line in found.text.split("\n") if line in STEPS] == STEPS
