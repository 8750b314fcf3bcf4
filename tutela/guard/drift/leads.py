"""Leads as a person sees them: the surest first, each with what speaks for it in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.access.roles import Right, has
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.domain.drift import LeadState
from tutela.errors import TutelaError
from tutela.guard.drift.evidence import Evidence, in_words
from tutela.guard.drift.room import DriftRoom
from tutela.guard.drift.values import UseKind, open_value
from tutela.guard.governance.showing import mask

#: An open lead is shown for so long after it last rose.
FRESH: Final = timedelta(days=7)

_sql = queries.load("tutela.guard.drift", file="leads.sql")


class UnknownLead(TutelaError):
    """There is no such lead, or the caller may not know of it."""

    code = "unknown_lead"
    title = "No such lead"
    status = 404


class Lead(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tag or query that rises with accounts that used something blocked; it has no effect."""

    id: str
    state: LeadState
    kind: UseKind
    #: What was used: whole for who may propose it, else its first and last sign and its length.
    value: str
    #: The smaller log-likelihood ratio of the two; 10.83 is chance, one in a thousand.
    score: float
    #: What speaks for it, in words.
    evidence: tuple[str, ...]
    counts: Evidence
    found_at: str
    #: When it last rose beyond chance.
    seen_at: str
    decided_by: str | None = None
    decided_at: str | None = None
    #: What the guard lists, where the lead was proposed.
    entry_id: str | None = None

    def __repr__(self) -> str:
        return f"<Lead {self.id}>"


class Leads(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `GET /v1/guard/leads`."""

    leads: list[Lead]
    #: When uses were last looked through to the end; null where that was never done.
    looked_at: str | None
    #: How long that took.
    seconds: float | None
    #: For `after`; null on the last page.
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsWanted:
    """At most `limit` leads `after` one, in a state or in any."""

    limit: int
    after: UUID | None = None
    state: str | None = LeadState.OPEN
    id: UUID | None = None


async def list_leads(room: DriftRoom, *, caller: Caller, wanted: LeadsWanted) -> Leads:
    """A page of the leads of the caller's service."""
    whose = Whose.of(caller)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        leads = await read_leads(connection, caller=caller, wanted=wanted, room=room)
        cursor = await connection.execute(_sql.last_round, whose.columns)
        row = await cursor.fetchone()
    looked_at, seconds = row or (None, None)
    shown = leads[: wanted.limit]
    return Leads(
        leads=shown,
        looked_at=None if looked_at is None else timestamp(looked_at),
        seconds=seconds,
        next=shown[-1].id if len(leads) > wanted.limit else None,
    )


async def show_lead(room: DriftRoom, *, caller: Caller, lead_id: UUID) -> Lead:
    """One lead of the caller's service; raises UnknownLead."""
    wanted = LeadsWanted(limit=1, state=None, id=lead_id)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        found = await read_leads(connection, caller=caller, wanted=wanted, room=room)
    if not found:
        raise unknown_lead()
    return found[0]


async def read_leads(
    connection: Connection, *, caller: Caller, wanted: LeadsWanted, room: DriftRoom
) -> list[Lead]:
    """The leads of a page, and one more where there is another page."""
    named = {
        **Whose.of(caller).columns,
        "open": LeadState.OPEN,
        "fresh_since": room.clock() - FRESH,
        "state": wanted.state,
        "after": wanted.after,
        "id": wanted.id,
        "limit": wanted.limit + 1,
    }
    cursor = await connection.execute(_sql.show_leads, named)
    may_read = has(caller.role, right=Right.PROPOSE_GUARD)
    rows = await cursor.fetchall()
    shown = (_lead(row, keys=room.keys, may_read=may_read) for row in rows)
    return [lead for lead in shown if lead is not None]


def unknown_lead() -> UnknownLead:
    """The error for an id that is none of the caller's service."""
    return UnknownLead("The guard has no such lead for this service.")


def _lead(row: Sequence[Any], *, keys: KeySet, may_read: bool) -> Lead | None:
    lead_id, state, score, counts, found_at, seen_at, by, at, entry_id, kind, key, *sealed = row
    value = open_value(Sealed(*sealed), key=bytes(key), keys=keys)
    if value is None:
        return None
    evidence = _evidence(counts)
    return Lead(
        id=str(lead_id),
        state=LeadState(state),
        kind=UseKind(kind),
        value=value if may_read else mask(value),
        score=round(score, 1),
        evidence=tuple(in_words(evidence)),
        counts=evidence,
        found_at=timestamp(found_at),
        seen_at=timestamp(seen_at),
        decided_by=by,
        decided_at=None if at is None else timestamp(at),
        entry_id=None if entry_id is None else str(entry_id),
    )


def _evidence(counts: Mapping[str, object]) -> Evidence:
    return msgspec.convert(counts, Evidence)
