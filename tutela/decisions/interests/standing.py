"""What people declared: to themselves, and that they did to whoever may say that it is over."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from tutela.access.persons import person_of, refuse_same
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.decisions.interests.room import (
    Act,
    Interest,
    UnknownInterest,
    add_act,
    add_leaf,
    interest_of,
    ledger_fact,
)
from tutela.decisions.quality.room import QualityRoom
from tutela.domain.interests import InterestEvent
from tutela.domain.states import transition
from tutela.domain.text import is_blank
from tutela.errors import FieldError
from tutela.intake.reading import refuse_if_any

WHY_MAX: Final = 2_000

_sql = queries.load("tutela.decisions.interests")


class InterestEnded(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/interests/{interest_id}/end`."""

    #: Why there is no reason any more; sealed.
    why: Annotated[str, msgspec.Meta(min_length=1, max_length=WHY_MAX)]


class TeamInterest(Interest, frozen=True, kw_only=True):
    """That somebody declared a conflict of interest; nobody is told about whom."""

    person: str
    ended_by: str | None


class OwnInterests(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `GET /v1/interests`: the caller's own, the newest first."""

    interests: list[Interest]
    next: str | None


class TeamInterests(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `GET /v1/interests/team`, the newest first."""

    interests: list[TeamInterest]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestsAsked:
    """At most `limit` declarations `after` one, in a `state` or in any."""

    limit: int
    after: UUID | None = None
    state: str | None = None

    @property
    def named(self) -> dict[str, object]:
        """The values as queries name them: one more than asked, which says whether more follow."""
        return {"limit": self.limit + 1, "after": self.after, "state": self.state}


async def own_interests(
    room: QualityRoom, *, caller: Caller, asked: InterestsAsked
) -> OwnInterests:
    """A page of what the caller declared. Raises Forbidden, NeedsPerson."""
    refuse_unless(caller.role, right=Right.DECLARE_INTERESTS)
    named = {**Whose.of(caller).columns, "person": person_of(caller), **asked.named}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        rows = await (await connection.execute(_sql.own_interests, named)).fetchall()
    found = [interest_of(row) for row in rows]
    return OwnInterests(interests=found[: asked.limit], next=_next(found, asked=asked))


async def team_interests(
    room: QualityRoom, *, caller: Caller, asked: InterestsAsked
) -> TeamInterests:
    """A page of who declared something. Raises Forbidden."""
    refuse_unless(caller.role, right=Right.JUDGE_INTERESTS)
    named = {**Whose.of(caller).columns, **asked.named}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        rows = await (await connection.execute(_sql.team_interests, named)).fetchall()
    found = [_team_interest(row) for row in rows]
    return TeamInterests(interests=found[: asked.limit], next=_next(found, asked=asked))


async def end(
    room: QualityRoom, *, caller: Caller, interest_id: UUID, said: InterestEnded
) -> TeamInterest:
    """As it stands then: whoever declared it is kept from it no longer.

    Raises Forbidden, NeedsPerson, Unfit, UnknownInterest, SamePerson, IllegalTransition.
    """
    refuse_unless(caller.role, right=Right.JUDGE_INTERESTS)
    person, now = person_of(caller), room.clock()
    refuse_if_any([FieldError("/why", "blank")] if is_blank(said.why) else [])
    named = {**Whose.of(caller).columns, "id": interest_id}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        held = await _held(connection, named=named)
        refuse_same(person, other=held.person)
        state = transition(held.state, event=InterestEvent.ENDED)
        act = Act(
            event="ended",
            person=person,
            projection={"kind": str(held.kind)},
            said={"why": said.why},
            interest_id=interest_id,
        )
        fact = ledger_fact(room, caller=caller, act=act, at=now)
        await add_leaf(connection, caller=caller, fact=fact)
        ended = {**named, "state": str(state), "by": person, "at": now}
        await connection.execute(_sql.end_interest, ended)
        await add_act(connection, caller=caller, act=act, fact=fact)
        return await _held(connection, named=named)


async def _held(connection: Connection, *, named: dict[str, object]) -> TeamInterest:
    row = await (await connection.execute(_sql.lock_interest, named)).fetchone()
    if row is None:
        raise UnknownInterest("Nobody declared this on this service.")
    return _team_interest(row)


def _team_interest(row: tuple[Any, ...]) -> TeamInterest:
    *_, person, ended_by = row
    return TeamInterest(
        **msgspec.structs.asdict(interest_of(row)), person=person, ended_by=ended_by
    )


def _next(found: list[Any], *, asked: InterestsAsked) -> str | None:
    return found[asked.limit - 1].id if len(found) > asked.limit else None
