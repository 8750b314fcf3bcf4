"""The log of views: everybody reads what they looked at themselves, few read what others did."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tutela.access.roles import Right, has, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.review.oversight.room import OversightRoom
from tutela.review.views.noting import Reading, ViewDoor, ViewGround, Way, name_of, note_reading

_sql = queries.load("tutela.review.views")


class ViewNoted(msgspec.Struct, frozen=True, kw_only=True):
    """A look that was noted."""

    id: int
    at: str
    #: The user, or a program's token by its name.
    by: str
    is_person: bool
    role: str
    door: ViewDoor
    way: Way
    why: ViewGround
    case_id: str | None
    family: str | None
    #: What was looked at, where that was no case.
    what: str | None


class ViewsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Looks, the newest first; `next` is where the following page begins."""

    views: list[ViewNoted]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewsAsked:
    """Which looks: at most `limit`, before an id, of a person or a case or all."""

    limit: int
    after: int | None = None
    by: str | None = None
    case_id: UUID | None = None


async def list_views(room: OversightRoom, *, caller: Caller, asked: ViewsAsked) -> ViewsPage:
    """One page: the caller's own, and others' where they may see those; such a look is noted.

    Raises Forbidden where others' are asked for without the right.
    """
    refuse_unless(caller.role, right=Right.SEE_OWN_VIEWS)
    own = name_of(caller)
    sees_all = has(caller.role, right=Right.SEE_VIEWS)
    if asked.by is not None and asked.by != own:
        refuse_unless(caller.role, right=Right.SEE_VIEWS)
    by = asked.by if sees_all else own
    named = {
        **Whose.of(caller).columns,
        "by": by,
        "is_person": None if by is None or by != own else caller.person is not None,
        "case_id": asked.case_id,
        "after": asked.after,
        "limit": asked.limit + 1,
    }
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        rows = await (await connection.execute(_sql.list_views, named)).fetchall()
        if by != own:
            reading = Reading(caller=caller, way=Way.LOG_READ, what="views", at=room.clock())
            await note_reading(connection, reading=reading)
    shown = [_view(row) for row in rows[: asked.limit]]
    return ViewsPage(views=shown, next=shown[-1].id if len(rows) > len(shown) else None)


def _view(row: tuple[Any, ...]) -> ViewNoted:
    view_id, at, by, is_person, role, door, way, why, case_id, family, what = row
    return ViewNoted(
        id=view_id,
        at=timestamp(at),
        by=by,
        is_person=is_person,
        role=role,
        door=ViewDoor(door),
        way=Way(way),
        why=ViewGround(why),
        case_id=None if case_id is None else str(case_id),
        family=family,
        what=what,
    )
