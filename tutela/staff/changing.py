"""A change of who may log in as what: asked for by one admin, agreed to by another."""

from dataclasses import dataclass
from uuid import UUID

from tutela.access import users
from tutela.access.login.factors import take_off_in
from tutela.access.persons import UnknownPerson, person_of, refuse_same
from tutela.access.roles import Right, refuse_unless
from tutela.access.sessions import end_all_in
from tutela.access.tokens import Caller, refuse_bad_name
from tutela.access.users import NameTaken, RoleNotForPeople
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.domain.staffing import StaffChangeEvent, StaffChangeState
from tutela.domain.states import transition
from tutela.domain.vocabulary import Role
from tutela.errors import FieldError
from tutela.staff.room import (
    REASON_MAX,
    WAITS,
    Act,
    ChangeKind,
    Done,
    ReasonMissing,
    StaffChangeUnfit,
    StaffEvent,
    StaffRoom,
    UnknownStaffChange,
    Wanted,
    write,
)

_sql = queries.load("tutela.staff")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitting:
    """A change that can be made, with the role that the person has afterwards."""

    kind: ChangeKind
    name: str
    role: Role
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """The tenant's staff, in a transaction that nobody else changes it in."""

    room: StaffRoom
    connection: Connection
    caller: Caller
    by: str

    @property
    def columns(self) -> dict[str, object]:
        return {"tenant": self.caller.tenant, "by": self.by, "now": self.room.clock()}

    async def other_admins(self) -> int:
        """How many could agree beside whoever asks."""
        cursor = await self.connection.execute(_sql.other_admins, self.columns)
        ((counted,),) = await cursor.fetchall()
        return int(counted)


async def propose(room: StaffRoom, *, caller: Caller, wanted: Wanted) -> Done:
    """The change, waiting for another admin; made at once where there is none.

    Asked for again by the same admin, it is the one that waits already.

    Errors: `Forbidden`, `NeedsPerson`, `ReasonMissing`, `BadName`, `NameTaken`, `UnknownPerson`,
    `RoleNotForPeople`, `StaffChangeUnfit`.
    """
    by = _admin(caller)
    _refuse_unsaid(wanted.reason)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        held = await _hold(connection, room=room, caller=caller, by=by)
        fitting = await _fitting(held, wanted=wanted)
        others = await held.other_admins()
        waits = await _waiting(held, fitting=fitting) if others else None
        if waits is not None:
            return Done(id=waits, is_made=False, is_new=False, name=fitting.name)
        state = StaffChangeState.PROPOSED if others else StaffChangeState.MADE
        change_id = await _add(held, fitting=fitting, state=state)
        password = None if others else await _make(held, fitting=fitting)
        event = StaffEvent.PROPOSED if others else StaffEvent.MADE
        await _write(held, event=event, fitting=fitting, others=others)
    return Done(id=change_id, is_made=not others, name=fitting.name, password=password)


async def agree(room: StaffRoom, *, caller: Caller, change_id: UUID) -> Done:
    """The change holds from now on.

    Errors: `Forbidden`, `NeedsPerson`, `SamePerson`, `UnknownStaffChange`, `IllegalTransition`,
    and those of `propose` where the person is another than they were.
    """
    by = _admin(caller)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        held = await _hold(connection, room=room, caller=caller, by=by)
        asked, state, proposed_by = await _locked(held, change_id=change_id)
        refuse_same(by, other=proposed_by)
        made = transition(state, event=StaffChangeEvent.AGREED)
        fitting = await _fitting(held, wanted=asked)
        password = await _make(held, fitting=fitting)
        await _move(held, change_id=change_id, state=made)
        others = await held.other_admins()
        await _write(held, event=StaffEvent.MADE, fitting=fitting, others=others, is_agreed=True)
    return Done(id=change_id, is_made=True, name=fitting.name, password=password)


async def refuse(room: StaffRoom, *, caller: Caller, change_id: UUID) -> None:
    """The change is off, by another admin or by whoever asked for it; errors as `agree`."""
    by = _admin(caller)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        held = await _hold(connection, room=room, caller=caller, by=by)
        asked, state, _ = await _locked(held, change_id=change_id)
        refused = transition(state, event=StaffChangeEvent.REFUSED)
        await _move(held, change_id=change_id, state=refused)
        fitting = _Fitting(
            kind=asked.kind,
            name=asked.name,
            role=asked.role or Role.REVIEWER,
            reason=asked.reason,
        )
        others = await held.other_admins()
        await _write(held, event=StaffEvent.REFUSED, fitting=fitting, others=others)


async def shut_out(room: StaffRoom, *, caller: Caller, name: str, reason: str) -> None:
    """The person is logged out and may log in no more, at once and by one admin alone.

    Errors: `Forbidden`, `NeedsPerson`, `ReasonMissing`, `UnknownPerson`, `StaffChangeUnfit` where
    no admin would be left.
    """
    by = _admin(caller)
    _refuse_unsaid(reason)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        held = await _hold(connection, room=room, caller=caller, by=by)
        whose = {**held.columns, "name": name}
        ((left,),) = await (await connection.execute(_sql.admins_left, whose)).fetchall()
        row = await (await connection.execute(_sql.shut_out, whose)).fetchone()
        if row is None:
            raise UnknownPerson(f"There is no user {name} who may log in.")
        if not left:
            raise StaffChangeUnfit("No admin would be left; make another one first.")
        await end_all_in(connection, tenant=caller.tenant, name=name)
        act = Act(
            event=StaffEvent.SHUT_OUT,
            service=caller.service,
            kind="shut_out",
            role=Role(row[0]),
            by=by,
            name=name,
            reason=reason,
            other_admins=await held.other_admins(),
        )
        await write(connection, room=room, tenant=caller.tenant, act=act)


async def log_out(room: StaffRoom, *, caller: Caller, name: str, reason: str) -> int:
    """How many sessions of the person ended; they may log in again, and their tokens go on.

    Errors: `Forbidden`, `NeedsPerson`, `ReasonMissing`, `UnknownPerson`.
    """
    by = _admin(caller)
    _refuse_unsaid(reason)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        held = await _hold(connection, room=room, caller=caller, by=by)
        whose = {"tenant": caller.tenant, "name": name}
        row = await (await connection.execute(_sql.find_person, whose)).fetchone()
        if row is None:
            raise UnknownPerson(f"There is no user {name}.")
        ended = await end_all_in(connection, tenant=caller.tenant, name=name)
        act = Act(
            event=StaffEvent.LOGGED_OUT,
            service=caller.service,
            kind="log_out",
            role=Role(row[0]),
            by=by,
            name=name,
            reason=reason,
            other_admins=await held.other_admins(),
        )
        await write(connection, room=room, tenant=caller.tenant, act=act)
    return ended


async def _hold(connection: Connection, *, room: StaffRoom, caller: Caller, by: str) -> _Held:
    await connection.execute(_sql.one_at_a_time, {"tenant": caller.tenant})
    ends = {"lapsed": str(StaffChangeState.LAPSED), "proposed": str(StaffChangeState.PROPOSED)}
    await connection.execute(
        _sql.lapse_changes, {"tenant": caller.tenant, "now": room.clock(), **ends}
    )
    return _Held(room=room, connection=connection, caller=caller, by=by)


async def _fitting(held: _Held, *, wanted: Wanted) -> _Fitting:
    """The change with the role that the person has afterwards; raises what `propose` says."""
    refuse_bad_name(wanted.name, what="name")
    whose = {"tenant": held.caller.tenant, "name": wanted.name}
    row = await (await held.connection.execute(_sql.find_person, whose)).fetchone()
    if wanted.kind is ChangeKind.JOIN:
        if row is not None:
            raise NameTaken(f"There is a user {wanted.name} already.")
        return _as(wanted, role=_role(wanted))
    if row is None:
        raise UnknownPerson(f"There is no user {wanted.name}.")
    role, is_out = Role(row[0]), row[1] is not None
    if wanted.kind is ChangeKind.ROLE:
        if role == wanted.role:
            raise StaffChangeUnfit(f"{wanted.name} has the role {role} already.")
        return _as(wanted, role=_role(wanted))
    if is_out != (wanted.kind is ChangeKind.RETURN):
        raise StaffChangeUnfit(
            f"{wanted.name} {'was shut out; let them return first' if is_out else 'may log in'}."
        )
    return _as(wanted, role=role)


async def _make(held: _Held, *, fitting: _Fitting) -> str | None:
    """What the change says is so; gives a new password, to be told once, where there is one."""
    tenant, name = held.caller.tenant, fitting.name
    changed = {**held.columns, "name": name, "role": str(fitting.role)}
    password = None
    if fitting.kind in (ChangeKind.JOIN, ChangeKind.RESET):
        password = users.generated_password(held.room.chance)
        changed["password_hash"] = await users.password_hash(password)
    statement = {
        ChangeKind.JOIN: _sql.add_person,
        ChangeKind.ROLE: _sql.give_role,
        ChangeKind.RETURN: _sql.let_return,
        ChangeKind.RESET: _sql.give_password,
    }[fitting.kind]
    await held.connection.execute(statement, changed)
    if fitting.kind is ChangeKind.RESET:
        await take_off_in(held.connection, tenant=tenant, name=name)
    await end_all_in(held.connection, tenant=tenant, name=name)
    return password


async def _add(held: _Held, *, fitting: _Fitting, state: StaffChangeState) -> UUID:
    now = held.room.clock()
    unix_ms = int(now.timestamp() * 1000)
    change_id = uuid7(unix_ms=unix_ms, random=held.room.chance(UUID7_RANDOM_BYTES))
    added = {
        "id": change_id,
        "kind": str(fitting.kind),
        "name": fitting.name,
        "role": str(fitting.role),
        "reason": fitting.reason,
        "state": str(state),
        "ends_at": now + WAITS,
    }
    await held.connection.execute(_sql.add_change, {**held.columns, **added})
    return change_id


async def _waiting(held: _Held, *, fitting: _Fitting) -> UUID | None:
    """The very change, where its admin asked for it before; raises what `propose` says."""
    rows = await (await held.connection.execute(_sql.open_changes, held.columns)).fetchall()
    same = (fitting.kind, fitting.name, fitting.role, fitting.reason, held.by)
    for change_id, kind, name, role, reason, by, *_ in rows:
        if (kind, name, role, reason, by) == same:
            return UUID(str(change_id))
        if name == fitting.name:
            raise StaffChangeUnfit(f"Another change of {name} waits; decide that one first.")
    return None


async def _locked(held: _Held, *, change_id: UUID) -> tuple[Wanted, StaffChangeState, str]:
    cursor = await held.connection.execute(_sql.lock_change, {**held.columns, "id": change_id})
    row = await cursor.fetchone()
    if row is None:
        raise UnknownStaffChange(f"There is no change {change_id}.")
    kind, name, role, reason, state, proposed_by, *_ = row
    wanted = Wanted(kind=ChangeKind(kind), name=name, role=Role(role), reason=reason)
    return wanted, StaffChangeState(state), proposed_by


async def _move(held: _Held, *, change_id: UUID, state: StaffChangeState) -> None:
    moved = {**held.columns, "id": change_id, "state": str(state)}
    await held.connection.execute(_sql.move_change, moved)


async def _write(
    held: _Held, *, event: StaffEvent, fitting: _Fitting, others: int, is_agreed: bool = False
) -> None:
    act = Act(
        event=event,
        service=held.caller.service,
        kind=fitting.kind,
        role=fitting.role,
        by=held.by,
        name=fitting.name,
        reason=fitting.reason,
        is_agreed=is_agreed,
        other_admins=others,
    )
    await write(held.connection, room=held.room, tenant=held.caller.tenant, act=act)


def _admin(caller: Caller) -> str:
    refuse_unless(caller.role, right=Right.CHANGE_PEOPLE)
    return person_of(caller)


def _refuse_unsaid(reason: str) -> None:
    if not 0 < len(reason.strip()) <= REASON_MAX or "\0" in reason:
        raise ReasonMissing(
            f"Say why in 1 to {REASON_MAX} characters; the other admin reads it.",
            errors=[FieldError("/reason", "missing or too long")],
        )


def _role(wanted: Wanted) -> Role:
    if wanted.role is None or wanted.role in users.PROGRAM_ROLES:
        raise RoleNotForPeople("Choose a role of people; programs have theirs by their tokens.")
    return wanted.role


def _as(wanted: Wanted, *, role: Role) -> _Fitting:
    return _Fitting(kind=wanted.kind, name=wanted.name, role=role, reason=wanted.reason)
