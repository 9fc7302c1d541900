"""Why a page without a story has none: an error page, a front page, a bot check, a login form, a shell for scripts."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawlers.extract.fields.address import foreign_to_address, words_of_address
from crawlers.extract.markup.segments import Segment
from crawlers.extract.story.decision import Decision, words_in
from crawlers.model import Rejection
from schemas import Outcome

SAMPLE = 60
"""Blocks that are looked at; such pages are short."""

SHORT_PAGE = 1500
"""Characters of visible text above which a page is none of these."""

SHELL_TEXT, SHELL_SCRIPTS = 200, 3
"""A page with less text and at least as many scripts is a shell that scripts would fill."""

FEW_WORDS = 60
"""Words that a text without a sentence (a poem, a list) must have to be a story."""

SENTENCE, SHORT_SENTENCE = 10, 5
"""Words of what is taken for a sentence; of one that ends as a sentence does."""

LINK = 0.8
"""Share of a block's text that is linked, from which it is a link."""

SENTENCE_END = re.compile(r"[.!?…。！？][\"'”“»)）」]*$")

SIGNS: tuple[tuple[Outcome, re.Pattern[str]], ...] = (
    (
        Outcome.CHALLENGE,
        re.compile(
            r"just a moment|checking (?:if the site connection is secure|your browser)|"
            r"verify(?:ing)? (?:that )?you are (?:a )?human|"
            r"are you a robot|i'm not a robot|unusual traffic|captcha|attention required|"
            r"access (?:to this page has been )?denied|"
            r"ddos protection|enable javascript and cookies to continue|request (?:has been )?blocked|"
            r"pardon our interruption|"
            r"sind sie ein mensch|kein roboter|je ne suis pas un robot|no soy un robot|non sono un robot|"
            r"before you continue|bevor sie (?:fortfahren|zu .{1,30} weitergehen)|avant d'accéder",
            re.IGNORECASE,
        ),
    ),
    (
        Outcome.SOFT_404,
        re.compile(
            r"\b404\b|page (?:you .{0,40})?(?:was |is |could |can)?\s?(?:not|n't|no longer) (?:be )?(?:found|"
            r"available|exist)|"
            r"page not found|not found|no longer available|does(?:n't| not) exist|seite (?:wurde )?nicht gefunden|"
            r"nicht (?:mehr )?verfügbar|page (?:introuvable|non trouvée)|n'existe (?:pas|plus)|"
            r"página no (?:encontrada|existe)|"
            r"página não encontrada|pagina non trovata|pagina niet gevonden|sidan (?:kunde inte hittas|finns inte)|"
            r"siden (?:blev ikke|ble ikke) funnet|sivua ei löyd|nie znaleziono|stránka nenalezena|"
            r"страница не найдена|"
            r"сторінку не знайдено|sayfa bulunamadı|halaman tidak ditemukan|ページが見つかりません|页面不存在|找不到",
            re.IGNORECASE,
        ),
    ),
    (
        Outcome.LOGIN_WALL,
        re.compile(
            r"(?:log|sign) in to (?:continue|read|your account)|forgot(?:ten)? (?:your )?password|subscribers? only|"
            r"passwort vergessen|anmelden|mot de passe oublié|se connecter|iniciar sesión|¿olvidaste|accedi|inloggen|"
            r"logga in|logg inn|kirjaudu|zaloguj|přihlásit|войти|увійти|giriş yap|masuk|ログイン|登录",
            re.IGNORECASE,
        ),
    ),
)  # fmt: skip


def is_front_page(address: str, stated: str | None, said: Iterable[str | None]) -> bool:
    """Whether a story's address has led to the front page of its site, as that of a story taken down often does.

    The page must state the site's root as its own address, and have in its title and description (`said`) none of
    the words of the story's: some systems state the root on every page.
    """
    asked, root = urlsplit(address), urlsplit(stated or "")
    if root.path.strip("/") or root.query or not asked.path.strip("/"):
        return False
    if (root.hostname or "").removeprefix("www.") != (asked.hostname or "").removeprefix("www."):
        return False
    return foreign_to_address(" ".join(filter(None, said)), words_of_address(address))


def drop_labels_alone(decisions: Iterable[Decision]) -> None:
    """Take out all of what has no sentence in it: names of sections, buttons, links of a page that holds no story."""
    kept = [item for item in decisions if item.kept and item.kind != "caption"]
    if sum(words_in(item.text) for item in kept) < FEW_WORDS and not any(map(_says, kept)):
        for item in kept:
            item.kept, item.rule = False, "no-sentence"


def _says(item: Decision) -> bool:
    """Whether a block may be a sentence: it is no link, and has as many words, or fewer and a sentence's end."""
    if item.segment is not None and item.segment.link_share >= LINK:
        return False
    words = words_in(item.text)
    return words >= SENTENCE or (words >= SHORT_SENTENCE and SENTENCE_END.search(item.text) is not None)


def no_article(tree: HtmlElement, blocks: list[Segment], title: str | None, found: int) -> Rejection:
    """The named reason why a page gave no article; `found` is how many characters of story it had."""
    detail = f"{found} characters of text"
    texts = [block.text for block in blocks if not block.hidden]
    whole = sum(map(len, texts))
    if whole <= SHORT_PAGE:
        shown = "\n".join([title or "", *texts[:SAMPLE]])
        for outcome, sign in SIGNS:
            if match := sign.search(shown):
                return Rejection(outcome, f"{detail}; says {match.group()!r}")
    if whole <= SHELL_TEXT and sum(1 for _ in tree.iter("script")) >= SHELL_SCRIPTS:
        return Rejection(Outcome.JAVASCRIPT_SHELL, f"{whole} characters of text and scripts")
    return Rejection(Outcome.NO_ARTICLE, detail)
