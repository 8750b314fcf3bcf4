"""A viewer who was shut out for trying out what is listed, and is let in again by a person."""

import msgspec

from tutela.access.persons import person_of
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import tenant_transaction
from tutela.domain.notice import Identifier
from tutela.domain.text import is_blank
from tutela.errors import FieldError
from tutela.guard.governance.entries import Reason
from tutela.guard.governance.room import Act, GovernanceRoom, whose, write
from tutela.guard.publishing.alarms import viewer_key
from tutela.guard.publishing.listing import Place
from tutela.intake.reading import Unfit

_sql = queries.load("tutela.guard.publishing")


class LetInAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/guard/viewers/let-in`."""

    account_id: Identifier
    reason: Reason


class LetIn(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it."""

    #: Whether the viewer was shut out by then.
    was_shut_out: bool


async def let_in(room: GovernanceRoom, *, caller: Caller, asked: LetInAsked) -> LetIn:
    """The viewer gets answers again, from every web process within seconds.

    Raises NeedsPerson, Forbidden, Unfit.
    """
    person, now = person_of(caller), room.clock()
    refuse_unless(caller.role, right=Right.APPROVE_GUARD)
    if is_blank(asked.reason):
        raise Unfit("A reason is needed.", errors=[FieldError("/reason", "blank")])
    listed = whose(caller)
    place = Place(caller.tenant, caller.service)
    key = viewer_key(asked.account_id, place=place, keys=room.keys)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(
            _sql.let_viewer_in, {**listed.columns, "viewer_key": key, "at": now}
        )
        was_shut_out = bool(await cursor.fetchall())
        if was_shut_out:
            act = Act(
                event="viewer_let_in",
                at=now,
                person=person,
                subjects=(),
                projection={},
                reason=asked.reason,
                said={"viewer": key.hex()},
                moves=False,
            )
            await write(connection, room=room, listed=listed, act=act)
    return LetIn(was_shut_out=was_shut_out)
