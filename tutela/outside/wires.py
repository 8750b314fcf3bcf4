"""Connections to checked addresses alone: the name is looked up once, checked, and not again."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Final

import httpcore

from tutela.outside.addresses import Address, Network, is_public
from tutela.outside.errors import OutsideUnavailable, Why, refused
from tutela.outside.places import Place

#: Every address of a name; `OSError` where it has none.
Resolve = Callable[[str], Awaitable[Sequence[Address]]]

#: A name may have many addresses; more than this are not tried.
ADDRESSES_TRIED: Final = 3
ADDRESSES_MAX: Final = 64

_SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)
#: Threads of their own: a resolver that hangs takes none from the rest of the process.
_threads = ThreadPoolExecutor(max_workers=32, thread_name_prefix="resolve")


async def system_resolve(host: str) -> Sequence[Address]:
    """The addresses that this machine's resolver gives for a name."""
    found = await asyncio.get_running_loop().run_in_executor(
        _threads, lambda: socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    )
    return list(dict.fromkeys(ip_address(each[4][0]) for each in found))


class CheckedWires(httpcore.AsyncNetworkBackend):
    """Dials what one place points to, once every address of it was found to be allowed."""

    def __init__(
        self,
        place: Place,
        *,
        allowed: Sequence[Network],
        resolve: Resolve,
        dial: httpcore.AsyncNetworkBackend,
    ) -> None:
        self._place = place
        self._allowed = allowed
        self._resolve = resolve
        self._dial = dial

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the signature is httpcore's, and the place is known
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A stream to the first address that answers."""
        lost: Exception | None = None
        for address in (await self._addresses())[:ADDRESSES_TRIED]:
            try:
                return await self._dial.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                lost = error
        raise OutsideUnavailable("The other server can't be reached.") from lost

    async def _addresses(self) -> Sequence[Address]:
        place = self._place
        if not place.is_ordinary and not self._allowed:
            raise _beside_https(place)
        addresses = [place.address] if place.address is not None else await self._looked_up()
        for address in addresses:
            self._check(address)
        return addresses

    async def _looked_up(self) -> Sequence[Address]:
        try:
            addresses = await self._resolve(self._place.host)
        except (OSError, UnicodeError) as cause:
            raise OutsideUnavailable("The other server's name has no address.") from cause
        if not 0 < len(addresses) <= ADDRESSES_MAX:
            raise OutsideUnavailable("The other server's name has no address, or too many.")
        return addresses

    def _check(self, address: Address) -> None:
        if any(address in network for network in self._allowed):
            return
        if not is_public(address):
            raise refused(Why.ADDRESS, detail="The host's address is not one of the internet.")
        if not self._place.is_ordinary:
            raise _beside_https(self._place)


def verifying_tls() -> ssl.SSLContext:
    """TLS that checks the certificate against the name, and the known authorities."""
    return httpcore.default_ssl_context()


def _beside_https(place: Place) -> Exception:
    if place.scheme != "https":
        return refused(Why.SCHEME, detail="Only https is fetched.")
    return refused(Why.PORT, detail="Only port 443 is fetched from.")
