"""Which addresses may be asked at all. Pure, but for the proxy settings of the environment."""

import ipaddress
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet (IANA special-purpose registries, RFC 6890).

    Addresses that carry an IPv4 address inside (mapped, 6to4, NAT64, Teredo) are judged by that one.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return ip.is_global and not ip.is_multicast


def refusal(url: str, *, allow_private: bool) -> str | None:
    """Why a URL must not be asked for, by the look of it; None where it may. Names are judged by their DNS answer."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"not a URL: {error}"
    if parts.scheme not in ("http", "https"):
        return f"scheme {parts.scheme or 'missing'}"
    if not host:
        return "no host"
    if allow_private or proxy_for(url):
        return None
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "a local name" if host == "localhost" or host.endswith(".localhost") else None
    return None if is_public(host) else f"{host} is not a public address"


def proxy_for(url: str) -> str | None:
    """The proxy that the environment (http_proxy, https_proxy, no_proxy) names for a URL."""
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    return proxy if proxy and not proxy_bypass(parts.netloc.rpartition("@")[2]) else None


def proxy_hosts() -> frozenset[str]:
    """Hosts of the proxies in the environment: these may be private."""
    hosts = (urlsplit(url if "://" in url else f"http://{url}").hostname for url in getproxies().values())
    return frozenset(host for host in hosts if host)
