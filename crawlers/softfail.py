"""Tell soft failures from articles: pages sent with status 200 that are something else. Pure.

Works on any decoded page, live or archived. It errs on the side of the article: a verdict needs a sign *and* the
absence of a story, for publishers embed the scripts of bot checks, logins and consent tools in every page.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from crawlers.model import Rejection
from schemas import Outcome

STORY_CHARACTERS = 800
"""A page with this much visible text is never taken for a challenge, login page or shell."""
SHELL_CHARACTERS = 200
"""Less visible text than this, beside scripts, is an empty shell."""
LOOK_BYTES = 4 * 1024 * 1024
"""How far into a page is looked, in bytes: some begin with half a megabyte of styles."""

_LONG_PARAGRAPH = re.compile(rb"<(?:p|div|span|h2|li|section|td|br)\b[^>]{0,300}>\s*[^<]{120,}", re.IGNORECASE)
_UNSEEN = frozenset({b"script", b"style", b"template", b"noscript", b"title"})
"""Elements whose content nobody sees. Not `head`: its end tag may be left out."""
_NAME = re.compile(rb"/?([a-z][a-z0-9-]*)", re.IGNORECASE)
_ENTITY = re.compile(rb"&[a-z#0-9]{2,8};", re.IGNORECASE)
_TAG = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|link|div|p|article|table|a|h1|script)\b", re.IGNORECASE
)
_MARKUP = re.compile(rb"<(?:rss|feed|rdf:rdf|urlset|sitemapindex|svg|\?xml-stylesheet)\b", re.IGNORECASE)
_PASSWORD = re.compile(rb"<input[^>]{1,300}type=[\"']?password", re.IGNORECASE)
_HOME = re.compile(r"/?(?:index\.\w+|home/?|startseite/?|portada/?)?")

_SAYS_STORY = re.compile(
    rb"article:published_time|\"@type\"\s*:\s*(?:\[\s*)?\"(?:\w*NewsArticle|Article|BlogPosting|LiveBlogPosting|Report)\""
)
"""How a page says that it is a story, though it stands at the root of its host."""

_BINARY = (
    b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"RIFF", b"\x1f\x8b", b"\x00\x00\x01\x00", b"ID3",
    b"OggS", b"\x1aE\xdf\xa3", b"BM", b"wOFF", b"wOF2", b"MZ", b"\x7fELF", b"7z\xbc\xaf", b"Rar!",
)  # fmt: skip
_HTML_TYPES = ("html", "xml", "text/plain", "octet-stream", "unknown")

_CHALLENGE = re.compile(
    rb"cf-chl-|cf_chl_|cf-browser-verification|_incapsula_resource|incap_ses|px-captcha|perimeterx"
    rb"|captcha-delivery\.com|geo\.captcha|ddos-guard|awswaf|aws-waf-token|_kpsdk|kasada|sucuri_cloudproxy"
    rb"|g-recaptcha|h-captcha|hcaptcha\.com|cf-turnstile|friendlycaptcha|errors\.edgesuite\.net|akamai-challenge"
    rb"|distil_r_captcha|fastly-challenge|sgcaptcha|ak_bmsc.{0,200}?challenge|bm-verify",
    re.IGNORECASE,
)
_CHALLENGE_WORDS = re.compile(
    r"just a moment|attention required|checking your browser|verify(?:ing)? (?:that )?you are (?:a )?human"
    r"|are you (?:a )?(?:robot|human)|pardon our interruption|access denied|security check|bot verification"
    r"|ddos protection|human verification|please enable cookies|unusual traffic|one more step|un instant"
    r"|einen moment|sicherheitsüberprüfung|ich bin kein roboter|robot ou humain|verificación de seguridad",
    re.IGNORECASE,
)
_CONSENT_WORDS = re.compile(
    r"before you continue|bevor sie fortfahren|avant de continuer|antes de continuar|prima di continuare"
    r"|cookie[ -]consent|cookie[ -]?(?:wall|einstellungen)|privacy gate|datenschutz-?einstellungen"
    r"|we value your privacy|mit werbung weiterlesen|contentpass|purabo|accepter et continuer",
    re.IGNORECASE,
)
_CONSENT_URL = re.compile(
    r"^(?:consent|cmp|gdpr|privacy|zustimmung|myprivacy)\.|/(?:consent|privacy-?gate|cookiewall)\b"
)
_LOGIN_URL = re.compile(
    r"/(?:log-?in|sign-?in|anmelden|anmeldung|einloggen|connexion|se-connecter|iniciar-sesion|accedi|inloggen"
    r"|logga-in|register|registrierung|subscribe|subscription|abonnement|abonnieren|suscripcion|account|sso|oauth2?"
    r"|paywall)(?:[/._-]|$)",
    re.IGNORECASE,
)
_NOT_FOUND_URL = re.compile(r"/(?:404|error-?404|not-?found|page-?not-?found|pagenotfound)(?:[/._-]|$)", re.IGNORECASE)
_LOGIN_WORDS = re.compile(
    r"\b(?:log ?in|sign ?in|subscribe to (?:read|continue)|anmelden|einloggen|connexion|se connecter"
    r"|iniciar sesión|inicia sesión|accedi|inloggen|logga in|zaloguj|войти|вход|giriş yap|ログイン|登录|登入|로그인)",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(
    r"\b(?:error )?404\b(?! (?:people|dead|killed|million|euro))"
    r"|(?:page|article|story|content|site) (?:was |is |could |can )?(?:not|no longer|n.t) (?:be )?"
    r"(?:found|available|exist)"
    r"|(?:page|document|article) (?:not found|does ?n[o']t exist|unavailable)|^not found$|nothing found"
    r"|(?:seite|artikel|beitrag|dokument)\b.{0,30}nicht (?:gefunden|mehr verfügbar|verfügbar)|existiert nicht"
    r"|page (?:introuvable|non trouvée)|n.existe (?:pas|plus)|contenu introuvable"
    r"|página no (?:encontrada|disponible|existe)|no se (?:ha )?encontr|página não encontrada"
    r"|pagina non trovata|pagina niet gevonden|sidan (?:hittades|kunde) inte|siden (?:blev |ble )?ikke f[uø]n"
    r"|strona nie (?:została znaleziona|istnieje)|nie znaleziono|stránka nenalezena|страница не найдена"
    r"|sayfa bulunamadı|aradığınız sayfa|sivua ei löy|ページが見つかりません|页面不存在|找不到(?:页面|網頁|网页)"
    r"|페이지를 찾을 수 없|الصفحة غير موجودة|halaman tidak ditemukan",
    re.IGNORECASE,
)
_NEEDS_SCRIPT = re.compile(
    rb"id=[\"']?(?:root|app|__next|__nuxt|main-app|svelte|gatsby-focus-wrapper|___gatsby|react-root)[\"']?[\s>]"
    rb"|enable javascript|activate javascript|javascript (?:is )?(?:required|disabled|aktivieren)|<app-root",
    re.IGNORECASE,
)


def soft_failure(
    body: bytes,
    *,
    url: str,
    final_url: str | None = None,
    content_type: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Rejection | None:
    """Why a page answered with status 200 can't be the article it was asked for; None where it may be.

    `body` is decoded of its Content-Encoding; `url` is what was asked for, `final_url` what answered; `headers`
    are the response's, names in lower case.
    """
    if not body.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        return Rejection(Outcome.EMPTY_BODY, "no content")
    if why := _not_html(body, content_type):
        return Rejection(Outcome.NOT_HTML, why)
    if (headers or {}).get("cf-mitigated", "").lower() == "challenge":
        return Rejection(Outcome.CHALLENGE, "header cf-mitigated: challenge")
    moved = _moved(url, final_url)
    look = body[:LOOK_BYTES]
    if _is_home(url) and not _SAYS_STORY.search(look):
        return Rejection(Outcome.NO_ARTICLE, "the front page of its host")
    if moved is None and len(_LONG_PARAGRAPH.findall(look, 0)) >= 3:
        return None
    text = _visible_text(look)
    titles = _titles(look)
    if moved is not None and (moved.outcome == Outcome.SOFT_404 or len(text) < STORY_CHARACTERS * 4):
        return moved
    found = _NOT_FOUND.search(titles)
    if found and len(text) < STORY_CHARACTERS * 4 and b"article:published_time" not in look:
        return Rejection(Outcome.SOFT_404, f"its title says {found[0]!r}")
    if len(text) >= STORY_CHARACTERS or b'"articleBody"' in body:
        return None
    return _wall(look, text, titles)


def _wall(look: bytes, text: str, titles: str) -> Rejection | None:
    """A page without a story: what stands in its place."""
    if found := _CHALLENGE.search(look):
        return Rejection(Outcome.CHALLENGE, f"bot check: {found[0].decode('latin-1')}")
    if found_words := _CHALLENGE_WORDS.search(titles):
        return Rejection(Outcome.CHALLENGE, f"its title says {found_words[0]!r}")
    if found_words := _CONSENT_WORDS.search(f"{titles}\n{text[:600]}"):
        return Rejection(Outcome.CHALLENGE, f"consent page: {found_words[0]!r}")
    if _PASSWORD.search(look) and _LOGIN_WORDS.search(f"{titles}\n{text}"):
        return Rejection(Outcome.LOGIN_WALL, "a password field and no story")
    if found_words := _NOT_FOUND.search(text[:300]):
        return Rejection(Outcome.SOFT_404, f"it says {found_words[0]!r}")
    if (found := _NEEDS_SCRIPT.search(look)) and len(text) < STORY_CHARACTERS // 2:
        return Rejection(Outcome.JAVASCRIPT_SHELL, f"{len(text)} characters of text; {_words(found[0])}")
    if len(text) < SHELL_CHARACTERS and re.search(rb"<script\b", look, re.IGNORECASE):
        return Rejection(Outcome.JAVASCRIPT_SHELL, f"{len(text)} characters of text beside scripts")
    return None


def _not_html(body: bytes, content_type: str | None) -> str | None:
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind and not any(part in kind for part in _HTML_TYPES) and not _TAG.search(body[:4096]):
        return f"content type {kind[:60]}"
    if body.startswith(_BINARY):
        return f"binary, begins with {body[:4]!r}"
    head = body[:4096]
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))  # UTF-16 is full of zero bytes
    if wide:
        return None
    if head.count(0) > len(head) // 10:
        return "binary, full of zero bytes"
    if _MARKUP.search(head[:1024]) and not _TAG.search(head[:256]):
        return "XML, not a page"
    if not _TAG.search(body[: 64 * 1024]):
        return "no markup"
    return None


def _moved(url: str, final_url: str | None) -> Rejection | None:
    """What the address that answered gives away, where it isn't the one asked for."""
    if final_url is None or final_url == url:
        return None
    asked, got = urlsplit(url), urlsplit(final_url)
    if _is_home(final_url) and not _HOME.fullmatch(asked.path):
        return Rejection(Outcome.SOFT_404, "redirected to the home page")
    if _CONSENT_URL.search(f"{got.hostname or ''}{got.path}") and not _CONSENT_URL.search(asked.path):
        return Rejection(Outcome.CHALLENGE, f"redirected to a consent page: {final_url[:200]}")
    if _LOGIN_URL.search(got.path) and not _LOGIN_URL.search(asked.path):
        return Rejection(Outcome.LOGIN_WALL, f"redirected to {final_url[:200]}")
    if _NOT_FOUND_URL.search(got.path) and not _NOT_FOUND_URL.search(asked.path):
        return Rejection(Outcome.SOFT_404, f"redirected to {final_url[:200]}")
    return None


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    return _HOME.fullmatch(parts.path) is not None and not parts.query


def _visible_text(body: bytes) -> str:
    """The text of a page without markup, scripts and comments. Takes time in proportion to its length, on any bytes."""
    first, *pieces = body.split(b"<")
    seen = [first]
    until: bytes | None = None
    for piece in pieces:
        if until is not None:  # inside a comment, or an element nobody sees
            if until == b"-->" and until in piece:
                until = None
                seen.append(piece.partition(b"-->")[2])
            elif until != b"-->" and piece[: len(until)].lower() == until:
                until = None
                seen.append(piece.partition(b">")[2])
            continue
        if piece.startswith(b"!--"):
            text = piece.partition(b"-->")
            until = None if text[1] else b"-->"
            seen.append(text[2])
            continue
        name = _NAME.match(piece)
        if name and name[1].lower() in _UNSEEN and not piece.startswith(b"/"):
            until = b"/" + name[1].lower()
            continue
        seen.append(piece.partition(b">")[2] if name or piece[:1] in (b"/", b"!", b"?") else b"<" + piece)
    return _plain(b" ".join(seen))


def _titles(body: bytes) -> str:
    """Title and first headings of a page."""
    lower = body[: 256 * 1024].lower()
    found: list[str] = []
    for name, most in ((b"title", 1), (b"h1", 3)):
        start = 0
        for _ in range(most):
            start = lower.find(b"<" + name, start)
            end = lower.find(b"</" + name, start)
            if start < 0 or end < 0:
                break
            found.append(_visible_text(body[start:end].partition(b">")[2]))
            start = end
    return "\n".join(found)


def _plain(text: bytes) -> str:
    return " ".join(_ENTITY.sub(b" ", text).decode("utf-8", "replace").split())


def _words(found: bytes) -> str:
    return " ".join(found.decode("latin-1").split())[:60]
