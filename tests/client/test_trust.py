"""Receipts are checked on arrival; what a notice's sender is told when one proves nothing."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.client.conftest import Service, notice
from tests.ledger.test_rotation import rotated
from tutela.client import (
    AsyncClient,
    AsyncSurroundings,
    Client,
    KeyFile,
    ProofRefused,
    ReceiptRefused,
    Surroundings,
)
from tutela.client.answers import LogKeys
from tutela.client.trust import LogTrust
from tutela_verify import Refuted

FOREIGN_KEY = base64.b64encode(bytes(range(32))).decode()


def own_key(service: Service) -> str:
    return base64.b64encode(service.site.house.keys.public_key).decode()


async def test_the_key_may_be_given(service: Service) -> None:
    token = await service.site.token()
    async with service.speaker(token=token, log_key=own_key(service)) as sender:
        await sender("notices.send", notice())


async def test_another_key_refuses_the_receipt_and_tells_the_notice(service: Service) -> None:
    token = await service.site.token()
    async with service.speaker(token=token, log_key=FOREIGN_KEY) as sender:
        with pytest.raises(ReceiptRefused, match="not trusted") as refused:
            await sender("notices.send", notice())
        assert refused.value.accepted is not None
        with pytest.raises(ReceiptRefused) as of_many:
            await sender("notices.send_all", [notice("a"), notice("b")])
    assert len(of_many.value.sent) == 2
    assert await service.notices() == 3


async def test_the_first_key_is_remembered_and_no_other_is_believed(
    service: Service, tmp_path: Path
) -> None:
    token = await service.site.token()
    store = KeyFile(tmp_path / "log-key")
    async with service.speaker(token=token, log_key=store) as sender:
        await sender("notices.send", notice())
    assert store.load() == [own_key(service)]
    store.save([FOREIGN_KEY])
    async with service.speaker(token=token, log_key=store) as sender:
        with pytest.raises(ReceiptRefused):
            await sender("notices.send", notice())
    assert store.load() == [FOREIGN_KEY]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("include_by", "2026-11-21T10:15:00.000000Z", "signature"),
        ("received_at", "2026-11-21T10:15:00.000000Z", "signature"),
        ("leaf_hash", "00" * 32, "signature"),
        ("log_id", "another", "signature"),
        ("signature", base64.b64encode(bytes(64)).decode(), "signature"),
        ("signature", "short", "64 bytes"),
        ("key_id", "00" * 8, "not trusted"),
        ("received_at", "yesterday", "UTC time"),
    ],
)
async def test_a_changed_receipt_is_refused(
    service: Service, field: str, value: str, says: str
) -> None:
    token = await service.site.token()
    async with service.speaker(token=token, log_key=own_key(service)) as sender:
        accepted = await sender("notices.send", notice())
    changed = msgspec.structs.replace(accepted.receipt, **{field: value})
    trust = LogTrust(own_key(service))
    assert trust.receipt_fault(accepted.receipt) == ""
    assert says in trust.receipt_fault(changed)


async def test_a_promise_of_more_than_a_minute_is_none(service: Service) -> None:
    token = await service.site.token()
    async with service.speaker(token=token) as sender:
        accepted = await sender("notices.send", notice())
    keys = service.site.house.keys
    late = {**msgspec.to_builtins(accepted.receipt), "include_by": "2999-01-01T00:00:00.000000Z"}
    signed = {name: late[name] for name in ("log_id", "leaf_hash", "received_at", "include_by")}
    signature = keys.sign(msgspec.json.encode({**signed, "v": 1}, order="sorted"))
    late["signature"] = base64.b64encode(signature).decode()
    fault = LogTrust(own_key(service)).receipt_fault(msgspec.convert(late, type(accepted.receipt)))
    assert "not within a minute" in fault


@pytest.mark.parametrize("kind", ["blocking"], indirect=True)
async def test_a_proof_of_another_leaf_is_refused(service: Service) -> None:
    token = await service.site.token()
    async with service.speaker(token=token) as sender:
        first = await sender("notices.send", notice("a"))
        second = await sender("notices.send", notice("b"))
        await service.site.house.sequencer.sequence_all()

        def of_the_other(body: dict[str, Any]) -> dict[str, Any]:
            return {**body, "leaf_hash": first.receipt.leaf_hash}

        with httpx.Client(transport=tampering(of_the_other)) as http:
            sender.client = Client(service.url, surroundings=Surroundings(http=http))
            with pytest.raises(ProofRefused):
                await sender("receipts.wait_for_inclusion", second.receipt)


def tampering(change: Callable[[dict[str, Any]], dict[str, Any]]) -> httpx.BaseTransport:
    """A road on which the proofs of the real service are changed."""

    class Road(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = super().handle_request(request)
            answer.read()
            if "/proof/" not in request.url.path:
                return answer
            return httpx.Response(answer.status_code, json=change(answer.json()))

    return Road()


async def test_a_new_key_is_believed_where_the_old_one_introduced_it(
    service: Service, tmp_path: Path
) -> None:
    token = await service.site.token()
    store = KeyFile(tmp_path / "log-key")
    async with (
        service.speaker(token=token, log_key=store) as sender,
        service.speaker(token=token, log_key=FOREIGN_KEY) as misled,
    ):
        first = await sender("notices.send", notice(external_id="n-1"))
        old = own_key(service)
        await rotated(service.site.house, folder=tmp_path / "keys")
        second = await sender("notices.send", notice("post-92"))
        assert await sender("notices.send", notice(external_id="n-1")) == first
        assert second.receipt.key_id != first.receipt.key_id
        assert store.load() == [old, own_key(service)]
        with pytest.raises(ReceiptRefused, match="not trusted"):
            await misled("notices.send", notice("post-93"))


@pytest.mark.parametrize("kind", ["blocking"], indirect=True)
async def test_a_key_that_nobody_introduced_is_not_believed(
    service: Service, tmp_path: Path
) -> None:
    token = await service.site.token()
    trust = LogTrust(own_key(service))
    await rotated(service.site.house, folder=tmp_path / "keys")
    async with service.speaker(token=token) as sender:
        accepted = await sender("notices.send", notice())
    answer = await service.site.client.get("/v1/ledger/keys")
    told = msgspec.json.decode(answer.content, type=LogKeys).keys
    forged = base64.b64encode(bytes(64)).decode()
    with pytest.raises(Refuted):
        trust.learn([told[0], msgspec.structs.replace(told[1], introduction=forged)])
    assert "not trusted" in trust.receipt_fault(accepted.receipt)
    trust.learn(told)
    assert trust.receipt_fault(accepted.receipt) == ""


async def test_a_client_of_the_callers_own_is_not_closed() -> None:
    with httpx.Client() as http:
        with Client("http://127.0.0.1", surroundings=Surroundings(http=http)):
            pass
        assert not http.is_closed
    async with httpx.AsyncClient() as awaiting:
        around = AsyncSurroundings(http=awaiting)
        async with AsyncClient("http://127.0.0.1", surroundings=around):
            pass
        assert not awaiting.is_closed
