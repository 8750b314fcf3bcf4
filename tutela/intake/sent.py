"""What a sender may ask about their own notices: as much as a receipt's code shows, and a clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Pool, tenant_transaction
from tutela.domain import canonical
from tutela.domain.states import ItemState
from tutela.intake.door import sender
from tutela.intake.erasure import UnknownNotice
from tutela.intake.opening import notice_in
from tutela.intake.preparation import open_body
from tutela.intake.receipts import Standing, standing
from tutela.ledger import proofs
from tutela.ledger.proofs import Inclusion

_sql = queries.load("tutela.intake", file="sent.sql")


class NoticeClock(msgspec.Struct, frozen=True, kw_only=True):
    """By when the house wants to have answered, and whether that has passed unanswered."""

    due_at: str | None
    overdue: bool


class SentNotice(Standing, frozen=True, omit_defaults=True, kw_only=True):
    """How a notice of one's own stands; `external_id` as it was sent, unless it was erased."""

    id: str
    external_id: str | None = None
    clock: NoticeClock


class SentPage(msgspec.Struct, frozen=True, kw_only=True):
    """Notices in the order in which they came; `next` is where the following page begins."""

    notices: list[SentNotice]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPageWanted:
    """Which of them: `after` a notice's id, at most `limit`, in a `state` or in any."""

    limit: int
    after: UUID | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    leaf_hash: bytes
    notice: SentNotice


async def list_sent(
    pool: Pool, *, caller: Caller, wanted: SentPageWanted, keys: KeySet, now: datetime
) -> SentPage:
    """A page of what the caller's token, or another of the same name and channel, sent."""
    asked = {"id": None, "after": wanted.after, "state": wanted.state, "limit": wanted.limit + 1}
    found = [
        _sent(row, keys=keys, now=now)
        for row in await _rows(pool, asked={**_whose(caller), **asked}, tenant=caller.tenant)
    ]
    shown = [each.notice for each in found[: wanted.limit]]
    return SentPage(notices=shown, next=shown[-1].id if len(found) > len(shown) else None)


async def show_sent(
    pool: Pool, *, caller: Caller, notice_id: UUID, keys: KeySet, now: datetime
) -> SentNotice:
    """One of them, with its inclusion once it can be proved; `UnknownNotice` for any other."""
    asked = {"id": notice_id, "after": None, "state": None, "limit": 1}
    rows = await _rows(pool, asked={**_whose(caller), **asked}, tenant=caller.tenant)
    if not rows:
        raise unknown_notice()
    sent = _sent(rows[0], keys=keys, now=now)
    inclusion: Inclusion | None = await proofs.inclusion(pool, leaf_hash=sent.leaf_hash)
    return msgspec.structs.replace(sent.notice, inclusion=inclusion)


def unknown_notice() -> UnknownNotice:
    """The refusal of a notice that is not there or not the caller's own."""
    return UnknownNotice("This token sent no such notice.")


def _whose(caller: Caller) -> dict[str, object]:
    return {
        "tenant": caller.tenant,
        "service": caller.service,
        "mark": str(caller.mark),
        "sender": sender(caller),
        "channels": [str(channel) for channel in caller.channels],
    }


def _sent(row: Sequence[Any], *, keys: KeySet, now: datetime) -> _Sent:
    notice_id, received_at, due_at, sealed_key, sealed_body, leaf_hash, answers = row
    told = standing(answers, received_at=received_at)
    still_open = told.state is ItemState.OPEN
    sealed = None if sealed_key is None else Sealed(sealed_key, sealed_body)
    return _Sent(
        leaf_hash=leaf_hash,
        notice=SentNotice(
            id=str(notice_id),
            external_id=_external_id(sealed, notice_id=notice_id, keys=keys),
            state=told.state,
            received_at=told.received_at,
            items=told.items,
            clock=NoticeClock(
                due_at=None if due_at is None else canonical.timestamp(due_at),
                overdue=still_open and due_at is not None and due_at < now,
            ),
        ),
    )


def _external_id(sealed: Sealed | None, *, notice_id: UUID, keys: KeySet) -> str | None:
    if sealed is None:
        return None
    return notice_in(open_body(sealed, notice_id=notice_id, keys=keys)).external_id


async def _rows(pool: Pool, *, asked: dict[str, object], tenant: str) -> list[tuple[Any, ...]]:
    async with tenant_transaction(pool, tenant=tenant) as connection:
        cursor = await connection.execute(_sql.sent_notices, asked)
        return await cursor.fetchall()
