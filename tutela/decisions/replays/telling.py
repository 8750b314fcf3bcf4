"""Everybody whom a fault concerned is told of it: one message a person, however often begun."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tutela.access.keys import Sealed
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.decisions.accounts import known_recipients
from tutela.decisions.later import Scope
from tutela.decisions.preparation import Mint
from tutela.decisions.replays.answers import Incident, PersonsTold
from tutela.decisions.replays.concerns import Concern, Register
from tutela.decisions.replays.letters import (
    Person,
    Reference,
    Sender,
    letter,
    recipient_account,
)
from tutela.decisions.replays.replaying import Progress, ReplayRoom
from tutela.decisions.replays.showing import Seen, show_incident
from tutela.decisions.replays.words import Concerned
from tutela.domain.decision import Recipient
from tutela.domain.states import IncidentEvent, transition
from tutela.domain.vocabulary import Mark
from tutela.ledger import facts
from tutela.ledger.facts import Happened

ITEMS_AT_ONCE = 500
PERSONS_AT_ONCE = 200
#: Notices or statements that one message names; it says how many there are.
LISTED_MAX = 1_000

_sql = queries.load("tutela.decisions.replays", file="telling.sql")
_common_sql = queries.load("tutela.decisions.replays")

Named = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An incident whose persons are told, what that stands on, and the names for its queries."""

    room: ReplayRoom
    incident: Incident
    named: Named

    @property
    def tenant(self) -> str:
        """Whose incident it is."""
        return str(self.named["tenant"])

    @property
    def register(self) -> Register:
        """The persons of the service that the fault befell."""
        digest = self.room.keys.subject_digest
        return Register(tenant=self.tenant, service=self.incident.service, digest=digest)


@dataclass(frozen=True, slots=True)
class _Letter:
    person: Person
    id: UUID
    body: bytes


async def tell(room: ReplayRoom, *, tenant: str, incident_id: UUID, progress: Progress) -> Incident:
    """The incident, once a message is written for every person who can be told.

    Begun again after a crash it goes on where it was. Raises UnknownIncident, and
    IllegalTransition for one that was not replayed: nobody is told what is not done yet.
    """
    incident = await _shown(room, tenant=tenant, incident_id=incident_id)
    if incident.told_at is not None:
        return incident
    transition(incident.state, event=IncidentEvent.TOLD)
    named: Named = {"tenant": tenant, "service": incident.service, "incident_id": incident_id}
    telling = Telling(room=room, incident=incident, named=named)
    while await _note_some(telling):
        pass
    done = 0
    while (written := await _tell_some(telling)) is not None:
        done += written
        progress(done, done)
    return await _shown(room, tenant=tenant, incident_id=incident_id)


async def _note_some(telling: Telling) -> bool:
    """Whether there were items of which it was not noted whom they concern; some are now."""
    room, named = telling.room, telling.named
    async with tenant_transaction(room.pool, tenant=telling.tenant) as connection:
        limited = {**named, "limit": ITEMS_AT_ONCE}
        rows = await (await connection.execute(_sql.claim_unnoted, limited)).fetchall()
        if not rows:
            return False
        places: Named = {
            **named,
            "notice_ids": [row[0] for row in rows],
            "ordinals": [row[1] for row in rows],
            "now": room.clock(),
        }
        notices = {row[0]: Sealed(row[2], row[3]) for row in rows if row[2] is not None}
        statements = await (await connection.execute(_sql.statements_of_items, places)).fetchall()
        concerns = _concerns(notices, statements=statements, telling=telling)
        if concerns:
            await connection.execute(_sql.add_concerns, {**named, **_columns(concerns)})
        await connection.execute(_sql.mark_noted, places)
    return True


def _concerns(
    notices: dict[UUID, Sealed], *, statements: Sequence[Sequence[Any]], telling: Telling
) -> list[Concern]:
    register, keys = telling.register, telling.room.keys
    given = [
        register.of_notice(notice_id, sealed=sealed, keys=keys)
        for notice_id, sealed in notices.items()
    ]
    issued = [
        register.of_statement(statement_id, sealed=Sealed(*sealed), keys=keys)
        for statement_id, *sealed in statements
    ]
    return [*given, *(each for each in issued if each is not None)]


def _columns(concerns: Sequence[Concern]) -> Named:
    return {
        "concerned": [str(each.concerned) for each in concerns],
        "person_keys": [each.person_key for each in concerns],
        "ref_ids": [each.ref_id for each in concerns],
    }


async def _tell_some(telling: Telling) -> int | None:
    """How many messages were written; None once everybody is told, or another process does it."""
    room, named = telling.room, telling.named
    async with tenant_transaction(
        room.pool, tenant=telling.tenant, limit_seconds=None
    ) as connection:
        row = await (await connection.execute(_sql.lock_untold, named)).fetchone()
        if row is None or row[0]:
            return None
        limited = {**named, "limit": PERSONS_AT_ONCE}
        persons = await (await connection.execute(_sql.untold_persons, limited)).fetchall()
        if not persons:
            await _finish(connection, telling=telling)
            return None
        return await _write(connection, persons=persons, telling=telling)


async def _write(
    connection: Connection, *, persons: Sequence[Sequence[Any]], telling: Telling
) -> int:
    """How many messages were written; a person of whom all was erased gets none."""
    room = telling.room
    sender = Sender(incident=telling.incident, keys=room.keys, at=room.clock())
    people = await _people(connection, persons=persons, telling=telling)
    ids = Mint(at=sender.at, chance=room.chance).ids(len(people))
    letters = [
        _Letter(person, message_id, body)
        for person, message_id in zip(people, ids, strict=True)
        if (body := letter(person, sender=sender)) is not None
    ]
    sealed = [room.keys.seal(each.body, row=each.id.bytes) for each in letters]
    told_in = {each.person.key: each.id for each in letters}
    written = {
        **telling.named,
        "now": sender.at,
        "concerned": [str(person.concerned) for person in people],
        "person_keys": [person.key for person in people],
        "person_messages": [told_in.get(person.key) for person in people],
        "message_ids": [each.id for each in letters],
        "message_keys": [each.person.key for each in letters],
        "withheld": [each.person.withheld_until for each in letters],
        "sealed_keys": [each.key for each in sealed],
        "sealed_bodies": [each.body for each in sealed],
    }
    for sql in (_sql.add_messages, _sql.mark_told, _sql.forget_erased):
        await connection.execute(sql, written)
    return len(letters)


async def _people(
    connection: Connection, *, persons: Sequence[Sequence[Any]], telling: Telling
) -> list[Person]:
    asked = {
        **telling.named,
        "concerned": [concerned for concerned, _ in persons],
        "person_keys": [key for _, key in persons],
        "listed": LISTED_MAX,
    }
    totals: dict[tuple[str, bytes], int] = {}
    found: dict[tuple[str, bytes], list[Reference]] = {}
    for row in await (await connection.execute(_sql.concerns_of, asked)).fetchall():
        concerned, key, ref_id, total, sealed_key, sealed_body, withheld_until, items = row
        reference = Reference(
            id=ref_id,
            sealed=None if sealed_key is None else Sealed(sealed_key, sealed_body),
            withheld_until=withheld_until,
            items=items or (),
        )
        totals[concerned, key] = total
        found.setdefault((concerned, key), []).append(reference)
    people = [
        Person(
            concerned=Concerned(concerned),
            key=key,
            total=totals[concerned, key],
            references=references,
        )
        for (concerned, key), references in found.items()
    ]
    return await _in_their_languages(connection, people=people, telling=telling)


async def _in_their_languages(
    connection: Connection, *, people: Sequence[Person], telling: Telling
) -> list[Person]:
    """The same, knowing in which language the platform says that recipients are to be told."""
    keys = telling.room.keys
    accounts = {person.key: recipient_account(person, keys=keys) for person in people}
    known = await known_recipients(
        connection,
        scope=Scope(tenant=telling.tenant, service=telling.incident.service, mark=Mark.REAL),
        account_ids=[account for account in accounts.values() if account is not None],
        keys=keys,
    )
    return [
        replace(person, language=known.get(accounts[person.key] or "", Recipient()).language)
        for person in people
    ]


async def _finish(connection: Connection, *, telling: Telling) -> None:
    room, named = telling.room, telling.named
    row = await (await connection.execute(_sql.count_told, named)).fetchone()
    notifiers, recipients, unnamed, erased, messages = row or (0, 0, 0, 0, 0)
    counted = PersonsTold(
        notifiers=notifiers,
        recipients=recipients,
        unnamed_notices=unnamed,
        erased_notices=erased,
        messages=messages,
    )
    figures = msgspec.to_builtins(counted)
    happened = Happened(
        type="incident.told",
        service=telling.incident.service,
        projection={"incident": telling.incident.id, **figures},
        said=figures,
    )
    written = facts.write(happened, at=room.clock(), keys=room.keys, chance=room.chance)
    leaf = {**named, **written.columns, "fact_type": happened.type}
    await connection.execute(_common_sql.add_leaf, leaf)
    await connection.execute(_sql.finish_telling, {**leaf, "told": Jsonb(figures)})


async def _shown(room: ReplayRoom, *, tenant: str, incident_id: UUID) -> Incident:
    seen = Seen(tenant=tenant)
    return await show_incident(room.pool, seen=seen, incident_id=incident_id, keys=room.keys)
