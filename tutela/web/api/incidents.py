"""`GET /v1/incidents`: faults that were named, what each touched, and how far it was made good."""

from tutela.access.keys import KeySet
from tutela.access.tokens import Caller
from tutela.database.pool import Pool
from tutela.decisions.replays.showing import (
    IncidentsWanted,
    Seen,
    list_incidents,
    show_incident,
    unknown_incident,
)
from tutela.domain.states import IncidentState
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import page_asked, uuid_or_none

INCIDENT_STATES = tuple(str(state) for state in IncidentState)


def show_incidents(pool: Pool, *, keys: KeySet) -> Handler:
    """200 with a page of the incidents of the caller's service."""

    async def handle(asked: Asked) -> Answer:
        page = page_asked(asked, states=INCIDENT_STATES)
        wanted = IncidentsWanted(limit=page.limit, after=page.after, state=page.state)
        seen = _seen(asked.caller)
        return answer(await list_incidents(pool, seen=seen, wanted=wanted, keys=keys))

    return handle


def show_one_incident(pool: Pool, *, keys: KeySet) -> Handler:
    """200 with one incident; 404 where it is not of the caller's service."""

    async def handle(asked: Asked) -> Answer:
        incident_id = uuid_or_none(asked.path["incident_id"])
        if incident_id is None:
            raise unknown_incident()
        seen = _seen(asked.caller)
        return answer(await show_incident(pool, seen=seen, incident_id=incident_id, keys=keys))

    return handle


def _seen(caller: Caller) -> Seen:
    return Seen(tenant=caller.tenant, service=caller.service)
