"""Readers' remarks below a story, without a name that tells; and what only looks like them."""

import pytest
from lxml.html import document_fromstring

from crawlers.extract import explain_page, extract_page
from crawlers.extract.explain import Explanation
from crawlers.extract.markup.segments import Segment
from crawlers.extract.markup.walk import segment
from crawlers.extract.story.readers import find_remarks, without_remarks
from crawlers.model import Article
from tests.crawlers.extract.pages import PROSE, article, page

STORY = "".join(f"<p>{paragraph}</p>" for paragraph in PROSE)
SAID = [
    ("harbourcat", "I have walked that wall every day since 1980 and have yet to see a stone move by itself."),
    ("Old Tar", "Let the sea have it. We need a new school, and a road that is not flooded twice a winter."),
    ("M. Gull", "Thank you for this."),
]


def blocks(body: str) -> list[Segment]:
    return segment(document_fromstring(f"<html><body><main>{body}</main></body></html>"))


def remarks(body: str, stated: tuple[int, ...] = ()) -> list[str]:
    found = blocks(body)
    known = find_remarks(found, stated).blocks
    return [block.text for block in found if block.index in known]


def written(template: str, said: list[tuple[str, str]] = SAID) -> str:
    """Remarks, each with name, text and number put into a template."""
    return "".join(template.format(name=name, text=text, day=day) for day, (name, text) in enumerate(said, 3))


FORMS = {
    "votes": "<div><a href='/u'>{name}</a><div>{day} days ago at 07:47 am</div><div>{text}</div>"
    "<div>Rating: {day} Votes</div></div>",
    "says": "<li><div><div>{name} says:</div><div><a href='#c'>May {day}, 2024 at 4:47 pm</a></div><p>{text}</p>"
    "<div><a href='#r'>Reply</a></div></div></li>",
    "in one line": "<li><p>{name} on May {day}, 2024 at 4:47 pm said:</p><p>{text}</p></li>",
    "below the text": "<div><p>{text}</p><p>{name} (05/0{day}/2024, 7:05 AM )</p>"
    "<div><a href='#'>Report Comment</a></div></div>",
    "letters": "<div><div><b>{name}</b></div><div>{day}d</div><div>{text}</div><div><a href='#'>Reply</a></div></div>",
    "de": "<section><h4>{name}</h4><div>vor {day} Stunden</div><div>{text}</div><div><a href='#'>Antworten</a> | "
    "<a href='#'>Melden</a></div></section>",
    "fr": "<div><div>{name}</div><div>il y a {day} jours</div><p>{text}</p><div><a href='#'>Répondre</a></div></div>",
    "es": "<div><div>{name}</div><div>hace {day} horas</div><p>{text}</p><div><a href='#'>Responder</a></div></div>",
    "zh": "<li><div>{name}</div><div>{day}小时前</div><p>{text}</p><div><a href='#'>回复</a></div></li>",
}


@pytest.mark.parametrize("form", FORMS)
def test_remarks_with_two_marks_each_are_found_with_no_heading(form):
    found = remarks(f"<div>{STORY}</div><div>{written(FORMS[form])}</div>")
    assert {text for _, text in SAID} <= {*found}
    assert not {*PROSE} & {*found}


DATED = "<div><div>{name}</div><div>May {day}, 2024, 9:46 pm</div><p>{text}</p></div>"


@pytest.mark.parametrize(
    "heading",
    [
        "<h3>3 Comments</h3>",
        "<h3>59 Comments on “Town votes to rebuild the breakwater, and to ask the county to pay”</h3>",
    ],
)
def test_below_the_heading_of_comments_a_date_is_enough(heading):
    found = remarks(f"<div>{STORY}</div>{heading}<form><p>Name:</p><p>Comment:</p></form><div>{written(DATED)}</div>")
    assert {text for _, text in SAID} <= {*found}


def test_a_single_remark_below_the_heading_of_comments_is_found():
    found = remarks(
        f"<div>{STORY}</div><p>COMMENTS (1) | Add Comment</p><div>{written(FORMS['below the text'], SAID[:1])}</div>"
    )
    assert SAID[0][1] in found


def test_replies_to_remarks_go_with_them():
    inner = f"<ul>{written(FORMS['says'])}</ul>"
    outer = "<li><div><div>Jim says:</div><div>May 2, 2024 at 4:47 pm</div><p>Who pays?</p></div>" + inner + "</li>"
    found = remarks(f"<div>{STORY}</div><ul>{outer}{written(FORMS['says'])}</ul>")
    assert "Who pays?" in found
    assert sum(text == SAID[0][1] for text in found) == 2


SURVIVE = {
    "a liveblog": "<div>"
    + written("<div><div>{name}</div><div>May {day}, 2024, 9:46 pm</div><p>{text}</p><a href='#'>Share</a></div>")
    + "</div>",
    "a liveblog below a count of comments": "<div><a href='#c'>12 Comments</a></div><div>" + written(DATED) + "</div>",
    "a liveblog below a count that is no link": "<div>12 Comments</div><div>" + written(DATED) + "</div>",
    "a timeline": written("<h3>May {day}, 2024</h3><p>{text}</p>"),
    "an interview": written("<p>{name} says:</p><p>{text}</p>"),
    "a round-up": "<ul>" + written("<li><b>{name}</b>: {text}</li>") + "</ul>",
    "questions and replies": written("<p><b>Question:</b> {text}</p><p>Reply</p><p>{text}</p>"),
    "obituaries": written("<div><h3>{name}</h3><p>Died May {day}, 2024</p><p>{text}</p></div>"),
    "quoted posts": written(
        "<blockquote><p>{text}</p><p>May {day}, 2024 9:46 pm</p><p><a href='#'>Reply</a></p></blockquote>"
        f"<p>{PROSE[0]}</p><p>{PROSE[1]}</p>"
    ),
}


@pytest.mark.parametrize("kind", SURVIVE)
def test_what_belongs_to_the_story_is_no_remark(kind):
    assert remarks(f"<div><p>{PROSE[0]}</p>{SURVIVE[kind]}</div>") == []


def test_a_thread_whose_first_entry_is_the_story_has_no_remark_in_that_one():
    first = f"<div><div>May 2, 2024 at 4:47 pm</div>{STORY}<div><a href='#'>Reply</a></div></div>"
    assert not {*PROSE} & {*remarks(f"<div>{first}{written(FORMS['letters'])}</div>")}


def test_what_the_page_says_is_the_story_is_no_remark():
    body = f"<div>{STORY}</div><div>{written(FORMS['letters'])}</div>"
    at = next(block.index for block in blocks(body) if block.text == SAID[0][1])
    assert remarks(body, (at,)) == []


LONG = [(f"Reader {number}", " ".join([*PROSE[:2], SAID[number % 2][1]])) for number in range(1, 7)]


@pytest.mark.parametrize("form", ["says", "votes", "letters"])
def test_a_story_shorter_than_its_remarks_is_told_without_them(form):
    html = article().replace("</article>", f"</article><div>{written(FORMS[form], LONG)}</div>", 1)
    result = extract_page(page(html))
    assert isinstance(result, Article)
    assert result.text == "\n".join(PROSE)


def test_a_tree_without_remarks_is_a_copy_with_all_else():
    tree = document_fromstring(f"<html><body><div>{STORY}</div><ul>{written(FORMS['says'])}</ul>tail</body></html>")
    found = find_remarks(segment(tree), ())
    less = [block.text for block in segment(without_remarks(tree, found))]
    assert less == [*PROSE, "tail"]
    assert len(segment(tree)) > len(less)


def test_a_tree_that_has_no_remarks_is_taken_as_it_is():
    tree = document_fromstring(f"<html><body><div>{STORY}</div></body></html>")
    assert without_remarks(tree, find_remarks(segment(tree), ())) is tree


def test_explain_names_the_rule():
    body = f"<div><h1>Town votes</h1>{STORY}{written(FORMS['says'], LONG)}</div>"
    told = explain_page(page(f"<html><head><title>Town votes</title></head><body>{body}</body></html>"))
    assert isinstance(told, Explanation)
    found = [block for block in told.blocks if block.text in {text for _, text in LONG}]
    assert not any(block.kept for block in found)
    assert "readers" in {block.by for block in found}


def test_a_word_of_buttons_alone_removes_nothing():
    result = extract_page(page(article("<p>Reply</p>")))
    assert isinstance(result, Article)
    assert "Reply" in result.text.split("\n")
