"""`/v1/guard/entries`: what is listed, what is asked to be, and what another person says to it."""

from uuid import UUID

from tutela.domain.guard import EntryState
from tutela.guard.governance import judging, showing
from tutela.guard.governance.entries import Proposal
from tutela.guard.governance.judging import Agreeing, Order, Refusing, Withdrawing
from tutela.guard.governance.opening import Opening, open_entry
from tutela.guard.governance.preview import Uses, preview
from tutela.guard.governance.proposing import Proposing, propose
from tutela.guard.governance.room import GovernanceRoom, UnknownGuardEntry
from tutela.guard.governance.showing import Wanted
from tutela.intake.door import usable_key
from tutela.intake.reading import read_struct
from tutela.web.answer import Answer, answer
from tutela.web.api.notices import idempotency_key
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import page_asked, uuid_or_none

ENTRY_STATES = tuple(str(state) for state in EntryState)


def show_entries(room: GovernanceRoom) -> Handler:
    """200 with a page of what is listed or was, masked."""

    async def handle(asked: Asked) -> Answer:
        page = page_asked(asked, states=ENTRY_STATES)
        states = None if page.state is None else (page.state,)
        wanted = Wanted(limit=page.limit, after=page.after, states=states)
        return answer(await showing.list_entries(room, caller=asked.caller, wanted=wanted))

    return handle


def show_one_entry(room: GovernanceRoom) -> Handler:
    """200 with one entry and its history; whole for whoever proposed or has to judge it."""

    async def handle(asked: Asked) -> Answer:
        return answer(
            await showing.show_entry(room, caller=asked.caller, entry_id=_entry_id(asked))
        )

    return handle


def open_one_entry(room: GovernanceRoom) -> Handler:
    """200 with one entry, whole, once it is written down who opened it and why."""

    async def handle(asked: Asked) -> Answer:
        entry_id, said = _entry_id(asked), read_struct(asked.body, kind=Opening)
        return answer(await open_entry(room, caller=asked.caller, entry_id=entry_id, said=said))

    return handle


def propose_entries(room: GovernanceRoom) -> Handler:
    """201 once it is asked for; 200 with the first answer where it was asked before by its key."""

    async def handle(asked: Asked) -> Answer:
        proposal = read_struct(asked.body, kind=Proposal)
        key = usable_key(idempotency_key(asked))
        proposing = Proposing(caller=asked.caller, proposal=proposal, key=key)
        proposed, is_new = await propose(room, proposing=proposing)
        return answer(proposed, status=201 if is_new else 200)

    return handle


def preview_entries(room: GovernanceRoom, *, uses: Uses) -> Handler:
    """200 with what an entry or a batch would hit."""

    async def handle(asked: Asked) -> Answer:
        found = await preview(room, caller=asked.caller, entry_id=_entry_id(asked), uses=uses)
        return answer(found)

    return handle


def approve_entries(room: GovernanceRoom) -> Handler:
    """200 once what another person asked is done."""

    async def handle(asked: Asked) -> Answer:
        order = _order(asked)
        said = read_struct(asked.body, kind=Agreeing) if asked.body else Agreeing()
        return answer(await judging.approve(room, order=order, said=said))

    return handle


def reject_entries(room: GovernanceRoom) -> Handler:
    """200 once it is settled that what was asked is not done."""

    async def handle(asked: Asked) -> Answer:
        order, said = _order(asked), read_struct(asked.body, kind=Refusing)
        return answer(await judging.reject(room, order=order, said=said))

    return handle


def withdraw_entries(room: GovernanceRoom) -> Handler:
    """200 once it is asked that it be taken back, or in an emergency taken out."""

    async def handle(asked: Asked) -> Answer:
        order, said = _order(asked), read_struct(asked.body, kind=Withdrawing)
        return answer(await judging.withdraw(room, order=order, said=said))

    return handle


def _order(asked: Asked) -> Order:
    return Order(caller=asked.caller, id=_entry_id(asked))


def _entry_id(asked: Asked) -> UUID:
    entry_id = uuid_or_none(asked.path["entry_id"])
    if entry_id is None:
        raise UnknownGuardEntry("The guard of this service lists no such entry that you may see.")
    return entry_id
