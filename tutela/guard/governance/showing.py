"""What is listed and how it came to be, masked; whole only to whoever proposes or judges it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.access.roles import Right, has
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.domain.guard import ASKED, EntryState
from tutela.guard.governance.listing import value_of
from tutela.guard.governance.room import GovernanceRoom, UnknownGuardEntry, whose
from tutela.ledger.facts import open_fact

#: Shorter values are told by their length alone.
_SHOWN_FROM: Final = 4

_sql = queries.load("tutela.guard.governance", file="showing.sql")
_acts_sql = queries.load("tutela.guard.governance", file="acts.sql")


class GuardChange(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to something, by whom and why."""

    event: str
    at: str
    #: Null where a time was over.
    by: str | None
    reason: str


class EntryView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry; its value is masked unless the caller proposed it or has to judge it."""

    id: str
    batch: str
    kind: str
    value: str
    masked: bool
    verdict: str
    state: str
    #: Whether it has its effect now.
    in_force: bool
    proposed_by: str
    created_at: str
    expires_at: str
    form: str | None = None
    languages: list[str] = []
    surfaces: list[str] = []
    network: str | None = None
    approved_by: str | None = None
    #: Who waits for another person's answer, and until when.
    asked_by: str | None = None
    answer_by: str | None = None
    #: Of one entry: what was done to it, the oldest first.
    history: list[GuardChange] | None = None


class EntryPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what is listed, the oldest first; `next` is what the next one comes after."""

    entries: list[EntryView]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """At most `limit` entries `after` an id, in one of some states or in any."""

    limit: int
    after: UUID | None = None
    #: None: in any.
    states: tuple[str, ...] | None = None
    #: Of one proposal; None: of any.
    batch: UUID | None = None


async def list_entries(room: GovernanceRoom, *, caller: Caller, wanted: Wanted) -> EntryPage:
    """A page of the entries of the caller's service, every value masked."""
    states = None if wanted.states is None else list(wanted.states)
    asked = {**whose(caller).columns, "states": states, "batch": wanted.batch}
    asked |= {"after": wanted.after, "limit": wanted.limit + 1, "now": room.clock()}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        rows = await (await connection.execute(_sql.page, asked)).fetchall()
    shown = [_view(row, keys=room.keys, masked=True) for row in rows[: wanted.limit]]
    return EntryPage(entries=shown, next=shown[-1].id if len(rows) > wanted.limit else None)


async def counts(room: GovernanceRoom, *, caller: Caller) -> dict[EntryState, int]:
    """How many entries of the caller's service stand in each state that any stands in."""
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.counts, whose(caller).columns)
        return {EntryState(state): count for state, count in await cursor.fetchall()}


async def show_entry(room: GovernanceRoom, *, caller: Caller, entry_id: UUID) -> EntryView:
    """One entry with its history; raises UnknownGuardEntry."""
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        row = await _row(connection, room=room, caller=caller, entry_id=entry_id)
        history = await changes(connection, room=room, caller=caller, subject=entry_id)
    shown = _view(row, keys=room.keys, masked=not _may_see(row, caller=caller))
    return msgspec.structs.replace(shown, history=history)


async def read_entry(
    connection: Connection, *, room: GovernanceRoom, caller: Caller, entry_id: UUID
) -> EntryView:
    """One entry, whole, for whoever writes down that it was opened; raises UnknownGuardEntry."""
    row = await _row(connection, room=room, caller=caller, entry_id=entry_id)
    return _view(row, keys=room.keys, masked=False)


async def _row(
    connection: Connection, *, room: GovernanceRoom, caller: Caller, entry_id: UUID
) -> Sequence[Any]:
    asked = {**whose(caller).columns, "id": entry_id, "now": room.clock()}
    row: Sequence[Any] | None = await (await connection.execute(_sql.one, asked)).fetchone()
    if row is None:
        raise UnknownGuardEntry("The guard of this service lists no such entry.")
    return row


async def changes(
    connection: Connection, *, room: GovernanceRoom, caller: Caller, subject: UUID
) -> list[GuardChange]:
    """What was done to an entry, an objection or a switch, the oldest first."""
    cursor = await connection.execute(
        _acts_sql.changes_of, {**whose(caller).columns, "id": subject}
    )
    told = []
    for change_id, event, person, at, *sealed in await cursor.fetchall():
        said = msgspec.json.decode(open_fact(Sealed(*sealed), fact_id=change_id, keys=room.keys))
        told.append(
            GuardChange(event=event, at=timestamp(at), by=person, reason=said.get("reason", ""))
        )
    return told


def mask(value: str) -> str:
    """First and last sign and the length of a value; of a short one the length alone."""
    if len(value) < _SHOWN_FROM:
        return f"… ({len(value)})"
    return f"{value[0]}…{value[-1]} ({len(value)})"


def _may_see(row: Sequence[Any], *, caller: Caller) -> bool:
    state, proposed_by = EntryState(row[9]), row[11]
    if caller.person is None or not has(caller.role, right=Right.PROPOSE_GUARD):
        return False
    return state in ASKED or proposed_by.casefold() == caller.person.casefold()


def _view(row: Sequence[Any], *, keys: KeySet, masked: bool) -> EntryView:
    entry_id, batch_id, kind, verdict, form, languages, surfaces, network, *rest = row
    sealed_key, state, in_force, proposed_by, approved_by, asked_by, *times, sealed_body = rest
    answer_by, created_at, expires_at = times
    value = value_of(keys, entry_id=entry_id, sealed=Sealed(sealed_key, sealed_body))
    waits = EntryState(state) in ASKED
    return EntryView(
        id=str(entry_id),
        batch=str(batch_id),
        kind=kind,
        value=mask(value) if masked else value,
        masked=masked,
        verdict=verdict,
        state=state,
        in_force=in_force,
        proposed_by=proposed_by,
        created_at=timestamp(created_at),
        expires_at=timestamp(expires_at),
        form=form,
        languages=languages,
        surfaces=surfaces,
        network=network,
        approved_by=approved_by,
        asked_by=asked_by if waits else None,
        answer_by=_told(answer_by) if waits else None,
    )


def _told(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)
