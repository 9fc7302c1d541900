"""A byline that is but a name, told by its place at the headline."""

import pytest

from tests.crawlers.extract.bylined import TITLE, people

DATE = "<span>May 3, 2026</span>"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"<div><span>Jane Doe</span>{DATE}</div>", ["Jane Doe"]),
        (f"<div>{DATE}<span>·</span><a><b>Jane Doe</b></a></div>", ["Jane Doe"]),
        ("<ul><li>Jane Doe</li><li><time>three days ago</time></li></ul>", ["Jane Doe"]),
        ("<div><i>Erika Beispiel</i><i>3. Mai 2026</i></div>", ["Erika Beispiel"]),
        ("<div><i>Jeanne Exemple</i><i>le 3 mai 2026</i></div>", ["Jeanne Exemple"]),
        ("<div><i>Анна Примерова</i><i>3 мая 2026</i></div>", ["Анна Примерова"]),
        ("<p>Jane Doe</p><p>Last Updated:</p><p></p>", ["Jane Doe"]),
        ("<p>Last Updated May, 2026</p><p>Jane Doe</p>", ["Jane Doe"]),
        (f"<p>Jane Doe</p><p>Senior Engineer and Writer</p><p>{DATE}</p>", ["Jane Doe"]),
        (f"<p>Jane (May) Doe</p><p>{DATE}</p>", ["Jane (May) Doe"]),
        (f"<p>Jane Doe and John Roe</p><p>{DATE}</p>", ["Jane Doe", "John Roe"]),
        (f"<p>Jane Doe</p><p>John Roe</p><p>{DATE}</p>", ["Jane Doe", "John Roe"]),
        ("<h4>Jane Doe (Content Manager)</h4>", ["Jane Doe"]),
        ("<p>Jane Doe</p><p>Former Consultant</p>", ["Jane Doe"]),
        (f"<div><a href='/medical/jane-doe'>Jane Doe</a>{DATE}</div>", ["Jane Doe"]),
        (f"<div><a href='/crew/roe.html'>Jane Roe</a>{DATE}</div>", ["Jane Roe"]),
        (f"<div><a href='#'>Jane Roe</a>{DATE}</div>", ["Jane Roe"]),
        ("<div><img width='56' alt='Headshot of Jane Doe, writer'><b>Jane Doe</b></div>", ["Jane Doe"]),
        ("<div><img width='56' src='/i/Jane-Doe.png'><b>Jane Doe</b></div>", ["Jane Doe"]),
        (f"<p>The tide will turn.</p><div><span>Will Smithson</span>{DATE}</div>", ["Will Smithson"]),
    ],
)
def test_a_name_alone_beside_a_date_a_role_or_a_portrait_is_the_byline(line: str, expected: list[str]) -> None:
    assert people(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "<div><b>Jane Doe</b></div>",  # nothing beside it
        f"<div><b>Digital Marketing</b>{DATE}</div>",
        f"<div><b>World News</b>{DATE}</div>",
        f"<div><b>Getty Images</b>{DATE}</div>",
        f"<div><b>Stone Hauliers LLP</b>{DATE}</div>",
        f"<div><b>Associated Press</b>{DATE}</div>",
        f"<div><b>Harbour News</b>{DATE}</div>",  # the site
        f"<div><b>Site Admin</b>{DATE}</div>",
        f"<div><b>Staff Writer</b>{DATE}</div>",
        f"<div><b>BREAKWATER PLANS</b>{DATE}</div>",
        f"<div><b>Harbour Walls</b>{DATE}</div><p>harbour and walls</p>",  # written of in lower case
        f"<div><b>Stonework Masterclass</b>{DATE}</div><p>a stonework</p>",
        f"<div><b>Rebuild Breakwater</b>{DATE}</div>",  # of the headline
        f"<nav>Quarry Hill</nav><div><b>Quarry Hill</b>{DATE}</div>",  # of the menu
        f"<div><a href='/category/quarry-hill/'>Quarry Hill</a>{DATE}</div>",
        f"<div><a href='/tag/quarry-hill'>Quarry Hill</a>{DATE}</div>",
        f"<div><a href='/ferries/timetable'>Jane Roe</a>{DATE}</div>",  # a ship
        f"<div><b>مشاهدات عالية</b>{DATE}</div>",  # a script without capitals
        f"<div><b>Edited by</b><b>John Roe</b>{DATE}</div>",
        f"<div><b>Medically reviewed by:</b><b>John Roe</b>{DATE}</div>",
        f"<div><b>Foto</b><b>John Roe</b>{DATE}</div>",
        f"<figure><figcaption><b>John Roe</b>{DATE}</figcaption></figure>",
        f"<p><a href='/quay'>Quay walls need more stone again</a></p><p>John Roe</p><p>{DATE}</p>",  # of another story
        "<div><img width='640' src='/i/Jane-Doe.jpg'><b>Jane Doe</b></div>",  # a picture of the story
    ],
)
def test_a_section_a_firm_or_another_storys_author_is_no_byline(line: str) -> None:
    assert people(line) == []


def test_a_date_is_not_enough_where_an_author_is_stated() -> None:
    house = {"@type": "Organization", "name": "Stone & Sons"}
    assert people(f"<div><b>Living Wells</b>{DATE}</div>", author=house) == ["Stone & Sons"]
    assert people(f"<div><b>Jane Doe</b><b>Senior Writer</b>{DATE}</div>", author=house) == ["Jane Doe"]


def test_a_paper_behind_several_names_is_no_author() -> None:
    assert people(f"<p>Jane Doe and John Roe, Port Mary Argus Leader</p><p>{DATE}</p>") == ["Jane Doe", "John Roe"]
    assert people(f"<p>Jane Doe</p><p>Port Mary Argus Leader</p><p>{DATE}</p>") == ["Jane Doe"]
    assert people(f"<p>Jane Doe and John van der Roe</p><p>{DATE}</p>") == ["Jane Doe", "John van der Roe"]


def test_the_line_may_stand_above_the_headline() -> None:
    assert people(before=f"<aside>{DATE}</aside><aside>Jane Doe</aside>") == ["Jane Doe"]
    assert people(before=f"<p>{DATE}</p><p>Jane Doe</p>" + "<p>more</p>" * 6) == []


def test_the_second_print_of_the_headline_has_the_byline() -> None:
    again = f"<h2>{TITLE}</h2><p>Jane Doe</p><p>{DATE}</p>"
    assert people("<p>more</p>" * 70 + again) == ["Jane Doe"]
    assert people("<p>more</p>" * 70 + again.replace(TITLE, "Quay walls need stone")) == []


def test_a_label_of_a_form_of_writing_leads_to_the_author() -> None:
    assert people("<p>Interview by</p><p><a href='/i'>Jane Doe</a></p>") == ["Jane Doe"]
    assert people("<p>Ein Kommentar von</p><p>Erika Beispiel</p>") == ["Erika Beispiel"]
    assert people("<p>Interview with</p><p>Jane Doe</p>") == []


def test_a_field_of_work_behind_a_role_is_no_second_author() -> None:
    assert people("<p>Written by Jane Doe, Head of Marketing and Community Development</p>") == ["Jane Doe"]
    assert people("<p>Written by Jane Doe, Head of Marketing and John Roe</p>") == ["Jane Doe", "John Roe"]


def test_a_line_that_credits_a_builder_is_no_byline() -> None:
    assert people(end="<div>By Example Food Tech Private</div>") == []
    assert people(end="<div>By Jane Doe</div>") == ["Jane Doe"]
