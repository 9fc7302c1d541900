"""The article's language as an ISO 639-1 code: stated by the page, checked against its script."""

import re
from urllib.parse import urlsplit

from crawlers.extract import jsonld
from crawlers.extract.head import Head

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
