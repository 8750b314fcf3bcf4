"""Who works on which harms and languages: cases of another harm are not there for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec

from tutela.access.persons import UnknownPerson, person_of
from tutela.access.roles import RIGHTS, Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.domain.harm import HarmFamily
from tutela.errors import FieldError
from tutela.intake.reading import refuse_if_any
from tutela.review.oversight.room import Act, OversightRoom, write

LANGUAGES_MAX = 50
#: Stands for everybody who has nothing of their own.
EVERYBODY = ""

_sql = queries.load("tutela.review.oversight")

Language = Annotated[str, msgspec.Meta(pattern="^[a-z]{2,3}$")]


class NeedSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/needs`: what a person works on from now on."""

    #: The user; none: everybody without something of their own who sees no specialists' cases.
    person: Annotated[str, msgspec.Meta(max_length=64)] = EVERYBODY
    #: The harms; an empty list: no case at all; none: whatever the role sees.
    families: list[HarmFamily] | None
    #: Languages without their regions; an empty list: every one.
    languages: Annotated[list[Language], msgspec.Meta(max_length=LANGUAGES_MAX)] = []


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody works on; `families` is null where their role alone decides."""

    #: Empty for everybody without something of their own.
    person: str
    role: str | None
    families: list[HarmFamily] | None
    languages: list[str]
    set_by: str | None
    set_at: str | None


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `GET /v1/needs`: everybody's first, then each person who may see cases."""

    needs: list[Need]


async def set_need(room: OversightRoom, *, caller: Caller, asked: NeedSet) -> Needs:
    """What everybody works on then; the next call that asks for a case goes by it.

    Raises Forbidden, NeedsPerson, UnknownPerson, Unfit for a harm or language named twice.
    """
    refuse_unless(caller.role, right=Right.SET_NEED_TO_KNOW)
    by, now = person_of(caller), room.clock()
    refuse_if_any(_twice(asked))
    named = {**Whose.of(caller).columns, "person": asked.person}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        await _refuse_stranger(connection, named=named)
        await write(connection, room=room, whose=Whose.of(caller), act=_act(asked, by=by, at=now))
        if asked.families is None:
            await connection.execute(_sql.forget_need, named)
        else:
            said = {"families": list(asked.families), "languages": list(asked.languages)}
            await connection.execute(_sql.set_need, {**named, **said, "set_by": by, "at": now})
        return await _needs(connection, caller=caller)


async def show_needs(room: OversightRoom, *, caller: Caller) -> Needs:
    """What everybody works on; raises Forbidden."""
    refuse_unless(caller.role, right=Right.SET_NEED_TO_KNOW)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        return await _needs(connection, caller=caller)


def _act(asked: NeedSet, *, by: str, at: datetime) -> Act:
    families = None if asked.families is None else sorted(asked.families)
    return Act(
        event="need_set",
        at=at,
        person=by,
        projection={
            "of": "everybody" if asked.person == EVERYBODY else "one",
            "families": families,
            "languages": sorted(asked.languages),
        },
        said={"person": asked.person},
    )


async def _refuse_stranger(connection: Connection, *, named: dict[str, object]) -> None:
    if named["person"] == EVERYBODY:
        return
    cursor = await connection.execute(_sql.person_is_there, named)
    if await cursor.fetchone() is None:
        raise UnknownPerson(f"There is no user {named['person']}.")


def _twice(asked: NeedSet) -> list[FieldError]:
    return [
        FieldError(f"/{field}", "names one twice")
        for field, named in (("families", asked.families or []), ("languages", asked.languages))
        if len(set(named)) < len(named)
    ]


async def _needs(connection: Connection, *, caller: Caller) -> Needs:
    roles = [str(role) for role, rights in RIGHTS.items() if Right.SEE_CASES in rights]
    named = {**Whose.of(caller).columns, "roles": roles}
    usual = await (await connection.execute(_sql.usual_need, named)).fetchone()
    people = await (await connection.execute(_sql.staff, named)).fetchall()
    first = _need((EVERYBODY, None, *(usual or (None, None, None, None))))
    return Needs(needs=[first, *map(_need, people)])


def _need(row: Sequence[Any]) -> Need:
    person, role, families, languages, set_by, set_at = row
    return Need(
        person=person,
        role=role,
        families=None if families is None else [HarmFamily(each) for each in families],
        languages=languages or [],
        set_by=set_by,
        set_at=None if set_at is None else timestamp(set_at),
    )
