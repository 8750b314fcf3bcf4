"""Erasure of a notice: its key is destroyed, and with it the nonce that its commitment needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet
from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction
from tutela.errors import TutelaError
from tutela.ledger import facts
from tutela.ledger.facts import Happened

_sql = queries.load("tutela.intake")


class UnknownNotice(TutelaError):
    """There is no such notice."""

    code = "unknown_notice"
    title = "There is no such notice"
    status = 404


class StillOpen(TutelaError):
    """Something of the notice waits for an answer; it is answered first and erased then."""

    code = "still_open"
    title = "The notice has not been answered"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """Which notice is erased, why, and by whom; the last two can be personal and are sealed."""

    notice_id: UUID
    reason: str
    erased_by: str


class Erased(msgspec.Struct, frozen=True):
    """Whether there was still something to erase."""

    fresh: bool


async def erase(
    pool: Pool,
    *,
    erasing: Erasing,
    keys: KeySet,
    now: datetime,
    chance: Callable[[int], bytes],
) -> Erased:
    """The notice and its evidence lose their keys and bodies; ids, times and leaves stay.

    What remains in the database can't be compared with a guess: the leaf's commitment wants a
    nonce that is gone, and the subject's key wants a secret that never was in it. Old row versions
    go with the next VACUUM, backups with their own clock. Raises UnknownNotice, StillOpen.
    """
    async with every_tenant_transaction(pool) as connection:
        place = await _place(connection, notice_id=erasing.notice_id)
        if place is None:
            return Erased(fresh=False)
        service = place["service"]
        written = facts.write(_happened(erasing, service=service), at=now, keys=keys, chance=chance)
        await connection.execute(_sql.erase_notice, place)
        await connection.execute(_sql.erase_evidence, place)
        await connection.execute(_sql.add_erasure, {**place, **written.columns})
    return Erased(fresh=True)


async def would_erase(pool: Pool, *, notice_id: UUID) -> Erased:
    """What `erase` would find; it changes nothing. Raises UnknownNotice, StillOpen."""
    async with every_tenant_transaction(pool) as connection:
        return Erased(fresh=await _place(connection, notice_id=notice_id) is not None)


async def _place(connection: Connection, *, notice_id: UUID) -> dict[str, Any] | None:
    cursor = await connection.execute(_sql.notice_for_erasure, {"id": notice_id})
    row = await cursor.fetchone()
    if row is None:
        raise UnknownNotice(detail="No notice has this id.")
    tenant, service, is_erased, open_items = row
    if is_erased:
        return None
    if open_items:
        raise StillOpen(detail="Decide what is open first.", evidence={"open_items": open_items})
    return {"tenant": tenant, "service": service, "notice_id": notice_id}


def _happened(erasing: Erasing, *, service: str) -> Happened:
    return Happened(
        type="notice.erased",
        service=service,
        projection={"notice": str(erasing.notice_id)},
        said={"reason": erasing.reason, "erased_by": erasing.erased_by},
    )
