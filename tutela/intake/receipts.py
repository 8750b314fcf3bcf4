"""What the holder of a receipt may ask: no account, no name, only the code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction
from tutela.domain import canonical
from tutela.domain.states import ItemState
from tutela.errors import FieldError, TutelaError
from tutela.ledger import proofs, receipts
from tutela.ledger.proofs import Inclusion
from tutela.ledger.receipts import Receipt

_sql = queries.load("tutela.intake")


class Redress(StrEnum):
    """What a notifier can do about an answer (Article 16(5) DSA)."""

    #: A complaint to the platform itself (Article 20).
    COMPLAINT = "complaint"
    #: A certified body for out-of-court settlement (Article 21).
    OUT_OF_COURT_DISPUTE = "out_of_court_dispute"
    #: A court, at any time.
    COURT = "court"


class ItemShown(StrEnum):
    """How a reported subject stands for whoever holds the receipt."""

    #: Waits for a decision.
    OPEN = "open"
    #: Decided, and nobody is told before a day that a law allows: no more is said.
    UNDER_REVIEW = "under_review"
    #: Decided.
    ANSWERED = "answered"


class UnknownCode(TutelaError):
    """No receipt has this code."""

    code = "unknown_code"
    title = "No receipt has this code"
    status = 404


class ItemStanding(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How one reported subject stands; what follows `state` is there once it is answered.

    `automated_decision` says how far automated means took part, where the decision tells
    (Article 16(6)).
    """

    state: ItemShown
    outcome: str | None = None
    ground: str | None = None
    automated_decision: str | None = None
    #: Since when the decision does not hold any more: its restrictions are lifted.
    undone_at: str | None = None
    redress: tuple[Redress, ...] = ()


class Standing(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a notice stands: `open` while any item is; `inclusion` once it can be proved."""

    state: ItemState
    received_at: str
    items: list[ItemStanding]
    inclusion: Inclusion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipted:
    """A notice as its receipt's holder may know it."""

    tenant: str
    service: str
    notice_id: UUID
    received_at: datetime
    leaf_hash: bytes
    answers: Sequence[dict[str, Any]]


async def look_up(pool: Pool, *, code: str) -> Standing:
    """How the notice of a receipt stands; `UnknownCode` where no receipt has the code."""
    found = await receipted(pool, code=code)
    told = standing(found.answers, received_at=found.received_at)
    inclusion = await proofs.inclusion(pool, leaf_hash=found.leaf_hash)
    return msgspec.structs.replace(told, inclusion=inclusion)


def standing(answers: Sequence[dict[str, Any]], *, received_at: datetime) -> Standing:
    """How a notice stands by the answers to its items, without its inclusion."""
    items = [_item(answer) for answer in answers]
    still_open = any(item.state is not ItemShown.ANSWERED for item in items)
    return Standing(
        state=ItemState.OPEN if still_open else ItemState.ANSWERED,
        received_at=canonical.timestamp(received_at),
        items=items,
    )


async def receipted(pool: Pool, *, code: str) -> Receipted:
    """What a code is a receipt for, however a person typed it; `UnknownCode` where it is none."""
    row = await _of_code(pool, code=receipts.read_code(code), sql=_sql.notice_of_code)
    tenant, service, notice_id, received_at, leaf_hash, answers = row
    return Receipted(
        tenant=tenant,
        service=service,
        notice_id=notice_id,
        received_at=received_at,
        leaf_hash=leaf_hash,
        answers=answers,
    )


async def receipt_of(pool: Pool, *, code: str) -> Receipt:
    """The receipt that a code belongs to, as it was given; `UnknownCode` where there is none."""
    written = receipts.read_code(code)
    row = await _of_code(pool, code=written, sql=_sql.receipt_of_code)
    leaf_hash, log_id, received_at, key_id, signature = row
    promised = receipts.promise(leaf_hash, log_id=log_id, received_at=received_at)
    return receipts.receipt(promised, code=written, key_id=key_id, signature=signature)


async def _of_code(pool: Pool, *, code: str, sql: LiteralString) -> tuple[Any, ...]:
    async with every_tenant_transaction(pool) as connection:
        cursor = await connection.execute(sql, {"code_hash": receipts.hash_code(code)})
        row: tuple[Any, ...] | None = await cursor.fetchone()
    if row is None:
        raise UnknownCode(
            detail="Check the code: 32 letters and digits, in groups of four.",
            errors=[FieldError("/code", "no receipt has this code")],
        )
    return row


def _item(told: dict[str, Any]) -> ItemStanding:
    if told["outcome"] is None:
        return ItemStanding(state=ItemShown.OPEN)
    if told["withheld"]:
        return ItemStanding(state=ItemShown.UNDER_REVIEW)
    return ItemStanding(
        state=ItemShown.ANSWERED,
        outcome=told["outcome"],
        ground=told["ground"],
        automated_decision=told["automated_decision"],
        undone_at=_at(told["undone_at"]),
        redress=tuple(Redress),
    )


def _at(instant: str | None) -> str | None:
    return None if instant is None else canonical.timestamp(datetime.fromisoformat(instant))
