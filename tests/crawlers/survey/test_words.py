"""The language of a page that states none, by its words."""

import pytest

from crawlers.survey.words import guess_language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The river has risen after days of rain, and the mayor says that it is not over for the town.", "en"),
        ("Der Fluss ist nach Tagen des Regens gestiegen, und die Stadt hat sich mit Sand darauf eingestellt.", "de"),
        ("Le niveau de la rivière est monté dans la nuit, et les habitants des quais ont été évacués.", "fr"),
        ("El río ha crecido por la lluvia y los vecinos de la costa se han ido con sus familias a una escuela.", "es"),
        ("O rio subiu com a chuva e os moradores da costa foram para uma escola no centro, que não tem vaga.", "pt"),
        ("Řeka se po dešti zvedla a starosta je na břehu s hasiči, kteří do noci plnili pytle pískem pro město.", "cs"),
        ("川の水位が雨で上がり、町は避難を呼びかけた。市長は警戒を続けるよう求めた。", "ja"),
        ("강물이 불어나 주민들이 대피했다. 시장은 경계를 늦추지 말라고 당부했다.", "ko"),
        ("河水因大雨上涨，市长要求居民继续保持警惕，学校已经关闭，交通受到影响。", "zh"),
        ("Річка піднялася після дощів, і мер просить мешканців їхати до школи в центрі.", "uk"),
        ("Река поднялась после дождей, и мэр просит жителей прийти в школу в центре.", "ru"),
        ("ارتفع منسوب النهر بعد أيام من المطر، وطلب العمدة من السكان البقاء في المدارس.", "ar"),
        ("4711 0815 2025-03-02", None),
        ("Kwik lorem foo bar baz qux quux corge grault garply waldo fred plugh xyzzy thud", None),
        ("", None),
    ],
)  # fmt: skip
def test_guess_language(text: str, expected: str | None) -> None:
    assert guess_language(text) == expected
