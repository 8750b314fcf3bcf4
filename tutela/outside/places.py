"""A URL read strictly: one way to write a host, so that nobody reads it otherwise than we do."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from tutela.outside.addresses import Address
from tutela.outside.errors import Why, refused

HTTPS_PORT: Final = 443
URL_MAX_CODE_POINTS: Final = 2_048

_PORTS: Final = {"https": HTTPS_PORT, "http": 80}
_NAME: Final = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
#: What the system's resolver takes for a number at the end of a host (WHATWG URL, 3.5).
_NUMBER: Final = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z")
_WRITTEN: Final = re.compile(r"[!-\[\]-~]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL points: `address` where the host is one, else `host` is a name."""

    url: str
    scheme: str
    host: str
    port: int
    address: Address | None = None

    @property
    def is_ordinary(self) -> bool:
        """Whether it is https on the port of https."""
        return self.scheme == "https" and self.port == HTTPS_PORT


def read_place(url: str) -> Place:
    """The place of a URL without its fragment; `OutsideRefused` where it is not written plainly."""
    if len(url) > URL_MAX_CODE_POINTS or not _WRITTEN.fullmatch(url):
        raise refused(Why.HOST, detail="The URL is too long or holds what a URL can't hold.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as cause:
        raise refused(Why.HOST, detail="The URL has no host that can be read.") from cause
    if parts.scheme not in _PORTS:
        raise refused(Why.SCHEME, detail="Only https is fetched.")
    if "@" in parts.netloc:
        raise refused(Why.USERINFO, detail="A URL with a user name is not fetched.")
    host = parts.hostname or ""
    address = _address(host, parts=parts)
    return Place(
        parts._replace(fragment="").geturl(),
        parts.scheme,
        host,
        _PORTS[parts.scheme] if port is None else port,
        address,
    )


def _address(host: str, *, parts: SplitResult) -> Address | None:
    try:
        if "[" in parts.netloc:
            return IPv6Address(host)
        if _NUMBER.match(host.rpartition(".")[2]):
            return IPv4Address(host)
    except AddressValueError as cause:
        raise refused(Why.HOST, detail="The host is an address in another spelling.") from cause
    if not _NAME.fullmatch(host):
        raise refused(Why.HOST, detail="The host is not a plain name in ASCII.")
    return None
