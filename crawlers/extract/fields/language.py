"""The article's language as an ISO 639-1 code: stated by the page, else told from its script and its small words."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from urllib.parse import urlsplit

from crawlers.extract.fields import jsonld
from crawlers.extract.fields.head import Head
from crawlers.extract.markup.words import LETTERS

CODE = re.compile(r"^([a-z]{2,3})(?:[-_].*)?$", re.IGNORECASE)
NAMES = {
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "spanish": "es",
    "español": "es", "italian": "it", "italiano": "it", "portuguese": "pt", "dutch": "nl", "russian": "ru",
    "japanese": "ja", "chinese": "zh", "arabic": "ar", "turkish": "tr", "polish": "pl",
}  # fmt: skip
THREE = {
    "eng": "en",
    "deu": "de",
    "ger": "de",
    "fra": "fr",
    "fre": "fr",
    "spa": "es",
    "ita": "it",
    "por": "pt",
    "rus": "ru",
}


def read_language(head: Head) -> str | None:
    """The stated language: JSON-LD of the story, html lang, content-language, og:locale."""
    stated = [jsonld.first_string(head.story_value("inLanguage")), head.html_lang]
    stated += [head.first("content-language"), head.first("og:locale"), head.first("dc.language", "language")]
    return next((code for text in stated if (code := code_of(text))), None)


SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7a3]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
)
"""Scripts that tell the language, or its press's most common one. Kana come first: Japanese has Chinese ones, too."""

ANY_SCRIPT = re.compile("[" + "".join(script.pattern.strip("[]") for _, script in SCRIPTS) + "]")
"""Any of them: most texts have none, and pass in one look."""

SMALL_WORDS = {
    "en": "the and of to in that is was for with",
    "de": "der die und das ist nicht mit den von auf",
    "fr": "les des est une dans pour que qui sur pas",
    "es": "los las una que por con para del más fue",
    "pt": "não uma que com para dos foi mais são pelo",
    "it": "che della gli non una per con sono nel delle",
    "nl": "het een van dat niet zijn voor met ook aan",
    "sv": "och att det som för inte har med till är",
    "da": "og at det som ikke har til af blev på",
    "no": "og at det som ikke har til av ble på",
    "fi": "ja on että ei ovat oli myös mutta kun se",
    "pl": "nie się jest na że do jak przez oraz był",
    "cs": "a je se na že do jak jsou byl podle také",
    "sk": "a je sa na že do ako sú bol podľa tiež",
    "hu": "a az és hogy nem egy is volt meg csak már",
    "ro": "și este din care pentru cu mai sunt a fost",
    "hr": "je se na da su koji od za što bio",
    "tr": "ve bir bu için ile olarak daha çok olan da",
    "id": "yang dan di dengan untuk dari tidak ini itu pada",
    "vi": "của và các là được cho trong một không với",
    "lt": "ir kad yra su tai bet buvo apie kaip iš",
    "ru": "и в не на что это как его был от",
    "uk": "і в не на що це як його був від",
    "bg": "и в не на че да се за от са",
}
"""Some ten of the commonest small words of each language, as any frequency list has them."""

_SMALL: dict[str, list[str]] = {}
for _language, _words in SMALL_WORDS.items():
    for _word in _words.split():
        _SMALL.setdefault(_word, []).append(_language)

_OF_LANGUAGE = {language: frozenset(words.split()) for language, words in SMALL_WORDS.items()}

FOREIGN = 3
"""How many times more small words of another language make a page's statement of its own wrong."""

SAMPLE = 1000
"""Characters of text that a language is told from."""

MIN_HITS, MIN_SHARE, CLEARLY = 5, 0.06, 1.2
"""Small words a text must have of a language, their share of all its words, and how many more than of any other."""


TOLD = frozenset({*SMALL_WORDS, *(language for language, _ in SCRIPTS)})
"""Languages that can be told; a page in another one is believed whatever it states."""


def checked_language(stated: str | None, texts: Iterable[str]) -> str | None:
    """The stated language, unless the page's texts are clearly in another one: a site's frame may be translated."""
    if stated is not None and stated not in TOLD:
        return stated
    told, hits = _tell(texts, stated)
    if stated is None or told is None:
        return stated or told
    return stated if told == stated or hits[stated] * FOREIGN > hits[told] else told


def guess_language(texts: Iterable[str]) -> str | None:
    """The language that texts are in, told from script and small words; None where it isn't clear."""
    return _tell(texts)[0]


def _tell(texts: Iterable[str], stated: str | None = None) -> tuple[str | None, Counter[str]]:
    """The language of texts, if it is clear, and how many small words of each language they have.

    The others' are not counted where none can have more than FOREIGN times as many as the stated one.
    """
    sample = ""
    for text in texts:
        sample += text + "\n"
        if len(sample) >= SAMPLE:
            break
    if not sample.isascii() and ANY_SCRIPT.search(sample):
        letters = sum(map(str.isalpha, sample))
        for language, script in SCRIPTS:
            if letters and len(script.findall(sample)) > (0.1 if language == "ja" else 0.4) * letters:
                return language, Counter({language: letters})
    words = LETTERS.of(sample.casefold())
    small = list(filter(_SMALL.__contains__, words))
    own = sum(map(_OF_LANGUAGE.get(stated or "", frozenset()).__contains__, small))
    if own * FOREIGN > len(small):
        return stated, Counter({stated or "": own})
    hits = Counter(chain.from_iterable(map(_SMALL.__getitem__, small)))
    ranked = [*hits.most_common(2), ("", 0), ("", 0)]
    (best, most), (_, next_most) = ranked[0], ranked[1]
    clear = most >= MIN_HITS and most >= MIN_SHARE * len(words) and most >= CLEARLY * next_most
    return (best if clear else None), hits


DAY_FIRST_REGIONS = frozenset(
    ["gb", "uk", "au", "nz", "ie", "za", "in", "ke", "ng", "gh", "sg", "my", "hk", "pk", "mt"]
)
"""Where English is written and 3/4/2024 is read as the third of April (Unicode CLDR, short date formats)."""


def month_first(head: Head, language: str | None) -> bool:
    """Whether 3/4/2024 on this page is March: in English, unless its language tag or host is of another region."""
    if language != "en":
        return False
    for text in (head.html_lang, head.first("og:locale"), head.first("content-language")):
        region = re.match(r"en[-_]([a-z]{2})\b", (text or "").strip().lower())
        if region:
            return region.group(1) not in DAY_FIRST_REGIONS
    return (urlsplit(head.url).hostname or "").rpartition(".")[2] not in DAY_FIRST_REGIONS


def code_of(text: str | None) -> str | None:
    """`de-AT`, `deu`, `German` as `de`; None for what is no language."""
    if not text:
        return None
    text = text.strip().split(",")[0].strip().lower()
    if text in NAMES:
        return NAMES[text]
    match = CODE.match(text)
    if match is None:
        return None
    code = match.group(1)
    if len(code) == 3:
        return THREE.get(code)
    return {"iw": "he", "in": "id", "no": "nb"}.get(code, code) if code != "no" else "no"
