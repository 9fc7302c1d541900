"""Pages that are no article although they have text: the front page in a story's place."""

import pytest

from crawlers.extract import extract_page
from crawlers.extract.story.nothing import is_front_page
from crawlers.model import Article, Rejection
from schemas import Outcome
from tests.crawlers.extract.pages import article, page

HOST = "https://www.harbournews.example"
STORY = f"{HOST}/town/votes-to-rebuild-breakwater"


@pytest.mark.parametrize(
    ("address", "stated", "said", "expected"),
    [
        (STORY, f"{HOST}/", ("Harbour News", "News, weather and tides"), True),
        (STORY, "https://harbournews.example", ("Harbour News", None), True),
        (STORY, f"{HOST}/", ("Town votes for its breakwater", None), False),
        (STORY, f"{HOST}/", ("Harbour News", "The town votes today"), False),
        (STORY, STORY, ("Harbour News", None), False),
        (STORY, f"{HOST}/?p=12", ("Harbour News", None), False),
        (STORY, "https://www.webworks.example/", ("Harbour News", None), False),
        (STORY, f"{HOST}/", ("Гавань: новости", None), False),
        (STORY, None, ("Harbour News", None), False),
        (f"{HOST}/", f"{HOST}/", ("Harbour News", None), False),
        (f"{HOST}/town/12345678.html", f"{HOST}/", ("Harbour News", None), False),
    ],
)
def test_the_front_page_in_a_storys_place_is_told(address, stated, said, expected):
    assert is_front_page(address, stated, said) is expected


def test_it_gives_no_article_and_a_story_on_a_site_that_always_states_its_root_does():
    root = f'<link rel="canonical" href="{HOST}/">'
    front = extract_page(page(article(title="Harbour News", head=root), url=f"{HOST}/town/mayor-opens-fish-market"))
    assert isinstance(front, Rejection)
    assert front.outcome is Outcome.NO_ARTICLE
    story = extract_page(page(article(head=root), url=STORY))
    assert isinstance(story, Article)
