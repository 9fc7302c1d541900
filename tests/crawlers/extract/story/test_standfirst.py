"""Which blocks between headline and story are its standfirst."""

import pytest

from crawlers.extract.markup.tree import parse
from crawlers.extract.markup.walk import segment
from crawlers.extract.story.standfirst import find_standfirst

STORY = (
    "<p>Natten mot lördag bombades flera städer, och åtminstone nio personer dog i huvudstaden, säger ministeriet.</p>"
)
FIRST = "Rekordmånga ryska missiler avfyras mot Ukraina."
SECOND = "Presidenten medger att Kiev inte kan försvara sig."


def standfirst(html: str, description: str | None = None, language: str = "sv") -> list[str]:
    blocks = segment(parse(f"<html><body><h1>Vädjar om hjälp</h1>{html}{STORY}</body></html>".encode()))  # type: ignore[arg-type]
    found = find_standfirst(blocks, {blocks[-1].index}, "Vädjar om hjälp", description, language)
    return [blocks[index].text for index in sorted(found)]


def test_all_that_the_page_gives_as_its_description_is_the_standfirst():
    html = f'<p class="lead">Dagens stora fråga är hur länge det håller.</p><p>{FIRST}</p><p>{SECOND}</p>'
    assert standfirst(html, f"{FIRST} {SECOND}") == [FIRST, SECOND]


def test_a_standfirst_of_several_paragraphs_is_taken_whole():
    html = f'<div class="article__preamble"><p class="lead">{FIRST}</p><p class="lead">{SECOND}</p></div>'
    assert standfirst(html) == [FIRST, SECOND]
    assert standfirst(html, language="en") == []


def test_it_may_be_named_in_data_for_scripts():
    assert standfirst(f'<p class="css-1" data-manual="teaserText">{FIRST}</p><p>{SECOND}</p>') == [FIRST]
    assert standfirst(f'<p class="css-1" data-manual="image">{FIRST}</p>') == []


def test_what_is_only_for_ears_is_no_part_of_it():
    html = f'<p class="lead">{FIRST[:-1]}<span class="go-vh">(öppnas i nytt fönster)</span>.</p>'
    assert standfirst(html) == [FIRST]


def test_a_photographers_credit_among_its_paragraphs_is_no_part_of_it():
    html = f'<div class="intro"><p class="lead">{FIRST}</p><p class="lead">Foto: Anna Exempel/TT</p></div>'
    assert standfirst(html) == [FIRST]


LONG_TITLE = "Försvarsministern vädjar om mer hjälp från grannländerna inför den vinter som alla fruktar mest"


@pytest.mark.parametrize("again", ["", f"<h2>{LONG_TITLE}</h2>"])
def test_a_headline_as_long_as_prose_that_was_taken_or_that_is_printed_twice_hides_none(again):
    html = f"<html><body><h1>{LONG_TITLE}</h1><p>{FIRST}</p>{again}{STORY}</body></html>"
    blocks = segment(parse(html.encode()))  # type: ignore[arg-type]
    assert find_standfirst(blocks, {0, blocks[-1].index}, LONG_TITLE, FIRST, "sv") == {1}


def test_what_stands_above_the_headline_is_none():
    html = f"<html><body><p>{FIRST}</p><h1>{LONG_TITLE}</h1>{STORY}</body></html>"
    blocks = segment(parse(html.encode()))  # type: ignore[arg-type]
    assert find_standfirst(blocks, {blocks[-1].index}, LONG_TITLE, FIRST, "sv") == set()


def test_a_description_of_one_word_describes_nothing():
    html = f"<p>{FIRST}</p><p>Presidentens tal i bilder, av en fotograf på plats i Kiev</p>"
    assert standfirst(html, "Bilder") == []
    assert standfirst(html, FIRST) == [FIRST]
