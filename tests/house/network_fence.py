"""Nothing that a test does in this process reaches past this machine.

An audit hook sees every socket call of the interpreter, whichever library makes it. It cannot be
taken off again, which is the point. Programs that a test starts are not under it.
"""

import ipaddress
import socket
import sys

NAMES_OF_THIS_MACHINE = frozenset({"", "localhost", "localhost.localdomain"})
LOCAL_FAMILIES = frozenset(
    family
    for name in ("AF_UNIX", "AF_NETLINK")
    if (family := getattr(socket, name, None)) is not None
)


class LeftTheBuilding(RuntimeError):
    """A test asked for an address that is not of this machine."""


def install() -> None:
    """The fence around this process, for as long as it lives."""
    sys.addaudithook(_watch)


def is_loopback(host: str) -> bool:
    """Whether the numeric address or name stands for this machine alone."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host.lower() in NAMES_OF_THIS_MACHINE - {""}


def is_resolved_here(host: str) -> bool:
    """Whether a look-up of the name asks nobody: a numeric address, or a name of this machine."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host.lower() in NAMES_OF_THIS_MACHINE
    return True


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"}:
        _check_address(event, arguments)
    elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
        _check_name(event, host=arguments[0])


def _check_address(event: str, arguments: tuple[object, ...]) -> None:
    own, address = arguments[0], arguments[1]
    if address is None or getattr(own, "family", None) in LOCAL_FAMILIES:
        return
    host = address[0] if isinstance(address, tuple) and address else address
    if not is_loopback(_text(host)):
        message = f"{event} to {address!r}: tests stay on this machine"
        raise LeftTheBuilding(message)


def _check_name(event: str, *, host: object) -> None:
    if host is not None and not is_resolved_here(_text(host)):
        message = f"{event} of {host!r}: tests stay on this machine"
        raise LeftTheBuilding(message)


def _text(host: object) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
