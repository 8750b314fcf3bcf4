"""What rises with accounts that used something blocked: looked at, dismissed, proposed."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from tutela.access.roles import Right, has
from tutela.domain.drift import LeadState
from tutela.guard.drift.judging import LeadDismissed, LeadProposed, dismiss, listing, propose_lead
from tutela.guard.drift.leads import LeadsWanted, list_leads, show_lead, unknown_lead
from tutela.guard.governance.preview import preview_of
from tutela.intake.reading import fit
from tutela.web.answer import Answer
from tutela.web.console.guard_objecting import state_asked
from tutela.web.console.guard_pages import (
    ROWS,
    GuardScreensRoom,
    guard_page,
    id_asked,
    id_in,
    place,
)
from tutela.web.console.pages import moved
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Visit

_BELOW: Final = "/console/{service}/guard/leads"


def leading_screens(room: GuardScreensRoom) -> Sequence[Screen]:
    """The list, one lead with what speaks for it, and what a person makes of it."""
    desk, one = _Desk(room), f"{_BELOW}/{{lead_id}}"
    return (
        Screen("GET", _BELOW, Right.SEE_GUARD, desk.show_list),
        Screen("GET", one, Right.SEE_GUARD, desk.show_one),
        Screen("GET", f"{one}/preview", Right.PROPOSE_GUARD, desk.show_preview),
        Screen("POST", f"{one}/dismiss", Right.PROPOSE_GUARD, desk.dismiss),
        Screen("POST", f"{one}/propose", Right.PROPOSE_GUARD, desk.propose),
    )


class _Desk:
    def __init__(self, room: GuardScreensRoom) -> None:
        self._room = room

    async def show_list(self, visit: Visit) -> Answer:
        """A page of leads, the surest first."""
        state = state_asked(visit, states=tuple(LeadState))
        wanted = LeadsWanted(limit=ROWS, after=id_asked(visit, name="after"), state=state)
        found = await list_leads(self._room.drifting, caller=visit.caller, wanted=wanted)
        return guard_page(visit, template="guard_leads.html", found=found, state=state)

    async def show_one(self, visit: Visit) -> Answer:
        """One lead and what speaks for it."""
        lead = await show_lead(self._room.drifting, caller=visit.caller, lead_id=_lead_id(visit))
        return guard_page(visit, template="guard_lead.html", lead=lead)

    async def show_preview(self, visit: Visit) -> Answer:
        """What listing it would hit of last week's uses; nothing is written."""
        lead = await show_lead(self._room.drifting, caller=visit.caller, lead_id=_lead_id(visit))
        entry = listing(lead, said=LeadProposed(reason="none yet"))
        room = self._room
        found = await preview_of(
            room.governing, caller=visit.caller, entries=[entry], uses=room.uses
        )
        template = "guard_preview_part.html" if visit.is_partial else "guard_preview.html"
        back = place(visit, "leads", lead.id)
        return guard_page(visit, template=template, preview=found, back=back, lines=None)

    async def dismiss(self, visit: Visit) -> Answer:
        """A person finds nothing in it; it rests for a month."""
        said = fit({"reason": visit.form.text("reason")}, kind=LeadDismissed)
        lead_id = _lead_id(visit)
        await dismiss(self._room.drifting, caller=visit.caller, lead_id=lead_id, said=said)
        return moved(place(visit, "leads", str(lead_id)))

    async def propose(self, visit: Visit) -> Answer:
        """A person proposes that it be listed; another one decides that."""
        form, lead_id = visit.form, _lead_id(visit)
        given = {
            "reason": form.text("reason"),
            "verdict": form.text("verdict"),
            "surfaces": form.texts("surfaces"),
        }
        said = fit(given, kind=LeadProposed)
        room = self._room.drifting
        proposed = await propose_lead(room, caller=visit.caller, lead_id=lead_id, said=said)
        if not has(visit.caller.role, right=Right.SEE_GUARD):
            return moved(place(visit, "propose"))
        return moved(place(visit, "entries", proposed.entries[0]))


def _lead_id(visit: Visit) -> UUID:
    return id_in(visit, name="lead_id", unknown=unknown_lead())
