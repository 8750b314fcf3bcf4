"""A second look: given to somebody who had no part in it, answered, and compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tutela.access.keys import Sealed
from tutela.access.persons import person_of
from tutela.access.sight import sight
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.decisions.quality.planning import planned
from tutela.decisions.quality.room import LookNotYours, QualityRoom, unknown_look
from tutela.domain.harm import HarmFamily
from tutela.domain.quality import (
    DecisionError,
    LookEvent,
    LookPurpose,
    LookState,
    Verdict,
    error,
)
from tutela.domain.states import transition
from tutela.domain.vocabulary import Outcome
from tutela.review.care.budget import day_of
from tutela.review.care.resting import Offer, break_taken, offer, work
from tutela.review.care.room import CareRoom
from tutela.review.queue import holder

#: How long a look lies on somebody's desk.
DESK_MINUTES: Final = 30

_sql = queries.load("tutela.decisions.quality")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A second look with all that is known of it; screens show a person the part that is theirs."""

    id: UUID
    purpose: LookPurpose
    state: LookState
    decision_id: UUID
    case_id: UUID
    drawn_at: datetime
    first_by: str
    first: Verdict
    given_to: str | None
    given_until: datetime | None
    second_by: str | None
    second_at: datetime | None
    second: Verdict | None
    why: str
    settled_by: str | None
    settled_at: datetime | None
    right: Verdict | None
    first_error: DecisionError | None
    second_error: DecisionError | None
    gold_since: datetime | None

    def lies_with(self, caller: Caller, *, at: datetime) -> bool:
        """Whether the caller may answer it now."""
        return (
            self.state is LookState.WAITING
            and self.given_to == holder(caller)
            and self.given_until is not None
            and self.given_until > at
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What somebody found at a second look, and why."""

    verdict: Verdict
    why: str


async def take(room: QualityRoom, *, caller: Caller) -> UUID | None:
    """The look on the caller's desk, else the next one; None where none waits for them.

    Now and then it is one whose answer is known, as often as it is planned; nothing tells them
    apart. Nobody is given a kind that they don't take or have seen enough of today, and others
    first where they saw much of one. Raises NeedsPerson, and BreakTaken during a pause.
    """
    person, now = person_of(caller), room.clock()
    asked = {
        **sight(caller),
        **Whose.of(caller).columns,
        "holder": holder(caller),
        "person": person,
        "at": now,
        "until": now + timedelta(minutes=DESK_MINUTES),
        "id": room.new_id(),
    }
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        given = await _offer(connection, room=room, caller=caller)
        plan = await planned(connection, caller=caller)
        gold_first = room.one_in() < plan.gold_share
        order = (_sql.give_gold, _sql.give) if gold_first else (_sql.give,)
        looked_for = ((query, kinds) for kinds in given.rounds for query in order)
        for query, kinds in ((_sql.own_look, {}), *looked_for):
            cursor = await connection.execute(query, {**asked, **kinds})
            row = await cursor.fetchone()
            if row is not None:
                look_id: UUID = row[0]
                await work(connection, caller=caller, rules=room.care)
                return look_id
    return None


async def _offer(connection: Connection, *, room: QualityRoom, caller: Caller) -> Offer:
    """What a second look may be about: as for a claim, and nothing of which the day is spent.

    A look is never urgent: during a pause there is none at all.
    """
    given = await offer(connection, caller=caller, rules=room.care)
    if given.rests_until is not None:
        raise break_taken(given.rests_until)
    caring = CareRoom(
        pool=room.pool, keys=room.keys, clock=room.clock, chance=room.chance, rules=room.care
    )
    day = await day_of(connection, tenant=caller.tenant, person=person_of(caller), room=caring)
    spent = [each for each in HarmFamily if day.left(each, rules=room.care).is_nothing]
    return replace(given, avoided=(*given.avoided, *(str(each) for each in spent)))


async def look_at(room: QualityRoom, *, caller: Caller, look_id: UUID) -> Look:
    """The look. Raises UnknownLook."""
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        return await held(connection, room=room, caller=caller, look_id=look_id)


async def answer(
    room: QualityRoom, *, caller: Caller, look_id: UUID, answered: Answered
) -> LookState:
    """Where the look stands afterwards: settled where both found the same, else disputed.

    One whose answer is known is settled at once. Raises UnknownLook, LookNotYours, NeedsPerson.
    """
    person_of(caller)
    now = room.clock()
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        look = await held(connection, room=room, caller=caller, look_id=look_id)
        if not look.lies_with(caller, at=now):
            raise LookNotYours("It was answered, or its time ran out. Take the next one.")
        wrong = error(answered.verdict, right=look.first)
        alike = wrong is DecisionError.NONE
        event = LookEvent.AGREED if alike or _is_gold(look) else LookEvent.DIFFERED
        state = LookState(transition(LookState.WAITING, event=event))
        settled = state is LookState.SETTLED
        sealed = room.keys.seal(answered.why.encode(), row=look_id.bytes)
        await connection.execute(
            _sql.answer,
            {
                **Whose.of(caller).columns,
                **verdict_columns(answered.verdict),
                "id": look_id,
                "holder": holder(caller),
                "at": now,
                "state": str(state),
                "sealed_key": sealed.key,
                "sealed_body": sealed.body,
                "settled_by": "both" if settled else None,
                "settled_at": now if settled else None,
                "first_error": "none" if settled else None,
                "second_error": str(wrong) if settled else None,
            },
        )
    return state


async def held(connection: Connection, *, room: QualityRoom, caller: Caller, look_id: UUID) -> Look:
    """The look, locked until the transaction ends. Raises UnknownLook."""
    named = {**sight(caller), **Whose.of(caller).columns, "id": look_id}
    await connection.execute(_sql.hold_look, named)
    cursor = await connection.execute(_sql.look, named)
    row = await cursor.fetchone()
    if row is None:
        raise unknown_look()
    return _look(row, room=room)


def verdict_columns(verdict: Verdict) -> dict[str, object]:
    """The named values of a verdict that queries take."""
    acted = verdict.outcome is Outcome.ACT
    return {
        "outcome": str(verdict.outcome),
        "category": verdict.category if acted else None,
        "ground": verdict.ground if acted else None,
    }


def _is_gold(look: Look) -> bool:
    return look.purpose is LookPurpose.GOLD


def _look(row: Sequence[Any], *, room: QualityRoom) -> Look:
    look_id, purpose, state, decision_id, case_id, drawn_at, first_by, *rest = row
    first, (given_to, given_until, second_by, second_at), rest = rest[:3], rest[3:7], rest[7:]
    second, (key, body, settled_by, settled_at), right = rest[:3], rest[3:7], rest[7:10]
    first_error, second_error, gold_since = rest[10:]
    return Look(
        id=look_id,
        purpose=LookPurpose(purpose),
        state=LookState(state),
        decision_id=decision_id,
        case_id=case_id,
        drawn_at=drawn_at,
        first_by=first_by,
        first=_verdict(first) or Verdict(outcome=Outcome.DISMISS),
        given_to=given_to,
        given_until=given_until,
        second_by=second_by,
        second_at=second_at,
        second=_verdict(second),
        why="" if key is None else room.keys.open(Sealed(key, body), row=look_id.bytes).decode(),
        settled_by=settled_by,
        settled_at=settled_at,
        right=_verdict(right),
        first_error=None if first_error is None else DecisionError(first_error),
        second_error=None if second_error is None else DecisionError(second_error),
        gold_since=gold_since,
    )


def _verdict(columns: Sequence[Any]) -> Verdict | None:
    outcome, category, ground = columns
    if outcome is None:
        return None
    return Verdict(outcome=Outcome(outcome), category=category, ground=ground)
