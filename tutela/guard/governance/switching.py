"""The emergency switch: one lead shuts a surface for everything, any lead opens it again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from tutela.access.persons import person_of
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.domain.guard import SwitchEvent, SwitchState
from tutela.domain.states import transition
from tutela.domain.text import is_blank
from tutela.errors import FieldError
from tutela.guard.asking import Surface
from tutela.guard.governance import due
from tutela.guard.governance.entries import Reason
from tutela.guard.governance.room import Act, GovernanceRoom, hold, whose, write
from tutela.guard.snapshot import Mode
from tutela.intake.reading import Unfit

HOURS: Final = 24
HOURS_MAX: Final = 168
#: All surfaces at once.
ALL: Final = "all"
_NO_LIMIT: Final = None

_sql = queries.load("tutela.guard.governance", file="switches.sql")


class SwitchAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/guard/switch`; `shut` for a surface that is shut keeps it so."""

    #: A surface, or `all`.
    surface: str
    mode: Mode
    reason: Reason
    #: Of `shut`: for how long from now; then it is open by itself.
    hours: Annotated[int, msgspec.Meta(ge=1, le=HOURS_MAX)] = HOURS


class SurfaceSwitch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How one surface stands."""

    surface: str
    mode: str
    #: Of one that is shut: by whom, since when, and until when.
    shut_by: str | None = None
    since: str | None = None
    until: str | None = None
    kept_by: str | None = None


class SwitchView(msgspec.Struct, frozen=True, kw_only=True):
    """Every surface, shut or not."""

    surfaces: list[SurfaceSwitch]


async def show(room: GovernanceRoom, *, caller: Caller) -> SwitchView:
    """How every surface of the caller's service stands now."""
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        return await _view(connection, listed=whose(caller), now=room.clock())


async def throw(room: GovernanceRoom, *, caller: Caller, asked: SwitchAsked) -> SwitchView:
    """How every surface stands after it; an open surface that is opened stays as it is.

    Raises NeedsPerson, Forbidden, Unfit.
    """
    async with tenant_transaction(
        room.pool, tenant=caller.tenant, limit_seconds=_NO_LIMIT
    ) as connection:
        return await _throw(connection, room=room, caller=caller, asked=asked)


async def would_throw(room: GovernanceRoom, *, caller: Caller, asked: SwitchAsked) -> SwitchView:
    """How every surface would stand; nothing is done."""
    async with (
        tenant_transaction(room.pool, tenant=caller.tenant, limit_seconds=_NO_LIMIT) as connection,
        connection.transaction(force_rollback=True),
    ):
        return await _throw(connection, room=room, caller=caller, asked=asked)


async def _throw(
    connection: Connection, *, room: GovernanceRoom, caller: Caller, asked: SwitchAsked
) -> SwitchView:
    person, now, listed = person_of(caller), room.clock(), whose(caller)
    refuse_unless(caller.role, right=Right.APPROVE_GUARD)
    surfaces = _surfaces(asked)
    await hold(connection, listed=listed)
    await due.settle(connection, room=room, listed=listed, now=now)
    cursor = await connection.execute(_sql.thrown, {**listed.columns, "surfaces": surfaces})
    throwing = _Throwing(
        listed=listed,
        asked=asked,
        person=person,
        now=now,
        thrown=dict(await cursor.fetchall()),
        others=surfaces,
    )
    for act in await _moved(connection, room=room, throwing=throwing):
        await write(connection, room=room, listed=listed, act=act)
    return await _view(connection, listed=listed, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Throwing:
    listed: Whose
    asked: SwitchAsked
    person: str
    now: datetime
    #: The surfaces that are shut, each with its switch.
    thrown: dict[str, UUID]
    others: list[str]

    @property
    def columns(self) -> dict[str, object]:
        """The named values that the queries take."""
        return {
            **self.listed.columns,
            "ids": list(self.thrown.values()),
            "person": self.person,
            "now": self.now,
            "until": self.now + timedelta(hours=self.asked.hours),
        }

    def act(self, event: str, *, switches: dict[str, UUID]) -> Act:
        """What was done to some switches."""
        lasts = {} if self.asked.mode is Mode.NORMAL else {"hours": self.asked.hours}
        return Act(
            event=event,
            at=self.now,
            person=self.person,
            subjects=list(switches.values()),
            projection={"surfaces": sorted(switches), **lasts},
            reason=self.asked.reason,
        )


async def _moved(connection: Connection, *, room: GovernanceRoom, throwing: _Throwing) -> list[Act]:
    thrown, acts = throwing.thrown, []
    if throwing.asked.mode is Mode.NORMAL:
        opened = {"state": str(transition(SwitchState.SHUT, event=SwitchEvent.OPENED))}
        await connection.execute(_sql.open_switches, {**throwing.columns, **opened})
        return [throwing.act("switch_opened", switches=thrown)] if thrown else []
    if thrown:
        transition(SwitchState.SHUT, event=SwitchEvent.KEPT)
        await connection.execute(_sql.keep_switches, throwing.columns)
        acts.append(throwing.act("switch_kept", switches=thrown))
    fresh = [surface for surface in throwing.others if surface not in thrown]
    if fresh:
        ids = room.new_ids(len(fresh), at=throwing.now)
        row = {**throwing.columns, "ids": ids, "surfaces": fresh, "state": str(SwitchState.SHUT)}
        await connection.execute(_sql.shut, row)
        shut = dict(zip(fresh, ids, strict=True))
        acts.append(throwing.act("switch_shut", switches=shut))
    return acts


async def _view(connection: Connection, *, listed: Whose, now: datetime) -> SwitchView:
    cursor = await connection.execute(_sql.standing, {**listed.columns, "now": now})
    thrown = {row[0]: row for row in await cursor.fetchall()}
    return SwitchView(surfaces=[_surface(str(each), row=thrown.get(str(each))) for each in Surface])


def _surface(surface: str, *, row: tuple[Any, ...] | None) -> SurfaceSwitch:
    if row is None:
        return SurfaceSwitch(surface=surface, mode=str(Mode.NORMAL))
    return SurfaceSwitch(
        surface=surface,
        mode=str(Mode.SHUT),
        shut_by=row[1],
        since=timestamp(row[2]),
        until=timestamp(row[3]),
        kept_by=row[4],
    )


def _surfaces(asked: SwitchAsked) -> list[str]:
    if is_blank(asked.reason):
        raise Unfit("A reason is needed.", errors=[FieldError("/reason", "blank")])
    if asked.surface == ALL:
        return [str(each) for each in Surface]
    if asked.surface not in set(Surface):
        known = ", ".join(Surface)
        raise Unfit("There is no such surface.", errors=[FieldError("/surface", f"{ALL}, {known}")])
    return [asked.surface]
