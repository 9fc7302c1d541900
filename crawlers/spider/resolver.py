"""Names are resolved here, so that no DNS answer leads to a private address."""

from collections.abc import Sequence
from typing import Any

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from crawlers.spider.addresses import is_public, proxy_hosts


class PublicResolver(CachingHostnameResolver):
    """Resolves to public addresses only, but for the hosts of the operator's own proxies.

    `refused` remembers the names whose answers were private, so that the failure can be told apart from a name
    that does not exist. The check is on the address that will be connected to: a second DNS answer can't slip by.
    """

    allow_private = False
    refused: frozenset[str] = frozenset()

    def resolveHostName(  # noqa: N802 (Twisted's interface)
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Resolve a name, keeping back addresses that are not public."""
        receiver: Any = resolutionReceiver
        if not self.allow_private and hostName not in proxy_hosts():
            receiver = _PublicOnly(resolutionReceiver, hostName)
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class _PublicOnly:
    def __init__(self, receiver: Any, name: str):
        self._receiver, self._name = receiver, name
        self._passed = self._kept_back = False

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        if is_public(getattr(address, "host", "")):
            self._passed = True
            self._receiver.addressResolved(address)
        else:
            self._kept_back = True

    def resolutionComplete(self) -> None:  # noqa: N802
        if self._kept_back and not self._passed:
            PublicResolver.refused |= {self._name}
        self._receiver.resolutionComplete()
