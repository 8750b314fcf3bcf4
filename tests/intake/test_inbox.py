"""Flags at the inbox: believed by their signature in either form, and once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from http_message_signatures import algorithms

from tests.access.tampered_calls import NOW, TAMPERED
from tests.fixtures.federation import PrivateKey, federated, rsa_key
from tests.fixtures.inbox import Inbox, inbox_of
from tests.fixtures.site import Site
from tests.fixtures.strangers import DialsTo, Names
from tests.fixtures.tls import tls_of
from tutela.domain.vocabulary import Role
from tutela.outside.guard import Outside, Wires
from tutela.web.api.activitypub import PATH

BY_PARTS = ("@method", "@authority", "@path", "content-digest")
PUBLIC = "93.184.216.34"


@pytest_asyncio.fixture
async def inbox(web: Site) -> AsyncIterator[Inbox]:
    """An inbox, and a server whose actor has the first key."""
    async with federated() as server, inbox_of(web, server=server) as there:
        server.publish_actor(rsa_key())
        yield there


async def test_a_flag_signed_in_the_older_form_is_a_notice(inbox: Inbox) -> None:
    answer = await inbox.send(inbox.older())
    assert answer.status_code == 202, answer.text
    notice = answer.json()["notice"]
    assert [item["kind"] for item in notice["items"]] == ["account", "content"]
    assert notice["receipt"]["code"]
    rows = await inbox.web.house.rows("SELECT door, channel, mark FROM notice")
    assert rows == [("activitypub", "user", "real")]


async def test_who_brings_a_token_of_ours_needs_no_signature(inbox: Inbox) -> None:
    body = inbox.server.flag()
    kind = {"content_type": "application/activity+json"}
    for _ in range(2):
        answer = await inbox.web.post(PATH, body=body, idempotency_key="k-1", **kind)
        assert answer.status_code == 202, answer.text
    assert await inbox.stored() == 1
    unknown = await inbox.web.post(PATH, body=body, authorization="Bearer tutela_x", **kind)
    assert (unknown.status_code, unknown.json()["code"]) == (401, "unauthorized")
    reviewer = await inbox.web.token(Role.REVIEWER)
    other = await inbox.web.post(PATH, body=body, authorization=f"Bearer {reviewer}", **kind)
    assert (other.status_code, other.json()["code"]) == (403, "forbidden")
    assert await inbox.stored() == 1


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"include_alg": False},
        {"covered": BY_PARTS},
        {"algorithm": algorithms.RSA_PSS_SHA512},
        {"lasts": timedelta(minutes=5)},
    ],
)
async def test_a_flag_signed_in_the_newer_form_is_a_notice(
    inbox: Inbox, how: dict[str, object]
) -> None:
    answer = await inbox.send(inbox.newer(**how))
    assert answer.status_code == 202, answer.text
    assert await inbox.stored() == 1


async def test_keys_of_other_kinds_are_taken_in_the_newer_form(inbox: Inbox) -> None:
    pairs: list[tuple[PrivateKey, object]] = [
        (ed25519.Ed25519PrivateKey.generate(), algorithms.ED25519),
        (ec.generate_private_key(ec.SECP256R1()), algorithms.ECDSA_P256_SHA256),
    ]
    for number, (key, algorithm) in enumerate(pairs):
        inbox.server.publish_actor(key)
        inbox.wait(3_600)
        flag = inbox.server.flag(id=f"{inbox.server.url}/flags/{number}")
        answer = await inbox.send(inbox.newer(flag, key=key, algorithm=algorithm))
        assert answer.status_code == 202, answer.text


async def test_a_signed_call_that_comes_again_is_refused(inbox: Inbox) -> None:
    for signed in (inbox.older(), inbox.newer(inbox.server.flag(id=f"{inbox.server.url}/2"))):
        assert (await inbox.send(signed)).status_code == 202
        again = await inbox.send(signed)
        assert (again.status_code, again.json()["code"]) == (401, "replayed")
    assert await inbox.stored() == 2
    assert await inbox.refused() == [(401, "replayed")] * 2


async def test_another_process_knows_what_was_taken(inbox: Inbox) -> None:
    signed = inbox.older()
    assert (await inbox.send(signed)).status_code == 202
    async with inbox_of(inbox.web, server=inbox.server) as other:
        assert (await other.send(signed)).json()["code"] == "replayed"


async def test_a_call_whose_answer_was_lost_before_it_was_used_up_can_come_again(
    inbox: Inbox,
) -> None:
    signed = inbox.older()
    first = await inbox.send(signed)
    await inbox.web.house.rows("DELETE FROM replay_memory")
    assert (await inbox.send(signed)).json() == first.json()
    assert await inbox.stored() == 1


async def test_a_flag_that_is_signed_anew_gets_its_first_receipt(inbox: Inbox) -> None:
    first = await inbox.send(inbox.older())
    inbox.web.house.clock.ahead = timedelta(minutes=5)
    second = await inbox.send(inbox.older())
    assert second.status_code == 202
    assert second.json() == first.json()
    assert await inbox.stored() == 1


async def test_another_flag_under_a_used_id_is_a_notice_of_its_own(inbox: Inbox) -> None:
    first = await inbox.send(inbox.older())
    other = await inbox.send(inbox.older(inbox.server.flag(content="token 9b07")))
    assert (first.status_code, other.status_code) == (202, 202)
    assert first.json()["notice"]["id"] != other.json()["notice"]["id"]
    inbox.web.house.clock.ahead = timedelta(minutes=5)
    again = await inbox.send(inbox.older(inbox.server.flag(content="token 9b07")))
    assert again.json() == other.json()


async def test_a_flag_without_an_id_is_stored_once_too(inbox: Inbox) -> None:
    flag = inbox.server.flag(id=None)
    first = await inbox.send(inbox.older(flag))
    inbox.web.house.clock.ahead = timedelta(minutes=5)
    assert (await inbox.send(inbox.older(flag))).json() == first.json()
    assert await inbox.stored() == 1


async def test_many_at_once_are_one_notice(inbox: Inbox) -> None:
    signed = inbox.older()
    answers = await asyncio.gather(*(inbox.send(signed) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {202, 401}
    receipts = {answer.text for answer in answers if answer.status_code == 202}
    assert len(receipts) == 1
    assert await inbox.stored() == 1
    assert inbox.server.hits == ["/actor"]


@pytest.mark.parametrize("code", TAMPERED)
async def test_changed_calls_are_refused_as_rows_and_store_nothing(
    web: Site, tmp_path: Path, code: str
) -> None:
    tls = tls_of("there.example", folder=tmp_path)
    async with federated(tls=tls, url="https://there.example") as server:
        server.publish_actor(rsa_key())
        wires = Wires(dial=DialsTo(server.there.port), trust=tls.client)
        outside = Outside(resolve=Names(there_example=[[PUBLIC]]), wires=wires)
        named = "http://tutela"
        async with inbox_of(web, server=server, outside=outside, public_url=named) as inbox:
            inbox.web.house.clock.ahead = NOW - inbox.web.house.clock.now()
            for change, signed in TAMPERED[code].items():
                answer = await inbox.send(signed)
                assert (change, answer.status_code) == (change, 401), answer.text
                assert (change, answer.json()["code"]) == (change, code)
                assert answer.json()["detail"]
                assert answer.headers["www-authenticate"].startswith("Signature ")
            assert await inbox.refused() == [(401, code)] * len(TAMPERED[code])
            assert await inbox.stored() == 0


async def test_a_call_for_another_host_is_refused_where_ours_is_known(web: Site) -> None:
    async with (
        federated() as server,
        inbox_of(web, server=server, public_url="http://social.example") as inbox,
    ):
        server.publish_actor(rsa_key())
        answer = await inbox.send(inbox.older())
        assert (answer.status_code, answer.json()["code"]) == (401, "signature_wrong")
        for number, path in enumerate(("/users/a/inbox", "/inbox?of=all")):
            flag = server.flag(id=f"{server.url}/flags/{number}")
            signed = inbox.newer(flag, url=f"http://social.example{path}")
            assert (await inbox.send(signed)).json()["code"] == "signature_wrong"
            inbox.wait(60)
            assert (await inbox.send(signed, x_original_uri=path)).status_code == 202
        unreadable = await inbox.send(inbox.older(), x_original_uri="no path")
        assert unreadable.json()["code"] == "signature_unreadable"


async def test_a_path_of_a_proxy_does_not_count_where_our_host_is_not_known(inbox: Inbox) -> None:
    signed = inbox.newer(url="http://tutela/inbox")
    answer = await inbox.send(signed, x_original_uri="/inbox")
    assert answer.json()["code"] == "signature_wrong"


@pytest.mark.parametrize("kind", ["Delete", "Follow", "Accept", "Strange", ["Create"], 5])
async def test_other_activities_are_answered_and_not_stored(inbox: Inbox, kind: object) -> None:
    signed = inbox.older({"type": kind, "actor": inbox.server.actor, "object": "x"})
    answer = await inbox.send(signed)
    common = kind in ("Delete", "Follow", "Accept")
    assert (answer.status_code, answer.json()) == (202, {"ignored": kind if common else "other"})
    assert inbox.server.hits == []
    assert await inbox.stored() == 0
    shown = await inbox.client.get("/metrics")
    assert "tutela_activities_ignored_total{" in shown.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"type": "Flag", "object": "x"}', 422),
        (b'{"type": "Flag", "actor": [], "object": "x"}', 422),
        (b'{"type": "Flag", "actor": "a", "actor": "b", "object": "x"}', 422),
    ],
)
async def test_what_is_no_flag_is_refused_before_anything_is_fetched(
    inbox: Inbox, body: bytes, status: int
) -> None:
    answer = await inbox.send(inbox.older(body))
    assert answer.status_code == status
    assert inbox.server.hits == []


@pytest.mark.parametrize(
    "flagged", [None, [], [{}], "", "x" * 3_000, [f"u{n}" for n in range(1_001)]]
)
async def test_a_flag_that_names_nothing_is_refused_with_the_place(
    inbox: Inbox, flagged: object
) -> None:
    answer = await inbox.send(inbox.older(inbox.server.flag(object=flagged)))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/object")
    assert await inbox.stored() == 0


async def test_only_the_media_types_of_activitypub_are_taken(inbox: Inbox) -> None:
    profile = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
    assert (await inbox.send(inbox.older(), content_type="text/plain")).status_code == 415
    assert (await inbox.send(inbox.older(), content_type=profile)).status_code == 202
