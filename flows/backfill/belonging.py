"""Whose page it is: the declared site of an address."""

import re
from collections.abc import Iterable

from crawlers.declarations import Site
from crawlers.urlkey import host_of

_PLAIN_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9])?")


class Belonging:
    """Finds the site of an address: the declared one with the longest matching domain, else, where that is asked for,
    the host itself (without `www.`) as a site of its own.
    """

    def __init__(self, sites: Iterable[Site], *, undeclared: bool = False, hosts: Iterable[str] = ()) -> None:
        """`hosts`: only these hosts and their subdomains count; empty means all."""
        self._sites = {domain: site for site in sites for domain in site.domains}
        self._undeclared = undeclared
        self._hosts = frozenset(hosts)

    def find(self, url: str) -> tuple[str, Site | None] | None:
        """Id of the site, and its declaration where it has one; None where the address is none of ours."""
        host = host_of(url)
        if not _PLAIN_HOST.fullmatch(host) or not url.startswith(("http://", "https://")):
            return None
        labels = host.split(".")
        domains = [".".join(labels[start:]) for start in range(len(labels))]
        if self._hosts and self._hosts.isdisjoint(domains):
            return None
        for domain in domains:
            if domain in self._sites:
                return self._sites[domain].id, self._sites[domain]
        return (host.removeprefix("www."), None) if self._undeclared else None
