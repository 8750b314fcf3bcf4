"""Declarations: what a platform says it sent, so that a fault before our door is seen too."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.domain import canonical
from tutela.domain.declaration import Declaration
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.domain.text import is_blank
from tutela.errors import FieldError
from tutela.intake.acknowledgement import KeyReused
from tutela.intake.reading import (
    SENDER_CLOCK_TOLERANCE,
    read_struct,
    refuse_if_any,
    time_error,
)
from tutela.ledger import facts
from tutela.ledger.facts import Happened

_SAID = ("surface", "period_from", "period_to", "sent")

_sql = queries.load("tutela.intake")


class Declared(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={"period_from": "from", "period_to": "to"},
):
    """The answer: what was declared, and how many notices of then have come in so far."""

    id: str
    surface: str
    period_from: str
    period_to: str
    sent: int
    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaring:
    """A declaration as a caller hands it in, under a key of its own if it has one."""

    caller: Caller
    declaration: Declaration
    key: str | None


def read_declaration(raw: bytes, *, now: datetime) -> Declaration:
    """The declaration in a body; `NotJson` or `Unfit` where it is none."""
    declaration = read_struct(raw, kind=Declaration)
    refuse_if_any(tuple(_errors(declaration, now=now)))
    return declaration


async def declare(
    pool: Pool,
    *,
    declaring: Declaring,
    keys: KeySet,
    now: datetime,
    chance: Callable[[int], bytes],
) -> tuple[Declared, bool]:
    """The answer, and whether the declaration is new; raises KeyReused."""
    written = facts.write(_happened(declaring), at=now, keys=keys, chance=chance)
    row = {**_row(declaring), **written.columns}
    async with tenant_transaction(pool, tenant=declaring.caller.tenant) as connection:
        cursor = await connection.execute(_sql.add_declaration, row)
        fresh = await cursor.fetchone() is not None
        declaration_id = written.id if fresh else await _earlier(connection, row=row)
        cursor = await connection.execute(_sql.received_over_surface, row)
        received = int((await cursor.fetchall())[0][0])
    return _declared(declaring.declaration, declaration_id=declaration_id, received=received), fresh


async def _earlier(connection: Connection, *, row: dict[str, object]) -> UUID:
    cursor = await connection.execute(_sql.declaration_of_key, row)
    found = await cursor.fetchone()
    if found is None or list(found[1:]) != [row[name] for name in _SAID]:
        raise KeyReused(
            detail="The key was used for another body.",
            errors=[FieldError("/external_id", "used before")],
        )
    earlier: UUID = found[0]
    return earlier


def _row(declaring: Declaring) -> dict[str, object]:
    declaration = declaring.declaration
    return {
        "tenant": declaring.caller.tenant,
        "service": declaring.caller.service,
        "key": declaration.external_id or declaring.key,
        **{name: getattr(declaration, name) for name in _SAID},
        "first_id": _least_id(declaration.period_from - SENDER_CLOCK_TOLERANCE),
    }


def _least_id(at: datetime) -> UUID:
    unix_ms = max(int(at.timestamp() * 1000), 0)
    return uuid7(unix_ms=unix_ms, random=bytes(UUID7_RANDOM_BYTES))


def _happened(declaring: Declaring) -> Happened:
    declaration = declaring.declaration
    said = {
        "surface": declaration.surface,
        "from": canonical.timestamp(declaration.period_from),
        "to": canonical.timestamp(declaration.period_to),
        "sent": declaration.sent,
    }
    return Happened(
        type="declaration.received",
        service=declaring.caller.service,
        projection=said,
        said=said,
    )


def _declared(declaration: Declaration, *, declaration_id: UUID, received: int) -> Declared:
    return Declared(
        id=str(declaration_id),
        surface=declaration.surface,
        period_from=canonical.timestamp(declaration.period_from),
        period_to=canonical.timestamp(declaration.period_to),
        sent=declaration.sent,
        received=received,
    )


def _errors(declaration: Declaration, *, now: datetime) -> Iterator[FieldError]:
    if is_blank(declaration.surface):
        yield FieldError("/surface", "blank")
    for pointer, at in (("/from", declaration.period_from), ("/to", declaration.period_to)):
        wrong = time_error(at, now=now)
        if wrong is not None:
            yield FieldError(pointer, wrong)
    if declaration.period_from >= declaration.period_to:
        yield FieldError("/to", "not after from")
