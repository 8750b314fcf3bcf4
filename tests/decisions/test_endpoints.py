"""Where a service takes its messages: one URL, a secret told once, sealed."""

import base64
import os

import pytest

from tests.fixtures.house import Rooms
from tutela.decisions.endpoints import (
    SECRET_BYTES,
    BadEndpoint,
    Station,
    UnknownService,
    WebhookEndpoint,
    endpoint_of,
    set_endpoint,
)

MAIN = Station(tenant="main", service="main")
URL = "https://platform.example/hooks?for=main"


async def configured(rooms: Rooms, *, station: Station = MAIN, url: str = URL) -> WebhookEndpoint:
    return await set_endpoint(
        rooms.pool, keys=rooms.keys, station=station, url=url, chance=os.urandom
    )


async def test_an_endpoint_is_read_as_it_was_set(rooms: Rooms) -> None:
    await rooms.caller()
    assert await endpoint_of(rooms.pool, station=MAIN, keys=rooms.keys) is None
    told = await configured(rooms)
    assert told.url == URL
    assert len(base64.b64decode(told.secret.removeprefix("whsec_"))) == SECRET_BYTES
    assert await endpoint_of(rooms.pool, station=MAIN, keys=rooms.keys) == told


async def test_an_endpoint_that_is_set_again_has_a_new_secret(rooms: Rooms) -> None:
    await rooms.caller()
    first = await configured(rooms)
    second = await configured(rooms, url="http://127.0.0.1:9/")
    assert first.secret != second.secret
    assert await endpoint_of(rooms.pool, station=MAIN, keys=rooms.keys) == second


async def test_the_secret_is_not_in_the_database(rooms: Rooms) -> None:
    await rooms.caller()
    told = await configured(rooms)
    stored = await rooms.rows("SELECT webhook_endpoint::text, sealed_body FROM webhook_endpoint")
    ((text, sealed_body),) = stored
    assert told.secret not in text
    assert told.secret.encode() not in bytes(sealed_body)


@pytest.mark.parametrize(
    "station",
    [Station(tenant="main", service="other"), Station(tenant="other", service="main")],
)
async def test_a_service_that_is_not_there_has_no_endpoint(rooms: Rooms, station: Station) -> None:
    await rooms.caller()
    with pytest.raises(UnknownService):
        await configured(rooms, station=station)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "platform.example/hooks",
        "/hooks",
        "https://",
        "https:///hooks",
        "ftp://platform.example/",
        "file:///etc/hosts",
        "https://name:secret@platform.example/",
        "https://platform.example:port/",
        "https://platform.example/\x00",
        "https://platform.example/" + "a" * 2_048,
    ],
)
async def test_what_can_t_take_webhooks_is_no_endpoint(rooms: Rooms, url: str) -> None:
    await rooms.caller()
    with pytest.raises(BadEndpoint) as refused:
        await configured(rooms, url=url)
    assert [error.pointer for error in refused.value.errors] == ["/url"]
