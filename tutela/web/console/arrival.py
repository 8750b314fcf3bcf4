"""From where a visitor comes and whether by https, as far as headers of proxies are believed."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import Scope

from tutela.access.sessions import Origin
from tutela.outside.addresses import Address, Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Reads arrivals; believes the X-Forwarded headers of `proxies` alone."""

    proxies: Sequence[Network] = ()
    #: Where strangers reach this service, if that was set: what comes there by https is secure.
    public_url: str | None = None

    def origin(self, scope: Scope) -> Origin:
        """The nearest address that is no proxy of ours, and what the browser calls itself."""
        headers = dict(scope["headers"])
        agent = headers.get(b"user-agent", b"").decode("latin-1")
        printable = "".join(each for each in agent if each.isprintable())
        return Origin(address=self._address(scope), agent=printable)

    def is_secure(self, scope: Scope) -> bool:
        """Whether the browser speaks https, so that a cookie may be kept for https alone."""
        if scope["scheme"] == "https":
            return True
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if self._is_proxy(_peer(scope)):
            proto = headers.get(b"x-forwarded-proto", b"").decode("latin-1")
            return proto.rpartition(",")[2].strip() == "https"
        public = urlsplit(self.public_url or "")
        host = headers.get(b"host", b"").decode("latin-1").lower()
        return (public.scheme, public.netloc) == ("https", host)

    def _address(self, scope: Scope) -> str:
        peer = _peer(scope)
        told = dict(scope["headers"]).get(b"x-forwarded-for", b"").decode("latin-1")
        way = [each.strip() for each in told.split(",") if each.strip()]
        while way and self._is_proxy(peer):
            peer = way.pop()
        address = _read(peer)
        return "" if address is None else str(address)

    def _is_proxy(self, peer: str) -> bool:
        address = _read(peer)
        return address is not None and any(address in network for network in self.proxies)


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return "" if client is None else str(client[0])


def _read(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
