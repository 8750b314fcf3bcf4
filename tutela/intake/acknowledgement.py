"""What a notifier is told: the ids, what Article 16 finds missing, and the signed receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Pool, tenant_transaction
from tutela.errors import FieldError, TutelaError
from tutela.intake.preparation import PreparedNotice, open_body
from tutela.ledger import receipts
from tutela.ledger.receipts import Receipt

_sql = queries.load("tutela.intake")


class KeyReused(TutelaError):
    """The key was used before, for another body."""

    code = "key_reused"
    title = "The key was used for another body"
    status = 409


class ItemOpened(msgspec.Struct, frozen=True):
    """One subject of the notice, by the id under which it is answered."""

    id: str
    kind: str


class Article16(msgspec.Struct, frozen=True):
    """Whether the notice has all that Article 16(2) asks for; what lacks never closes the door."""

    complete: bool
    missing: list[str]


class Accepted(msgspec.Struct, frozen=True):
    """The answer of `POST /v1/notices`: sent only after everything in it is committed."""

    id: str
    items: list[ItemOpened]
    article_16: Article16
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    id: UUID
    received_at: datetime
    key_id: str
    signature: bytes
    missing: list[str]
    sealed: Sealed | None
    leaf_hash: bytes
    kinds: list[str]


def item_id(notice_id: UUID, *, ordinal: int) -> str:
    """The id of one subject of a notice: the notice's id and its place from 0."""
    return f"{notice_id}.{ordinal}"


def of_prepared(notice: PreparedNotice) -> Accepted:
    """The answer to a notice that was committed just now."""
    return Accepted(
        id=str(notice.id),
        items=[
            ItemOpened(item_id(notice.id, ordinal=item.ordinal), item.subject.kind)
            for item in notice.items
        ],
        article_16=Article16(not notice.missing, list(notice.missing)),
        receipt=receipts.receipt(
            notice.promise, code=notice.code, key_id=notice.key_id, signature=notice.signature
        ),
    )


async def of_earlier(pool: Pool, *, notice: PreparedNotice, keys: KeySet) -> Accepted:
    """The first answer to a key that was used before; `KeyReused` where the body was another."""
    speaker = notice.speaker
    async with tenant_transaction(pool, tenant=speaker.tenant) as connection:
        cursor = await connection.execute(
            _sql.notice_of_key,
            {"tenant": speaker.tenant, "service": speaker.service, "key": notice.key},
        )
        row = await cursor.fetchone()
    if row is None:
        raise _reused("The key was used for a record of another kind.")
    stored = _stored(row)
    if stored.sealed is None:
        raise _reused("The notice sent under this key was erased and can't be compared.")
    if open_body(stored.sealed, notice_id=stored.id, keys=keys) != notice.body:
        raise _reused("The notice sent under this key had another body.")
    return _of_stored(stored, log_id=speaker.log_id, keys=keys)


def _of_stored(stored: _Stored, *, log_id: str, keys: KeySet) -> Accepted:
    promised = receipts.promise(stored.leaf_hash, log_id=log_id, received_at=stored.received_at)
    code = receipts.write_code(keys.code_digest(stored.id.bytes))
    return Accepted(
        id=str(stored.id),
        items=[
            ItemOpened(item_id(stored.id, ordinal=ordinal), kind)
            for ordinal, kind in enumerate(stored.kinds)
        ],
        article_16=Article16(not stored.missing, stored.missing),
        receipt=receipts.receipt(
            promised, code=code, key_id=stored.key_id, signature=stored.signature
        ),
    )


def _stored(row: Sequence[Any]) -> _Stored:
    notice_id, received_at, key_id, signature, missing, *rest = row
    sealed_key, sealed_body, leaf_hash, kinds = rest
    return _Stored(
        id=notice_id,
        received_at=received_at,
        key_id=key_id,
        signature=signature,
        missing=missing,
        sealed=None if sealed_key is None else Sealed(sealed_key, sealed_body),
        leaf_hash=leaf_hash,
        kinds=kinds,
    )


def _reused(detail: str) -> KeyReused:
    return KeyReused(detail=detail, errors=[FieldError("/external_id", "used before")])
