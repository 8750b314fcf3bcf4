"""Break-glass: one case, for a short time, for a written reason that a second person reads."""

from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
import structlog

from tutela.access.persons import person_of
from tutela.access.roles import Right, has, refuse_unless
from tutela.access.sight import sight
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.domain.oversight import OversightKind, OversightState
from tutela.domain.text import is_blank
from tutela.errors import FieldError, TutelaError
from tutela.intake.reading import refuse_if_any
from tutela.review.case_view import CaseView, read_case
from tutela.review.oversight.room import REASON_MAX, Act, OversightRoom, write
from tutela.review.queue import unknown_case
from tutela.review.views.noting import View, Way, note_view

#: How soon a second person must have looked.
LOOK_HOURS: Final = 24

_sql = queries.load("tutela.review.oversight", file="glass.sql")
_log = structlog.get_logger(__name__)


class UnknownOpening(TutelaError):
    """The caller opened no such case, or its time is over."""

    code = "unknown_opening"
    title = "No case is open under this"
    status = 404


class AnotherOpen(TutelaError):
    """The caller has another case open without the right."""

    code = "another_open"
    title = "Another case is open"
    status = 409


class SeenAnyway(TutelaError):
    """The caller may see the case without breaking anything."""

    code = "seen_anyway"
    title = "You see the case anyway"
    status = 409


class GlassBroken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/cases/{case_id}/glass`."""

    #: Why; sealed, and read by whoever looks afterwards.
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX)]


class GlassOpening(msgspec.Struct, frozen=True, kw_only=True):
    """A case that is open to one person for a short time."""

    id: str
    case_id: str
    opened_at: str
    until: str
    #: Until when a second person must have looked.
    look_by: str


async def break_glass(
    room: OversightRoom, *, caller: Caller, case_id: UUID, asked: GlassBroken
) -> tuple[GlassOpening, bool]:
    """The opening, and whether it is new; the same one where the case is open to them already.

    Raises Forbidden, NeedsPerson, Unfit, UnknownCase, SeenAnyway, AnotherOpen; nothing is written
    then.
    """
    refuse_unless(caller.role, right=Right.BREAK_GLASS)
    person, now = person_of(caller), room.clock()
    refuse_if_any([FieldError("/reason", "blank")] if is_blank(asked.reason) else [])
    named = {
        **sight(caller),
        "id": case_id,
        "now": now,
        "may_see": has(caller.role, right=Right.SEE_CASES),
    }
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        family = await _hidden_case(connection, named=named)
        running = await _running(connection, caller=caller, now=now)
        if running is not None and running.case_id == str(case_id):
            return running, False
        if running is not None:
            raise AnotherOpen(f"Case {running.case_id} is open to you until {running.until}.")
        act = Act(
            event="glass_broken",
            at=now,
            person=person,
            projection={"family": family, "role": str(caller.role)},
            said={"case": str(case_id), "reason": asked.reason},
        )
        opening_id = await write(connection, room=room, whose=Whose.of(caller), act=act)
        opening = await _open(connection, room=room, caller=caller, opened=(opening_id, case_id))
        await note_view(
            connection, view=View(caller=caller, case_id=case_id, way=Way.GLASS_BROKEN, at=now)
        )
    _log.warning("glass_broken", opening=opening.id, service=caller.service, role=str(caller.role))
    return opening, True


async def show_through_glass(
    room: OversightRoom, *, caller: Caller, opening_id: UUID
) -> tuple[GlassOpening, CaseView]:
    """The case of an opening of the caller's own, while its time runs; the look is noted.

    Raises Forbidden, NeedsPerson, UnknownOpening.
    """
    refuse_unless(caller.role, right=Right.BREAK_GLASS)
    person_of(caller)
    now = room.clock()
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        running = await _running(connection, caller=caller, now=now)
        if running is None or running.id != str(opening_id):
            raise UnknownOpening("Nothing is open to you under this, or its time is over.")
        case_id = UUID(running.case_id)
        named = {**sight(caller), "specialist": True, "person": None, "id": case_id, "now": now}
        await note_view(
            connection, view=View(caller=caller, case_id=case_id, way=Way.GLASS_BROKEN, at=now)
        )
        return running, await read_case(connection, named=named, keys=room.keys)


async def _hidden_case(connection: Connection, *, named: dict[str, object]) -> str:
    """The harm of the case; raises UnknownCase, SeenAnyway."""
    row = await (await connection.execute(_sql.case_to_open, named)).fetchone()
    if row is None:
        raise unknown_case()
    family, is_seen = row
    if is_seen and named["may_see"]:
        raise SeenAnyway("Your work lets you see this case: open it as every other.")
    return str(family)


async def _running(connection: Connection, *, caller: Caller, now: object) -> GlassOpening | None:
    named = {**Whose.of(caller).columns, "person": caller.person, "now": now}
    row = await (await connection.execute(_sql.running_opening, named)).fetchone()
    return None if row is None else _opening(row)


async def _open(
    connection: Connection, *, room: OversightRoom, caller: Caller, opened: tuple[UUID, UUID]
) -> GlassOpening:
    opening_id, case_id = opened
    now = room.clock()
    row = {
        "id": opening_id,
        "kind": str(OversightKind.GLASS),
        "state": str(OversightState.OPEN),
        "person": caller.person,
        "role": str(caller.role),
        "now": now,
        "look_by": now + timedelta(hours=LOOK_HOURS),
        "case_id": case_id,
        "until": now + timedelta(seconds=room.limits.glass_seconds),
    }
    cursor = await connection.execute(_sql.open_case, {**Whose.of(caller).columns, **row})
    return _opening((await cursor.fetchall())[0])


def _opening(row: tuple[Any, ...]) -> GlassOpening:
    opening_id, case_id, at, until, look_by = row
    return GlassOpening(
        id=str(opening_id),
        case_id=str(case_id),
        opened_at=timestamp(at),
        until=timestamp(until),
        look_by=timestamp(look_by),
    )
