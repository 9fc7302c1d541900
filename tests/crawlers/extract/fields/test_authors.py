"""Who wrote it: what a page states, and where the printed byline says more."""

import pytest
from lxml.html import document_fromstring

from crawlers.extract.fields.authors import read_authors
from crawlers.extract.fields.head import read_head
from tests.crawlers.extract.bylined import TITLE, people


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("<div>By Jane Doe</div>", ["Jane Doe"]),
        ("<div>By Jane Doe, political correspondent</div>", ["Jane Doe"]),
        ("<p>By <a href='/j'>Jane Doe</a> and <a href='/r'>John Roe</a></p>", ["Jane Doe", "John Roe"]),
        ("<p>By <a href='/j'>Jane Doe</a>, <a href='/r'>John Roe</a></p>", ["Jane Doe", "John Roe"]),
        ("<span>Written by</span><div><b>Mara</b> <i>- Product marketer</i></div>", ["Mara"]),
        ("<p>by <a href='/mara'>Mara</a> · Dec 20, 2025 at 3:00 am</p>", ["Mara"]),
        ("<p>By TPN, in <a href='/news'>News</a></p>", ["TPN"]),
        ("<p>By Sofia Example December 3, 2025</p>", ["Sofia Example"]),
        ("<p><span>By </span><button>Jane Doe</button></p>", ["Jane Doe"]),
        ("<h5>Author</h5><p>Jane Q. Doe</p>", ["Jane Q. Doe"]),
        ("<ul><li><b>Datum</b> 28.04.2023</li><li><b>Autorin/Autor</b> Erika Beispiel</li></ul>", ["Erika Beispiel"]),
        ("<div>Von Erika Beispiel, Lille</div>", ["Erika Beispiel"]),
        ("<div>Par Jeanne Exemple et Jean Modèle</div>", ["Jeanne Exemple", "Jean Modèle"]),
        ("<div>Por Juana Ejemplo y Juan Muestra</div>", ["Juana Ejemplo", "Juan Muestra"]),
        ("<div>Tekst: Janina Przykładowa</div>", ["Janina Przykładowa"]),
        ("<div>Автор: Анна Примерова</div>", ["Анна Примерова"]),
        ("<div>作者：王小明</div>", ["王小明"]),
        ("<div>홍길동 기자</div>", ["홍길동"]),
        ("<p>例报见习记者 王小明 李大明</p>", ["王小明", "李大明"]),
        ("<p>王小明/例港日报</p>", ["王小明"]),
        ("<p>文／山田太郎</p>", ["山田太郎"]),
        ("<p>发表于2026-02-20 | 来源：<b>例网</b>| 作者<b>王小明</b></p>", ["王小明"]),
        ("<p>来源：<b>例网</b> | 评论<b>王小明</b></p>", []),
        ("<p>Publié le 4 mars 2026 à 9h40 - par Jeanne Exemple</p>", ["Jeanne Exemple"]),
        ("<p>Jane Doe | Senior Writer | July 2, 2025</p>", ["Jane Doe"]),
        ("<p>Dec. 19, 2025 · Jane Doe on behalf of the board</p>", ["Jane Doe"]),
        ("<div><a href='/team/jane-doe'>Jane Doe</a></div>", ["Jane Doe"]),
        ("<div class='blog-meta-avatar'><span class='blog-meta-author'>Jane Doe</span></div>", ["Jane Doe"]),
        ("<p class='authorName'>Harbour Staff</p>", ["Harbour Staff"]),
        ("<li itemprop='author'><span>Mara</span></li>", ["Mara"]),
        ("<aside class='post-author'>Jane Doe</aside>", ["Jane Doe"]),
    ],
)
def test_the_printed_byline_is_read_where_nothing_is_stated(byline, expected):
    assert people(byline) == expected


@pytest.mark.parametrize(
    "text",
    [
        "<figure><figcaption>By Jane Doe</figcaption></figure>",
        "<div class='related-stories'><a href='/x'>By Jane Doe</a></div>",
        "<div class='comment'><b>Author</b> Jane Doe</div>",
        "<p>Two towns | Gull Census</p>",
        "<p>By contrast, the old wall stands</p>",
        "<p>By Friday</p>",
        "<p><b>Author</b> The Harbour and Fisheries Ministries</p>",
        "<p class='author-title'>Senior Writer</p>",
        f"<p class='author'>{TITLE}</p>",
        "<p>文字サイズ</p>",
        "<p>文化/旅游新闻 更多</p>",
        "<p>作者简介</p>",
        "<p>記者会見</p>",
        "<p class='author-name'>责任编辑：王小明</p>",
        "<p>作者：网络整理</p>",
    ],
)
def test_what_only_looks_like_a_byline_names_nobody(text):
    assert people(text) == []


def test_a_book_by_somebody_in_the_story_is_no_byline():
    assert people(end="<ol><li>Walls <span>by John Roe</span></li></ol>" + "<p>more</p>" * 80) == []


def test_a_commenter_is_no_author():
    assert people(end="<div class='comments-body'><p>Posted by John Roe at December 16, 2025</p></div>") == []


def test_the_footer_of_the_article_is_not_the_pages():
    byline = "<footer><p>Posted by <a href='/p'>Jane Doe</a> on 3 May</p></footer>"
    assert people(end=f"<article>{byline}</article>") == ["Jane Doe"]
    assert people(end=byline) == []


def test_who_wrote_it_may_stand_at_the_end():
    assert people(end="<p>more</p>" * 80 + "<p>Written by <a href='/p'>Jane Doe</a></p>") == ["Jane Doe"]


@pytest.mark.parametrize(
    "author",
    [
        {"@type": "Organization", "name": "Harbour Media Group"},
        {"@type": "Person", "name": "Harbour News Team"},
        {"@type": "Person", "name": "jane.doe"},
        {"@type": "Person", "name": "janed"},
        {"@type": "Person", "name": "Web Admin"},
        {"@type": "Person", "name": "Harbour News"},
    ],
)
def test_a_printed_person_goes_before_a_stated_organisation_or_account(author):
    assert people("<p>By Jane Doe</p>", author=author) == ["Jane Doe"]
    assert people(author=author) == [author["name"]]


def test_a_stated_person_stays_whoever_is_printed():
    assert people("<p>By John Roe</p>", author={"@type": "Person", "name": "Jane Doe"}) == ["Jane Doe"]


def test_an_organisation_with_an_and_in_its_name_is_one():
    assert people(author={"@type": "Organization", "name": "Stone & Sons"}) == ["Stone & Sons"]
    assert people(meta="Center for Wall Evaluation and Research") == ["Center for Wall Evaluation and Research"]


def test_a_byline_that_names_the_house_with_helpers_is_the_houses():
    assert people("<p>By Harbour News and Agencies</p>", author={"name": "Harbour News"}) == ["Harbour News"]


@pytest.mark.parametrize("house", ["HN Business", "Advance Media for harbournews.example"])
def test_a_part_of_the_house_beside_a_person_is_left_out(house):
    assert people(author=[{"name": "Jane Doe"}, {"name": house}]) == ["Jane Doe"]
    assert people(author=[{"name": "Jane Doe"}, {"name": "Mary Harbour"}]) == ["Jane Doe", "Mary Harbour"]


def test_an_agency_stays_the_author():
    assert people("<div class='author'>Jane Doe</div>", author={"name": "dpa"}) == ["dpa"]


def test_a_meta_author_that_names_the_host_is_the_sites():
    assert people("<p>By Jane Doe</p>", meta="Harbour Broadcasting (www.harbournews.example)") == ["Jane Doe"]


def test_bibliographies_give_the_last_name_first():
    assert people(meta="Doe, Jane Q.", name="citation_author") == ["Jane Q. Doe"]


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ("Jane Doe - Harbour Editorial Team", ["Jane Doe"]),
        ("Mary (May) Roe", ["Mary (May) Roe"]),
        ("Mary Roe (Content Manager)", ["Mary Roe"]),
        ("Jane Doe, Master Horticulturist & Garden Educator", ["Jane Doe"]),
        ("content: Harbour", []),
    ],
)
def test_names_are_rid_of_roles_and_houses(meta, expected):
    assert people(meta=meta) == expected


LONG = "<p class='standfirst'>" + "The town votes, and the fishermen wait for the stones to come. " * 4 + "</p>"
FACE = "<img class='avatar' alt='Jane Doe' src='/j.jpg'>"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (LONG + "<p>By Jane Doe and John Roe</p>", ["Jane Doe", "John Roe"]),
        (LONG + "<p>by Jane Doe, who came with the ferry and left with it</p>", ["Jane Doe"]),
        (f"<div>{FACE}<p>Jane Doe</p><p>Dock reporter</p></div>", ["Jane Doe"]),
        ("<div><img alt='Jane Doe' src='/p?w=47'><p>Jane Doe</p></div>", ["Jane Doe"]),
        ("<div><img alt='Jane Doe' src='/p.jpg' width='900'><p>Jane Doe</p></div>", []),
        (f"<figure>{FACE}<p>Jane Doe</p></figure>", []),
        ("<p>3 May 2024, 10:22 von hafenkind</p>", ["hafenkind"]),
        ("<p>12/19 — 2025</p><p>by ibby</p>", ["ibby"]),
        ("<p><span>Autor:</span> <a href='/k'>hafenkind</a></p><p>16.12.2012</p>", ["hafenkind"]),
        ("<p>by nature</p>", []),
        ("<p>posted by Stadler at 12:53</p>", ["Stadler"]),
        ("<p>Friday | 3 May 2024 | 15:49 by Jane Doe IN</p>", ["Jane Doe"]),
        ("<p>By: Jane Doe Filed Under: harbour</p>", ["Jane Doe"]),
        ("<p>Interviewed by Jane Doe</p>", ["Jane Doe"]),
        ("<p><a rel='author' href='/j'>Jane Doe</a>/<a rel='author' href='/r'>Li Roe</a></p>", ["Jane Doe", "Li Roe"]),
        ("<h4 class='author-name'>By <a href='/e'>The Harbour editors</a></h4>", ["The Harbour editors"]),
        ("<p>By <a rel='author' href='/all'>SHOW ALL ARTICLES OF <b>Jane Doe</b></a></p>", ["Jane Doe"]),
        ("<div class='hentry type-post author-jane'>" + "<a href='/w'>Port Mary</a></div>", []),
    ],
)  # fmt: skip
def test_where_bylines_stand_and_how_they_end(after, expected):
    assert people(after) == expected


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("<p>Author: Jane Doe, Harbour Institute</p>", ["Jane Doe"]),
        ("<p>Autor/in: Erika Beispiel</p>", ["Erika Beispiel"]),
        ("<p>Text: see below, and Port Mary too</p>", []),
        ("<p>采写：例报见习记者 王小明</p>", ["王小明"]),
        ("<p>采写：例报记者 王小明 李大明</p>", ["王小明", "李大明"]),
        ("<p>编辑：王小明</p>", []),
        ("<p>（本报记者 王小明 李大明）</p>", ["王小明", "李大明"]),
        ("<p>(文/图 王小明 李大明)</p>", ["王小明", "李大明"]),
        ("<p>（记者会将于明天举行）</p>", []),
        ("<p>Von HAFEN VEREIN mit vielen zum Bund der Häfen</p>", []),
    ],
)
def test_a_noun_and_a_colon_tell_the_author_wherever_they_stand(end, expected):
    assert people(end="<p>more</p>" * 80 + end) == expected
    assert people(end="<p>more</p>" * 80 + end, meta="Harbour News") == (expected or ["Harbour News"])


@pytest.mark.parametrize(
    ("meta", "after", "expected"),
    [
        ("Harbour News GmbH, Port Mary", "<p>By Jane Doe</p>", ["Jane Doe"]),
        ("Harbour News GmbH, Port Mary", "", []),
        ("Webworks d.o.o. - www.webworks.example", "", []),
        ("Jane Doe (www.janedoe.example)", "", ["Jane Doe"]),
        ("Los Muelles Times", "<p>By Jane Doe</p>", ["Jane Doe"]),
        ("Los Muelles Times", "", ["Los Muelles Times"]),
        ("Super User", "", []),
        ("name", "", []),
        ("例港日报网", "<p>作者：王小明</p>", ["王小明"]),
        ("王小明", "<p>作者：李大明</p>", ["王小明"]),
        ("홍길동 나무 칼럼니스트", "", ["홍길동"]),
        ("Jane Doe &lt;jane@dock.example&gt;", "", ["Jane Doe"]),
    ],
)
def test_companies_papers_and_makers_of_pages_are_no_persons(meta, after, expected):
    assert people(after, meta=meta) == expected


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        ("例报讯（记者 王小明 通讯员 李大明）小镇昨晚投票决定重建防波堤。", ["王小明"]),
        ("例社例港2月29日电（记者王小明、李大明）小镇昨晚投票决定重建防波堤。", ["王小明", "李大明"]),
        ("（例社記者王小明台北20日電）小鎮昨晚投票決定重建防波堤。", ["王小明"]),
        ("〔記者王小明／台北報導〕小鎮昨晚投票決定重建防波堤。", ["王小明"]),
        ("小镇昨晚投票（记者在场）决定重建防波堤。", []),
        ("例报讯（记者获悉）小镇昨晚投票决定重建防波堤，居民都可以看到图纸。", []),
    ],
)
def test_reporters_are_named_where_a_story_opens(opening, expected):
    assert people(f"<p>{opening}</p>") == expected
    assert people(f"<p>{opening}</p>", meta="Jane Doe") == ["Jane Doe"]


def test_a_persons_own_site_is_named_as_the_person_is():
    tree = document_fromstring("<html><head><meta name='author' content='Jane Doe'></head><body><h1>Walls</h1></body>")
    names = ["janedoe.example", "janedoe"]
    assert read_authors(read_head(tree, "https://janedoe.example/a"), tree, names).authors == ["Jane Doe"]


def test_names_on_the_cards_for_other_sites_are_read():
    label = "<meta name='twitter:label1' content='{}'><meta name='twitter:data1' content='Jane Doe'>"
    for says, expected in (("Written by", ["Jane Doe"]), ("Verfasst von", ["Jane Doe"]), ("Reading time", [])):
        tree = document_fromstring(f"<html><head>{label.format(says)}</head><body><h1>Walls</h1></body>")
        assert read_authors(read_head(tree, "https://a.example/"), tree, []).authors == expected


def test_all_of_a_papers_authors_are_named_where_it_is_cited():
    head = "<meta name='author' content='Jane Doe'>"
    head += "".join(f"<meta name='citation_author' content='{name}'>" for name in ("Jane Doe", "John Roe"))
    tree = document_fromstring(f"<html><head>{head}</head><body><h1>Walls</h1></body>")
    assert read_authors(read_head(tree, "https://a.example/"), tree, []).authors == ["Jane Doe", "John Roe"]


def test_a_page_whose_headline_is_unknown_is_signed_in_a_line_of_its_own():
    body = (
        "<table><tr><td><b>Jesus</b><p>By Jane Doe<br>March 2000, No. 3</p></td></tr></table><p>stones by Port Mary</p>"
    )
    tree = document_fromstring(f"<html><body>{body}</body></html>")
    assert read_authors(read_head(tree, "https://a.example/"), tree, [], list, "Harbour: Walls").authors == ["Jane Doe"]


@pytest.mark.parametrize(
    ("stated", "meta", "after", "expected"),
    [
        ("Harbour News reporters", "", "<p class='byline'>By Jane Doe in Rome</p>", ["Jane Doe"]),
        ("Harbour News reporters", "Associated Press", "", ["Harbour News reporters"]),
        ("Harbour News", "Associated Press", "", ["Associated Press"]),
        ("Women in Film", "", "", ["Women in Film"]),
        (None, "", "<div class='author'><b>Jane Doe and John Q. Roe</b><i>9 am</i></div>", ["Jane Doe", "John Q. Roe"]),
    ],
)
def test_a_desk_of_the_site_gives_way_to_a_person_but_not_to_an_agency(stated, meta, after, expected):
    assert people(after, author=stated and {"name": stated}, meta=meta) == expected
