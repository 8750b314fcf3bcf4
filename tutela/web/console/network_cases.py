"""A group that a search found: its picture, its members with why, and what people do there."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from tutela.access.roles import Right
from tutela.intake.reading import fit
from tutela.networks.figures import percent
from tutela.networks.stored import showing
from tutela.networks.stored.judging import NetworkCaseDismissed, dismiss
from tutela.networks.stored.names import Telling
from tutela.networks.stored.room import NetworkRoom, unknown_case
from tutela.web.answer import Answer
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.typed import id_in_path
from tutela.web.console.visit import Visit

_ONE = "/console/{service}/networks/cases/{case_id}"


def network_case_screens(room: NetworkRoom) -> Sequence[Screen]:
    """One group, and its end where a person finds nothing in it."""

    async def show(visit: Visit) -> Answer:
        from tutela.networks.page import drawing
        from tutela.networks.stored.picturing import case_graph
        from tutela.web.console.network_picture import drawn

        case_id = case_id_of(visit)
        case = await showing.show_case(
            room, caller=visit.caller, case_id=case_id, telling=Telling.MASKED
        )
        among = await case_graph(room, caller=visit.caller, case_id=case_id)
        seen = await asyncio.to_thread(drawn, among)
        return page(
            visit,
            template="network_case.html",
            case=case,
            members=case.members or [],
            outside=[each for each in case.returned or [] if each.case_id != case.id],
            history=case.history or [],
            seen=seen,
            spots={spot.lead_id: spot for spot in seen.spots},
            facts={
                "edges": list(seen.edges),
                "kinds": list(seen.kinds),
                "names": [spot.handle for spot in seen.spots],
            },
            drawing=drawing,
            percent=percent,
        )

    async def dismissed(visit: Visit) -> Answer:
        case_id = case_id_of(visit)
        said = fit({"reason": visit.form.text("reason")}, kind=NetworkCaseDismissed)
        await dismiss(room, caller=visit.caller, case_id=case_id, said=said)
        return moved(_ONE.format(service=visit.service, case_id=case_id))

    return (
        Screen("GET", _ONE, Right.SEE_NETWORKS, show),
        Screen("POST", f"{_ONE}/dismiss", Right.RUN_NETWORKS, dismissed),
    )


def case_id_of(visit: Visit) -> UUID:
    """The case of the path; raises UnknownNetworkCase."""
    case_id = id_in_path(visit, name="case_id")
    if case_id is None:
        raise unknown_case()
    return case_id
