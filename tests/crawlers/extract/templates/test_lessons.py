"""What a site's pages teach beyond the place of the story: what repeats, what stands above, which layouts there are."""

import time
from collections.abc import Callable

import pytest

from crawlers.extract import TemplateBook, extract_page, learn_pages
from crawlers.extract.page import lesson_from, read_page
from crawlers.extract.templates.book import MAX_VERSIONS
from crawlers.model import Article, Page
from tests.crawlers.extract.pages import page
from tests.crawlers.extract.templates.test_templates import sentence


def paragraphs(number: int, count: int = 5, words: int = 40) -> str:
    return "".join(f"<p>{sentence(number * 20 + n, words)}</p>" for n in range(count))


def tabled(number: int) -> Page:
    """A page laid out with tables: a column of teasers that read like prose, and a menu of rows, left of the story."""
    teasers = "".join(
        f'<tr><td class="nav"><a href="/t{number}{n}">{sentence(number * 31 + n, 4)}</a><br>'
        f"{sentence(number * 37 + n, 26)}</td></tr>"
        for n in range(3)
    )
    menu = "".join(f'<tr><td>–</td><td><a href="/m{n}">{sentence(700 + n, 5)}</a></td></tr>' for n in range(8))
    return page(
        f"""<html lang="en"><head><title>Storm over pier {number}</title></head><body>
<table><tr><td><table>{menu}</table><table>{teasers}</table></td><td class="main">
<div class="ptitle">Storm over pier {number}</div>{paragraphs(number)}
<div class="archive">Previous stories: <a href="/archive/{number}">the {sentence(number, 2)} archive</a></div>
</td></tr></table></body></html>""",
        url=f"https://www.harbournews.example/storm-{number}",
        id=str(number),
    )


def crowded(number: int) -> Page:
    """A short dispatch below which the site prints much of other stories, other ones on every page."""
    others = "".join(f'<p class="tease">{sentence(number * 53 + n, 40)}</p>' for n in range(10))
    return page(
        f"""<html lang="en"><head><title>Brief {number}</title></head><body><main><h1>Brief on the harbour {number}</h1>
<div class="text">{paragraphs(number, 2)}</div></main><aside class="more">{others}</aside></body></html>""",
        url=f"https://www.harbournews.example/brief-{number}",
        id=str(number),
    )


def taught(make: Callable[[int], Page], count: int = 8) -> TemplateBook:
    book = TemplateBook()
    learn_pages(book, [make(number) for number in range(count)], processes=1)
    return book


def read(target: Page, book: TemplateBook) -> Article:
    result = extract_page(target, templates=book)
    assert isinstance(result, Article)
    return result


@pytest.fixture(scope="module")
def tables() -> TemplateBook:
    return taught(tabled)


def test_columns_of_teasers_and_rows_of_links_left_of_the_story_are_no_story(tables):
    article = read(tabled(30), tables)
    assert article.template
    assert article.text.split("\n") == [sentence(600 + n, 40) for n in range(5)]


def test_a_line_whose_words_around_the_link_repeat_is_no_story(tables):
    article = read(tabled(31), tables)
    removed = {block.text: block.rule for block in article.removed_blocks}
    line = next((text for text in removed if text.startswith("Previous stories:")), None)
    assert "Previous stories" not in article.text
    assert line is None or removed[line] == "template.repeats"


def test_teasers_in_places_known_as_such_don_t_make_a_page_another_layout():
    article = read(crowded(30), taught(crowded))
    assert article.template
    assert article.text.split("\n") == [sentence(600 + n, 40) for n in range(2)]


def test_a_site_may_have_more_layouts_than_are_kept_and_the_least_known_make_room():
    book = TemplateBook()

    def laid_out(number: int, layout: int) -> Page:
        body = f'<h1>Layout {layout}</h1><div class="sec-{chr(97 + layout)}">{paragraphs(number)}</div>'
        return page(f"<html><body>{body}</body></html>", url=f"https://www.harbournews.example/{layout}/{number}")

    known = [laid_out(100 + number, 0) for number in range(4)]
    learn_pages(book, [*known, *(laid_out(number, number) for number in range(1, 26))], processes=1)
    versions = book.versions["harbour"]
    assert len(versions) == MAX_VERSIONS
    assert [version.pages for version in versions if version.trusted] == [4]
    assert versions[-1].number == 26


@pytest.mark.parametrize(
    "line",
    ['<br>See <a href="/x">more of it</a>', "<br>By Ada Brook, 3 May 2024", "<h1>Title</h1>", "<i></i><a>b</a>c "],
)
def test_many_lines_in_one_element_take_no_longer_than_their_number(tables, line):
    """What is learned from a line must not read the whole element again: that is quadratic."""
    body = tabled(40).body.replace(b'<td class="main">', b'<td class="main">' + line.encode() * 3000)
    begun = time.process_time()
    book = TemplateBook.from_bytes(tables.to_bytes())
    book.learn("harbour", lesson_from(read_page(page(body))))
    extract_page(page(body), templates=tables)
    assert time.process_time() - begun < 8
