"""The kill switch: one person turns a policy, or all, off at once; anybody with the right, on."""

from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from tutela.access.roles import Right
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.detection.rules.governing import due
from tutela.detection.rules.governing.room import (
    ALL,
    Act,
    Acting,
    Owned,
    Reason,
    RuleRoom,
    UnknownRule,
    acting,
    refuse_blank,
    write,
)
from tutela.domain.canonical import timestamp
from tutela.domain.rules import RuleSwitchEvent, RuleSwitchState
from tutela.domain.states import transition

HOURS: Final = 24
HOURS_MAX: Final = 168

_sql = queries.load("tutela.detection.rules.governing", file="switches.sql")


class RuleSwitchAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/rules/switch`; `off` for what is off keeps it so."""

    #: The id of a policy, or `all`.
    policy: Annotated[str, msgspec.Meta(min_length=1, max_length=63)]
    mode: RuleSwitchState
    reason: Reason
    #: Of `off`: for how long from now; then it is on by itself.
    hours: Annotated[int, msgspec.Meta(ge=1, le=HOURS_MAX)] = HOURS


class RuleSwitch(msgspec.Struct, frozen=True, kw_only=True):
    """What is off, by whom, since when and until when."""

    #: The id of a policy, or `all`.
    policy: str
    off_by: str
    since: str
    until: str
    kept_by: str | None


class RuleSwitches(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is off now; what is not here is on."""

    off: list[RuleSwitch]


async def show(room: RuleRoom, *, caller: Caller) -> RuleSwitches:
    """What of the caller's service is off now."""
    owned = Owned(tenant=caller.tenant, service=caller.service)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        return await _view(connection, room=room, owned=owned)


async def throw(room: RuleRoom, *, caller: Caller, asked: RuleSwitchAsked) -> RuleSwitches:
    """What is off after it; what is on and is turned on stays as it is.

    Raises Forbidden, NeedsPerson, RuleUnfit, UnknownRule.
    """
    refuse_blank(asked.reason)
    in_files = await room.ids_in_files()
    async with acting(room, caller=caller, right=Right.SWITCH_RULES) as by:
        await due.settle(by.connection, room=room, owned=by.owned, now=by.now)
        wanted = {**by.columns, "policy": asked.policy}
        await _refuse_unknown(by, wanted=wanted, in_files=in_files)
        row = await (await by.connection.execute(_sql.thrown, wanted)).fetchone()
        await _throw(by, room=room, asked=asked, thrown=None if row is None else row[0])
        return await _view(by.connection, room=room, owned=by.owned)


async def _refuse_unknown(by: Acting, *, wanted: dict[str, Any], in_files: frozenset[str]) -> None:
    if wanted["policy"] in {ALL, *in_files}:
        return
    ((known,),) = await (await by.connection.execute(_sql.known_policy, wanted)).fetchall()
    if not known:
        raise UnknownRule("No rule of that name is in force or in shadow.")


async def _throw(
    by: Acting, *, room: RuleRoom, asked: RuleSwitchAsked, thrown: UUID | None
) -> None:
    row = {**by.columns, "policy": asked.policy, "until": by.now + timedelta(hours=asked.hours)}
    lasts = {"hours": asked.hours}
    if asked.mode is RuleSwitchState.ON:
        if thrown is None:
            return
        state = transition(RuleSwitchState.OFF, event=RuleSwitchEvent.TURNED_ON)
        await by.connection.execute(_sql.turn_on, {**row, "id": thrown, "state": str(state)})
        event, lasts = "switched_on", {}
    elif thrown is not None:
        transition(RuleSwitchState.OFF, event=RuleSwitchEvent.KEPT)
        await by.connection.execute(_sql.keep, {**row, "id": thrown})
        event = "switch_kept"
    else:
        thrown = room.new_id(by.now)
        await by.connection.execute(
            _sql.throw, {**row, "id": thrown, "state": str(RuleSwitchState.OFF)}
        )
        event = "switched_off"
    act = Act(
        event=event,
        at=by.now,
        person=by.person,
        subject=thrown,
        projection={"policy": asked.policy, **lasts},
        reason=asked.reason,
    )
    await write(by.connection, room=room, owned=by.owned, act=act)


async def _view(connection: Connection, *, room: RuleRoom, owned: Owned) -> RuleSwitches:
    cursor = await connection.execute(_sql.standing, {**owned.columns, "now": room.clock()})
    return RuleSwitches(
        off=[
            RuleSwitch(
                policy=policy,
                off_by=thrown_by,
                since=timestamp(thrown_at),
                until=timestamp(until),
                kept_by=kept_by,
            )
            for policy, thrown_by, thrown_at, until, kept_by in await cursor.fetchall()
        ]
    )
