"""Quotations pulled out of the text, with their speakers, and quotations that are the story's own."""

import pytest

from crawlers.extract import extract_page
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, article, page

WORDS = "another season of heavy seas could bring the whole wall down"


def text_with(quotation: str) -> list[str]:
    result = extract_page(page(article(quotation)))
    assert isinstance(result, Article)
    return result.text.split("\n")


@pytest.mark.parametrize("speaker", ["", "<p>Jonas Lind, engineer</p>", "<cite>Jonas Lind</cite>"])
def test_a_pulled_quotation_goes_with_its_speaker(speaker):
    assert text_with(f"<blockquote><p>“{WORDS}”</p>{speaker}</blockquote>") == PROSE


def test_a_quotation_of_its_own_stays_with_its_speaker():
    told = "“I never believed a word of what they told us about the wall.”"
    lines = text_with(f"<blockquote><p>{told}</p><p>Jonas Lind, engineer</p></blockquote>")
    assert lines == [*PROSE[:2], told, "Jonas Lind, engineer", *PROSE[2:]]


def test_a_quotation_below_a_pulled_one_stays():
    told = "“Not a word of it was true.”"
    lines = text_with(f"<blockquote><p>“{WORDS}”</p></blockquote><blockquote><p>{told}</p></blockquote>")
    assert lines == [*PROSE[:2], told, *PROSE[2:]]


def test_a_table_below_a_caption_in_the_words_of_the_story_stays():
    rows = "<table><tr><td>Jonas Lind</td><td>56</td></tr><tr><td>Mara Holm</td><td>46</td></tr></table>"
    lines = text_with(f"<blockquote><p>{WORDS}</p>{rows}</blockquote>")
    assert [line for line in lines if line not in PROSE] == ["Jonas Lind | 56", "Mara Holm | 46"]


def test_one_line_names_the_speaker():
    lines = text_with(f"<blockquote><p>“{WORDS}”</p><p>Jonas Lind</p><p>He repeated it twice.</p></blockquote>")
    assert lines == [*PROSE[:2], "He repeated it twice.", *PROSE[2:]]
