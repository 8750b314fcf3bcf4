"""Where the account of a case stands in the newest group that a search found it in."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from tutela.access.roles import Right
from tutela.networks.stored.room import NetworkRoom
from tutela.review.around import groups_around
from tutela.web.answer import Answer
from tutela.web.api.cases import ReviewRoom
from tutela.web.console.cases import case_address, case_named
from tutela.web.console.pages import page
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Visit


def case_network_screens(reviewing: ReviewRoom, *, networking: NetworkRoom) -> Sequence[Screen]:
    """A part of the case's page, asked for by whoever wants to see it."""
    part = _Part(reviewing, networking)
    return (Screen("GET", "/console/{service}/cases/{id}/network", Right.SEE_CASES, part.show),)


@dataclass(frozen=True, slots=True)
class _Part:
    reviewing: ReviewRoom
    networking: NetworkRoom

    async def show(self, visit: Visit) -> Answer:
        """The group's picture with a ring around the account; who looked is written down.

        Nothing is drawn where no search found it, or the visitor may not see networks. Raises
        UnknownCase.
        """
        case_id, caller = case_named(visit), visit.caller
        groups = await groups_around(self.reviewing.pool, caller=caller, case_id=case_id)
        template = "case_network_part.html" if visit.is_partial else "case_network.html"
        here = case_address(visit, case_id=case_id)
        if not groups:
            return page(visit, template=template, here=here, seen=None)
        from tutela.networks.page import drawing
        from tutela.networks.stored.picturing import look_at_graph
        from tutela.web.console.network_picture import drawn

        newest = groups[0]
        graph = await look_at_graph(self.networking, caller=caller, case_id=newest.id)
        seen = await asyncio.to_thread(drawn, graph)
        own = next((spot for spot in seen.spots if spot.lead_id == str(newest.lead_id)), None)
        return page(visit, template=template, here=here, seen=seen, own=own, drawing=drawing)
