"""Another person agrees or does not: to shadow, to live, and to taking a live version out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.persons import refuse_same
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.detection.rules.governing import due
from tutela.detection.rules.governing.room import (
    ANSWER,
    Act,
    Acting,
    Reason,
    RuleRoom,
    UnknownRule,
    acting,
    refuse_blank,
    write,
)
from tutela.domain.rules import RuleEvent, RuleState
from tutela.domain.states import transition

#: Whose place a version takes, by the state that it comes into.
_GIVES_WAY: Final = {
    RuleState.SHADOW: (RuleState.SHADOW,),
    RuleState.LIVE: (RuleState.LIVE, RuleState.LEAVING),
}

_sql = queries.load("tutela.detection.rules.governing", file="versions.sql")


class RuleAgreeing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `approve` and `promote`; it may be left out."""

    reason: Reason | None = None


class RuleRefusing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `reject` and `retire`."""

    reason: Reason


class RuleMoved(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a version."""

    id: str
    policy: str
    version: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who says something about which version."""

    caller: Caller
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One version under its lock."""

    id: UUID
    policy: str
    version: int
    state: RuleState
    proposed_by: str
    asked_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    event: RuleEvent
    reason: str
    answer_by: datetime | None = None
    #: Who has a part in it: asked_by, approved_by, promoted_by.
    parts: dict[str, str] = field(default_factory=dict)


async def approve(room: RuleRoom, *, order: Order, said: RuleAgreeing) -> RuleMoved:
    """Done as another had asked: into shadow, or out of it all.

    Raises Forbidden, NeedsPerson, SamePerson, UnknownRule, IllegalTransition.
    """
    async with _held(room, order=order, right=Right.APPROVE_RULES) as (by, version):
        transition(version.state, event=RuleEvent.APPROVED)
        refuse_same(by.person, other=version.asked_by)
        agreed = {"approved_by": by.person} if version.state is RuleState.PROPOSED else {}
        move = _Move(event=RuleEvent.APPROVED, reason=said.reason or "", parts=agreed)
        return await _move(by, room=room, version=version, move=move)


async def promote(room: RuleRoom, *, order: Order, said: RuleAgreeing) -> RuleMoved:
    """Live, by the word of somebody who had not proposed it; raises as `approve`."""
    async with _held(room, order=order, right=Right.APPROVE_RULES) as (by, version):
        transition(version.state, event=RuleEvent.PROMOTED)
        refuse_same(by.person, other=version.proposed_by)
        promoted = {"promoted_by": by.person}
        move = _Move(event=RuleEvent.PROMOTED, reason=said.reason or "", parts=promoted)
        return await _move(by, room=room, version=version, move=move)


async def reject(room: RuleRoom, *, order: Order, said: RuleRefusing) -> RuleMoved:
    """Not done as was asked: by another's word, or by the word of whoever had asked.

    Raises as `approve`, and RuleUnfit for a blank reason.
    """
    refuse_blank(said.reason)
    async with _held(room, order=order, right=Right.PROPOSE_RULES) as (by, version):
        own = version.asked_by.casefold() == by.person.casefold()
        event = RuleEvent.TAKEN_BACK if own else RuleEvent.REJECTED
        transition(version.state, event=event)
        if not own:
            refuse_unless(order.caller.role, right=Right.APPROVE_RULES)
        return await _move(
            by, room=room, version=version, move=_Move(event=event, reason=said.reason)
        )


async def retire(room: RuleRoom, *, order: Order, said: RuleRefusing) -> RuleMoved:
    """Out of shadow at once; of what is live it is asked, and another person has to agree.

    Raises as `reject`.
    """
    refuse_blank(said.reason)
    async with _held(room, order=order, right=Right.PROPOSE_RULES) as (by, version):
        if version.state is RuleState.SHADOW:
            move = _Move(event=RuleEvent.RETIRED, reason=said.reason)
        else:
            move = _Move(
                event=RuleEvent.RETIREMENT_ASKED,
                reason=said.reason,
                answer_by=by.now + ANSWER,
                parts={"asked_by": by.person},
            )
        return await _move(by, room=room, version=version, move=move)


@asynccontextmanager
async def _held(
    room: RuleRoom, *, order: Order, right: Right
) -> AsyncIterator[tuple[Acting, Standing]]:
    async with acting(room, caller=order.caller, right=right) as by:
        await due.settle(by.connection, room=room, owned=by.owned, now=by.now)
        wanted = {**by.columns, "id": order.id}
        row = await (await by.connection.execute(_sql.lock_version, wanted)).fetchone()
        if row is None:
            raise UnknownRule("This service keeps no such version of a rule.")
        version_id, policy, version, state, proposed_by, asked_by = row
        yield (
            by,
            Standing(
                id=version_id,
                policy=policy,
                version=version,
                state=RuleState(state),
                proposed_by=proposed_by,
                asked_by=asked_by,
            ),
        )


async def _move(by: Acting, *, room: RuleRoom, version: Standing, move: _Move) -> RuleMoved:
    after = transition(version.state, event=move.event)
    if after is not version.state:
        await _give_way(by, room=room, version=version, states=_GIVES_WAY.get(after, ()))
    await by.connection.execute(
        _sql.move_version, _columns(by, of=version.id, after=after, move=move)
    )
    act = _act(by, version=version, after=after, move=move)
    await write(by.connection, room=room, owned=by.owned, act=act)
    return RuleMoved(
        id=str(version.id), policy=version.policy, version=version.version, state=str(after)
    )


async def _give_way(
    by: Acting, *, room: RuleRoom, version: Standing, states: tuple[RuleState, ...]
) -> None:
    """The version that stands where this one comes to stand is replaced."""
    wanted = {**by.columns, "policy": version.policy, "id": version.id}
    wanted["states"] = [str(each) for each in states]
    rows = await (await by.connection.execute(_sql.in_state, wanted)).fetchall()
    for other_id, state in rows:
        move = _Move(event=RuleEvent.REPLACED, reason="")
        after = transition(RuleState(state), event=RuleEvent.REPLACED)
        row = _columns(by, of=other_id, after=after, move=move)
        await by.connection.execute(_sql.move_version, row)
        projection = {"rule": str(other_id), "policy": version.policy, "by": str(version.id)}
        act = Act(
            event="replaced",
            at=by.now,
            person=by.person,
            subject=other_id,
            projection={**projection, "state": str(after)},
        )
        await write(by.connection, room=room, owned=by.owned, act=act)


def _columns(by: Acting, *, of: UUID, after: RuleState, move: _Move) -> dict[str, Any]:
    parts = {name: move.parts.get(name) for name in ("asked_by", "approved_by", "promoted_by")}
    return {**by.columns, **parts, "id": of, "state": str(after), "answer_by": move.answer_by}


def _act(by: Acting, *, version: Standing, after: RuleState, move: _Move) -> Act:
    return Act(
        event=str(move.event),
        at=by.now,
        person=by.person,
        subject=version.id,
        projection={
            "rule": str(version.id),
            "policy": version.policy,
            "version": version.version,
            "state": str(after),
        },
        reason=move.reason,
    )
