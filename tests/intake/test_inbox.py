"""Flags at the inbox: believed by their signature in either form, and once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Any, cast

import httpx
import pytest_asyncio

from tests.fixtures.federation import (
    Federated,
    How,
    Signed,
    federated,
    rsa_key,
    sign_draft,
    sign_rfc9421,
)
from tests.fixtures.site import Site, site_on
from tutela.outside.guard import Outside

INBOX_PATH = "/activitypub/inbox"


@dataclass
class Inbox:
    """The site with a federated server beside it."""

    web: Site
    server: Federated

    async def send(self, signed: Signed, **headers: str) -> httpx.Response:
        return await self.web.client.post(
            INBOX_PATH, content=signed.body, headers={**signed.headers, **headers}
        )

    def draft(self, flag: object) -> Signed:
        return sign_draft(
            flag, key=rsa_key(), key_id=self.server.key_id, at=self.web.house.clock.now()
        )

    def rfc9421(self, flag: object, **how: object) -> Signed:
        usual = How(key=rsa_key(), key_id=self.server.key_id, at=self.web.house.clock.now())
        return sign_rfc9421(flag, how=replace(usual, **cast("dict[str, Any]", how)))

    async def counted(self) -> int:
        ((count,),) = await self.web.house.rows("SELECT count(*) FROM notice")
        return int(count)


@pytest_asyncio.fixture
async def inbox(web: Site) -> AsyncIterator[Inbox]:
    """An inbox that may fetch from this machine, and a server whose actor has the first key."""
    await web.house.caller()
    application = site_on(
        web.house, refusals=web.refusals, outside=Outside(allowed=[ip_network("127.0.0.0/8")])
    )
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with (
        federated() as server,
        httpx.AsyncClient(transport=transport, base_url="http://tutela") as client,
    ):
        web.client = client
        server.publish_actor(rsa_key())
        yield Inbox(web, server)


async def test_a_flag_signed_in_the_older_form_is_a_notice(inbox: Inbox) -> None:
    answer = await inbox.send(inbox.draft(inbox.server.flag()))
    assert answer.status_code == 202, answer.text
    notice = answer.json()["notice"]
    assert [item["kind"] for item in notice["items"]] == ["account", "content"]
    assert notice["receipt"]["code"]
    assert await inbox.counted() == 1


async def test_a_flag_signed_in_the_newer_form_is_a_notice(inbox: Inbox) -> None:
    answer = await inbox.send(inbox.rfc9421(inbox.server.flag()))
    assert answer.status_code == 202, answer.text
    assert await inbox.counted() == 1


async def test_a_signed_call_that_comes_again_is_refused(inbox: Inbox) -> None:
    signed = inbox.draft(inbox.server.flag())
    assert (await inbox.send(signed)).status_code == 202
    again = await inbox.send(signed)
    assert (again.status_code, again.json()["code"]) == (401, "replayed")
    assert await inbox.counted() == 1


async def test_a_flag_that_is_signed_anew_gets_its_first_receipt(inbox: Inbox) -> None:
    first = await inbox.send(inbox.draft(inbox.server.flag()))
    inbox.web.house.clock.ahead = timedelta(minutes=5)
    second = await inbox.send(inbox.draft(inbox.server.flag()))
    assert second.status_code == 202
    assert second.json() == first.json()
    assert await inbox.counted() == 1
