"""Erasure: everything still verifies, and nothing that remains confirms a guess."""

import base64
import hashlib
import hmac
import itertools
import os
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.fixtures.site import Site, notice
from tests.intake.test_receipts import EVIDENCE, LOOKUP, dismiss_all, sent
from tutela.domain import canonical
from tutela.intake import erasure
from tutela.intake.erasure import Erased, Erasing, StillOpen, UnknownNotice

DIGESTS = ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s")


async def erase(web: Site, *, notice_id: str) -> Erased:
    return await erasure.erase(
        web.house.pool,
        erasing=Erasing(notice_id=UUID(notice_id), reason="asked for", erased_by="staff-1"),
        keys=web.house.keys,
        now=web.house.clock.now(),
        chance=os.urandom,
    )


async def erased(web: Site, **fields: object) -> dict[str, Any]:
    accepted = await sent(web, **fields)
    await web.call(
        EVIDENCE, body={"code": accepted["receipt"]["code"], "text": "evidence token 5150"}
    )
    await dismiss_all(web)
    assert (await erase(web, notice_id=accepted["id"])).fresh
    return accepted


async def everything(web: Site) -> list[object]:
    """Every value of every row of every table."""
    tables = await web.house.rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    found: list[object] = []
    for (table,) in tables:
        for row in await web.house.rows(f'SELECT * FROM "{table}"'):
            found.extend(row)
    return found


async def test_an_open_notice_is_not_erased(web: Site) -> None:
    accepted = await sent(web)
    with pytest.raises(StillOpen) as caught:
        await erase(web, notice_id=accepted["id"])
    assert caught.value.evidence == {"open_items": 1}
    assert await web.house.rows("SELECT count(*) FROM erasure") == [(0,)]


async def test_a_notice_that_never_was_is_not_erased(web: Site) -> None:
    with pytest.raises(UnknownNotice):
        await erase(web, notice_id=str(uuid4()))


async def test_erasing_twice_writes_one_leaf(web: Site) -> None:
    accepted = await erased(web)
    assert not (await erase(web, notice_id=accepted["id"])).fresh
    rows = await web.house.rows("SELECT content FROM ledger_leaf WHERE fact_type = 'notice.erased'")
    assert len(rows) == 1
    assert b"staff-1" not in rows[0][0]
    assert accepted["id"].encode() in rows[0][0]


async def test_receipt_and_proof_outlive_the_notice(web: Site) -> None:
    accepted = await erased(web)
    await web.house.sequencer.sequence_all()
    standing = (await web.call(LOOKUP, body={"code": accepted["receipt"]["code"]})).json()
    assert standing["state"] == "answered"
    inclusion = standing["inclusion"]
    assert inclusion["leaf_hash"] == accepted["receipt"]["leaf_hash"]
    assert inclusion["size"] == inclusion["head"]["size"] == 4


async def test_a_key_that_was_erased_stays_taken(web: Site) -> None:
    await erased(web, external_id="k-1")
    answer = await web.post("/v1/notices", body=notice(external_id="k-1"))
    assert answer.status_code == 409
    assert "erased" in answer.json()["detail"]


async def test_evidence_goes_with_its_notice(web: Site) -> None:
    accepted = await erased(web)
    assert await web.house.rows("SELECT sealed_key, sealed_body FROM evidence") == [(None, None)]
    again = await web.client.post(
        EVIDENCE,
        json={"code": accepted["receipt"]["code"], "text": "evidence token 5150"},
    )
    assert again.status_code == 409


async def test_what_remains_confirms_no_guess(web: Site) -> None:
    body = notice(explanation="token 8e1d", subjects=[{"kind": "content", "id": "p-8e1d"}])
    accepted = await erased(web, **{name: body[name] for name in ("explanation", "subjects")})
    guessed = [
        canonical.encode(body),
        b'{"text":"evidence token 5150"}',
        b"token 8e1d",
        b"p-8e1d",
        b"a@example.org",
        b"A. N. Other",
        canonical.encode(body["notifier"]),
    ]
    held = await everything(web)
    stored = {bytes(value) for value in held if isinstance(value, bytes | memoryview)}
    text = "\n".join(str(value) for value in held)
    salts = [b"", b"\x00", accepted["id"].encode(), UUID(accepted["id"]).bytes, *stored]
    for digest in _digests(guessed, salts=salts):
        assert not any(digest[:16] in value for value in stored)
        assert digest.hex() not in text
        assert base64.b64encode(digest).decode() not in text
    assert all(guess.decode() not in text for guess in guessed[2:])


async def test_a_commitment_can_be_made_again_until_the_erasure(web: Site) -> None:
    accepted = await sent(web)
    ((content, key, body),) = await web.house.rows(
        "SELECT l.content, n.sealed_key, n.sealed_body FROM notice n"
        " JOIN ledger_leaf l ON l.fact_id = n.id"
    )
    assert key is not None
    assert body is not None
    await dismiss_all(web)
    await erase(web, notice_id=accepted["id"])
    stored = [value for value in await everything(web) if isinstance(value, bytes)]
    assert key not in stored
    assert body not in stored
    ((unchanged,),) = await web.house.rows(
        "SELECT content FROM ledger_leaf WHERE fact_type = 'notice.received'"
    )
    assert unchanged == content


def _digests(guessed: list[bytes], *, salts: list[bytes]) -> Iterator[bytes]:
    for guess, salt in itertools.product(guessed, salts):
        yield hashlib.sha256(salt + guess).digest()
        yield hashlib.sha256(guess + salt).digest()
        if salt:
            yield hmac.digest(salt, guess, "sha256")
    for guess, name in itertools.product(guessed, DIGESTS):
        yield hashlib.new(name, guess).digest()
