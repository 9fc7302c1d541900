from datetime import UTC, datetime

import pytest

from crawlers.extract import explain_page, extract_page
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, article, page


def extracted(html: str, **more: object) -> Article:
    result = extract_page(page(html, **more))
    assert isinstance(result, Article), result
    return result


INSERTS = {
    "related": """<h3>Recommended Stories</h3><p class="screen-reader-text">list of 4 items</p><ul>
        <li><a href="/1">Ferry timetable changes from Sunday</a></li>
        <li><a href="/2">Bakery on the quay to close</a></li>
        <li><a href="/3">Lighthouse keeper retires at ninety</a></li>
        <li><a href="/4">Gull census finds fewer gulls</a></li>
        </ul><p class="screen-reader-text">end of list</p>""",
    "flattened related": """<p>Recommended Stories</p><p>list of 2 items</p><p>list 1 of 2 Ferry timetable changes</p>
        <p>list 2 of 2 Bakery on the quay to close</p><p>end of list</p>""",
    "other stories": """<p>More Great Harbour Stories</p><ul><li>The ferry has <a href="/7">a new timetable</a></li>
        <li>Why the <a href="/8">bakery on the quay</a> will close</li></ul>""",
    "subscription": "<p>Already have an account? Log in</p><p>Enjoy the latest local and national news.</p>",
    "appeal": "<p>Support Harbour News and make a difference for readers everywhere.</p>",
    "read more": '<p><strong>Read more:</strong> <a href="/5">How the breakwater was built in 1911</a></p>',
    "newsletter": "<p>Sign up for our weekly newsletter and get the best of our reporting in your inbox.</p>",
    "share": '<div class="social-share"><span>Share this article</span> <a href="#">Facebook</a></div>',
    "advert": "<p>Advertisement</p><p>Story continues below advertisement</p>",
    "photo": '<figure><img src="x.jpg"><figcaption>The breakwater at low tide. Photo: Jane Doe</figcaption></figure>',
    "link": '<p><a href="/6">Harbour master warns of rising seas and falling budgets</a></p>',
}


@pytest.mark.parametrize("name", INSERTS)
def test_what_stands_in_the_middle_of_a_story_is_taken_out(name):
    result = extracted(article(INSERTS[name]))
    assert result.text == "\n".join(PROSE)


def test_what_is_taken_out_keeps_the_rule_that_did_it():
    result = extracted(article(INSERTS["newsletter"] + INSERTS["flattened related"]))
    removed = {block.text: block.rule for block in result.removed_blocks}
    assert removed["Sign up for our weekly newsletter and get the best of our reporting in your inbox."] == "newsletter"
    assert removed["list 1 of 2 Ferry timetable changes"] == "related-label"


@pytest.mark.parametrize(
    "kept",
    [
        "<h2>Who pays?</h2>",
        "<h3>What happens next</h3>",
        "<p>“No.”</p>",
        "<p>He never came back.</p>",
        "<blockquote><p>“I have seen three walls go under in my time,” she said.</p></blockquote>",
        "<ul><li>Northern end: 40 metres</li><li>Southern end: 25 metres</li></ul>",
        "<p>Related costs, such as dredging, are not included.</p>",
        """<h3>Stories of the wall</h3><ul><li>Of the keeper who <a href='/9'>rowed out alone</a> one winter</li>
        <li>Of the two brothers who <a href='/10'>carried the first stone</a> down</li></ul>""",
    ],
)
def test_real_parts_of_the_story_survive(kept):
    result = extracted(article(kept))
    assert len(result.text.split("\n")) > len(PROSE)
    assert all(paragraph in result.text for paragraph in PROSE)


def test_the_fields_of_a_page_with_json_ld():
    head = """<link rel="canonical" href="/news/breakwater"><meta name="keywords" content="harbour, granite">
    <script type="application/ld+json">{"@context": "https://schema.org", "@graph": [
      {"@type": "Organization", "@id": "#org", "name": "Harbour News"},
      {"@type": ["NewsArticle"], "headline": "Town votes to rebuild breakwater",
       "datePublished": "2026-03-02T09:30:00+01:00", "dateModified": "2026-03-02T10:00:00+01:00",
       "author": [{"@type": "Person", "name": "By Jane Doe"}, {"@type": "Person", "name": "John Roe"}],
       "publisher": {"@id": "#org"}, "articleSection": "Town", "isAccessibleForFree": "False",
       "image": {"url": "/img/wall.jpg"}, "description": "A wall &amp; a vote", "inLanguage": "en-GB",}]}</script>"""
    result = extracted(article(head=head))
    assert result.title == "Town votes to rebuild breakwater"
    assert result.authors == ["Jane Doe", "John Roe"]
    assert result.published_at == datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    assert (result.published_precision, result.published_source) == ("second", "json-ld")
    assert result.modified_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert (result.section, result.tags, result.language) == ("Town", ["harbour", "granite"], "en")
    assert result.is_accessible_for_free is False
    assert result.publisher == "Harbour News"
    assert result.canonical_url == "https://www.harbournews.example/news/breakwater"
    assert result.image_url == "https://www.harbournews.example/img/wall.jpg"
    assert result.description == "A wall & a vote"


def test_the_modification_is_never_taken_for_the_publication():
    head = '<meta property="article:modified_time" content="2026-03-01T10:00:00Z">'
    result = extracted(article(head=head))
    assert result.published_at is None
    assert result.modified_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("line", ["Source: Coastwire", "[H/T: Coastwire]", "H/T Coastwire", "[Via Coastwire]"])
def test_a_source_line_is_credited_and_taken_out(line):
    result = extracted(article(prose=[*PROSE, line]))
    assert result.credited_source == "Coastwire"
    assert "Coastwire" not in result.text


def test_a_way_gone_via_somewhere_credits_nobody():
    result = extracted(article(prose=[*PROSE, "Via Coastwire the news reached the islands."]))
    assert result.credited_source is None
    assert "Via Coastwire" in result.text


def test_captions_are_blocks_but_not_text():
    result = extracted(article(INSERTS["photo"]))
    assert all(block.kind != "caption" or block.text not in result.text for block in result.blocks)


def test_an_explanation_names_what_decided_about_each_block():
    found = explain_page(page(article(INSERTS["newsletter"])))
    assert not isinstance(found, (str, type(None)))
    by = {block.text: (block.kept, block.by) for block in found.blocks}  # type: ignore[union-attr]
    assert by[PROSE[0]] == (True, None)
    kept, rule = by["Sign up for our weekly newsletter and get the best of our reporting in your inbox."]
    assert (kept, rule) == (False, "newsletter")


def test_equal_input_gives_equal_output():
    html = article("".join(INSERTS.values()))
    assert extracted(html) == extracted(html)
