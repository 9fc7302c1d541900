"""Lines put together by a template: date, author, section, comments, minutes; and sentences that have such in them."""

import pytest

from crawlers.extract.story.metaline import is_metaline

AUTHORS = ["Jane Doe"]


@pytest.mark.parametrize(
    "text",
    [
        "May 12, 2018/0 Comments/in Harbour News /by jdoe",
        "by Jane Doe—10 min read",
        "By Harbour Team• 4 mins read",
        "Essay - Published: 2025.12.17 | harbours | towns |",
        "On Behalf of Doe & Roe | Apr 21, 2017 | Shipping",
        "Jane Doe, HN Auto Writer",
        "News reporter @janedoe1",
        "Posted by jdoe on Friday December 19, 2025 @08:00PM from the harbour desk",
        "[Submitted on 18 Dec 2025]",
        "Tempo de leitura: 1 minuto",
        "Lesezeit: 4 Minuten",
        "5 min read",
        "3. Mai 2024 | 12 Kommentare",
        "Von Max Muster",
        "By",
    ],
)
def test_a_line_of_dates_counts_and_names_is_one(text):
    assert is_metaline(text, AUTHORS)


@pytest.mark.parametrize(
    "text",
    [
        "Jane Doe walked along the harbour wall.",
        "By noon the water stood in the cellars",
        "The storm of May 2018 took the roof of the church",
        "On 3 May 2024 the board met for the last time.",
        "A town, a harbour, a wall - and nobody who pays",
        "The Sun",
        "Author Jane Roe was born in 1923 in the house by the harbour.",
        "Author Jane Roe, born in 1923 by the harbour",
        "De Amsterdamse haven",
        "Da Vinci, a life",
        "Von Berlin nach Rom",
        "12,500 - 13,000",
        "https://www.harbournews.example/4856",
        "jane.doe@harbournews.example",
        "What the harbour master told @janedoe on the evening before the vote in the town hall",
        "We're the people of this town - and we pay! A comment by Jane Doe",
    ],
)
def test_a_line_that_says_something_is_none(text):
    assert not is_metaline(text, AUTHORS)
