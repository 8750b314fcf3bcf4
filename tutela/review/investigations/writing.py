"""A room is opened, written in, ended and taken up again: each is an entry with its leaf."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from tutela.access.persons import person_of
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.errors import DatabaseUnavailable
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.investigations import (
    REFERRING_KINDS,
    WRITTEN_KINDS,
    EntryKind,
    InvestigationEvent,
    InvestigationState,
)
from tutela.domain.states import transition
from tutela.domain.text import is_blank
from tutela.errors import FieldError
from tutela.intake.reading import refuse_if_any
from tutela.networks.stored import showing
from tutela.networks.stored.asking import Asking, NetworkRunAsked, ask
from tutela.networks.stored.room import UnknownNetworkRun
from tutela.review.investigations.asked import (
    InvestigationOpened,
    InvestigationReasoned,
    InvestigationSearchAsked,
    InvestigationWritten,
)
from tutela.review.investigations.holding import hold, refuse_near
from tutela.review.investigations.showing import read_entries
from tutela.review.investigations.standing import (
    KEY_BYTES,
    Entry,
    Held,
    Investigating,
    RoomKey,
    digest,
    key_reused,
    write_entry,
)

_sql = queries.load("tutela.review.investigations", file="investigations.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Who says something in which room, under which key."""

    caller: Caller
    room_id: UUID
    key: str | None = None


async def open_room(
    house: Investigating, *, caller: Caller, said: InvestigationOpened, key: str | None = None
) -> tuple[UUID, bool]:
    """The room, and whether it is new; whoever opens it is the first of its people.

    Raises Forbidden, NeedsPerson, Unfit, KeyReused.
    """
    refuse_unless(caller.role, right=Right.RUN_ROOMS)
    person = person_of(caller)
    told = {"title": said.title, "reason": said.reason}
    refuse_if_any([FieldError(f"/{name}", "blank") for name in told if is_blank(told[name])])
    now, key = house.clock(), said.external_id or key
    raw, room_id = house.chance(KEY_BYTES), house.new_id(at=now)
    sealed = house.keys.seal(raw, row=room_id.bytes)
    held = Held(
        id=room_id,
        whose=Whose.of(caller),
        person=person,
        state=InvestigationState.OPEN,
        entries=0,
        key=RoomKey(raw, chance=house.chance),
    )
    columns = {
        "state": str(held.state),
        "now": now,
        "key": key,
        "body_key": digest({**told, "by": person}),
        "sealed_key": sealed.key,
        "sealed_body": sealed.body,
        "sealed_title": held.key.seal(said.title.encode(), row=room_id),
    }
    async with tenant_transaction(house.pool, tenant=caller.tenant) as connection:
        named = {**held.columns, **columns}
        row = await (await connection.execute(_sql.add_investigation, named)).fetchone()
        if row is None:
            return await _before(connection, named=named), False
        await connection.execute(_sql.add_person, {**named, "other": person})
        entry = Entry(kind=EntryKind.OPENED, said={"ref": said.title, "text": said.reason})
        await write_entry(connection, house=house, held=held, entry=entry)
    return room_id, True


async def _before(connection: Connection, *, named: dict[str, object]) -> UUID:
    row = await (await connection.execute(_sql.investigation_of_key, named)).fetchone()
    if row is None:
        raise DatabaseUnavailable("A call of this key is under way. Send it again.")
    if bytes(row[1]) != named["body_key"]:
        raise key_reused()
    return UUID(str(row[0]))


async def write(house: Investigating, *, writing: Writing, said: InvestigationWritten) -> int:
    """The number of the entry; sent again under its key it is the same one.

    Raises Forbidden, NeedsPerson, Unfit, UnknownInvestigation, IllegalTransition, KeyReused,
    ConflictOfInterest.
    """
    caller = writing.caller
    refuse_unless(caller.role, right=Right.RUN_ROOMS)
    refuse_if_any(list(_errors(said)))
    if said.kind is EntryKind.RUN:
        await _refuse_unknown_run(house, caller=caller, ref=said.ref or "")
    entry = Entry(
        kind=said.kind,
        said={"ref": said.ref, "text": said.text},
        key=said.external_id or writing.key,
    )
    async with tenant_transaction(house.pool, tenant=caller.tenant) as connection:
        held = await hold(connection, house=house, caller=caller, room_id=writing.room_id)
        transition(held.state, event=InvestigationEvent.WRITTEN)
        await refuse_near(connection, house=house, caller=caller, said=entry)
        return await write_entry(connection, house=house, held=held, entry=entry)


def _errors(said: InvestigationWritten) -> Iterator[FieldError]:
    if said.kind not in WRITTEN_KINDS:
        yield FieldError("/kind", " or ".join(WRITTEN_KINDS))
    if said.kind in REFERRING_KINDS and is_blank(said.ref):
        yield FieldError("/ref", "missing for this kind")
    if said.kind not in REFERRING_KINDS and is_blank(said.text):
        yield FieldError("/text", "blank")


async def _refuse_unknown_run(house: Investigating, *, caller: Caller, ref: str) -> None:
    try:
        run_id = UUID(ref)
        await showing.show_run(house.networks, caller=caller, run_id=run_id)
    except (ValueError, UnknownNetworkRun):
        refuse_if_any([FieldError("/ref", "no search of this service")])


async def search(house: Investigating, *, writing: Writing, said: InvestigationSearchAsked) -> UUID:
    """A search from the seeds of the room, which is an entry of it.

    Raises what `ask` and `write` raise.
    """
    caller = writing.caller
    refuse_unless(caller.role, right=Right.RUN_ROOMS)
    key = said.external_id or writing.key
    async with tenant_transaction(house.pool, tenant=caller.tenant) as connection:
        held = await hold(connection, house=house, caller=caller, room_id=writing.room_id)
        transition(held.state, event=InvestigationEvent.WRITTEN)
        seeds = await _seeds(connection, held=held)
    refuse_if_any([] if seeds else [FieldError("/seeds", "the room has none yet")])
    asked = NetworkRunAsked(
        reason=said.reason, seeds=seeds, skip_unknown_seeds=True, leads_max=said.leads_max
    )
    room_key = None if key is None else f"room {writing.room_id} {key}"
    run_id, _ = await ask(house.networks, asking=Asking(caller=caller, asked=asked, key=room_key))
    entry = InvestigationWritten(
        kind=EntryKind.RUN, ref=str(run_id), text=said.reason, external_id=key
    )
    await write(house, writing=writing, said=entry)
    return run_id


async def _seeds(connection: Connection, *, held: Held) -> tuple[str, ...]:
    entries = await read_entries(connection, held=held)
    found = (each.ref for each in entries if each.kind == EntryKind.SEED and each.ref)
    return tuple(dict.fromkeys(found))


async def end(
    house: Investigating,
    *,
    writing: Writing,
    said: InvestigationReasoned,
    event: InvestigationEvent,
) -> None:
    """Closed, or open again. Raises as `write` does."""
    caller = writing.caller
    refuse_unless(caller.role, right=Right.RUN_ROOMS)
    refuse_if_any([FieldError("/reason", "blank")] if is_blank(said.reason) else [])
    async with tenant_transaction(house.pool, tenant=caller.tenant) as connection:
        held = await hold(connection, house=house, caller=caller, room_id=writing.room_id)
        state = transition(held.state, event=event)
        entry = Entry(kind=EntryKind(str(event)), said={"ref": None, "text": said.reason})
        await write_entry(connection, house=house, held=held, entry=entry)
        closed_at = house.clock() if state is InvestigationState.CLOSED else None
        moved = {"state": str(state), "closed_at": closed_at, "entries": held.entries}
        await connection.execute(_sql.move_investigation, {**held.columns, **moved})
