"""Lines about the author and the day, and prose that only begins like them."""

import pytest
from lxml.html import document_fromstring

from crawlers.extract import extract_page
from crawlers.extract.fields.dateline import is_dateline
from crawlers.extract.markup.walk import segment
from crawlers.extract.story.signed import is_biography, is_byline, is_signature
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, article, page

AUTHORS = ["Jane Doe", "Max Muster"]


@pytest.mark.parametrize(
    "text",
    [
        "Jane Doe",
        "By Jane Doe and Max Muster",
        "Von Max Muster",
        "Par Jane Doe",
        "Jane Doe, Senior Editor",
        "by Jane Doe, Monday, November 18, 2019",
        "Jane Doe | Staff Writer | July 2, 2025",
    ],
)
def test_a_line_of_names_roles_and_dates_is_a_byline(text):
    assert is_byline(text, AUTHORS)


@pytest.mark.parametrize("text", ["Jane Doe said no.", "By Jane Doe's account", "By noon", "Dear Jane Doe", "John Roe"])
def test_a_line_that_says_something_else_is_none(text):
    assert not is_byline(text, AUTHORS)


@pytest.mark.parametrize(
    "text",
    [
        "mercredi 11 septembre 2019",
        "Mis à jour le 29/10/2012 à 14h03",
        "Samstag 22.12.2012",
        "sexta-feira, 14 de maio de 2021 às 18:40",
        "15 август 2015 13:28",
        "Updated: 3 May 2024, 10:15 am GMT",
        "2024-05-03",
        "Opublikowano: 3 maja 2024, godz. 10:00",
        "7 marzo 2022 (modifica il 8 marzo 2022 | 10:19)",
    ],
)
def test_a_line_that_is_but_a_date_is_a_dateline(text):
    assert is_dateline(text)


@pytest.mark.parametrize(
    "text",
    ["May 2024 was dry.", "2012", "3 May", "Room 12/24", "The march of 1968", "Born 3 May 1950 in Berlin", "1.5.0"],
)
def test_a_date_within_words_is_none(text):
    assert not is_dateline(text)


@pytest.mark.parametrize(
    "text",
    [
        "Jane Doe is a reporter in the north.",
        "Jane Doe, who knows every boat, lives by the quay.",
        "Unser Korrespondent Max Muster ist seit 2010 bei uns.",
        "Jane Doe (41) écrit depuis vingt ans.",
    ],
)
def test_a_paragraph_that_begins_with_what_an_author_is_or_does_is_a_biography(text):
    assert is_biography(text, AUTHORS)


@pytest.mark.parametrize(
    "text", ["John Roe is a fisherman.", "Jane Doe’s boat sank.", "The board asked Jane Doe to leave.", "Jane Doe!"]
)
def test_a_paragraph_about_others_is_none(text):
    assert not is_biography(text, AUTHORS)


def test_an_article_ends_before_its_author_s_life():
    life = "<p>Jane Doe is a reporter in the north and keeps a boat at the breakwater.</p>"
    head = '<meta name="author" content="Jane Doe">'
    extracted = extract_page(page(article(head=head).replace("</div></article>", f"{life}</div></article>")))
    assert isinstance(extracted, Article)
    assert extracted.authors == ["Jane Doe"]
    assert "keeps a boat" not in extracted.text
    assert extracted.text.endswith("deliver the granite in time.")


def test_what_an_author_of_another_name_is_stays_in_the_text():
    life = "<p>John Roe is a fisherman in the north and keeps a boat at the breakwater.</p>"
    head = '<meta name="author" content="Jane Doe">'
    extracted = extract_page(page(article(head=head).replace("</div></article>", f"{life}</div></article>")))
    assert isinstance(extracted, Article)
    assert "keeps a boat" in extracted.text


LINK = '<a href="https://www.harbournews.example/{path}"><strong>{name}</strong></a>'


@pytest.mark.parametrize(
    ("path", "name", "below", "gone"),
    [
        ("contributors/jane-roe", "Jane Roe", "Harbour editor", ["Jane Roe", "Harbour editor"]),
        ("autor/jane-roe", "Jane Roe", "", ["Jane Roe"]),
        (
            "contributors/jane-roe",
            "Jane Roe",
            "An editor is what she wanted to be when she was nine years old.",
            ["Jane Roe"],
        ),
        ("ferries/timetable", "Jane Roe", "Harbour editor", []),
        ("contributors/", "The Harbour", "Harbour editor", []),
    ],
)
def test_a_name_linked_to_a_profile_signs_the_story_above_it(path, name, below, gone):
    line = f"<p>{LINK.format(path=path, name=name)}<br>{below}</p>"
    html = article(prose=[*PROSE, *PROSE]).replace('<div class="story__body">', f'<div class="story__body">{line}')
    result = extract_page(page(html))
    assert isinstance(result, Article)
    stays = [text for text in (name, below) if text and text not in gone]
    assert result.text.startswith("\n".join([*stays, PROSE[0]]))
    assert not any(f"{text}\n" in result.text for text in gone)


def test_the_role_goes_with_the_name_that_was_not_taken():
    """As where a template has learned that linked lines of that place are none of the story."""
    tree = document_fromstring(
        f"<div><p>{LINK.format(path='author/jane-roe', name='Jane Roe')}<br>Harbour editor</p></div>"
    )
    name, role = segment(tree)
    assert is_signature(name, None)
    assert is_signature(role, name)
    assert not is_signature(role, None)
