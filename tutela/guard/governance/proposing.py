"""Somebody asks that something be listed: sealed, ledgered, and without effect until agreed to."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.persons import SamePerson, person_of
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain import canonical
from tutela.domain.guard import EntryEvent, EntryState
from tutela.domain.states import transition
from tutela.errors import FieldError, TutelaError
from tutela.guard.asking import ItemKind
from tutela.guard.governance.entries import (
    EntryAsked,
    Proposal,
    end_of,
    proposal_errors,
    spellings,
)
from tutela.guard.governance.listing import value_of
from tutela.guard.governance.room import ANSWER, EMERGENCY, Act, GovernanceRoom, hold, whose, write
from tutela.intake.acknowledgement import KeyReused
from tutela.intake.reading import refuse_if_any

_NO_LIMIT: Final = None
_SHOWN_MAX: Final = 100

_sql = queries.load("tutela.guard.governance", file="entries.sql")
_acts_sql = queries.load("tutela.guard.governance", file="acts.sql")


class AlreadyListed(TutelaError):
    """Something is listed or proposed already."""

    code = "already_listed"
    title = "It is listed or proposed already"
    status = 409


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `POST /v1/guard/entries`: the batch, and its entries in their order."""

    id: str
    state: str
    entries: list[str]
    expires_at: str
    #: Until when another person has to agree.
    answer_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposing:
    """A proposal as a caller hands it in, under a key of its own if it has one."""

    caller: Caller
    proposal: Proposal
    key: str | None = None


async def propose(room: GovernanceRoom, *, proposing: Proposing) -> tuple[Proposed, bool]:
    """What was proposed, and whether it is new.

    Raises NeedsPerson, Unfit, AlreadyListed, KeyReused; in an emergency also Forbidden where it is
    no lead's, and SamePerson where it was theirs before and nobody agreed. Nothing is written then.
    """
    caller, proposal, now = proposing.caller, proposing.proposal, room.clock()
    person = person_of(caller)
    refuse_unless(caller.role, right=Right.PROPOSE_GUARD)
    if proposal.emergency:
        refuse_unless(caller.role, right=Right.APPROVE_GUARD)
    refuse_if_any(tuple(proposal_errors(proposal, now=now)))
    batch = _Batch.of(proposal, room=room, person=person, now=now)
    listed = whose(caller)
    async with tenant_transaction(
        room.pool, tenant=caller.tenant, limit_seconds=_NO_LIMIT
    ) as connection:
        await hold(connection, listed=listed)
        key = proposal.external_id or proposing.key
        act = batch.act(proposal, key=key, at=now)
        earlier = await _earlier(connection, listed=listed, act=act)
        if earlier is not None:
            return earlier, False
        await _refuse_listed(connection, listed=listed, batch=batch, entries=proposal.entries)
        if proposal.emergency:
            await _refuse_again(connection, room=room, listed=listed, batch=batch)
        await connection.execute(_sql.add_entries, {**listed.columns, **batch.columns(room)})
        await write(connection, room=room, listed=listed, act=act)
    return batch.told(), True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    id: UUID
    ids: list[UUID]
    entries: Sequence[EntryAsked]
    value_keys: list[bytes]
    state: EntryState
    person: str
    now: datetime
    expires_at: datetime
    answer_by: datetime

    @classmethod
    def of(
        cls, proposal: Proposal, *, room: GovernanceRoom, person: str, now: datetime
    ) -> "_Batch":
        state, answer_by = EntryState.PROPOSED, now + ANSWER
        if proposal.emergency:
            state, answer_by = transition(state, event=EntryEvent.ENACTED), now + EMERGENCY
        batch_id, *ids = room.new_ids(len(proposal.entries) + 1, at=now)
        return cls(
            id=batch_id,
            ids=ids,
            entries=proposal.entries,
            value_keys=[room.value_key(*each.identity) for each in proposal.entries],
            state=state,
            person=person,
            now=now,
            expires_at=end_of(proposal, now=now),
            answer_by=min(answer_by, end_of(proposal, now=now)),
        )

    def act(self, proposal: Proposal, *, key: str | None, at: datetime) -> Act:
        """The proposal as it is written down."""
        counted = Counter(str(each.kind) for each in self.entries)
        return Act(
            event="enacted" if proposal.emergency else "proposed",
            at=at,
            person=self.person,
            subjects=[self.id, *self.ids],
            projection={
                "batch": str(self.id),
                "entries": len(self.ids),
                "kinds": dict(sorted(counted.items())),
                "state": str(self.state),
                "expires_at": canonical.timestamp(self.expires_at),
            },
            reason=proposal.reason,
            said={"values": hashlib.sha256(b"".join(self.value_keys)).hexdigest()},
            key=key,
            body_key=hashlib.sha256(msgspec.json.encode(proposal)).digest(),
        )

    def columns(self, room: GovernanceRoom) -> dict[str, object]:
        """The named values that `add_entries` takes."""
        sealed = [
            room.keys.seal(entry.plain.encode(), row=entry_id.bytes)
            for entry, entry_id in zip(self.entries, self.ids, strict=True)
        ]
        return {
            "batch_id": self.id,
            "state": str(self.state),
            "person": self.person,
            "now": self.now,
            "answer_by": self.answer_by,
            "expires_at": self.expires_at,
            "ids": self.ids,
            "kinds": [str(each.kind) for each in self.entries],
            "verdicts": [str(each.verdict) for each in self.entries],
            "forms": [each.looked_for for each in self.entries],
            "languages": [",".join(each.languages) for each in self.entries],
            "surfaces": [",".join(sorted(set(each.surfaces))) for each in self.entries],
            "networks": [each.network for each in self.entries],
            "value_keys": self.value_keys,
            "sealed_keys": [each.key for each in sealed],
            "sealed_bodies": [each.body for each in sealed],
        }

    def told(self) -> Proposed:
        """What is answered."""
        return Proposed(
            id=str(self.id),
            state=str(self.state),
            entries=[str(each) for each in self.ids],
            expires_at=canonical.timestamp(self.expires_at),
            answer_by=canonical.timestamp(self.answer_by),
        )


async def _earlier(connection: Connection, *, listed: Whose, act: Act) -> Proposed | None:
    if act.key is None:
        return None
    cursor = await connection.execute(_acts_sql.change_of_key, {**listed.columns, "key": act.key})
    row = await cursor.fetchone()
    if row is None:
        return None
    batch_id, *entry_ids = row[1]
    if bytes(row[2]) != act.body_key:
        raise KeyReused(
            detail="The key was used for another body.",
            errors=[FieldError("/external_id", "used before")],
        )
    cursor = await connection.execute(_sql.batch, {**listed.columns, "batch_id": batch_id})
    ((asked_at, expires_at, emergency),) = await cursor.fetchall()
    answer_by = min(asked_at + (EMERGENCY if emergency else ANSWER), expires_at)
    return Proposed(
        id=str(batch_id),
        state=str(EntryState.PROVISIONAL if emergency else EntryState.PROPOSED),
        entries=[str(each) for each in entry_ids],
        expires_at=canonical.timestamp(expires_at),
        answer_by=canonical.timestamp(answer_by),
    )


async def _refuse_listed(
    connection: Connection, *, listed: Whose, batch: _Batch, entries: Sequence[EntryAsked]
) -> None:
    kinds = [str(each.kind) for each in entries]
    wanted = {**listed.columns, "kinds": kinds, "value_keys": batch.value_keys}
    cursor = await connection.execute(_sql.listed_before, wanted)
    rows = await cursor.fetchall()
    if rows:
        raise AlreadyListed(
            f"{len(rows)} of the entries are listed or proposed already; nothing was written.",
            errors=[
                FieldError(f"/entries/{place - 1}/value", f"is entry {entry_id}, {state}")
                for place, entry_id, state in rows[:_SHOWN_MAX]
            ],
        )


async def _refuse_again(
    connection: Connection, *, room: GovernanceRoom, listed: Whose, batch: _Batch
) -> None:
    """Whoever lists in an emergency lists nothing again that nobody agreed to, in any spelling."""
    wanted = {**listed.columns, "person": batch.person}
    rows = await (await connection.execute(_sql.enacted_in_vain, wanted)).fetchall()
    again = await asyncio.to_thread(_is_again, rows, room=room, entries=batch.entries)
    if again:
        raise SamePerson("You listed it before, and nobody agreed; another lead must do it.")


def _is_again(
    rows: Sequence[tuple[Any, ...]], *, room: GovernanceRoom, entries: Sequence[EntryAsked]
) -> bool:
    before = [
        (ItemKind(kind), value_of(room.keys, entry_id=entry_id, sealed=Sealed(*sealed)))
        for entry_id, kind, *sealed in rows
    ]
    asked = [(each.kind, each.plain) for each in entries]
    return bool(before) and not spellings(before).isdisjoint(spellings(asked))
