"""A guess at the language of a text by its script and its commonest words, for sites that state none."""

import re
from collections import Counter

_SCRIPTS = (
    ("ja", "\u3040-\u30ff"),
    ("ko", "\uac00-\ud7af"),
    ("zh", "\u4e00-\u9fff"),
    ("th", "\u0e00-\u0e7f"),
    ("hi", "\u0900-\u097f"),
    ("bn", "\u0980-\u09ff"),
    ("ta", "\u0b80-\u0bff"),
    ("el", "\u0370-\u03ff"),
    ("he", "\u0590-\u05ff"),
    ("hy", "\u0530-\u058f"),
    ("ka", "\u10a0-\u10ff"),
    ("fa", "پچژگ"),
    ("ar", "\u0600-\u06ff"),
    ("uk", "іїєґ"),
    ("ru", "\u0400-\u04ff"),
)
"""Language by characters, those that only one of two has before those they share. At least a twentieth of the letters
must be of them (a fiftieth where they are a few letters)."""
_WORDS = {
    "en": "the of and to in that for was with are on this from have has its after over says",
    "de": "der die das und den von zu mit sich des auf für ist im dem nicht ein eine auch als",
    "fr": "le la les des et en du une dans pour qui sur pas au par plus avec ce sont aux",
    "es": "el la los las de que en y del por con una para su se al más como pero sus",
    "it": "il di che la per un non con del della le è dei gli una nel alla sono più da",
    "pt": "o os a as de que em do da não para com uma no na dos ao mais são pelo",
    "nl": "de het een van en in is dat op te voor met zijn niet aan er om ook bij naar",
    "sv": "och att det som en på är av för med till den har inte ett om var från nya sig",
    "da": "og at det en den til er som på de med af for ikke der har et ved fra blev",
    "no": "og det er på en som til av for med at har ikke den etter seg om fra ble mot",
    "fi": "ja on ei se että oli mutta kun hän ovat myös joka kuin mukaan sen jo niin mitä vuoden tai",
    "pl": "w i na z się do nie że jest to o jak od za po przez ale dla co oraz",
    "cs": "a v se na je že s z do to o i za by ve pro jsou jako ale podle",
    "hu": "a az és hogy nem is egy volt meg ez de csak már még szerint lesz kell azt vagy",
    "ro": "și de în a la cu pe care nu un o din pentru este sunt mai au fost că se",
    "tr": "ve bir bu da de için ile çok olarak daha olan gibi sonra kadar var ise ancak göre oldu",
    "id": "yang dan di dengan untuk dari ini itu pada tidak ke dalam akan adalah juga telah oleh karena",
    "vi": "và của là có được cho không trong với các một người những đã khi này từ đến về",
}
_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}


def guess_language(text: str) -> str | None:
    """ISO 639-1 code of the language a text seems to be in; None where nothing speaks clearly for one."""
    text = text[:50_000].lower()
    letters = sum(character.isalpha() for character in text)
    if letters < 20:
        return None
    for language, characters in _SCRIPTS:
        share = 50 if len(characters) <= 4 and "-" not in characters else 20
        if len(re.findall(f"[{characters}]", text)) * share > letters:
            return language
    counts: Counter[str] = Counter()
    words = re.findall(r"[^\W\d_]+", text)
    for word in words:
        counts.update(language for language, common in _SETS.items() if word in common)
    (best, most), (_, second) = [*counts.most_common(2), ("", 0), ("", 0)][:2]
    return best if most >= 5 and most * 12 >= len(words) and most * 4 >= second * 5 else None
