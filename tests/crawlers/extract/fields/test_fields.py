from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from lxml.html import document_fromstring

from crawlers.extract.fields import jsonld, names
from crawlers.extract.fields.dates import Clock
from crawlers.extract.fields.head import read_head
from crawlers.extract.fields.language import checked_language, code_of, guess_language
from crawlers.extract.fields.read import read_fields
from crawlers.extract.fields.sitename import strip_site
from crawlers.extract.fields.titles import shorten
from crawlers.extract.markup.walk import segment
from tests.crawlers.extract.pages import page

CLOCK = Clock(datetime(2026, 3, 2, 12, tzinfo=UTC))


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "instant", "precision"),
    [
        ("2024-05-03T15:47:42.389Z", at(2024, 5, 3, 15, 47, 42, 389000), "second"),
        ("2024-05-03T15:47:42+0200", at(2024, 5, 3, 13, 47, 42), "second"),
        ("2024-05-03T15:47+02:00", at(2024, 5, 3, 13, 47), "minute"),
        ("2024-05-03 15:47:42", at(2024, 5, 3, 15, 47, 42), "second"),
        ("2024-05-03", at(2024, 5, 3), "day"),
        ("2024-05-03T00:00:00.000Z", at(2024, 5, 3), "day"),
        ("2024-05-03 00:00", at(2024, 5, 3), "day"),
        ("2024-05-03T00:00:00+02:00", at(2024, 5, 2, 22), "second"),
        ("04-ago-2021 5:11:10", at(2021, 8, 4, 5, 11, 10), "second"),
        ("3-May-2024", at(2024, 5, 3), "day"),
        ("20240503", at(2024, 5, 3), "day"),
        ("Fri, 03 May 2024 15:47:42 GMT", at(2024, 5, 3, 15, 47, 42), "second"),
        ("Fri, 3 May 2024 11:47:42 -0400", at(2024, 5, 3, 15, 47, 42), "second"),
        ("May 3, 2024 3:47 PM EDT", at(2024, 5, 3, 19, 47), "minute"),
        ("3 May 2024", at(2024, 5, 3), "day"),
        ("3. Mai 2024, 15:47 Uhr", at(2024, 5, 3, 15, 47), "minute"),
        ("le 3 mai 2024 à 15h47", at(2024, 5, 3, 15, 47), "minute"),
        ("3 de mayo de 2024", at(2024, 5, 3), "day"),
        ("3 мая 2024, 15:47", at(2024, 5, 3, 15, 47), "minute"),
        ("2024年5月3日 15:47", at(2024, 5, 3, 15, 47), "minute"),
        ("03.05.2024 15:47", at(2024, 5, 3, 15, 47), "minute"),
        ("2024. május 3. 15:47", at(2024, 5, 3, 15, 47), "minute"),
        ("2024 m. gegužės 3 d. 15:47", at(2024, 5, 3, 15, 47), "minute"),
        ("3 Mayıs 2024", at(2024, 5, 3), "day"),
        ("03 Ağu 2024 - 15:47", at(2024, 8, 3, 15, 47), "minute"),
        ("3. toukokuuta 2024 klo 15.47", at(2024, 5, 3, 15, 47), "minute"),
        ("3 сентября 2024 г., 15:47", at(2024, 9, 3, 15, 47), "minute"),
        ("Σάββατο 3 Μαΐου 2024", at(2024, 5, 3), "day"),
        ("3 सितंबर 2024", at(2024, 9, 3), "day"),
        ("٣ مايو ٢٠٢٤", at(2024, 5, 3), "day"),
        ("3 พฤษภาคม 2567", at(2024, 5, 3), "day"),
        ("ngày 3 tháng 5 năm 2024", at(2024, 5, 3), "day"),
        ("2024년 5월 3일 15:47", at(2024, 5, 3, 15, 47), "minute"),
        ("1714751262", at(2024, 5, 3, 15, 47, 42), "second"),
        ("1714751262389", at(2024, 5, 3, 15, 47, 42, 389000), "second"),
    ],
)
def test_instants_as_publishers_write_them(text, instant, precision):
    found = CLOCK.read(text)
    assert found is not None
    assert (found.at, found.precision) == (instant, precision)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2203-01-01",
        "0001-01-01T00:00:00",
        "2024-13-45",
        "2026-03-03T00:00:00Z",
        "99/99/2024",
        None,
        {},
        True,
    ],
)
def test_what_is_no_plausible_instant_is_refused(text):
    assert CLOCK.read(text) is None


def test_a_time_without_zone_is_read_in_the_sites_zone():
    found = Clock(CLOCK.fetched_at, ZoneInfo("Europe/Berlin")).read("2024-07-03 15:47")
    assert found is not None
    assert found.at == at(2024, 7, 3, 13, 47)


def test_a_clock_that_runs_ahead_a_little_is_cut_to_the_fetch():
    found = CLOCK.read((CLOCK.fetched_at + timedelta(minutes=5)).isoformat())
    assert found is not None
    assert found.at == CLOCK.fetched_at


def test_of_a_local_time_ahead_of_the_fetch_only_the_day_is_known():
    text = (CLOCK.fetched_at + timedelta(hours=5)).strftime("%Y-%m-%d %H:%M")
    found = CLOCK.read(text)
    assert found is not None
    assert (found.precision, found.at.strftime("%Y-%m-%d %H:%M")) == ("day", f"{text[:10]} 00:00")
    assert CLOCK.read((CLOCK.fetched_at + timedelta(hours=16)).strftime("%Y-%m-%d %H:%M")) is None
    assert CLOCK.read((CLOCK.fetched_at + timedelta(hours=5)).isoformat()) is None


def test_the_local_day_may_be_ahead_of_utc():
    local = CLOCK.fetched_at.astimezone(timezone(timedelta(hours=13)))
    assert CLOCK.read(local.date().isoformat()) is not None


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("By Jane Doe", ["Jane Doe"]),
        ("By Jane Doe and John Roe", ["Jane Doe", "John Roe"]),
        ("Von Erika Beispiel und Max Muster", ["Erika Beispiel", "Max Muster"]),
        ("Par Jeanne Exemple, envoyée spéciale", ["Jeanne Exemple"]),
        ("Ein Kommentar von Erika Beispiel", ["Erika Beispiel"]),
        ("Eine Analyse von Erika Beispiel und Max Muster", ["Erika Beispiel", "Max Muster"]),
        ("Une chronique de Jeanne Exemple", ["Jeanne Exemple"]),
        ("Column by Jane Doe", ["Jane Doe"]),
        ("Columba Doe", ["Columba Doe"]),
        ("Jane Doe, Political Correspondent", ["Jane Doe"]),
        ("Jane Doe, John Roe, Mary Major", ["Jane Doe", "John Roe", "Mary Major"]),
        ("Jane Doe (jane@example.com)", ["Jane Doe"]),
        ("Jane Doe | @janedoe", ["Jane Doe"]),
        ("Jane Doe; John Roe", ["Jane Doe", "John Roe"]),
        ("Written by: Jane Doe", ["Jane Doe"]),
        ("Ludwig van Beispiel", ["Ludwig van Beispiel"]),
        ("Byron Smith", ["Byron Smith"]),
        ("Vonda Miller", ["Vonda Miller"]),
        ("admin", []),
        ("https://www.example.com/author/jane", []),
        ("", []),
    ],
)
def test_bylines_become_people(text, people):
    assert names.split_names(text) == people


@pytest.mark.parametrize(
    ("name", "agency"), [("dpa", True), ("The Associated Press", True), ("AFP", True), ("Apa Ots", False)]
)
def test_agencies_are_told_apart(name, agency):
    assert names.is_agency(name) is agency


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("Minister resigns - The Paper", "Minister resigns"),
        ("Minister resigns | News | The Paper", "Minister resigns | News"),
        ("The Paper: Minister resigns", "The Paper: Minister resigns"),
        ("The Paper | Minister resigns", "Minister resigns"),
        ("Anti-inflation law passed", "Anti-inflation law passed"),
    ],
)
def test_the_sites_name_is_cut_from_a_title(title, bare):
    assert strip_site(title, ["The Paper"]) == bare


def test_a_long_title_is_cut_at_a_word():
    cut = shorten("word " * 300)
    assert cut.endswith("word…")
    assert len(cut) <= 501


@pytest.mark.parametrize(
    "text",
    [
        '{"@type": "NewsArticle", "headline": "x",}',
        '[{"@type": "NewsArticle", "headline": "x"},]',
        '<!-- {"@type": "NewsArticle", "headline": "x"} -->',
        '/* <![CDATA[ */ {"@type": "NewsArticle", "headline": "x"} /* ]]> */',
        "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;x&quot;}",
        '{"@type": "NewsArticle", "headline": "x"};',
        '{"@type": "NewsArticle",\n "headline": "x", "note": "two\nlines"}',
        '{"@type": "NewsArticle", "headline": "x", "note": "bad \\escape"}',
        '{"@type": "NewsArticle", "headline": "x"}{"@type": "Other"}',
    ],
)
def test_json_ld_is_read_as_found_in_the_wild(text):
    data = jsonld.loads(text)
    first = data[0] if isinstance(data, list) else data
    assert first["headline"] == "x"


@pytest.mark.parametrize("text", ["", "no json", "{", "[" * 100_000, "null"])
def test_what_is_no_json_ld_gives_nothing(text):
    assert jsonld.loads(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("de-AT", "de"),
        ("en_US", "en"),
        ("deu", "de"),
        ("German", "de"),
        ("pt-br,pt", "pt"),
        ("iw", "he"),
        ("", None),
        ("x", None),
    ],
)
def test_languages_are_iso_639_1_codes(text, code):
    assert code_of(text) == code


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "The board of the harbour voted to rebuild the wall, and the work is to begin in April with the quarry.",
            "en",
        ),
        (
            "Der Rat hat für den Bau der Mauer gestimmt, und die Arbeiten sind auf den April gelegt.",
            "de",
        ),
        (
            "Le conseil a voté pour la digue, qui est dans les plans des ingénieurs pour une saison.",
            "fr",
        ),
        ("Rada zagłosowała za odbudową falochronu, że nie jest to na jutro, i się zacznie przez lato oraz zimę.", "pl"),
        ("Meclis, dalgakıranın yeniden yapılması için oy verdi ve bu bir ilk olarak daha çok ilgi gördü.", "tr"),
        ("Совет проголосовал за то, что это не конец, и в апреле на стройке его ждут, как и был обещан.", "ru"),
        ("Рада проголосувала за те, що це не кінець, і в квітні на будові його чекають, як і був обіцяний.", "uk"),
        ("港の理事会は月曜日、古い防波堤を再建することを決めた。工事は四月に始まる。", "ja"),
        ("港务委员会周一投票决定重建旧防波堤，工程将于四月开始。", "zh"),
        ("항만위원회는 월요일 오래된 방파제를 다시 짓기로 했다.", "ko"),
        ("صوت مجلس الميناء على إعادة بناء حاجز الأمواج القديم يوم الاثنين", "ar"),
        ("Breakwater 2026", None),
        ("", None),
    ],
)
def test_a_language_is_told_from_small_words_and_script(text, language):
    assert guess_language([text]) == language


@pytest.mark.parametrize(
    ("stated", "text", "language"),
    [
        ("de", "The board of the harbour voted to rebuild the wall, and the work is to begin in April.", "en"),
        ("en", "The board of the harbour voted to rebuild the wall, and the work is to begin in April.", "en"),
        (None, "The board of the harbour voted to rebuild the wall, and the work is to begin in April.", "en"),
        ("en", "港务委员会周一投票决定重建旧防波堤，工程将于四月开始。", "zh"),
        ("zu", "The board of the harbour voted to rebuild the wall, and the work is to begin in April.", "zu"),
        ("de", "Breakwater 2026", "de"),
        ("no", "Det var ikke noget at gøre, og det som skulle til, har de på kajen.", "no"),
        (None, "Breakwater 2026", None),
    ],
)
def test_a_stated_language_is_checked_against_the_text(stated, text, language):
    assert checked_language(stated, [text]) == language


def test_a_language_is_told_from_the_blocks_of_a_page_without_paragraphs():
    text = "The board of the harbour voted to rebuild the wall, and the work is to begin in April."
    html = f"<html><body><h1>Wall</h1><div>{text}<br><br>{text}</div></body></html>"
    tree = document_fromstring(html)
    found = read_fields(tree, read_head(tree, ""), page(html), None, lambda: segment(tree))
    assert found.language == "en"


def test_a_sites_footer_does_not_tell_the_language_of_a_story():
    text = "Le conseil a voté pour la digue, qui est dans les plans des ingénieurs pour une saison."
    notice = "The board of the harbour voted to rebuild the wall, and the work is to begin in April."
    html = f"<html lang='en'><body><h1>Digue</h1><p>{text}</p><footer>{f'<p>{notice}</p>' * 3}</footer></body></html>"
    tree = document_fromstring(html)
    assert read_fields(tree, read_head(tree, ""), page(html), None, lambda: segment(tree)).language == "fr"


def test_hungarian_is_not_taken_for_romanian():
    text = "Megrongálták a szobrot, és nem ismert, hogy ki volt az; az ügy már a rendőrségé, és meg is van egy tanú."
    assert checked_language("ro", [text]) == "hu"


def test_styles_within_paragraphs_do_not_hide_the_language_of_a_story():
    style = "<p><style>#end a { text-align: center; line-height: 1.5; margin: 0 auto }</style>视频</p>" * 9
    story = "小镇昨晚投票决定重建防波堤，工程预计明年春天开工，费用由渔民协会和镇政府分担，" * 2
    html = f"<html><body>{style}<p>{' ' * 900}{story}</p></body></html>"
    tree = document_fromstring(html)
    assert read_fields(tree, read_head(tree, ""), page(html), None, lambda: segment(tree)).language == "zh"
