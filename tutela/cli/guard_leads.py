"""`tutela guard leads`: what rises with accounts that used something blocked, to be judged."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from tutela.access.persons import at_terminal
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.app import guarding
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import AsJson, OfService, Where, spread
from tutela.cli.output import print_json
from tutela.domain.drift import LeadState
from tutela.guard.asking import Verdict
from tutela.guard.drift.judging import LeadDismissed, LeadProposed, dismiss, propose_lead
from tutela.guard.drift.leads import Lead, Leads, LeadsWanted, list_leads
from tutela.guard.drift.room import DriftRoom
from tutela.guard.governance.entries import DAYS_MAX, USUAL_DAYS
from tutela.guard.governance.proposing import Proposed

LEADS_SHOWN = 20
LEADS_MAX = 200

_Found = TypeVar("_Found")
LeadId = Annotated[UUID, typer.Argument(metavar="LEAD", help="Which lead.")]
Why = Annotated[str, typer.Option("--reason", help="Why; sealed.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByPerson(OfService):
    """Who acts at the terminal, and for which service."""

    person: Annotated[
        str, typer.Option("--as", metavar="NAME", help="The user who acts, with their rights.")
    ]


@dataclass(frozen=True, slots=True)
class _At:
    """The drift watch at the terminal, and who entered."""

    room: DriftRoom
    caller: Caller


def join(group: typer.Typer) -> None:
    """Makes the commands some of the group's."""
    group.command("leads")(leads)
    group.command("dismiss-lead")(dismiss_lead)
    group.command("propose-lead")(turn_into_proposal)


@spread
def leads(
    *,
    by: ByPerson,
    state: Annotated[LeadState, typer.Option(help="Where they stand.")] = LeadState.OPEN,
    limit: Annotated[int, typer.Option(min=1, max=LEADS_MAX, help="How many.")] = LEADS_SHOWN,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Show what rises with accounts that used something blocked, the surest first."""
    wanted = LeadsWanted(limit=limit, state=state)

    async def seen(at: _At) -> Leads:
        refuse_unless(at.caller.role, right=Right.SEE_GUARD)
        return await list_leads(at.room, caller=at.caller, wanted=wanted)

    found = _acted(where, by=by, act=seen)
    if as_json:
        print_json(found)
    else:
        _show(found)


@spread
def dismiss_lead(
    *, lead: LeadId, by: ByPerson, reason: Why, as_json: AsJson = False, where: Where
) -> None:
    """Find nothing in a lead: it rests for a month, and is in the ledger."""
    said = LeadDismissed(reason=reason)

    async def dismissed(at: _At) -> Lead:
        return await dismiss(at.room, caller=at.caller, lead_id=lead, said=said)

    found = _acted(where, by=by, act=dismissed)
    if as_json:
        print_json(found)
    else:
        print(f"{found.id} is {found.state}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed of a lead."""

    reason: Why
    verdict: Annotated[Verdict, typer.Option(help="What the guard is to say.")] = Verdict.BLOCK
    days: Annotated[int, typer.Option(min=1, max=DAYS_MAX, help="For how long.")] = USUAL_DAYS


@spread
def turn_into_proposal(
    *, lead: LeadId, by: ByPerson, what: Proposal, as_json: AsJson = False, where: Where
) -> None:
    """Propose that the guard list what a lead says; it has no effect until another agrees."""

    async def proposed(at: _At) -> Proposed:
        said = LeadProposed(
            reason=what.reason,
            verdict=what.verdict,
            expires_at=at.room.clock() + timedelta(days=what.days),
        )
        return await propose_lead(at.room, caller=at.caller, lead_id=lead, said=said)

    found = _acted(where, by=by, act=proposed)
    if as_json:
        print_json(found)
    else:
        print(f"{found.entries[0]} is {found.state}; another person agrees by {found.answer_by}")


def _acted(where: Where, *, by: ByPerson, act: Callable[[_At], Awaitable[_Found]]) -> _Found:
    async def enter() -> _Found:
        async with house_of(attachment) as house:
            caller = await at_terminal(
                house.pool, tenant=by.tenant, service=by.service, name=by.person
            )
            return await act(_At(guarding.drift_room(house), caller))

    with attached(where) as attachment:
        return asyncio.run(enter())


def _show(found: Leads) -> None:
    for rank, lead in enumerate(found.leads, start=1):
        print(f"{rank:>3}. {lead.kind} {lead.value}  score {lead.score:.1f}  {lead.id}")
        for sentence in lead.evidence:
            print(f"       {sentence}")
    looked = found.looked_at or "never"
    more = ", more by --limit" if found.next else ""
    print(f"{len(found.leads)} leads{more}; uses were last looked through: {looked}")
