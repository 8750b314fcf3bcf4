import asyncio
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.house.network_fence import LeftTheBuilding

OUTSIDE_V4 = ("192.0.2.1", 9)
OUTSIDE_V6 = ("2001:db8::1", 9)


def connect_v4() -> None:
    with socket.socket() as outgoing:
        outgoing.connect(OUTSIDE_V4)


def connect_v6() -> None:
    with socket.socket(socket.AF_INET6) as outgoing:
        outgoing.connect(OUTSIDE_V6)


def connect_ex() -> None:
    with socket.socket() as outgoing:
        outgoing.connect_ex(OUTSIDE_V4)


def send_a_datagram() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as outgoing:
        outgoing.sendto(b"", OUTSIDE_V4)


def send_a_message() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as outgoing:
        outgoing.sendmsg([b""], [], 0, OUTSIDE_V4)


def listen_to_everyone() -> None:
    with socket.socket() as listening:
        listening.bind(("0.0.0.0", 0))  # noqa: S104  # the fence is what is tested


def resolve_a_name() -> None:
    socket.getaddrinfo("example.org", 443)


def resolve_a_name_the_old_way() -> None:
    socket.gethostbyname("example.org")


def ask_over_http() -> None:
    httpx.get("http://example.org/")


def connect_on_the_event_loop() -> None:
    asyncio.run(_open_connection())


async def _open_connection() -> None:
    await asyncio.open_connection(*OUTSIDE_V4)


@pytest.mark.parametrize(
    "leave",
    [
        connect_v4,
        connect_v6,
        connect_ex,
        send_a_datagram,
        send_a_message,
        listen_to_everyone,
        resolve_a_name,
        resolve_a_name_the_old_way,
        ask_over_http,
        connect_on_the_event_loop,
    ],
    ids=lambda leave: leave.__name__,
)
def test_a_way_out_is_closed(leave: Callable[[], None]) -> None:
    with pytest.raises(LeftTheBuilding, match="tests stay on this machine"):
        leave()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "localhost"])
def test_loopback_is_open(host: str) -> None:
    with (
        socket.create_server(("127.8.9.10" if host == "127.8.9.10" else "127.0.0.1", 0)) as server,
        socket.create_connection((host, server.getsockname()[1])) as client,
    ):
        assert client.getpeername()[1] == server.getsockname()[1]


def test_a_unix_socket_is_open() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "s")
        with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
            server.bind(path)
            server.listen()
            client.connect(path)
