"""What strangers name is fetched only where the guard allows it; the rest is not even dialled."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fixtures.strangers import DialsTo, Names, Stranger, Visit, always, answer, stranger
from tests.fixtures.tls import Tls, tls_of
from tutela.outside.addresses import Address, is_public
from tutela.outside.guard import (
    FetchLimits,
    Outside,
    OutsideGone,
    OutsideRefused,
    OutsideUnavailable,
    Wires,
)
from tutela.outside.wires import system_resolve

LOOPBACK = [ip_network("127.0.0.0/8")]
KIND = "application/json"
PUBLIC = "93.184.216.34"


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    return tls_of("changing.example", folder=tmp_path)


@pytest_asyncio.fixture
async def trap() -> AsyncIterator[Stranger]:
    """A server that must never be dialled."""
    async with stranger(always(answer(b"secret"))) as there:
        yield there
        assert there.connections == 0


ATTEMPTS = [
    ("http://actor.example/key", "scheme"),
    ("http://actor.example:443/key", "scheme"),
    ("file:///etc/hostname", "scheme"),
    ("gopher://actor.example/", "scheme"),
    ("https://user:word@actor.example/", "userinfo"),
    ("https://actor.example@127.0.0.1/", "userinfo"),
    ("https://actor.example:8443/", "port"),
    ("https://127.0.0.1/", "address"),
    ("https://10.0.0.5/", "address"),
    ("https://172.16.9.9/", "address"),
    ("https://192.168.1.1/", "address"),
    ("https://169.254.169.254/latest/meta-data/", "address"),
    ("https://100.64.0.1/", "address"),
    ("https://0.0.0.0/", "address"),
    ("https://224.0.0.1/", "address"),
    ("https://255.255.255.255/", "address"),
    ("https://198.51.100.7/", "address"),
    ("https://[::1]/", "address"),
    ("https://[::]/", "address"),
    ("https://[fe80::1]/", "address"),
    ("https://[fd00:ec2::254]/", "address"),
    ("https://[::ffff:127.0.0.1]/", "address"),
    ("https://[::ffff:8.8.8.8]/", "address"),
    ("https://[::127.0.0.1]/", "address"),
    ("https://[2002:7f00:1::]/", "address"),
    ("https://[64:ff9b::7f00:1]/", "address"),
    ("https://[2001:0:7f00:1::]/", "address"),
    ("https://[ff02::1]/", "address"),
    ("https://[fe80::1%25eth0]/", "address"),
    ("https://2130706433/", "host"),
    ("https://0x7f000001/", "host"),
    ("https://0x7f.0.0.1/", "host"),
    ("https://0177.0.0.1/", "host"),
    ("https://127.1/", "host"),
    ("https://127.0.0.1./", "host"),
    ("https://\u2460\u2461\u2466.0.0.1/", "host"),
    ("https://local host/", "host"),
    ("https://actor.example\\@127.0.0.1/", "host"),
    ("https:///key", "host"),
    ("https://[127.0.0.1]/", "host"),
    ("https://private.example/", "address"),
    ("https://mixed.example/", "address"),
    ("https://mapped.example/", "address"),
]


@pytest.mark.parametrize(("url", "why"), ATTEMPTS)
async def test_what_the_guard_forbids_is_refused_and_never_dialled(
    trap: Stranger, url: str, why: str
) -> None:
    names = Names(
        actor_example=[[PUBLIC]],
        private_example=[["192.168.0.9"]],
        mixed_example=[[PUBLIC, "2606:2800:220:1::1", "10.0.0.1"]],
        mapped_example=[["::ffff:10.0.0.1"]],
    )
    outside = Outside(resolve=names, wires=Wires(dial=DialsTo(trap.port)))
    with pytest.raises(OutsideRefused) as refusal:
        await outside.get(url, accept=KIND, max_bytes=100)
    assert refusal.value.why == why


async def test_a_name_of_a_private_machine_is_not_even_looked_up_for_plain_http() -> None:
    names = Names(actor_example=[[PUBLIC]])
    with pytest.raises(OutsideRefused):
        await Outside(resolve=names).get("http://actor.example/", accept=KIND, max_bytes=9)
    assert names.asked == []


async def test_an_allowed_network_may_be_fetched_from_by_plain_http() -> None:
    said = answer(b'{"a": 1}', headers=["Content-Type: application/json"])
    async with stranger(always(said)) as there:
        fetched = await Outside(allowed=LOOPBACK).get(
            f"{there.url}/key?a=b#part", accept=KIND, max_bytes=100
        )
    assert (fetched.status, fetched.content_type, fetched.body) == (200, KIND, b'{"a": 1}')
    assert fetched.final_url == f"{there.url}/key?a=b"
    (head,) = there.heads
    assert head.startswith(b"GET /key?a=b HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{there.port}\r\n".encode() in head
    assert b"cookie" not in head.lower()


async def test_no_proxy_of_the_environment_is_asked(
    trap: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, trap.url)
    async with stranger(always(answer())) as there:
        await Outside(allowed=LOOPBACK).get(there.url, accept=KIND, max_bytes=100)
    assert there.connections == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target",
    ["https://169.254.169.254/", "https://private.example/", "https://10.0.0.1:8080/", "//[::1]/"],
)
async def test_a_redirect_to_a_private_place_is_refused(
    trap: Stranger, status: int, target: str
) -> None:
    said = answer(status=f"{status} Found", headers=[f"Location: {target}"])
    async with stranger(always(said)) as there:
        outside = Outside(allowed=LOOPBACK, resolve=Names(private_example=[["192.168.0.9"]]))
        with pytest.raises(OutsideRefused) as refusal:
            await outside.get(there.url, accept=KIND, max_bytes=100)
    assert refusal.value.why in {"address", "scheme"}


async def test_a_loop_of_redirects_ends_after_three() -> None:
    said = answer(status="302 Found", headers=["Location: /again"])
    async with stranger(always(said)) as there:
        with pytest.raises(OutsideRefused) as refusal:
            await Outside(allowed=LOOPBACK).get(there.url, accept=KIND, max_bytes=100)
    assert refusal.value.why == "redirects"
    assert there.connections == 4


async def test_a_name_whose_address_changes_is_checked_at_each_connection(tls: Tls) -> None:
    names = Names(changing_example=[[PUBLIC], ["127.0.0.1"]])
    said = answer(status="302 Found", headers=["Location: /again"])
    async with stranger(always(said), tls=tls.server) as there:
        dial = DialsTo(there.port)
        outside = Outside(resolve=names, wires=Wires(dial=dial, trust=tls.client))
        with pytest.raises(OutsideRefused) as refusal:
            await outside.get("https://changing.example/", accept=KIND, max_bytes=100)
    assert refusal.value.why == "address"
    assert dial.dialled == [(PUBLIC, 443)]
    assert there.server_names == ["changing.example"]


async def test_the_connection_goes_to_the_address_that_was_checked(tls: Tls) -> None:
    names = Names(changing_example=[[PUBLIC], ["127.0.0.1"]])
    async with stranger(always(answer(b"[]")), tls=tls.server) as there:
        dial = DialsTo(there.port)
        outside = Outside(resolve=names, wires=Wires(dial=dial, trust=tls.client))
        fetched = await outside.get("https://changing.example/key", accept=KIND, max_bytes=100)
    assert fetched.body == b"[]"
    assert dial.dialled == [(PUBLIC, 443)]
    assert names.asked == ["changing.example"]


async def test_a_certificate_of_another_name_is_not_taken(tls: Tls) -> None:
    async with stranger(always(answer(b"[]")), tls=tls.server) as there:
        wires = Wires(dial=DialsTo(there.port), trust=tls.client)
        outside = Outside(resolve=Names(other_example=[[PUBLIC]]), wires=wires)
        with pytest.raises(OutsideUnavailable):
            await outside.get("https://other.example/", accept=KIND, max_bytes=100)
    assert there.heads == []


async def test_a_certificate_that_nobody_vouches_for_is_not_taken(tls: Tls) -> None:
    async with stranger(always(answer(b"[]")), tls=tls.server) as there:
        names = Names(changing_example=[[PUBLIC]])
        outside = Outside(resolve=names, wires=Wires(dial=DialsTo(there.port)))
        with pytest.raises(OutsideUnavailable):
            await outside.get("https://changing.example/", accept=KIND, max_bytes=100)
    assert there.heads == []


async def test_ten_gigabytes_are_not_read() -> None:
    sent = 0

    async def pour(visit: Visit) -> None:
        nonlocal sent
        visit.writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while sent < 10 * 1024**3:
            visit.writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            await visit.writer.drain()
            sent += 65_536

    async with stranger(pour) as there:
        with pytest.raises(OutsideUnavailable, match="more than 65536 bytes"):
            await Outside(allowed=LOOPBACK).get(there.url, accept=KIND, max_bytes=65_536)
    assert sent < 64 * 1024**2


async def test_an_answer_that_declares_too_much_is_not_read() -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n"
    async with stranger(always(said)) as there:
        with pytest.raises(OutsideUnavailable, match="more than 100 bytes"):
            await Outside(allowed=LOOPBACK).get(there.url, accept=KIND, max_bytes=100)


@pytest.mark.parametrize(
    "drop", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b""]
)
async def test_an_answer_that_drips_is_given_up_in_time(drop: bytes) -> None:
    async def drip(visit: Visit) -> None:
        visit.writer.write(drop)
        while True:
            await visit.writer.drain()
            await asyncio.sleep(0.02)
            visit.writer.write(b"x")

    async with stranger(drip) as there:
        outside = Outside(allowed=LOOPBACK, limits=FetchLimits(seconds=0.3))
        with pytest.raises(OutsideUnavailable):
            await outside.get(there.url, accept=KIND, max_bytes=100_000)


async def test_a_resolver_that_never_answers_is_given_up_in_time() -> None:
    async def never(_host: str) -> list[Address]:
        await asyncio.Event().wait()
        return []

    outside = Outside(resolve=never, limits=FetchLimits(seconds=0.1))
    with pytest.raises(OutsideUnavailable, match="too long"):
        await outside.get("https://slow.example/", accept=KIND, max_bytes=100)


@pytest.mark.parametrize(
    "said",
    [
        answer(b"\x1f\x8b", headers=["Content-Encoding: gzip"]),
        answer(status="302 Found"),
        answer(status="500 Internal Server Error"),
        answer(status="403 Forbidden"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx",
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
        b"",
    ],
)
async def test_what_is_no_answer_is_told_as_such(said: bytes) -> None:
    async with stranger(always(said)) as there:
        with pytest.raises(OutsideUnavailable):
            await Outside(allowed=LOOPBACK).get(there.url, accept=KIND, max_bytes=1_000_000)


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
async def test_what_is_gone_is_told_apart(status: str) -> None:
    async with stranger(always(answer(status=status))) as there:
        with pytest.raises(OutsideGone):
            await Outside(allowed=LOOPBACK).get(there.url, accept=KIND, max_bytes=100)


@pytest.mark.parametrize("addresses", [[], [PUBLIC] * 65])
async def test_a_name_without_usable_addresses_is_unavailable(addresses: list[str]) -> None:
    with pytest.raises(OutsideUnavailable):
        await Outside(resolve=Names(odd_example=[addresses])).get(
            "https://odd.example/", accept=KIND, max_bytes=1
        )


async def test_a_port_where_nobody_listens_is_unavailable() -> None:
    async with stranger(always(b"")) as there:
        url = there.url
    with pytest.raises(OutsideUnavailable):
        await Outside(allowed=LOOPBACK).get(url, accept=KIND, max_bytes=1)


async def test_this_machine_resolves_its_own_name() -> None:
    assert any(each.is_loopback for each in await system_resolve("localhost"))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))
