"""The shape of an address: what an article's URL looks like on this site, and on news sites at large."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from crawlers.urlkey import url_key

_ASSET = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|avif|pdf|docx?|xlsx?|pptx?|zip|gz|mp[34]|m4a|m3u8?|ogg|wav|webm|mov|avi|css|js|json"
    r"|xml|rss|atom|txt|ics|epub|apk|exe|dmg|woff2?)$",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\.(?:[sx]?html?|php\d?|aspx?|jsp|do|ece|article|story)$", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE = re.compile(r"(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])(?!\d)")
_HEX = re.compile(r"(?=.*\d)(?:[0-9a-f]{16,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
_LONG_NUMBER = re.compile(r"\d{5,}")
_JOINTS = re.compile(r"[-_.,+~ ]+")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SECTION_WORDS = _names("""
    category categories kategorie kategorien categoria categorias categorie rubrik rubrique rubriques section
    sections seccion channel channels
""")
_LISTING_WORDS = _names("""
    tag tags tagged topic topics topicos thema themen themes tema temas temi hashtag keyword keywords label
    etiqueta etiquetas author authors autor autoren autores auteur auteurs autore autori person people personen
    profile profiles profil staff team journalists byline contributor contributors columnist columnists archive
    archives archiv archivo archivio arkiv index sitemap page seite pagina
""")
_HOUSE_WORDS = _names("""
    search suche buscar recherche cerca zoek login logout signin signup register registrieren anmelden account
    konto mypage user users member members subscribe subscription subscriptions abo abonnement abonnements abos
    premium-abo newsletter newsletters about about-us ueber-uns uber-uns acerca a-propos chi-siamo contact
    contact-us kontakt contacto contatti impressum imprint datenschutz privacy privacy-policy privacidad terms
    terms-of-use terms-of-service agb disclaimer cookie cookies cookie-policy stellenmarkt rss feed feeds help
    hilfe faq support ayuda aide print share mediadaten advertise advertising werbung publicidad anzeigen epaper
    e-paper sudoku tv-programm tv-guide schedule ratgeber-shop coupons gutscheine forum forums kommentare
    comments feedback wp-admin wp-login.php wp-content cdn-cgi ads sponsored
""")
"""Path segments, whole, of pages that aren't articles."""
_DESK_WORDS = _names("""
    legal jobs careers karriere shop store app apps games spiele juegos weather wetter meteo tiempo deals
    community service services tools quiz partner partners programme horoscope horoskop horoscopo
""")
"""Pages of the house where they stand last, subjects of the newsroom where an article's own name follows."""
_NO_ARTICLES = _SECTION_WORDS | _LISTING_WORDS | _HOUSE_WORDS
_STORY_WORDS = _names("""
    article articles story stories artikel articulo articulos articolo articoli noticia noticias notizia notizie
    nachricht nachrichten news nyheter nyhet berita haber actualite actualites a post posts blog blogs archives
    entry meldung
""")
_MEDIA_WORDS = _names("""
    video videos gallery galleries galerie fotostrecke photos podcast podcasts audio live
""")


def is_page(url: str) -> bool:
    """Whether an address can be a page: not one of an image, a document, a feed."""
    return not _ASSET.search(urlsplit(url).path)


class _Parts(NamedTuple):
    names: tuple[str, ...]
    """Segments of the path, decoded, lower case, without the extension of the last."""
    extension: str
    query: str


@lru_cache(maxsize=16_384)
def _parts(url: str) -> _Parts:
    """An address without what only says how a reader got there."""
    parts = urlsplit("//" + url_key(url))
    path = parts.path.rstrip("/")
    extension = match[0] if (match := _EXTENSION.search(path)) else ""
    segments = path.removesuffix(extension).split("/")
    return _Parts(tuple(unquote(segment).lower() for segment in segments if segment), extension.lower(), parts.query)


@lru_cache(maxsize=65_536)
def shape(url: str) -> tuple[str, ...]:
    """What kinds of segments a path is made of, and which parameters follow: alike for a site's articles."""
    parts = _parts(url)
    kinds = [_segment(name) for name in parts.names]
    if parts.extension:
        kinds.append(parts.extension)
    kinds += sorted(f"?{name}" for name, value in parse_qsl(parts.query) if re.search(r"\d{3,}", value))
    return tuple(kinds)


def _segment(text: str) -> str:
    if text.isdigit():
        return (
            "year" if _YEAR.fullmatch(text) else "part" if len(text) <= 2 else "date" if _DATE.match(text) else "number"
        )
    if _HEX.fullmatch(text):
        return "hex"
    if _DATE.fullmatch(text):
        return "date"
    prefix = "date+" if _DATE.match(text) else ""
    suffix = "+number" if _LONG_NUMBER.search(text[8:] if prefix else text) else ""
    words = _words(text)
    if words >= 3 or (len(text) >= 12 and not text.isascii()):
        return f"{prefix}slug{suffix}"
    if suffix or prefix or re.search(r"\d{3,}", text):
        return f"{prefix}id"
    return "words" if words == 2 else "word"


def _words(text: str) -> int:
    """Words of a slug: its parts that hold a letter."""
    return sum(any(character.isalpha() for character in part) for part in _JOINTS.split(text))


def url_score(url: str) -> float:
    """How much an address looks like an article's on news sites at large: above 0 more than not."""
    names, kinds = _parts(url).names, shape(url)
    if not kinds:
        return -6.0
    last = next((kind for kind in reversed(kinds) if not kind.startswith((".", "?"))), "")
    numbered = any(kind in ("number", "hex") or kind.endswith(("+number", "id")) for kind in kinds)
    score = 0.0
    if any(kind.startswith("date") for kind in kinds) or ("year" in kinds and "part" in kinds):
        score += 2
    if "slug" in last:
        score += 1 + min(_words(names[-1]), 6) / 3
    elif any("slug" in kind for kind in kinds):
        score += 1.5
    elif last in ("word", "words", "year", "part") and not numbered:
        score -= 2
    score += 1.5 * numbered + any(kind.startswith("?") for kind in kinds)
    score += 0.5 * any(name in _STORY_WORDS for name in names[:-1])
    score -= 1.0 * any(name in _MEDIA_WORDS for name in names[:-1])
    named = numbered or "slug" in last
    score -= (1.0 if named else 4.0) * any(name in _DESK_WORDS for name in names)
    return score - 4.0 * any(name in _NO_ARTICLES for name in names)


def may_be_section(url: str) -> bool:
    """Whether an address can be a section's front: a few short words, none of a service page, an author or a topic."""
    names, extension, query = _parts(url)
    other = _HOUSE_WORDS | _LISTING_WORDS | _MEDIA_WORDS
    return (
        1 <= len(names) <= 3
        and not query
        and is_page(url)
        and not any(name in other for name in names)
        and all(kind in ("word", "words", extension) for kind in shape(url))
    )


class Shapes:
    """The shapes of a site's articles, learned from their addresses."""

    ENOUGH = 10
    """Known articles from which on another shape tells against an address."""

    def __init__(self, known: Iterable[str]):
        self._counts: Counter[tuple[str, ...]] = Counter()
        for url in known:
            kinds = shape(url)
            # What is nothing but a word or two could as well be a section's address.
            if any(kind not in ("word", "words") and not kind.startswith(".") for kind in kinds):
                self._counts[kinds] += 1
        self._total = self._counts.total()

    def score(self, url: str) -> float:
        """Above 0 where the site's articles look like this, below where enough are known and none does, else 0."""
        count = self._counts[shape(url)]
        if count and count >= 0.01 * self._total:
            return 3.0
        if count or self._total < self.ENOUGH:
            return 0.0
        return -2.0
