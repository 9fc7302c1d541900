"""`expected` against the pages: what it wants is there to be found, what it forbids is there to be tripped over."""

import json
from datetime import UTC, datetime

import pytest
from lxml import html

from infra.demo import NewsWeb
from infra.demo.expected import ExpectedArticle, expected_articles
from infra.demo.newsrooms import newsroom, newsrooms
from infra.demo.stories import parse_blocks
from schemas.copies import RELATIONS

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)


def page_of(article: ExpectedArticle, moment: int) -> html.HtmlElement:
    news = NewsWeb(NOW, moment)
    answer = news.answer(article.url)
    assert answer is not None
    if answer.status != 200:
        news.moment = 1
        answer = news.answer(article.url)
        assert answer is not None
    return html.fromstring(answer.body.decode(newsroom(article.site).charset))


def visible(tree: html.HtmlElement) -> str:
    for element in tree.xpath("//script | //style"):
        element.drop_tree()
    return " ".join(tree.text_content().split())


@pytest.mark.parametrize("moment", [1, 2])
def test_passages_stand_on_the_page_in_order(moment: int) -> None:
    for article in expected_articles(NOW, moment):
        text, at = visible(page_of(article, moment)), 0
        at = text.index(article.description) if newsroom(article.site).precision == "minute" else 0
        for passage in article.passages:
            found = text.find(passage, at)
            assert found >= 0, (article.url, passage)
            at = found + len(passage)
        assert set(article.headings) <= set(article.passages)


@pytest.mark.parametrize("moment", [1, 2])
def test_nothing_forbidden_is_part_of_the_story(moment: int) -> None:
    for article in expected_articles(NOW, moment):
        story = "\n".join((article.title, article.description, article.note, *article.passages))
        assert [phrase for phrase in (*article.forbidden, *article.captions) if phrase in story] == []
        assert len(article.forbidden) >= 10


def test_boilerplate_is_really_there() -> None:
    for room in newsrooms().values():
        pages = [visible(page_of(article, 2)) for article in expected_articles(NOW, 2) if article.site == room.id]
        for phrase in room.boilerplate:
            assert any(phrase in page for page in pages), (room.id, phrase)


def test_most_of_what_is_forbidden_stands_on_the_page() -> None:
    for article in expected_articles(NOW, 1):
        page = visible(page_of(article, 1))
        assert sum(phrase in page for phrase in article.forbidden) >= 8, article.url


@pytest.mark.parametrize("site", ["harbour-broadcast", "tidewater-notes", "deichbote"])
def test_metadata_says_what_is_expected(site: str) -> None:
    for article in expected_articles(NOW, 2):
        if article.site != site:
            continue
        tree = page_of(article, 2)
        nodes = json.loads(tree.xpath("//script[@type='application/ld+json']")[0].text)
        nodes = nodes if isinstance(nodes, list) else nodes.get("@graph", [nodes])
        (node,) = [node for node in nodes if node["@type"] in ("NewsArticle", "Article")]
        people = node["author"] if isinstance(node["author"], list) else [node["author"]]
        assert node["headline"] == article.title
        assert tuple(person["name"] for person in people) == article.authors
        assert datetime.fromisoformat(node["datePublished"]) == article.published_at
        assert node.get("isAccessibleForFree") == article.is_accessible_for_free
        if article.modified_at:
            assert datetime.fromisoformat(node["dateModified"]) == article.modified_at
        assert tree.xpath("//link[@rel='canonical']/@href") == [article.url]
        assert article.published_at.second, "precision to the second needs seconds"


def test_sloppy_pages_say_their_date_in_words_only() -> None:
    (article,) = [article for article in expected_articles(NOW, 2) if article.url.endswith("id=412")]
    tree = page_of(article, 2)
    assert not tree.xpath("//meta[@property] | //script | //time | //link")
    assert "Publié le lundi 2 mars 2026 à 10h25 - par Bastien Larrouy" in visible(tree)
    assert article.published_at == datetime(2026, 3, 2, 9, 25, tzinfo=UTC)


def test_zone_offsets_are_the_newsrooms_own() -> None:
    offsets = {"harbour-broadcast": "+00:00", "deichbote": "+01:00", "tidewater-notes": "-05:00"}
    for site, offset in offsets.items():
        room = newsroom(site)
        answer = NewsWeb(NOW).answer(f"http://{room.host}{room.feed_path}")
        assert answer is not None
        assert f"{offset}</" in answer.body.decode()


def test_copies_name_their_originals() -> None:
    articles = {article.url: article for article in expected_articles(NOW, 2)}
    copies = {article.url: article for article in articles.values() if article.copy_of}
    assert sorted(copy.relation or "" for copy in copies.values()) == ["copy", "truncated_copy"]
    for copy in copies.values():
        assert copy.relation in RELATIONS
        assert copy.credited_source == "Harbour Broadcast"
        original = articles[copy.copy_of or ""]
        assert copy.published_at > original.published_at
        shared = original.passages[: len(copy.passages)]
        assert copy.passages == shared
        assert (copy.passages == original.passages) == (copy.relation == "copy")


def test_near_misses_differ_in_numbers_only() -> None:
    first, second = [a for a in expected_articles(NOW, 1) if a.title.startswith("Hauteurs")]
    same = set(first.passages) & set(second.passages)
    assert {"La Roche", "Port-Lambert", "en hausse"} < same
    assert {"2,09", "1,92", "2,55"} <= set(first.passages) - same
    assert first.copy_of is second.copy_of is None


def test_repost_is_flattened_and_brings_the_widget_along() -> None:
    (copy,) = [article for article in expected_articles(NOW, 2) if article.relation == "copy"]
    body = page_of(copy, 2).xpath("//div[@class='entry-content']")[0]
    paragraphs = [" ".join(p.text_content().split()) for p in body.xpath("./p")]
    assert not body.xpath("./h2 | ./h3 | ./blockquote")
    assert sum(paragraph.startswith("Recommended Stories list of 4 items") for paragraph in paragraphs) == 1
    assert paragraphs[-1] == "Source: Harbour Broadcast"
    assert len(paragraphs) < len(copy.passages) / 1.5
    assert "Leave a Reply" in visible(page_of(copy, 2))


def test_broadcaster_interrupts_its_story_with_four_items() -> None:
    (ferry,) = [article for article in expected_articles(NOW, 1) if article.url.endswith("night-ferry-returns")]
    text = visible(page_of(ferry, 1))
    start, end = text.index("Recommended Stories list of 4 items"), text.index("end of list")
    assert text.index(ferry.passages[3]) < start < end < text.index(ferry.passages[-1])
    assert text[start:end].count("list ") == 5
    assert ferry.headings == ("A quieter boat", "Who pays?", "What happens next")


def test_story_marks() -> None:
    blocks = parse_blocks(
        "One *two* **three**\nfour [five](http://a.example/).\n\n- six\n- seven\n\n| a | b |\n\n{ad}\n\n![c | d](e.png)"
    )
    assert [(block.kind, block.plain) for block in blocks] == [
        ("paragraph", "One two three four five."),
        ("list_item", "six"),
        ("list_item", "seven"),
        ("table_row", "| a | b |"),
        ("furniture", "ad"),
        ("image", "c"),
    ]
    assert blocks[0].html == ('One <em>two</em> <strong>three</strong> four <a href="http://a.example/">five</a>.')
    assert blocks[3].cells == ["a", "b"]
    assert (blocks[5].credit, blocks[5].image) == ("d", "e.png")
