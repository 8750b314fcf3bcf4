"""What changes of the staff stand on, and what is told of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Connection, Pool
from tutela.domain.vocabulary import Role
from tutela.errors import TutelaError
from tutela.ledger import facts
from tutela.ledger.facts import Happened

#: Nobody agrees to what was asked for so long ago.
WAITS: Final = timedelta(days=14)
REASON_MAX: Final = 2_000

_sql = queries.load("tutela.staff")
_ledger_sql = queries.load("tutela.ledger")


class ChangeKind(StrEnum):
    """What a change does; each gives somebody more than they have."""

    #: Somebody new may log in.
    JOIN = "join"
    #: Somebody has another role.
    ROLE = "role"
    #: Somebody who was shut out may log in again.
    RETURN = "return"
    #: Somebody gets a new password, and sets up another authenticator.
    RESET = "reset"


class StaffEvent(StrEnum):
    """What was done; each is a leaf of the ledger, without names."""

    #: An admin asked for a change that needs another admin.
    PROPOSED = "staff.proposed"
    #: A change holds.
    MADE = "staff.made"
    #: A change was refused or taken back.
    REFUSED = "staff.refused"
    #: Somebody was shut out.
    SHUT_OUT = "staff.shut_out"
    #: Somebody's sessions were ended; they may log in again.
    LOGGED_OUT = "staff.logged_out"


class UnknownStaffChange(TutelaError):
    """No change of the tenant's staff has this id, or it is over."""

    code = "unknown_staff_change"
    title = "There is no such change"
    status = HTTPStatus.NOT_FOUND


class StaffChangeUnfit(TutelaError):
    """The change can't be made: the person is not as it takes them to be."""

    code = "staff_change_unfit"
    title = "The change can't be made"
    status = HTTPStatus.CONFLICT


class ReasonMissing(TutelaError):
    """Why it is asked is not said, or at too great a length."""

    code = "reason_missing"
    title = "Say why"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRoom:
    """What changes of the staff stand on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A change as an admin asks for it."""

    kind: ChangeKind
    name: str
    #: What the person is to be; None where they keep what they are.
    role: Role | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change that waits for another admin."""

    id: UUID
    kind: ChangeKind
    name: str
    role: Role
    reason: str
    proposed_by: str
    proposed_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of it: made or waiting, with a password that is told this once, if there is one."""

    id: UUID
    is_made: bool
    name: str
    password: str | None = None
    #: False where the same admin had asked for the same before.
    is_new: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done, in which service, by whom, to whom and why."""

    event: StaffEvent
    service: str
    kind: str
    role: Role
    by: str
    name: str
    reason: str
    #: Whether another person agreed.
    is_agreed: bool = False
    other_admins: int = 0


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """An act as it is sealed, and shown to those who may see it."""

    kind: str
    role: str
    by: str
    name: str
    reason: str
    is_agreed: bool


async def write(connection: Connection, *, room: StaffRoom, tenant: str, act: Act) -> None:
    """The act and its leaf, which names nobody."""
    said = Said(
        kind=act.kind,
        role=act.role,
        by=act.by,
        name=act.name,
        reason=act.reason,
        is_agreed=act.is_agreed,
    )
    projection = {
        "kind": act.kind,
        "role": str(act.role),
        "is_agreed": act.is_agreed,
        "other_admins": act.other_admins,
    }
    happened = Happened(
        type=act.event, service=act.service, projection=projection, said=msgspec.to_builtins(said)
    )
    now = room.clock()
    fact = facts.write(happened, at=now, keys=room.keys, chance=room.chance)
    await connection.execute(
        _ledger_sql.add_leaf, {**fact.leaf.columns, "tenant": tenant, "at": now}
    )
    columns = {**fact.columns, "tenant": tenant, "event": str(act.event)}
    await connection.execute(_sql.add_act, columns)


def opened(row: tuple[UUID, str, datetime, bytes, bytes], *, keys: KeySet) -> tuple[str, Said]:
    """An act as it was written: its event and what was said."""
    fact_id, event, _, key, body = row
    read = facts.open_fact(Sealed(bytes(key), bytes(body)), fact_id=fact_id, keys=keys)
    return event, msgspec.json.decode(read, type=Said)
