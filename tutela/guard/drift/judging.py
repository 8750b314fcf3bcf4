"""A person judges a lead: nothing in it, or a proposal that another person decides."""

from typing import Annotated, Final
from uuid import UUID

import msgspec

from tutela.access.persons import person_of
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.detection.terms.term import TermKind
from tutela.domain.drift import LeadEvent, LeadState
from tutela.domain.notice import Timestamp
from tutela.domain.states import transition
from tutela.domain.text import is_blank
from tutela.errors import FieldError
from tutela.guard.asking import ItemKind, Surface, Verdict
from tutela.guard.drift.leads import Lead, LeadsWanted, read_leads, unknown_lead
from tutela.guard.drift.room import DriftRoom
from tutela.guard.drift.values import UseKind
from tutela.guard.governance.entries import REASON_MAX_CODE_POINTS, EntryAsked, Proposal
from tutela.guard.governance.proposing import Proposed, Proposing, propose
from tutela.guard.governance.room import Act, GovernanceRoom, hold, whose, write
from tutela.intake.reading import refuse_if_any

_LISTED_AS: Final = {UseKind.TAG: ItemKind.TAG, UseKind.QUERY: ItemKind.TEXT}

_sql = queries.load("tutela.guard.drift", file="leads.sql")


class LeadDismissed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/guard/leads/{lead_id}/dismiss`."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX_CODE_POINTS)]


class LeadProposed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/guard/leads/{lead_id}/propose`."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX_CODE_POINTS)]
    verdict: Verdict = Verdict.BLOCK
    #: Without it `phrase` where there are several words, else `word`.
    form: TermKind | None = None
    #: Empty: on every surface.
    surfaces: Annotated[tuple[Surface, ...], msgspec.Meta(max_length=len(Surface))] = ()
    #: Without it 90 days from now.
    expires_at: Timestamp | None = None


async def dismiss(room: DriftRoom, *, caller: Caller, lead_id: UUID, said: LeadDismissed) -> Lead:
    """The lead as it stands then: it rests for a month, however it rises.

    Raises NeedsPerson, Forbidden, UnknownLead, IllegalTransition; nothing is written then.
    """
    refuse_unless(caller.role, right=Right.PROPOSE_GUARD)
    person = person_of(caller)
    refuse_if_any([FieldError("/reason", "blank")] if is_blank(said.reason) else [])
    now, listed = room.clock(), whose(caller)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        await hold(connection, listed=listed)
        state = await _held(connection, caller=caller, lead_id=lead_id)
        after = transition(state, event=LeadEvent.DISMISSED)
        act = Act(
            event="lead_dismissed",
            at=now,
            person=person,
            subjects=[lead_id],
            projection={"lead": str(lead_id), "state": str(after)},
            reason=said.reason,
        )
        await write(connection, room=_governance(room), listed=listed, act=act)
        decided = {"state": after, "person": person, "now": now, "entry_id": None}
        await connection.execute(_sql.decide_lead, {**_of(caller, lead_id=lead_id), **decided})
        return await _one(connection, caller=caller, lead_id=lead_id, room=room)


async def propose_lead(
    room: DriftRoom, *, caller: Caller, lead_id: UUID, said: LeadProposed
) -> Proposed:
    """What was proposed; it has no effect until another person agrees.

    The same lead is proposed once, however often that is asked. Raises UnknownLead,
    IllegalTransition, and what `propose` raises; nothing is written then.
    """
    refuse_unless(caller.role, right=Right.PROPOSE_GUARD)
    person, now = person_of(caller), room.clock()
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        state = await _held(connection, caller=caller, lead_id=lead_id)
        lead = await _one(connection, caller=caller, lead_id=lead_id, room=room)
    after = transition(state, event=LeadEvent.PROPOSED)
    proposal = Proposal(
        entries=(listing(lead, said=said),), reason=said.reason, expires_at=said.expires_at
    )
    key = f"lead {lead_id} {lead.decided_at or lead.found_at}"
    proposing = Proposing(caller=caller, proposal=proposal, key=key)
    proposed, _ = await propose(_governance(room), proposing=proposing)
    decided = {"state": after, "person": person, "now": now, "entry_id": proposed.entries[0]}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        await connection.execute(_sql.decide_lead, {**_of(caller, lead_id=lead_id), **decided})
    return proposed


def listing(lead: Lead, *, said: LeadProposed) -> EntryAsked:
    """What would be listed by a lead that is proposed like that."""
    return EntryAsked(
        kind=_LISTED_AS[lead.kind],
        value=lead.value,
        verdict=said.verdict,
        form=said.form,
        surfaces=said.surfaces,
    )


async def _held(connection: Connection, *, caller: Caller, lead_id: UUID) -> LeadState:
    cursor = await connection.execute(_sql.hold_lead, _of(caller, lead_id=lead_id))
    row = await cursor.fetchone()
    if row is None:
        raise unknown_lead()
    return LeadState(row[0])


async def _one(connection: Connection, *, caller: Caller, lead_id: UUID, room: DriftRoom) -> Lead:
    wanted = LeadsWanted(limit=1, state=None, id=lead_id)
    found = await read_leads(connection, caller=caller, wanted=wanted, room=room)
    if not found:
        raise unknown_lead()
    return found[0]


def _of(caller: Caller, *, lead_id: UUID) -> dict[str, object]:
    return {**Whose.of(caller).columns, "id": lead_id}


def _governance(room: DriftRoom) -> GovernanceRoom:
    return GovernanceRoom(pool=room.pool, keys=room.keys, clock=room.clock, chance=room.chance)
