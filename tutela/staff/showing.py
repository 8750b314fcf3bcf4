"""Who may log in as what, what waits for another admin, and what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import tenant_transaction
from tutela.domain.vocabulary import Role
from tutela.staff.room import Change, ChangeKind, Said, StaffRoom, opened

_sql = queries.load("tutela.staff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person of the staff."""

    name: str
    role: Role
    created_at: datetime
    #: None where they may log in.
    shut_out_at: datetime | None
    logged_in_at: datetime | None
    #: Guesses at their password or code that failed since then.
    guesses: int
    has_factor: bool
    #: Whether they log in by a password of ours.
    has_password: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActDone:
    """What was done, and when."""

    id: UUID
    event: str
    at: datetime
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """The staff of a tenant, changes that wait, and the latest acts."""

    people: Sequence[Member]
    waiting: Sequence[Change]
    acts: Sequence[ActDone]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsAsked:
    """Which part of what was done: at most `limit`, older than an act or the newest."""

    limit: int
    after: UUID | None = None


async def show(room: StaffRoom, *, caller: Caller) -> Staff:
    """Everybody of the caller's tenant; raises Forbidden."""
    refuse_unless(caller.role, right=Right.SEE_PEOPLE)
    asked = {"tenant": caller.tenant, "now": room.clock()}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        people = await (await connection.execute(_sql.people, asked)).fetchall()
        waiting = await (await connection.execute(_sql.open_changes, asked)).fetchall()
        acts = await (await connection.execute(_sql.latest_acts, asked)).fetchall()
    return Staff(
        people=[_member(*row) for row in people],
        waiting=[_change(*row) for row in waiting],
        acts=[_act(row, room=room) for row in acts],
    )


async def acts(room: StaffRoom, *, caller: Caller, asked: ActsAsked) -> Sequence[ActDone]:
    """What was done in the caller's tenant, the newest first; raises Forbidden."""
    refuse_unless(caller.role, right=Right.SEE_PEOPLE)
    named = {"tenant": caller.tenant, "limit": asked.limit, "after": asked.after}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        rows = await (await connection.execute(_sql.acts_page, named)).fetchall()
    return [_act(row, room=room) for row in rows]


def _member(*row: object) -> Member:
    names = ("name", "role", "created_at", "shut_out_at", "logged_in_at", "guesses")
    found = dict(zip((*names, "has_factor", "has_password"), row, strict=True))
    return Member(**found | {"role": Role(str(found["role"]))})  # type: ignore[arg-type]


def _change(*row: object) -> Change:
    names = ("id", "kind", "name", "role", "reason", "proposed_by", "proposed_at", "ends_at")
    found = dict(zip(names, row, strict=True))
    typed = {"kind": ChangeKind(str(found["kind"])), "role": Role(str(found["role"]))}
    return Change(**found | typed)  # type: ignore[arg-type]


def _act(row: tuple[UUID, str, datetime, bytes, bytes], *, room: StaffRoom) -> ActDone:
    event, said = opened(row, keys=room.keys)
    return ActDone(id=row[0], event=event, at=row[2], said=said)
