"""Parts of a story that a generic extractor drops by their kind, and their look-alikes that are none."""

import pytest
from lxml.html import document_fromstring

from crawlers.extract import extract_page
from crawlers.extract.markup.walk import segment
from crawlers.extract.story.rescue import rescue
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, article, page


def text_of(html: str) -> str:
    result = extract_page(page(html))
    assert isinstance(result, Article), result
    return result.text


KEY_POINTS = """<div class="wrap"><p>The plan in short:</p></div><div class="box"><ul>
<li><p>The northern end is rebuilt first, with granite from the valley.</p></li>
<li><p>The southern end waits until the second winter, when the ferries are moved.</p></li>
<li><p>Anglers keep their path along the crest for all but four months.</p></li></ul></div>"""
LINKS = """<div class="box"><ul><li><a href="/1">The northern end is rebuilt first, say engineers</a></li>
<li><a href="/2">The southern end waits until the second winter, board says</a></li></ul></div>"""


def test_a_list_of_prose_in_containers_of_its_own_is_story():
    text = text_of(article(KEY_POINTS))
    assert "The northern end is rebuilt first, with granite from the valley." in text
    assert "Anglers keep their path" in text


def test_a_list_of_links_is_not():
    assert "say engineers" not in text_of(article(LINKS))


QUOTATION = """<div class="said"><blockquote><p>“We counted the stones every spring, and every spring there were
fewer of them than before.”</p></blockquote></div>"""
POST = """<div class="embed"><blockquote class="twitter-tweet"><p>Finally! The breakwater will be rebuilt, see you
on the quay.</p></blockquote></div>"""
FIGURE = """<figure class="cite"><blockquote>“We counted the stones every spring, and there were fewer.”</blockquote>
<figcaption>Jane Doe, fisherwoman</figcaption></figure>"""


def test_a_quotation_between_paragraphs_is_story():
    assert "We counted the stones" in text_of(article(QUOTATION))


@pytest.mark.parametrize("apart", [f"<div>{POST}</div>", FIGURE])
def test_another_s_post_and_a_quotation_set_as_a_figure_are_not_rescued(apart):
    tree = document_fromstring(article(apart))
    segments = segment(tree)
    story = {block.index for block in segments if block.text in PROSE}
    assert not rescue(segments, story)


def test_a_heading_that_is_a_link_is_story_above_each_entry_of_a_guide():
    prose = " ".join(PROSE[:1] * 2)
    entries = "".join(
        f'<h3><a href="https://{name}.example/">Hotel {name}</a></h3><p>{name}. {prose}</p>'
        for name in ("Anchor", "Beacon", "Capstan")
    )
    text = text_of(article(entries))
    assert all(f"Hotel {name}\n" in text for name in ("Anchor", "Beacon", "Capstan"))


def test_a_heading_that_links_to_its_own_place_is_a_heading():
    prose = " ".join(PROSE[:1] * 2)
    assert "Who pays\n" in text_of(article(f'<h3><a href="#who-pays">Who pays</a></h3><p>{prose}</p>'))


def test_headings_that_lead_to_other_stories_of_the_site_are_not():
    teasers = "".join(f'<h3><a href="/{n}">Older story number {n} of the harbour</a></h3>' for n in range(3))
    assert "Older story" not in text_of(article(teasers))


QUESTIONS = "".join(
    f'<div class="faq"><h3>{question}</h3><div class="answer"><p>{answer}</p></div></div>'
    for question, answer in (
        (
            "When does the work begin?",
            "It begins in April, as soon as the quarry can deliver the first barges of stone.",
        ),
        ("Who pays for it?", "The harbour board pays two thirds of the sum and the town the rest, over eleven years."),
        (
            "What becomes of the anglers?",
            "They keep their path along the crest, but for four months of the second winter.",
        ),
        ("Is the ferry moved?", "Only for the second winter, when its berth is needed for the cranes and the stone."),
    )
)


def test_questions_and_answers_that_follow_the_story_are_story():
    html = article().replace("</div></article>", f"{QUESTIONS}</div></article>")
    text = text_of(html)
    assert "Who pays for it?\nThe harbour board pays two thirds" in text
    assert "Is the ferry moved?" in text


def test_a_question_whose_heading_is_a_button_keeps_its_words():
    html = article("<h3><button>Who pays for it?</button></h3><p>The harbour board pays two thirds of the sum.</p>")
    assert "Who pays for it?\nThe harbour board pays" in text_of(html)


@pytest.mark.parametrize("way", ["hidden", 'style="display: none"'])
def test_a_page_that_hides_itself_until_a_script_has_run_is_read(way):
    long = [f"{paragraph} {paragraph}" for paragraph in PROSE]
    points = "<h2>Who pays?</h2><ul><li>The board: two thirds of it.</li><li>The town: the rest of it.</li></ul>"
    html = article(points, prose=long).replace("<main>", f"<main {way}>")
    text = text_of(html)
    assert all(paragraph in text for paragraph in long)
    assert "Who pays?" in text


def test_what_is_hidden_beside_a_story_that_is_shown_stays_out():
    hidden = "<div style='display:none'><p>Subscribers read more about the harbour every week of the year.</p></div>"
    assert "Subscribers read more" not in text_of(article(hidden))


def test_prose_is_found_where_the_generic_extractor_sees_nothing():
    html = article().replace("<main>", '<aside class="popup-overlay newsletter"><p>Stay</p>').replace("</main>", "")
    text = text_of(html)
    assert all(paragraph in text for paragraph in PROSE)
    assert "Bakery on the quay" not in text


def test_labels_of_what_stood_below_the_story_go_with_it():
    below = "<h3>Popular on Harbour News</h3><h3>More from the quay</h3>"
    text = text_of(article().replace("</div></article>", f"{below}</div></article>"))
    assert text == "\n".join(PROSE)


def test_teasers_of_two_lines_each_among_paragraphs_are_taken_out():
    teasers = "".join(
        f'<h4><a href="/{n}">Older story number {n} of the harbour</a></h4><h5>What became of it in year {n}</h5>'
        for n in range(4)
    )
    assert "Older story" not in text_of(article(teasers))


@pytest.mark.parametrize(
    "heading", ["Harbour News - Town votes to rebuild breakwater", "Town votes to rebuild the breakwater"]
)
def test_the_headline_printed_in_slightly_other_words_is_the_headline(heading):
    html = article().replace('<div class="story__body">', f'<div class="story__body"><h2>{heading}</h2>')
    assert text_of(html) == "\n".join(PROSE)


def test_a_subheading_that_shares_some_words_with_the_title_stays():
    assert "The town and the breakwater" in text_of(article("<h2>The town and the breakwater</h2>"))


def test_a_row_of_underscores_is_no_heading():
    assert "___" not in text_of(article("<h2>___</h2>"))


def test_a_table_of_contents_goes_and_the_sections_named_after_it_stay():
    contents = """<div class="toc"><p>Table of contents</p><ul><li><a href="#a">Who pays for the work</a></li>
    <li><a href="#b">When the work begins</a></li></ul></div>"""
    section = f'<div class="toc-section" id="a"><h2>Who pays for the work</h2><p>{PROSE[0]} Twice over.</p></div>'
    text = text_of(article(contents + section))
    assert "Twice over." in text
    assert "When the work begins" not in text


def test_a_named_place_within_a_paragraph_is_no_link():
    question = "And the granite? How long will the quarry need until the last of the stones is on the quay?"
    blocks = segment(document_fromstring(f'<p><b>Jane Doe:</b> <a name="granite">{question}</a></p>'))
    assert [round(block.link_share) for block in blocks] == [0]
    blocks = segment(document_fromstring(f'<p><b>Jane Doe:</b> <a href="/granite">{question}</a></p>'))
    assert [round(block.link_share) for block in blocks] == [1]


def entry(number: int, link: bool) -> str:
    title = f'<a href="/r{number}">Walk number {number}</a>' if link else f"Walk number {number}"
    text = f"The walk number {number} leads along the harbour to the old light and back over the dunes."
    return f"<section><span>{number}</span><h3>{title}</h3><div><div>{text}</div></div></section>"


@pytest.mark.parametrize(("count", "link", "taken"), [(4, False, True), (2, False, False), (4, True, False)])
def test_texts_that_stand_each_below_a_heading_of_the_story_are_its_entries(count, link, taken):
    entries = "".join(entry(number, link) for number in range(count))
    blocks = segment(document_fromstring(f"<main><p>{PROSE[0]}</p>{entries}<p>{PROSE[1]}</p></main>"))
    kept = {block.index for block in blocks if block.kind == "heading" or block.text in PROSE}
    kept |= {blocks[0].index, blocks[-1].index}
    found = {blocks[index].text for index in rescue(blocks, kept)}
    assert any(text.startswith("The walk number 1") for text in found) is taken


LISTED = "<ul><li>Granite from the valley</li><li>Two cranes</li><li>A bridge of boats</li></ul>"


def widget(inside: str, number: int, look: str = "widget") -> str:
    return f'<div class="row r{number}x{number}"><div class="{look}">{inside}</div></div>'


@pytest.mark.parametrize(
    ("look", "inside", "taken"),
    [
        ("widget", f"<h2>What it takes</h2>{LISTED}", ["What it takes", "Granite from the valley", "Two cranes"]),
        ("widget", "<blockquote><p>Stones don't wait.</p></blockquote>", ["Stones don't wait."]),
        ("teasers", f"<h2>What it takes</h2>{LISTED}", []),
        ("widget", LISTED.replace("<li>", "<li><a href='/x'>").replace("</li>", "</a></li>"), []),
        ("widget", "<h2><a href='/x'>What else it takes</a></h2>", []),
    ],
)
def test_lists_headings_and_quotes_stand_in_containers_that_look_like_those_of_the_paragraphs(look, inside, taken):
    """As page builders make them: each in a box of its own, whose class no other has."""
    boxes = [widget(f"<p>{paragraph}</p>", number) for number, paragraph in enumerate(PROSE)]
    boxes.insert(2, widget(inside, 9, look))
    far = "".join("<div><p><span>Share</span></p></div>" for _ in range(4))
    tree = document_fromstring(f"<main>{boxes[0]}{boxes[1]}{far}{boxes[2]}{far}{''.join(boxes[3:])}</main>")
    blocks = segment(tree)
    found = {blocks[index].text for index in rescue(blocks, {block.index for block in blocks if block.text in PROSE})}
    assert found >= set(taken)
    assert bool(found) is bool(taken)
