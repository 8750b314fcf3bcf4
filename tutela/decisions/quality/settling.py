"""Disputes: a lead who had no part says what is right, and what is known may ask others."""

from typing import Final
from uuid import UUID

import msgspec

from tutela.access.persons import person_of
from tutela.access.sight import sight
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.decisions.quality.looking import Answered, Look, held, verdict_columns
from tutela.decisions.quality.room import HadPart, QualityRoom, write
from tutela.domain.canonical import timestamp
from tutela.domain.quality import DecisionError, LookEvent, LookState, error
from tutela.domain.states import IllegalTransition, transition
from tutela.review.queue import holder

DISPUTES_SHOWN: Final = 100

_sql = queries.load("tutela.decisions.quality")


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """A look that waits for a lead."""

    id: str
    case_id: str
    since: str


class Disputes(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `GET /v1/quality/disputes`: the oldest first, at most a hundred."""

    disputes: list[Dispute]


async def settle(
    room: QualityRoom, *, caller: Caller, look_id: UUID, right: Answered
) -> DecisionError:
    """What was wrong with the decision. It stands as it is until somebody undoes it.

    Raises UnknownLook, HadPart, IllegalTransition, NeedsPerson.
    """
    person = person_of(caller)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        look = await held(connection, room=room, caller=caller, look_id=look_id)
        refuse_part(look, caller=caller)
        state = transition(look.state, event=LookEvent.SETTLED)
        if look.second is None:
            raise IllegalTransition("A look that nobody has answered can't be settled.")
        first = error(look.first, right=right.verdict)
        errors = {
            "first_error": str(first),
            "second_error": str(error(look.second, right=right.verdict)),
        }
        await connection.execute(
            _sql.settle,
            {
                **Whose.of(caller).columns,
                **verdict_columns(right.verdict),
                **errors,
                "id": look_id,
                "state": str(state),
                "person": person,
                "at": room.clock(),
            },
        )
        public = {"decision_id": str(look.decision_id), **errors}
        said = {"public": public, "sealed": {"why": right.why}}
        fact = await write(connection, room=room, caller=caller, event="settled", said=said)
        await _note(
            connection, caller=caller, look=look, columns={**fact.columns, "event": "settled"}
        )
    return first


async def make_gold(room: QualityRoom, *, caller: Caller, look_id: UUID) -> None:
    """From now on others are asked about the case.

    Raises UnknownLook, HadPart, IllegalTransition, NeedsPerson.
    """
    person_of(caller)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        look = await held(connection, room=room, caller=caller, look_id=look_id)
        refuse_part(look, caller=caller)
        if look.state is not LookState.SETTLED:
            raise IllegalTransition("Only a look whose answer is known can ask others.")
        if look.gold_since is not None:
            return
        named = {**Whose.of(caller).columns, "id": look_id, "at": room.clock()}
        await connection.execute(_sql.make_gold, named)
        said = {"public": {"decision_id": str(look.decision_id)}, "sealed": {}}
        fact = await write(connection, room=room, caller=caller, event="known", said=said)
        await _note(
            connection, caller=caller, look=look, columns={**fact.columns, "event": "known"}
        )


async def disputes(room: QualityRoom, *, caller: Caller) -> list[Dispute]:
    """Looks that the caller may settle, the oldest first."""
    named = {**sight(caller), **Whose.of(caller).columns, "limit": DISPUTES_SHOWN}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.disputed, named)
        rows = await cursor.fetchall()
    me = holder(caller).casefold()
    return [
        Dispute(id=str(look_id), case_id=str(case_id), since=timestamp(since))
        for look_id, _, case_id, since, first_by, second_by in rows
        if me not in (first_by.casefold(), second_by.casefold())
    ]


def refuse_part(look: Look, *, caller: Caller) -> None:
    """`HadPart` where the caller decided it or looked at it."""
    me = holder(caller).casefold()
    if me in {(name or "").casefold() for name in (look.first_by, look.second_by)}:
        raise HadPart("You decided it or looked at it: another lead settles it.")


async def _note(
    connection: Connection, *, caller: Caller, look: Look, columns: dict[str, object]
) -> None:
    row = {"look_id": look.id, "person": caller.person}
    await connection.execute(_sql.add_act, {**Whose.of(caller).columns, **columns, **row})
