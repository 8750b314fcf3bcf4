"""A viewer who was shut out for trying out what is listed, and is let in again by a person."""

from typing import Annotated

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


#: A keyed digest of an account, in hex.
ViewerDigest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class LetInAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/guard/viewers/let-in`: the account, or the digest of it."""

    account_id: Identifier | None = None
    reason: Reason
    #: As it stands among those who tried out what is listed, in hex.
    viewer: ViewerDigest | None = None


class LetIn(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it."""

    #: Whether the viewer was shut out by then.
    was_shut_out: bool


def _key(room: GovernanceRoom, *, caller: Caller, asked: LetInAsked) -> bytes:
    if (asked.account_id is None) == (asked.viewer is None):
        one = FieldError("/account_id", "this, or viewer: the one or the other")
        raise Unfit("It is not said who is let in.", errors=[one])
    if asked.account_id is None:
        return bytes.fromhex(asked.viewer or "")
    place = Place(caller.tenant, caller.service)
    return viewer_key(asked.account_id, place=place, keys=room.keys)


async def let_in(room: GovernanceRoom, *, caller: Caller, asked: LetInAsked) -> LetIn:
    """The viewer gets answers again, from every web process within seconds.

    Raises NeedsPerson, Forbidden, Unfit.
    """
    person, now = person_of(caller), room.clock()
    refuse_unless(caller.role, right=Right.APPROVE_GUARD)
    if is_blank(asked.reason):
        raise Unfit("A reason is needed.", errors=[FieldError("/reason", "blank")])
    listed, key = whose(caller), _key(room, caller=caller, asked=asked)
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
