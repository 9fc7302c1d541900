from datetime import timedelta

import pytest

from crawlers.extract import TemplateBook, TemplateError, extract_page, extract_pages
from crawlers.extract.templates import render
from crawlers.model import Article, Page
from tests.crawlers.extract.pages import FETCHED, page

WORDS = (  # noqa: SIM905
    "harbour ferry council granite quarry budget winter storm engineer fisherman mayor vote tide wall "
    "season repair island captain market bridge school library doctor railway tunnel orchard festival "
    "museum garden "
).split()


def sentence(seed: int, words: int = 24) -> str:
    picked = [WORDS[(seed * 7 + n * (seed % 5 + 1) + n * n) % len(WORDS)] for n in range(words)]
    return " ".join(picked).capitalize() + f" number {seed}."


def story(number: int, *, body: str = "story-text", promo: bool = True) -> str:
    paragraphs = "".join(f'<p class="par">{sentence(number * 10 + n)}</p>' for n in range(6))
    box = (
        '<div class="quiz"><p>Every Friday our editors put together the week in seven questions, and the readers '
        "with the most right answers win a mug with a picture of the lighthouse.</p></div>"
        if promo
        else ""
    )
    links = "".join(f'<p><a href="/{n}">{sentence(number + n, 9)}</a></p>' for n in (900, 901))
    teaser = f'<div class="strip">{links}</div>'
    return (
        f'<html lang="en"><head><title>Story {number}</title></head><body><div class="top"><a href="/">Home</a></div>'
        f'<div class="wrap"><h1>What happened on day {number} here</h1><div class="{body}">{paragraphs}{box}</div>'
        f"</div>{teaser}<div class='end'><p>Harbour News, Quay Street 1</p></div></body></html>"
    )


def pages(count: int, *, first: int = 0, **more: object) -> list[Page]:
    return [
        page(
            story(n, **more),
            url=f"https://www.harbournews.example/{n}",
            fetched_at=FETCHED + timedelta(hours=n),
            id=str(n),
        )
        for n in range(first, first + count)
    ]


def learned(count: int = 12) -> TemplateBook:
    book = TemplateBook()
    list(extract_pages(pages(count), processes=1, templates=book))
    return book


@pytest.fixture(scope="module")
def book() -> TemplateBook:
    return learned()


def test_a_handful_of_pages_make_a_trusted_template(book):
    assert [version.number for version in book.trusted("harbour")] == [1]


def test_with_a_trusted_template_the_generic_extractor_is_not_asked(book, monkeypatch):
    def never(*_: object, **__: object) -> list[str]:
        raise AssertionError("the generic way was taken")

    monkeypatch.setattr("crawlers.extract.story.decide.generic_lines", never)
    result = extract_page(pages(1, first=50)[0], templates=book)
    assert isinstance(result, Article)
    assert result.template is not None
    assert result.template.startswith("harbour/v1.")
    assert result.text.count("\n") == 5


def test_text_that_repeats_on_many_pages_is_no_story(book):
    result = extract_page(pages(1, first=51)[0], templates=book)
    assert isinstance(result, Article)
    assert "lighthouse" not in result.text.replace(sentence(0), "")
    assert any("mug with a picture" in block.text for block in result.removed_blocks)


def test_a_new_layout_falls_back_is_recorded_and_learned_beside_the_old_one():
    book = learned()
    changed = pages(12, first=100, body="article-copy")
    results = [result for _, result in extract_pages(changed, processes=1, templates=book)]
    assert all(isinstance(result, Article) for result in results)
    assert isinstance(results[0], Article)
    assert results[0].template is None
    assert book.drifted["harbour"] > 0
    old, new = sorted(book.trusted("harbour"), key=lambda version: version.number)
    assert old.last < new.first
    for number, body, version in ((60, "story-text", "v1"), (160, "article-copy", "v2")):
        result = extract_page(pages(1, first=number, body=body)[0], templates=book)
        assert isinstance(result, Article)
        assert result.template is not None
        assert f"/{version}." in result.template


def test_the_number_of_processes_changes_nothing():
    one, two = TemplateBook(), TemplateBook()
    batch = pages(50)
    first = [result for _, result in extract_pages(batch, processes=1, templates=one)]
    second = [result for _, result in extract_pages(batch, processes=2, templates=two)]
    assert first == second
    assert one.to_bytes() == two.to_bytes()
    assert any(isinstance(result, Article) and result.template for result in first)


def test_a_book_survives_being_stored(book):
    data = book.to_bytes("harbour")
    again = TemplateBook.from_bytes(data)
    assert again.to_bytes("harbour") == data
    target = pages(1, first=70)[0]
    assert extract_page(target, templates=again) == extract_page(target, templates=book)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b'{"format": 99, "sites": {}}', b'{"format": 1, "sites": {"x": [{}]}}', b"\xff"]
)
def test_damaged_templates_are_named(data):
    with pytest.raises(TemplateError):
        TemplateBook.from_bytes(data)


def test_a_template_is_readable(book):
    text = render(book.versions["harbour"][0])
    assert "trusted" in text
    assert "p.par < div.story-text" in text
    assert len(text.splitlines()) < 60


def test_two_copies_of_one_page_don_t_make_its_text_boilerplate():
    book = TemplateBook()
    same = pages(1, first=5)[0]
    copies = [page(same.body, url=f"https://www.harbournews.example/copy-{n}") for n in range(3)]
    list(extract_pages([*pages(8), *copies], processes=1, templates=book))
    result = extract_page(same, templates=book)
    assert isinstance(result, Article)
    assert result.text.count("\n") == 5
