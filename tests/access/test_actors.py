"""Keys come from the actor's own server, and nothing that server does holds the house up."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ed25519
from http_message_signatures import algorithms

from tests.fixtures.federation import Federated, federated, multikey, pem_of, rsa_key
from tests.fixtures.inbox import LIMITS, LOOPBACK, Inbox, inbox_of
from tests.fixtures.site import Site
from tests.fixtures.strangers import DialsTo, Names, Visit, answer
from tests.fixtures.tls import tls_of
from tutela.access.actors import directory, signers
from tutela.outside.guard import Outside, Wires

PUBLIC = "93.184.216.34"
ELSEWHERE = "http://127.0.0.2:1/actor"


@pytest_asyncio.fixture
async def inbox(web: Site) -> AsyncIterator[Inbox]:
    """An inbox, and a server whose actor has the first key."""
    async with federated() as server, inbox_of(web, server=server) as there:
        server.publish_actor(rsa_key())
        yield there


async def code_of(inbox: Inbox, *, key: str = "first", **fields: str) -> str | None:
    """The code by which a flag is refused, a new one each time; None where it is taken."""
    key_id = fields.pop("key_id", None)
    flag = inbox.server.flag(id=f"{inbox.server.url}/flags/{os.urandom(8).hex()}", **fields)
    sent = await inbox.send(inbox.older(flag, key=key, key_id=key_id))
    told: str | None = sent.json().get("code")
    return told


async def test_a_key_is_fetched_once_in_its_hour(inbox: Inbox) -> None:
    assert [await code_of(inbox) for _ in range(3)] == [None] * 3
    assert inbox.server.hits == ["/actor"]
    inbox.wait(directory.KEY_SECONDS)
    assert await code_of(inbox) is None
    assert inbox.server.hits == ["/actor"] * 2


async def test_many_questions_for_one_key_are_one_fetch(inbox: Inbox) -> None:
    assert await asyncio.gather(*(code_of(inbox) for _ in range(10))) == [None] * 10
    assert inbox.server.hits == ["/actor"]


async def test_a_new_key_counts_at_once_and_the_old_one_no_more(inbox: Inbox) -> None:
    assert await code_of(inbox) is None
    inbox.server.publish_actor(rsa_key("second"))
    inbox.wait(directory.RENEW_AFTER_SECONDS)
    assert await code_of(inbox, key="second") is None
    assert await code_of(inbox, key="first") == "signature_wrong"


async def test_a_forger_can_not_make_us_ask_without_end(inbox: Inbox) -> None:
    assert await code_of(inbox) is None
    for _ in range(20):
        inbox.wait(directory.RENEW_AFTER_SECONDS / 20)
        assert await code_of(inbox, key="second") == "signature_wrong"
    assert len(inbox.server.hits) <= 1 + directory.RENEWED_AT_ONCE
    assert await code_of(inbox) is None


async def test_one_server_is_asked_for_so_many_keys_and_no_more(inbox: Inbox) -> None:
    many = int(directory.NEW_AT_ONCE) + 5
    codes = [
        await code_of(inbox, key_id=f"{inbox.server.url}/keys/{number}") for number in range(many)
    ]
    assert codes == ["actor_gone"] * int(directory.NEW_AT_ONCE) + ["key_unavailable"] * 5
    assert len(inbox.server.hits) == int(directory.NEW_AT_ONCE)


async def test_a_refusal_is_remembered_for_a_minute(inbox: Inbox) -> None:
    del inbox.server.answers["/actor"]
    assert [await code_of(inbox), await code_of(inbox)] == ["actor_gone"] * 2
    assert inbox.server.hits == ["/actor"]
    inbox.server.publish_actor(rsa_key())
    inbox.wait(directory.REFUSAL_SECONDS)
    assert await code_of(inbox) is None


@pytest.mark.parametrize("way", ["404 Not Found", "410 Gone", "tombstone"])
async def test_a_deleted_actors_key_counts_for_the_rest_of_its_hour(inbox: Inbox, way: str) -> None:
    assert await code_of(inbox) is None
    if way == "tombstone":
        inbox.server.publish("/actor", document={"id": inbox.server.actor, "type": "Tombstone"})
    else:
        inbox.server.answers["/actor"] = answer(status=way)
    inbox.wait(directory.KEY_SECONDS - 1)
    assert await code_of(inbox) is None
    inbox.wait(1)
    assert await code_of(inbox) == "actor_gone"


def documents(server: Federated) -> dict[str, tuple[dict[str, object], str]]:
    """Changed actor documents, and the code by which each is refused."""
    good = server.document(rsa_key())
    public = good["publicKey"]
    weak = pem_of(rsa_key("weak", bits=1_024))
    return {
        "another id": ({**good, "id": f"{server.url}/other"}, "key_elsewhere"),
        "another owner": (
            {**good, "publicKey": {**public, "owner": f"{server.url}/other"}},
            "key_elsewhere",
        ),
        "an owner elsewhere": (
            {**good, "publicKey": {**public, "owner": ELSEWHERE}},
            "key_elsewhere",
        ),
        "another key id": (
            {**good, "publicKey": {**public, "id": f"{server.actor}#other"}},
            "key_unknown",
        ),
        "no key": ({**good, "publicKey": None}, "key_unknown"),
        "a key by its name alone": ({**good, "publicKey": server.key_id}, "key_unknown"),
        "a weak key": ({**good, "publicKey": {**public, "publicKeyPem": weak}}, "key_unfit"),
        "no PEM": ({**good, "publicKey": {**public, "publicKeyPem": "x"}}, "key_unfit"),
        "a number": ({**good, "publicKey": {**public, "publicKeyPem": 5}}, "key_unfit"),
    }


async def test_a_document_that_does_not_bind_actor_and_key_is_refused(inbox: Inbox) -> None:
    for change, (document, code) in documents(inbox.server).items():
        inbox.server.publish("/actor", document=document)
        assert (change, await code_of(inbox)) == (change, code)
        inbox.wait(directory.REFUSAL_SECONDS)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"[]", "application/activity+json"),
        (b"{", "application/activity+json"),
        (b"\xff", "application/activity+json"),
        (b"[" * 100_000, "application/activity+json"),
        (b"{}", "application/json"),
        (b"<html></html>", "text/html"),
    ],
)
async def test_what_is_no_document_of_activitypub_has_no_key(
    inbox: Inbox, body: bytes, kind: str
) -> None:
    inbox.server.publish("/actor", document=body, kind=kind)
    assert await code_of(inbox) == "key_unknown"


async def test_an_upload_of_a_user_does_not_pass_for_an_actor(inbox: Inbox) -> None:
    document = inbox.server.document(rsa_key())
    inbox.server.publish("/actor", document=document, kind="application/json")
    assert await code_of(inbox) == "key_unknown"


@pytest.mark.parametrize(
    "key_id", [f"{ELSEWHERE}#main-key", "https://there.example/actor#main-key"]
)
async def test_a_key_on_another_server_is_not_even_fetched(inbox: Inbox, key_id: str) -> None:
    assert await code_of(inbox, key_id=key_id) == "key_elsewhere"
    assert inbox.server.hits == []


@pytest.mark.parametrize(
    "actor",
    [
        "file:///etc/hostname",
        "https://user@there.example/actor",
        "https://0x7f.0.0.1/actor",
        "actor",
        "https://\u00e9.example/",
    ],
)
async def test_an_actor_at_no_address_is_refused(inbox: Inbox, actor: str) -> None:
    assert await code_of(inbox, actor=actor) in {"key_unknown", "signature_wrong"}
    assert inbox.server.hits == []


@pytest.mark.parametrize(
    ("actor", "refused"),
    [
        ("https://10.0.0.1/actor", "key_unknown"),
        ("https://[::1]/actor", "key_unknown"),
        ("http://192.168.0.1/actor", "key_unknown"),
        ("https://169.254.169.254/latest", "key_unknown"),
    ],
)
async def test_an_actor_at_a_private_address_is_refused(
    inbox: Inbox, actor: str, refused: str
) -> None:
    assert await code_of(inbox, actor=actor, key_id=f"{actor}#main-key") == refused
    assert await inbox.refused() == [(401, refused)]


async def test_a_key_document_of_its_own_is_taken_where_the_actor_names_it(inbox: Inbox) -> None:
    server = inbox.server
    key_id = f"{server.url}/keys/1"
    public = {"id": key_id, "owner": server.actor, "publicKeyPem": pem_of(rsa_key())}
    server.publish("/keys/1", document={"type": "Key", **public})
    assert await code_of(inbox, key_id=key_id) == "key_elsewhere"
    inbox.wait(directory.REFUSAL_SECONDS)
    for named in (key_id, public, [{"id": "x"}, public]):
        server.publish(
            "/actor", document={"id": server.actor, "type": "Person", "publicKey": named}
        )
        inbox.wait(directory.KEY_SECONDS)
        assert await code_of(inbox, key_id=key_id) is None


async def test_a_multikey_of_the_actor_is_taken(inbox: Inbox) -> None:
    server = inbox.server
    key = ed25519.Ed25519PrivateKey.generate()
    method = {
        "id": f"{server.actor}#ed",
        "type": "Multikey",
        "controller": server.actor,
        "publicKeyMultibase": multikey(b"\xed\x01", raw=key.public_key().public_bytes_raw()),
    }
    server.publish_actor(rsa_key(), assertionMethod=[f"{server.actor}#other", method])
    signed = inbox.newer(key=key, key_id=f"{server.actor}#ed", algorithm=algorithms.ED25519)
    answered = await inbox.send(signed)
    assert answered.status_code == 202, answered.text


async def test_a_name_without_an_address_may_have_one_later(inbox: Inbox) -> None:
    async with inbox_of(inbox.web, server=inbox.server, outside=Outside(resolve=Names())) as other:
        actor = "https://there.example/actor"
        assert await code_of(other, actor=actor, key_id=f"{actor}#k") == "key_unavailable"


async def test_a_redirect_to_another_server_is_refused(inbox: Inbox) -> None:
    async with federated() as other:
        other.publish("/actor", document=inbox.server.document(rsa_key()))
        moved = answer(status="302 Found", headers=[f"Location: {other.actor}"])
        inbox.server.answers["/actor"] = moved
        assert await code_of(inbox) == "key_elsewhere"


@pytest.mark.parametrize(
    "target", ["https://10.0.0.1/actor", "https://[fd00::1]/", "http://169.254.169.254/", "/actor"]
)
async def test_a_redirect_to_a_private_address_or_in_a_loop_is_refused(
    inbox: Inbox, target: str
) -> None:
    moved = answer(status="302 Found", headers=[f"Location: {target}"])
    inbox.server.answers["/actor"] = moved
    assert await code_of(inbox) == "key_unknown"


async def test_an_actor_of_ten_gigabytes_is_not_read(inbox: Inbox) -> None:
    sent = 0

    async def pour(visit: Visit) -> None:
        nonlocal sent
        visit.writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while sent < 10 * 1024**3:
            visit.writer.write(b"10000\r\n" + b" " * 65_536 + b"\r\n")
            await visit.writer.drain()
            sent += 65_536

    inbox.server.ways["/actor"] = pour
    assert await code_of(inbox) == "key_unavailable"
    assert sent < 64 * 1024**2
    assert await inbox.refused() == [(503, "key_unavailable")]


async def test_a_slow_actor_is_given_up_and_asked_again_later(inbox: Inbox) -> None:
    async def drip(visit: Visit) -> None:
        visit.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
        while True:
            visit.writer.write(b" ")
            await visit.writer.drain()
            await asyncio.sleep(0.05)

    inbox.server.ways["/actor"] = drip
    assert await code_of(inbox) == "key_unavailable"
    del inbox.server.ways["/actor"]
    inbox.wait(directory.UNAVAILABLE_SECONDS)
    assert await code_of(inbox) is None


async def test_a_call_is_not_held_longer_than_belief_may_take(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_visit: Visit) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(signers, "BELIEF_SECONDS", 0.05)
    inbox.server.ways["/actor"] = never
    assert await code_of(inbox) == "key_unavailable"


async def test_a_name_that_turns_to_this_machine_is_not_followed(web: Site, tmp_path: Path) -> None:
    tls = tls_of("there.example", folder=tmp_path)
    async with federated(tls=tls, url="https://there.example") as server:
        server.publish_actor(rsa_key())
        dial = DialsTo(server.there.port)
        names = Names(there_example=[[PUBLIC], ["127.0.0.1"]])
        outside = Outside(resolve=names, wires=Wires(dial=dial, trust=tls.client))
        async with inbox_of(web, server=server, outside=outside) as inbox:
            assert await code_of(inbox) is None
            inbox.wait(directory.KEY_SECONDS)
            assert await code_of(inbox) == "key_unknown"
    assert dial.dialled == [(PUBLIC, 443)]


async def test_an_asker_who_goes_away_takes_nobody_else_along(inbox: Inbox) -> None:
    keys = directory.KeyDirectory(
        Outside(allowed=LOOPBACK, limits=LIMITS), monotonic=lambda: inbox.seconds[0]
    )
    named = directory.Named(inbox.server.key_id, inbox.server.actor)
    first = asyncio.create_task(keys.find(named))
    second = asyncio.create_task(keys.find(named))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).kind == "Application"
    assert inbox.server.hits == ["/actor"]


async def test_no_more_keys_are_kept_than_the_bound(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "KEPT_MAX", 1)
    keys = directory.KeyDirectory(Outside(allowed=LOOPBACK), monotonic=lambda: inbox.seconds[0])
    server = inbox.server
    for name in ("/actor", "/other", "/actor"):
        actor = f"{server.url}{name}"
        public = {"id": f"{actor}#k", "owner": actor, "publicKeyPem": pem_of(rsa_key())}
        server.publish(name, document={"id": actor, "publicKey": public})
        assert (await keys.find(directory.Named(f"{actor}#k", actor))).kind == ""
    assert server.hits == ["/actor", "/other", "/actor"]
