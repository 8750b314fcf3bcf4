"""Which addresses are anybody's on the internet: all that IANA sets aside is not.

Source: IANA special-purpose address registries for IPv4 and IPv6; RFC 6890, RFC 6052 (NAT64).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: Azure's own service within a virtual machine stands in the middle of public addresses.
_SET_ASIDE_IPV4: Final = tuple(
    IPv4Network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",
    )
)
_UNICAST_IPV6: Final = IPv6Network("2000::/3")
#: Within unicast: protocol assignments with Teredo, documentation, and 6to4, which wraps IPv4.
_SET_ASIDE_IPV6: Final = tuple(
    IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_NAT64: Final = IPv6Network("64:ff9b::/96")
_IPV4_BITS: Final = 0xFFFF_FFFF


def is_public(address: Address) -> bool:
    """Whether the address is a single host's on the internet; deny by default for IPv6."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SET_ASIDE_IPV4)
    if address.scope_id is not None:
        return False
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & _IPV4_BITS))
    return address in _UNICAST_IPV6 and not any(address in each for each in _SET_ASIDE_IPV6)
