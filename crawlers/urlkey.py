"""Which addresses are one article: the normalised address (`url_key`) and the id made of it.

Two URLs get the same key when they differ only in what publishers vary without changing the article:
scheme, `www`, AMP, mobile and print forms, tracking and share parameters, fragments, percent-encoding,
IDN spelling, default ports, trailing slashes and index files. Everything else counts: a parameter
that is not known to be for tracking may be what selects the article.

Syntax and normalisation follow RFC 3986 (sections 3, 5.2.4, 6.2) and, for what browsers strip or accept
beyond it, the WHATWG URL standard. Nothing here raises on bad input or touches the network.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

import idna
import xxhash

if TYPE_CHECKING:
    from tldextract import TLDExtract

# RFC 3986, appendix B; it matches any string.
_PARTS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_UNSAFE = re.compile("[\x00-\x20\x7f]")
_BARE_HOST = re.compile(r"[\w.-]+\.[^\W\d_]{2,}(?::\d+)?(?=[/?#]|$)|localhost(?::\d+)?(?=[/?#]|$)")

_VARIANT_LABEL = re.compile(r"www\d?|m|mobile?|amp|wap|touch|print")
_AMP_CACHE = re.compile(
    r"(?:[^/]+\.cdn\.ampproject\.org|cdn\.ampproject\.org|[^/]+\.bing-amp\.com|www\.bing-amp\.com)/[a-z](?:/s)?/(.+)"
    r"|(?:www\.)?google\.[a-z.]{2,6}/amp/(?:s/)?(.+)",
    re.DOTALL,
)
_BLOGSPOT = re.compile(r"\.blogspot\.(?:com?\.)?[a-z]{2}$")

_INDEX_FILE = re.compile(r"/(?:index|default)(?:\.amp)?\.(?:html?|php\d?|aspx?|jsp|shtml)$", re.IGNORECASE)
_SESSION_PATH = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_VARIANT_TAIL = re.compile(r"/(?:amp|print)$|[.~]amp(?=\.html?$)|\.amp$|(?<=\d)-(?:amp|druck)(?=\.html$)")
_IDENTIFYING = re.compile(r"[\d_.-]|%[89A-F]", re.IGNORECASE)
_SLUG = re.compile(r"[^/]*(?:\d{5,}|[^\W\d_]{2,}[-_]\w|%[89A-F])[^/]*", re.IGNORECASE)
_SCRIPT = re.compile(r"\.(?:php\d?|aspx?|jsp|cgi|pl|do|cfm|dll)$", re.IGNORECASE)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TRACKING = _names("""
    fbclid gclid srsltid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid li_fat_id igshid igsh mibextid
    zanpid awc rb_clickid wickedid epik irclickid s_kwcid ef_id dicbo oborigurl tblci vero_id vero_conv mkt_tok
    _hsenc _hsmi hsctatracking mc_cid mc_eid ml_subscriber ml_subscriber_hash oly_enc_id oly_anon_id bxid cndid esrc
    et_rid elqtrackid elqtrack elqaid elqat ck_subscriber_id _ga _gl _ke _branch_match_id _openstat __s _bhlid

    cmpid cmp ncid icid ocid ito intcmp intcid int_source ex_cid s_cid s_campaign sc_campaign sc_channel campaign
    campaign_id campaignid ref_src ref_url referer referrer traffic_source traffic_type tsrc .tsrc soc_src soc_trk
    guccounter guce_referrer guce_referrer_sig sref srnd reflink ftag taid recip emc smid smtyp sr_share mbid xtor
    wt_mc wt_zmc wt_ref wt.mc_id wtrid sara_ecid sara_ref trk trkcampaign spm scm share_source share_medium
    share_token shared_from wprov cx_testid cx_testvariant cx_artpos maca partner_id rss_id linkid link_source

    fb_action_ids fb_action_types fb_source fb_ref fb_comment_id fref hc_ref hc_location __tn__ __xts__ hootpostid
    __twitter_impression replytocom like_comment showcomments comment_id commentid nb share shared msg_fail
    phpsessid jsessionid aspsessionid cfid cftoken sessionid nocache cachebuster _ __cf_chl_tk __cf_chl_rt_tk
    google_editors_picks usqp amp_js_v amp_gsa amp_kit amp_latest_update_time aoh csi doing_wp_cron
""")
"""Parameters that say how a reader got here: mail and advertising clicks; campaigns and referrers;
share buttons, comment forms, sessions and cache breakers."""

_TRACKING_PREFIXES = (
    "utm_", "at_", "ns_", "hsa_", "pk_", "piwik_", "mtm_", "matomo_", "itm_", "ga_", "gaa_", "pf_rd_", "stm_", "uta_",
)  # fmt: skip
_AMBIGUOUS = _names(
    "ref srcref click gi r src source from via cid sid s t si mod st oc partner feature nl te _r rss feed_id sh"
)
"""Tracking on one site, the article's number on another: dropped where the path alone names an article."""

_VARIANT_VALUES = {
    "amp": None,
    "outputtype": {"amp"},
    "output": {"amp", "print"},
    "view": {"amp", "print", "mobile"},
    "service": {"amp", "print"},
    "format": {"amp", "print"},
    "layout": {"amp", "print"},
    "print": {"", "1", "true", "yes", "y"},
    "printable": {"", "1", "true", "yes"},
    "printpage": {"", "1", "true", "yes"},
    "print_view": {"", "1", "true"},
    "pagewanted": {"all", "print"},
    "m": {"1"},
    "mobile": {"", "1", "true", "yes", "0", "false", "no"},
    "shared": None,
    "isfreemail": None,
}
"""Parameters that choose a form of the page, with the values that do; None for any value."""


def url_key(url: str) -> str:
    """The normalised address that identifies an article: `host/path?query`, without scheme.

    Something that is no web address (`mailto:`, empty, junk) gives itself, stripped of spaces and
    control characters, so that nothing is lost or merged by mistake.
    """
    plain = _UNSAFE.sub(lambda c: "%20" if c[0] == " " else "", url.strip())
    scheme, authority, path, query, fragment = _split(plain)
    if scheme not in ("http", "https") or not authority:
        return plain
    host, port = _host_and_port(authority, scheme)
    if not host:
        return plain
    embedded = _AMP_CACHE.fullmatch(host + path)
    if embedded:
        target = embedded[1] or embedded[2]
        return url_key("https://" + target + (f"?{query}" if query else ""))
    path = _path_key(path)
    query = _query_key(query, path)
    hashbang = _percent(fragment) if fragment.startswith("!") and len(fragment) > 1 else ""
    return (
        _host_key(host)
        + (f":{port}" if port else "")
        + (path or ("/" if query or hashbang else ""))
        + (f"?{query}" if query else "")
        + (f"#{hashbang}" if hashbang else "")
    )


def article_id(key: str) -> str:
    """Identity of an article: xxh3-128 of its `url_key`, 32 hex digits."""
    return xxhash.xxh3_128_hexdigest(key.encode("utf-8", "surrogatepass"))


def article_key(url: str, canonical_url: str | None = None) -> str:
    """The `url_key` of a fetched page, its canonical link followed where that can be trusted.

    A canonical link counts on the same host only (variants of the host included), and not where it is a
    template's mistake: the home page, or an address that drops what tells this article from others.
    """
    key = url_key(url)
    if not canonical_url:
        return key
    canonical = url_key(canonical_url)
    host, _, rest = key.partition("/")
    canonical_host, _, canonical_rest = canonical.partition("/")
    if host != canonical_host or not canonical_rest:
        return key
    named = bool(_SLUG.search(canonical_rest)) or "?" in canonical_rest
    return canonical if named or not rest else key


def host_of(url: str) -> str:
    """Host of a URL (or a bare host) in lower case, IDN as A-labels, without port; empty where there is none."""
    scheme, authority, *_ = _split(_UNSAFE.sub("", url))
    return _host_and_port(authority, scheme)[0]


@lru_cache(maxsize=8192)
def registered_domain(host: str) -> str:
    """The part of a host that somebody registered, e.g. `bbc.co.uk`, `name.blogspot.com`.

    By the Public Suffix List as bundled with tldextract, private section included. A host without a known
    suffix gives its last two labels; an IP address and a single label give themselves.
    """
    host = host.rstrip(".").lower()
    if re.fullmatch(r"[\d.]+|\[.*\]", host):
        return host
    found = _suffixes()(host)
    if found.domain and found.suffix:
        return f"{found.domain}.{found.suffix}"
    return ".".join(host.split(".")[-2:])


def same_site(a: str, b: str) -> bool:
    """Whether two URLs (or hosts) belong to one registered domain."""
    first, second = registered_domain(host_of(a)), registered_domain(host_of(b))
    return bool(first) and first == second


@cache
def _suffixes() -> "TLDExtract":
    from tldextract import TLDExtract  # brings an HTTP client along, which takes longer than all else here

    return TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True, include_psl_private_domains=True)


def _split(url: str) -> tuple[str, str, str, str, str]:
    """Scheme, authority, path, query and fragment; `//host/…` and `host.tld/…` count as http."""
    url = url.replace("\\", "/") if url[:8].lower().startswith(("http:\\", "https:\\")) else url
    if _BARE_HOST.match(url):
        url = "http://" + url
    match = _PARTS.match(url)
    assert match is not None
    scheme, authority, path, query, fragment = (part or "" for part in match.groups())
    return scheme.lower() or ("http" if authority else ""), authority, path, query, fragment


def _host_and_port(authority: str, scheme: str) -> tuple[str, str]:
    host, port = authority.rpartition("@")[2], ""
    number = re.search(r":(\d*)$", host)
    if number:
        host, port = host[: number.start()], number[1].lstrip("0")
    if port == {"http": "80", "https": "443"}.get(scheme):
        port = ""
    return _normal_host(host), port


@lru_cache(maxsize=8192)
def _normal_host(host: str) -> str:
    host = unquote_to_bytes(host).decode("utf-8", "replace").strip().rstrip(".").lower()
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return host


@lru_cache(maxsize=8192)
def _host_key(host: str) -> str:
    """The host without the labels that choose a form of the site (`www.`, `m.`, `amp.` …)."""
    host = _BLOGSPOT.sub(".blogspot.com", host)
    domain = registered_domain(host)
    labels = host[: -len(domain)].strip(".").split(".") if host.endswith("." + domain) else []
    kept = [label for label in labels if not _VARIANT_LABEL.fullmatch(label)]
    return ".".join([*kept, domain]) if labels else host


def _percent(text: str) -> str:
    """One spelling of a path or value: what needs no escape plain, the rest as upper-case %XX of NFC UTF-8."""

    def one(run: re.Match[str]) -> str:
        raw = unquote_to_bytes(run[0])
        try:
            return quote(unicodedata.normalize("NFC", raw.decode()), safe="-._~")
        except UnicodeDecodeError:
            return quote(raw, safe="-._~")

    escaped = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text)
    # With the letter before: it may take an accent that follows.
    return re.sub(r"[A-Za-z]?(?:%[0-9A-Fa-f]{2}|[^\x00-\x7f])+", one, escaped.encode("utf-8", "replace").decode())


def _path_key(path: str) -> str:
    path = re.sub(r"/{2,}", "/", _percent(_SESSION_PATH.sub("", path)))
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    path = _INDEX_FILE.sub("", "".join("/" + segment for segment in kept)).rstrip("/")
    # A form of an article, not an article called "amp": what is left must still name one.
    bare = _VARIANT_TAIL.sub("", path)
    if bare != path and _IDENTIFYING.search(bare.rpartition("/")[2]):
        path = bare.rstrip("/")
    segments = path.split("/")
    if len(segments) > 2 and "amp" in segments[1:3] and _IDENTIFYING.search(segments[-1]):
        segments.remove("amp")
    return "/".join(segments)


def _query_key(query: str, path: str) -> str:
    last = path.rpartition("/")[2]
    named = bool(_SLUG.fullmatch(last)) and not _SCRIPT.search(last)
    kept = set()
    for part in query.split("&"):
        name, equals, value = part.removeprefix("amp;").replace("+", "%20").partition("=")
        if part and not _is_variant(unquote_to_bytes(name).decode("utf-8", "replace").lower(), value.lower(), named):
            kept.add(_percent(name) + equals + _percent(value))
    return "&".join(sorted(kept))


def _is_variant(name: str, value: str, named: bool) -> bool:
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES) or (named and name in _AMBIGUOUS):
        return True
    return name in _VARIANT_VALUES and (_VARIANT_VALUES[name] is None or value in (_VARIANT_VALUES[name] or ()))
