"""Another person agrees, and it is done; or does not; or whoever asked takes it back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.persons import refuse_same
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.detection.lists.changing import Account
from tutela.detection.lists.governing.acts import (
    Act,
    Acting,
    ProposalSettled,
    UnknownProposal,
    acting,
    refuse_blank,
    write,
)
from tutela.detection.lists.governing.asked import ListProposal, Reason, check
from tutela.detection.lists.governing.carrying import Carried, carry_out
from tutela.detection.lists.room import ListRoom
from tutela.domain.list_proposals import ListProposalEvent, ListProposalState
from tutela.domain.states import transition

_sql = queries.load("tutela.detection.lists.governing", file="proposals.sql")
_decode: Final = msgspec.json.Decoder(ListProposal).decode


class ListAgreeing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `approve`; it may be left out."""

    reason: Reason | None = None


class ListRefusing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `reject`."""

    reason: Reason


class ListProposalMoved(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a proposal; `version` is the list's after it, where it was done."""

    id: str
    list: str
    change: str
    state: str
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who says something about which proposal."""

    caller: Caller
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One proposal under its lock."""

    id: UUID
    list: str
    change: str
    state: ListProposalState
    proposed_by: str
    answer_by: datetime
    sealed: Sealed | None

    def asked(self, room: ListRoom) -> ListProposal:
        """What it asks, in the clear; raises ProposalSettled unless it waits."""
        if self.sealed is None:
            raise ProposalSettled("What was asked is kept no longer than it waits.")
        return _decode(room.keys.open(self.sealed, row=self.id.bytes))


async def approve(room: ListRoom, *, order: Order, said: ListAgreeing) -> ListProposalMoved:
    """Done as another had asked, at once, in every process within seconds.

    Raises Forbidden, NeedsPerson, SamePerson, UnknownProposal, IllegalTransition; and UnknownList,
    UnknownEntry, ListUnfit where the list changed since: then it waits as it did.
    """
    async with held_proposal(room, order=order, right=Right.APPROVE_LISTS) as (by, found):
        after = transition(found.state, event=ListProposalEvent.APPROVED)
        refuse_same(by.person, other=found.proposed_by)
        asked = found.asked(room)
        account = Account(
            by=found.proposed_by,
            reason=asked.reason,
            details={"agreed": by.person, "proposal": str(found.id)},
        )
        rows = await asyncio.to_thread(check, asked)
        carried = Carried(asked=asked, rows=rows, account=account)
        effect = await carry_out(by, room=room, carried=carried)
        moved = _moved(found, state=after, version=effect.version)
        event = ListProposalEvent.APPROVED
        await _settle(by, room=room, moved=moved, event=event, reason=said.reason or "")
    return moved


async def reject(room: ListRoom, *, order: Order, said: ListRefusing) -> ListProposalMoved:
    """Not done: by another's word, or by the word of whoever had asked.

    Raises as `approve`, and ListUnfit for a blank reason.
    """
    refuse_blank(said.reason)
    async with held_proposal(room, order=order, right=Right.PROPOSE_LISTS) as (by, found):
        own = found.proposed_by.casefold() == by.person.casefold()
        event = ListProposalEvent.TAKEN_BACK if own else ListProposalEvent.REJECTED
        after = transition(found.state, event=event)
        if not own:
            refuse_unless(order.caller.role, right=Right.APPROVE_LISTS)
        moved = _moved(found, state=after)
        await _settle(by, room=room, moved=moved, event=event, reason=said.reason)
    return moved


@asynccontextmanager
async def held_proposal(
    room: ListRoom, *, order: Order, right: Right
) -> AsyncIterator[tuple[Acting, Standing]]:
    """A proposal under its lock; one whose time is over has lapsed. Raises UnknownProposal."""
    async with acting(room, caller=order.caller, right=right) as by:
        wanted = {**by.columns, "id": order.id}
        row = await (await by.connection.execute(_sql.lock_proposal, wanted)).fetchone()
        if row is None:
            raise UnknownProposal("This service was asked for no such change of a list.")
        proposal_id, name, change, state, proposed_by, answer_by, *sealed = row
        late = ListProposalState(state) is ListProposalState.PROPOSED and answer_by <= by.now
        yield (
            by,
            Standing(
                id=proposal_id,
                list=name,
                change=change,
                state=ListProposalState.LAPSED if late else ListProposalState(state),
                proposed_by=proposed_by,
                answer_by=answer_by,
                sealed=None if sealed[0] is None else Sealed(*map(bytes, sealed)),
            ),
        )


async def _settle(
    by: Acting, *, room: ListRoom, moved: ListProposalMoved, event: ListProposalEvent, reason: str
) -> None:
    row = {"id": UUID(moved.id), "state": moved.state, "version": moved.version}
    row["answered_by"] = by.person
    await by.connection.execute(_sql.settle_proposal, {**by.columns, **row})
    told = {"list": moved.list, "change": moved.change, "state": moved.state}
    act = Act(
        event=str(event),
        subject=UUID(moved.id),
        at=by.now,
        person=by.person,
        projection={"proposal": moved.id, **told, "version": moved.version},
        reason=reason,
    )
    await write(by.connection, room=room, whose=by.whose, act=act)


def _moved(
    found: Standing, *, state: ListProposalState, version: int | None = None
) -> ListProposalMoved:
    return ListProposalMoved(
        id=str(found.id),
        list=found.list,
        change=found.change,
        state=str(state),
        version=version,
    )
