"""`/v1/guard/leads`: what rises with accounts that used something blocked, for people to judge."""

from uuid import UUID

from tutela.domain.drift import LeadState
from tutela.guard.drift.judging import LeadDismissed, LeadProposed, dismiss, propose_lead
from tutela.guard.drift.leads import LeadsWanted, list_leads, unknown_lead
from tutela.guard.drift.room import DriftRoom
from tutela.intake.reading import read_struct
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import page_asked, uuid_or_none

LEAD_STATES = tuple(str(state) for state in LeadState)


def show_leads(room: DriftRoom) -> Handler:
    """200 with a page of the leads of the caller's service, the surest first; usually open ones."""

    async def handle(asked: Asked) -> Answer:
        page = page_asked(asked, states=LEAD_STATES)
        state = page.state or LeadState.OPEN
        wanted = LeadsWanted(limit=page.limit, after=page.after, state=state)
        return answer(await list_leads(room, caller=asked.caller, wanted=wanted))

    return handle


def dismiss_lead(room: DriftRoom) -> Handler:
    """200 with the lead as a person left it."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=LeadDismissed)
        return answer(await dismiss(room, caller=asked.caller, lead_id=_lead_id(asked), said=said))

    return handle


def turn_into_proposal(room: DriftRoom) -> Handler:
    """201 with what was proposed; another person decides it."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=LeadProposed)
        proposed = await propose_lead(room, caller=asked.caller, lead_id=_lead_id(asked), said=said)
        return answer(proposed, status=201)

    return handle


def _lead_id(asked: Asked) -> UUID:
    lead_id = uuid_or_none(asked.path["lead_id"])
    if lead_id is None:
        raise unknown_lead()
    return lead_id
