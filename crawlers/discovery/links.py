"""Addresses as documents write them, made absolute."""

import re
from urllib.parse import urljoin, urlsplit

_SPACES = re.compile(r"[\t\r\n]+")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_PLAIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*/[^\s#&\\<>\"]*")
"""Most addresses by far: as they are, nothing is to be done to them."""
_MAX_LENGTH = 2048 * 2
_MAX_HEADER = 16 * 1024
_VALUE = r"""\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]*))"""
_PARAMETER = re.compile(rf";\s*([\w!#$&+.^`|~-]+)(?:{_VALUE})?")
_LINK_VALUE = re.compile(rf"<([^<>]*)>((?:\s*{_PARAMETER.pattern})*)")


def linked(header: str | None, relation: str, base: str) -> list[str]:
    """Targets that Link headers give with a relation (RFC 8288, section 3), made absolute; several headers by commas.

    Only a link's first `rel` counts, and links that are about another document (`anchor`) are left out.
    """
    found = []
    for link in _LINK_VALUE.finditer((header or "")[:_MAX_HEADER]):
        parameters: dict[str, str] = {}
        for name, quoted, bare in _PARAMETER.findall(link[2]):
            parameters.setdefault(name.lower(), quoted or bare)
        target = absolute(link[1], base)
        if relation in parameters.get("rel", "").lower().split() and "anchor" not in parameters and target:
            found.append(target)
    return found


def absolute(link: str | None, base: str) -> str | None:
    """The http(s) address a link means on a page with address `base`, without fragment; None where it means none.

    Lenient as browsers are (WHATWG URL): white space around and line breaks within are dropped, spaces become %20,
    backslashes slashes, and an ampersand that was escaped once too often is an ampersand.
    """
    if not link:
        return None
    if _PLAIN.fullmatch(link) and len(link) <= _MAX_LENGTH:
        return link
    link = _SPACES.sub("", link.strip()).replace("&amp;", "&").replace("&#38;", "&").strip()
    if not link or len(link) > _MAX_LENGTH or link.startswith("#"):
        return None
    try:
        joined = urljoin(base, link.replace("\\", "/")) if not _WEB.match(link) else link
        parts = urlsplit(joined)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or re.search(r"[\s<>\"]", parts.netloc):
        return None
    path = parts.path or "/"
    return parts._replace(scheme=parts.scheme.lower(), path=path, fragment="").geturl().replace(" ", "%20")
