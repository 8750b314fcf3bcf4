"""Who knows of an investigation: its people alone, and they say who else."""

from tutela.access.persons import UnknownPerson
from tutela.access.roles import Right, has, refuse_unless
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.investigations import EntryKind, InvestigationEvent
from tutela.domain.states import transition
from tutela.domain.vocabulary import Role
from tutela.errors import FieldError
from tutela.intake.reading import refuse_if_any
from tutela.review.investigations.asked import InvestigationPersonNamed
from tutela.review.investigations.holding import hold
from tutela.review.investigations.standing import Entry, Held, Investigating, write_entry
from tutela.review.investigations.writing import Writing

_sql = queries.load("tutela.review.investigations", file="investigations.sql")


async def add_person(
    house: Investigating, *, writing: Writing, said: InvestigationPersonNamed
) -> None:
    """They know of the room from now on; whoever did before stays.

    Raises Forbidden, NeedsPerson, UnknownPerson, UnknownInvestigation, IllegalTransition, Unfit.
    """
    refuse_unless(writing.caller.role, right=Right.RUN_ROOMS)
    async with tenant_transaction(house.pool, tenant=writing.caller.tenant) as connection:
        held = await hold(connection, house=house, caller=writing.caller, room_id=writing.room_id)
        transition(held.state, event=InvestigationEvent.WRITTEN)
        name = await _reader(connection, held=held, name=said.person)
        named = {**held.columns, "other": name, "now": house.clock()}
        if await (await connection.execute(_sql.add_person, named)).fetchone() is None:
            return
        entry = Entry(kind=EntryKind.PERSON_ADDED, said={"ref": name, "text": ""})
        await write_entry(connection, house=house, held=held, entry=entry)


async def remove_person(
    house: Investigating, *, writing: Writing, said: InvestigationPersonNamed
) -> None:
    """They are shown the room no longer; somebody stays. Raises as `add_person` does."""
    refuse_unless(writing.caller.role, right=Right.RUN_ROOMS)
    _refuse_unwritable(said.person)
    async with tenant_transaction(house.pool, tenant=writing.caller.tenant) as connection:
        held = await hold(connection, house=house, caller=writing.caller, room_id=writing.room_id)
        transition(held.state, event=InvestigationEvent.WRITTEN)
        people = await (await connection.execute(_sql.people_of, held.columns)).fetchall()
        if said.person not in {name for name, _, _ in people}:
            raise UnknownPerson("None of the room's people has this name.")
        others = [role for name, _, role in people if name != said.person and role is not None]
        if not any(has(Role(role), right=Right.RUN_ROOMS) for role in others):
            refuse_if_any([FieldError("/person", "nobody who may write in it would be left")])
        await connection.execute(_sql.remove_person, {**held.columns, "other": said.person})
        entry = Entry(kind=EntryKind.PERSON_REMOVED, said={"ref": said.person, "text": ""})
        await write_entry(connection, house=house, held=held, entry=entry)


async def _reader(connection: Connection, *, held: Held, name: str) -> str:
    """The name of a user who may see rooms; raises UnknownPerson, Unfit."""
    _refuse_unwritable(name)
    named = {**held.columns, "other": name}
    row = await (await connection.execute(_sql.role_of, named)).fetchone()
    if row is None:
        raise UnknownPerson("There is no user of this name.")
    if not has(Role(row[1]), right=Right.SEE_ROOMS):
        refuse_if_any([FieldError("/person", f"the role {row[1]} sees no rooms")])
    return str(row[0])


def _refuse_unwritable(name: str) -> None:
    if not name.isprintable():
        refuse_if_any([FieldError("/person", "not the name of a user")])
