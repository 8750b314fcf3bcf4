"""`/v1/lists`: how lists stand, what two people ask of them, and switching one off."""

from uuid import UUID

import msgspec

from tutela.access.tokens import Caller
from tutela.detection.lists.governing import judging, previewing, showing, switching
from tutela.detection.lists.governing.acts import UnknownProposal
from tutela.detection.lists.governing.asked import ListProposal
from tutela.detection.lists.governing.judging import ListAgreeing, ListRefusing, Order
from tutela.detection.lists.governing.proposing import propose
from tutela.detection.lists.governing.showing import ListOpening, Wanted
from tutela.detection.lists.governing.switching import ListSwitchAsked
from tutela.detection.lists.register import (
    NAME,
    ListStanding,
    VersionTold,
    history,
    standings,
    unknown,
)
from tutela.detection.lists.room import Holder, ListName, ListRoom
from tutela.domain.list_proposals import ListProposalState
from tutela.intake.reading import read_struct
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import page_asked, uuid_or_none

PROPOSAL_STATES = tuple(str(state) for state in ListProposalState)


class Lists(msgspec.Struct, frozen=True, kw_only=True):
    """Every list of a service, by name; never an entry."""

    lists: list[ListStanding]


class ListVersions(msgspec.Struct, frozen=True, kw_only=True):
    """The last hundred changes of a list, the newest first."""

    versions: list[VersionTold]


def show_lists(room: ListRoom) -> Handler:
    """200 with how every list stands."""

    async def handle(asked: Asked) -> Answer:
        holder = Holder(tenant=asked.caller.tenant, service=asked.caller.service)
        found = await standings(room.pool, now=room.clock(), holder=holder)
        return answer(Lists(lists=found))

    return handle


def show_list_versions(room: ListRoom) -> Handler:
    """200 with what changed in a list, who did it and why."""

    async def handle(asked: Asked) -> Answer:
        name = _named(asked.path["name"], caller=asked.caller)
        return answer(ListVersions(versions=await history(room, name=name)))

    return handle


def throw_list_switch(room: ListRoom) -> Handler:
    """200 with how the list stands once it is thrown."""

    async def handle(asked: Asked) -> Answer:
        name = _named(asked.path["name"], caller=asked.caller).name
        said = read_struct(asked.body, kind=ListSwitchAsked)
        return answer(await switching.throw(room, caller=asked.caller, name=name, asked=said))

    return handle


def show_proposals(room: ListRoom) -> Handler:
    """200 with a page of what was asked, the newest first."""

    async def handle(asked: Asked) -> Answer:
        page = page_asked(asked, states=PROPOSAL_STATES)
        wanted = Wanted(limit=page.limit, after=page.after, state=page.state)
        return answer(await showing.list_proposals(room, caller=asked.caller, wanted=wanted))

    return handle


def show_one_proposal(room: ListRoom) -> Handler:
    """200 with one proposal, its entries masked, and its history."""

    async def handle(asked: Asked) -> Answer:
        proposal_id = _proposal_id(asked)
        found = await showing.show_proposal(room, caller=asked.caller, proposal_id=proposal_id)
        return answer(found)

    return handle


def propose_change(room: ListRoom) -> Handler:
    """201 once it is asked for; 200 where the same was asked before."""

    async def handle(asked: Asked) -> Answer:
        proposal = read_struct(asked.body, kind=ListProposal)
        proposed, is_new = await propose(room, caller=asked.caller, asked=proposal)
        return answer(proposed, status=201 if is_new else 200)

    return handle


def preview_change(room: ListRoom) -> Handler:
    """200 with what a change would come to; nothing is written."""

    async def handle(asked: Asked) -> Answer:
        proposal = read_struct(asked.body, kind=ListProposal)
        return answer(await previewing.preview_of(room, caller=asked.caller, asked=proposal))

    return handle


def preview_proposal(room: ListRoom) -> Handler:
    """200 with what a proposal that waits would come to."""

    async def handle(asked: Asked) -> Answer:
        proposal_id = _proposal_id(asked)
        return answer(await previewing.preview(room, caller=asked.caller, proposal_id=proposal_id))

    return handle


def open_proposal(room: ListRoom) -> Handler:
    """200 with the entries of a proposal, once it is written down who read them."""

    async def handle(asked: Asked) -> Answer:
        order, said = _order(asked), read_struct(asked.body, kind=ListOpening)
        return answer(await showing.open_proposal(room, order=order, said=said))

    return handle


def approve_proposal(room: ListRoom) -> Handler:
    """200 once what another person asked is done."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=ListAgreeing) if asked.body else ListAgreeing()
        return answer(await judging.approve(room, order=_order(asked), said=said))

    return handle


def reject_proposal(room: ListRoom) -> Handler:
    """200 once it is settled that what was asked is not done."""

    async def handle(asked: Asked) -> Answer:
        order, said = _order(asked), read_struct(asked.body, kind=ListRefusing)
        return answer(await judging.reject(room, order=order, said=said))

    return handle


def _named(name: str, *, caller: Caller) -> ListName:
    named = ListName(tenant=caller.tenant, service=caller.service, name=name)
    if NAME.fullmatch(name) is None:
        raise unknown(named)
    return named


def _order(asked: Asked) -> Order:
    return Order(caller=asked.caller, id=_proposal_id(asked))


def _proposal_id(asked: Asked) -> UUID:
    proposal_id = uuid_or_none(asked.path["proposal_id"])
    if proposal_id is None:
        raise UnknownProposal("This service was asked for no such change of a list.")
    return proposal_id
