"""A second person looks at what stands out, and says what it was; nobody looks at their own."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.persons import person_of, refuse_same
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.domain.oversight import OversightEvent, OversightFinding, OversightKind, OversightState
from tutela.domain.states import transition
from tutela.domain.text import is_blank
from tutela.errors import FieldError, TutelaError
from tutela.intake.reading import refuse_if_any
from tutela.ledger import facts
from tutela.review.oversight.room import REASON_MAX, Act, OversightRoom, write
from tutela.review.views.noting import Reading, Way, note_reading

_sql = queries.load("tutela.review.oversight", file="looking.sql")


class UnknownOversight(TutelaError):
    """There is no such thing to look at, or it is another service's."""

    code = "unknown_oversight"
    title = "There is nothing to look at under this"
    status = 404


class LookedAt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/oversight/{oversight_id}/look`."""

    finding: OversightFinding
    #: What was found; sealed.
    words: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX)]


class Oversight(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a second person looks at, or has looked at."""

    id: str
    kind: OversightKind
    state: OversightState
    person: str
    role: str
    at: str
    look_by: str
    overdue: bool
    case_id: str | None
    until: str | None
    #: Of unusual browsing: what was counted, and from which number on it stands out.
    counted: int | None
    threshold: int | None
    #: Of a case that was opened: why, in the person's words.
    reason: str | None
    looked_by: str | None
    looked_at: str | None
    finding: OversightFinding | None
    words: str | None


class OversightPage(msgspec.Struct, frozen=True, kw_only=True):
    """What a second person looks at, the newest first."""

    oversight: list[Oversight]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightAsked:
    """Which part of the list: at most `limit`, after an id, in a state or in any."""

    limit: int
    after: UUID | None = None
    state: str | None = None


class OversightStanding(msgspec.Struct, frozen=True):
    """What waits for a second person: of each kind, and what has waited too long."""

    openings: int = 0
    browsing: int = 0
    overdue: int = 0
    oldest_since: str | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing has waited too long."""
        return self.overdue == 0


async def list_oversight(
    room: OversightRoom, *, caller: Caller, asked: OversightAsked
) -> OversightPage:
    """One page, with the reasons; that it was read is noted. Raises Forbidden."""
    refuse_unless(caller.role, right=Right.SEE_VIEWS)
    now = room.clock()
    named = {
        **Whose.of(caller).columns,
        "limit": asked.limit + 1,
        "after": asked.after,
        "state": asked.state,
        "id": None,
    }
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        rows = await (await connection.execute(_sql.list_oversight, named)).fetchall()
        reading = Reading(caller=caller, way=Way.LOG_READ, what="oversight", at=now)
        await note_reading(connection, reading=reading)
    shown = [_shown(row, room=room, now=now) for row in rows[: asked.limit]]
    return OversightPage(oversight=shown, next=shown[-1].id if len(rows) > len(shown) else None)


async def look(
    room: OversightRoom, *, caller: Caller, oversight_id: UUID, said: LookedAt
) -> Oversight:
    """As it stands then.

    Raises Forbidden, NeedsPerson, SamePerson, Unfit, UnknownOversight, IllegalTransition; nothing
    is written then.
    """
    refuse_unless(caller.role, right=Right.JUDGE_ACCESS)
    person, now = person_of(caller), room.clock()
    refuse_if_any([FieldError("/words", "blank")] if is_blank(said.words) else [])
    named = {**Whose.of(caller).columns, "id": oversight_id}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        row = await (await connection.execute(_sql.hold_oversight, named)).fetchone()
        if row is None:
            raise UnknownOversight("This service has nothing to look at under this id.")
        state, kind, whose = row
        refuse_same(person, other=whose)
        after = transition(OversightState(state), event=OversightEvent.LOOKED_AT)
        told = {"oversight": str(oversight_id), "kind": kind, "finding": str(said.finding)}
        act = Act(
            event="looked_at",
            at=now,
            person=person,
            subject=oversight_id,
            projection=told,
            said={"words": said.words},
        )
        await write(connection, room=room, whose=Whose.of(caller), act=act)
        found = {"state": str(after), "by": person, "now": now, "finding": str(said.finding)}
        await connection.execute(_sql.keep_finding, {**named, **found})
        return await _read(connection, room=room, named=named, now=now)


async def standings_in(
    connection: Connection, *, now: datetime, whose: Whose | None = None
) -> OversightStanding:
    """What waits: of one service, or of all together where none is named."""
    of = (None, None) if whose is None else (whose.tenant, whose.service)
    named = {"tenant": of[0], "service": of[1], "now": now}
    rows = await (await connection.execute(_sql.oversight_standing, named)).fetchall()
    openings, browsing, overdue, oldest = rows[0]
    since = None if oldest is None else timestamp(oldest)
    return OversightStanding(openings, browsing, overdue, since)


async def _read(
    connection: Connection, *, room: OversightRoom, named: dict[str, object], now: datetime
) -> Oversight:
    asked = {**named, "limit": 1, "after": None, "state": None}
    rows = await (await connection.execute(_sql.list_oversight, asked)).fetchall()
    return _shown(rows[0], room=room, now=now)


def _shown(row: tuple[Any, ...], *, room: OversightRoom, now: datetime) -> Oversight:
    oversight_id, kind, state, person, role, at, look_by, case_id, until, figures, *more = row
    looked_by, looked_at, finding, key, body, look_id, look_key, look_body = more
    said = _said(key, body=body, act_id=oversight_id, room=room)
    found = {} if look_id is None else _said(look_key, body=look_body, act_id=look_id, room=room)
    return Oversight(
        id=str(oversight_id),
        kind=OversightKind(kind),
        state=OversightState(state),
        person=person,
        role=role,
        at=timestamp(at),
        look_by=timestamp(look_by),
        overdue=looked_by is None and look_by < now,
        case_id=None if case_id is None else str(case_id),
        until=None if until is None else timestamp(until),
        counted=figures.get("counted"),
        threshold=figures.get("threshold"),
        reason=said.get("reason"),
        looked_by=looked_by,
        looked_at=None if looked_at is None else timestamp(looked_at),
        finding=None if finding is None else OversightFinding(finding),
        words=found.get("words"),
    )


def _said(key: bytes, *, body: bytes, act_id: UUID, room: OversightRoom) -> dict[str, Any]:
    opened = facts.open_fact(Sealed(key, body), fact_id=act_id, keys=room.keys)
    said: dict[str, Any] = json.loads(opened)
    return said
