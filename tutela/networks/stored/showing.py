"""Searches, their leads and their cases as a person sees them; ids whole only to a few."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.roles import Right, has
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.ledger.facts import open_fact
from tutela.networks.stored.looking import Looked, note_look, read_looks
from tutela.networks.stored.names import Telling, mask, open_name
from tutela.networks.stored.room import NetworkRoom, unknown_case, unknown_run
from tutela.networks.stored.views import (
    NetworkAct,
    NetworkCase,
    NetworkCaseFigures,
    NetworkCases,
    NetworkFound,
    NetworkLead,
    NetworkLeads,
    NetworkLooks,
    NetworkRun,
    NetworkRuns,
)
from tutela.networks.stored.words import named, open_words

_sql = queries.load("tutela.networks.stored", file="runs.sql")
_leads_sql = queries.load("tutela.networks.stored", file="leads.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """At most `limit` of them `after` one, in a state or in any."""

    limit: int
    after: UUID | None = None
    state: str | None = None
    telling: Telling = Telling.READABLE
    #: Of cases: of that search alone.
    run_id: UUID | None = None


async def list_runs(room: NetworkRoom, *, caller: Caller, page: Page) -> NetworkRuns:
    """A page of the searches of the caller's service."""
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        rows = await _runs(connection, caller=caller, page=page)
    shown = [_run(row) for row in rows[: page.limit]]
    return NetworkRuns(runs=shown, next=shown[-1].id if len(rows) > page.limit else None)


async def show_run(room: NetworkRoom, *, caller: Caller, run_id: UUID) -> NetworkRun:
    """One search; raises UnknownNetworkRun."""
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        return await _one_run(connection, caller=caller, run_id=run_id)


async def list_leads(
    room: NetworkRoom, *, caller: Caller, run_id: UUID, page: Page
) -> NetworkLeads:
    """A page of the leads of a search; who looked is written down. Raises UnknownNetworkRun."""
    wanted = {**seen_by(caller), "run_id": run_id, "after": page.after}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        await _one_run(connection, caller=caller, run_id=run_id)
        cursor = await connection.execute(
            _leads_sql.show_leads, {**wanted, "limit": page.limit + 1}
        )
        rows = await cursor.fetchall()
        reader = Reader(caller=caller, room=room, telling=page.telling)
        await learn_seeds(connection, reader=reader, run_id=run_id)
        shown = [lead_of(row, reader=reader) for row in rows[: page.limit]]
        looked = Looked.at(shown, run_id=run_id)
        await note_look(connection, room=room, caller=caller, looked=looked)
    return NetworkLeads(leads=shown, next=shown[-1].id if len(rows) > page.limit else None)


async def list_looks(
    room: NetworkRoom, *, caller: Caller, run_id: UUID, page: Page
) -> NetworkLooks:
    """A page of who looked at leads of a search; raises UnknownNetworkRun."""
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        await _one_run(connection, caller=caller, run_id=run_id)
        looks = await read_looks(
            connection, caller=caller, run_id=run_id, limit=page.limit + 1, after=page.after
        )
    shown = looks[: page.limit]
    return NetworkLooks(looks=shown, next=shown[-1].id if len(looks) > page.limit else None)


async def list_cases(room: NetworkRoom, *, caller: Caller, page: Page) -> NetworkCases:
    """A page of the cases of the caller's service."""
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        rows = await _cases(connection, caller=caller, page=page)
    shown = [_case(row, room=room) for row in rows[: page.limit]]
    return NetworkCases(cases=shown, next=shown[-1].id if len(rows) > page.limit else None)


async def show_case(
    room: NetworkRoom,
    *,
    caller: Caller,
    case_id: UUID,
    telling: Telling = Telling.READABLE,
) -> NetworkCase:
    """One case with its members and what was done to it; raises UnknownNetworkCase."""
    reader = Reader(caller=caller, room=room, telling=telling)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        return await _case_read(connection, reader=reader, case_id=case_id)


async def read_case(
    connection: Connection, *, room: NetworkRoom, caller: Caller, case_id: UUID
) -> NetworkCase:
    """One case as it stands in the transaction; who looked is written down.

    Raises UnknownNetworkCase.
    """
    reader = Reader(caller=caller, room=room)
    return await _case_read(connection, reader=reader, case_id=case_id)


async def _case_read(connection: Connection, *, reader: "Reader", case_id: UUID) -> NetworkCase:
    room, caller = reader.room, reader.caller
    rows = await _cases(connection, caller=caller, page=Page(limit=1), case_id=case_id)
    if not rows:
        raise unknown_case()
    wanted = {**seen_by(caller), "case_id": case_id}
    members = await (await connection.execute(_leads_sql.show_members, wanted)).fetchall()
    back = await (await connection.execute(_leads_sql.show_returned, wanted)).fetchall()
    run_id = rows[0][1]
    await learn_seeds(connection, reader=reader, run_id=run_id)
    shown = [lead_of(row, reader=reader) for row in members]
    returned = [lead_of(row, reader=reader) for row in back]
    leads = {each.id: each for each in (*shown, *returned)}
    looked = Looked.at(list(leads.values()), run_id=run_id, case_id=case_id)
    await note_look(connection, room=room, caller=caller, looked=looked)
    return msgspec.structs.replace(
        _case(rows[0], room=room),
        members=shown,
        returned=returned,
        history=await _history(connection, room=room, caller=caller, subject=case_id),
    )


def seen_by(caller: Caller) -> dict[str, object]:
    """Whose searches the caller sees, and who asks: none about somebody whom they know."""
    return {**Whose.of(caller).columns, "asker": caller.person}


async def _runs(
    connection: Connection, *, caller: Caller, page: Page, run_id: UUID | None = None
) -> list[tuple[Any, ...]]:
    wanted = {**Whose.of(caller).columns, **_columns(page), "id": run_id}
    return await (await connection.execute(_sql.show_runs, wanted)).fetchall()


async def _one_run(connection: Connection, *, caller: Caller, run_id: UUID) -> NetworkRun:
    rows = await _runs(connection, caller=caller, page=Page(limit=1), run_id=run_id)
    if not rows:
        raise unknown_run()
    return _run(rows[0])


async def _cases(
    connection: Connection, *, caller: Caller, page: Page, case_id: UUID | None = None
) -> list[tuple[Any, ...]]:
    wanted = {**seen_by(caller), **_columns(page), "id": case_id}
    return await (await connection.execute(_leads_sql.show_cases, wanted)).fetchall()


async def _history(
    connection: Connection, *, room: NetworkRoom, caller: Caller, subject: UUID
) -> list[NetworkAct]:
    cursor = await connection.execute(_sql.acts_of, {**Whose.of(caller).columns, "id": subject})
    told = []
    for act_id, event, person, at, *sealed in await cursor.fetchall():
        said = msgspec.json.decode(open_fact(Sealed(*sealed), fact_id=act_id, keys=room.keys))
        reason = said.get("reason", "")
        told.append(NetworkAct(event=event, at=timestamp(at), by=person, reason=reason))
    return told


def _columns(page: Page) -> dict[str, object]:
    return {
        "limit": page.limit + 1,
        "after": page.after,
        "state": page.state,
        "run_id": page.run_id,
    }


def _run(row: Sequence[Any]) -> NetworkRun:
    run_id, state, asked_by, asked_at, seeds_from, category, leads_max, random_seed, *rest = row
    stage, begun_at, ended_at, found, why, seeds = rest
    return NetworkRun(
        id=str(run_id),
        state=state,
        asked_by=asked_by,
        asked_at=timestamp(asked_at),
        seeds_from=seeds_from,
        category=category,
        seeds=seeds,
        leads_max=leads_max,
        random_seed=random_seed,
        stage=stage,
        begun_at=_told(begun_at),
        ended_at=_told(ended_at),
        found=None if found is None else msgspec.convert(found, NetworkFound),
        why=why,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who looks, and the seeds of the search as they may see them: reasons name no others."""

    caller: Caller
    room: NetworkRoom
    telling: Telling = Telling.READABLE
    seeds: dict[bytes, str | None] = field(default_factory=dict)

    def may_read(self, *, minor: bool) -> bool:
        """Whether they see an account's id whole."""
        return self.telling is Telling.READABLE and may_read(self.caller, possible_minor=minor)

    def name(self, sealed: Sequence[bytes | None], *, key: bytes, minor: bool) -> str | None:
        """An account's id, whole or masked; None where it is kept no longer."""
        if sealed[0] is None or sealed[1] is None:
            return None
        name = open_name(Sealed(sealed[0], sealed[1]), key=key, keys=self.room.keys)
        whole = name is None or self.may_read(minor=minor)
        return name if whole else mask(str(name))

    def words(self, sealed: Sealed, *, of: UUID) -> tuple[str, ...]:
        """Sentences with the seeds that they name."""
        return named(open_words(sealed, of=of, keys=self.room.keys), naming=self.seeds.get)


async def learn_seeds(connection: Connection, *, reader: Reader, run_id: UUID) -> None:
    """The reader knows the seeds of the search then, as far as they may."""
    wanted = {**seen_by(reader.caller), "run_id": run_id}
    cursor = await connection.execute(_leads_sql.seeds_named, wanted)
    for key, minor, *sealed in await cursor.fetchall():
        reader.seeds[bytes(key)] = reader.name(sealed, key=bytes(key), minor=minor)


def lead_of(row: Sequence[Any], *, reader: Reader) -> NetworkLead:
    """The lead in a row of `show_leads`, `show_members`, `show_returned` or `one_lead`."""
    lead_id, case_id, rank, score, sure, part, looks_like, returned_of, *rest = row
    possible_minor, words_key, words_body, account_key, *sealed = rest
    return NetworkLead(
        id=str(lead_id),
        rank=rank,
        account_id=reader.name(sealed, key=bytes(account_key), minor=possible_minor),
        masked=not reader.may_read(minor=possible_minor),
        score=round(score, 4),
        sure=None if sure is None else round(sure, 4),
        group=part,
        looks_like=looks_like,
        returned_of=None if returned_of is None else str(returned_of),
        possible_minor=possible_minor,
        case_id=None if case_id is None else str(case_id),
        reasons=reader.words(Sealed(words_key, words_body), of=lead_id),
    )


def may_read(caller: Caller, *, possible_minor: bool) -> bool:
    """Whether the caller sees an account's id whole: a possible minor's only a specialist does."""
    if has(caller.role, right=Right.DECIDE_SPECIALIST_CASES):
        return True
    return has(caller.role, right=Right.RUN_NETWORKS) and not possible_minor


def _case(row: Sequence[Any], *, room: NetworkRoom) -> NetworkCase:
    case_id, run_id, state, members, figures, key, body, created_at, by, at, bulk_ids = row
    return NetworkCase(
        id=str(case_id),
        run_id=str(run_id),
        state=state,
        size=members,
        figures=msgspec.convert(figures, NetworkCaseFigures),
        why=open_words(Sealed(key, body), of=case_id, keys=room.keys),
        created_at=timestamp(created_at),
        decided_by=by,
        decided_at=_told(at),
        bulk_ids=[str(each) for each in bulk_ids],
    )


def _told(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)
