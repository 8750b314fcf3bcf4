"""Somebody asks for a change of a list: checked, rehearsed, sealed, and without effect."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.detection.lists.changing import Account
from tutela.detection.lists.governing.acts import Act, Acting, acting, new_id, write
from tutela.detection.lists.governing.asked import ListProposal, check
from tutela.detection.lists.governing.carrying import Carried, rehearse
from tutela.detection.lists.room import ListRoom
from tutela.domain.canonical import timestamp
from tutela.domain.list_proposals import ListProposalState

#: How long a question waits for another person.
ANSWER: Final = timedelta(days=30)
BODY_KEY_BYTES: Final = 16

_sql = queries.load("tutela.detection.lists.governing", file="proposals.sql")
_encode = msgspec.json.Encoder(order="deterministic").encode


class ListProposed(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `POST /v1/list-proposals`."""

    id: str
    list: str
    change: str
    state: str
    #: Until when another person has to agree.
    answer_by: str


async def propose(
    room: ListRoom, *, caller: Caller, asked: ListProposal
) -> tuple[ListProposed, bool]:
    """What was asked for, and whether it is new: the same asked again is the same.

    Raises Forbidden, NeedsPerson, ListUnfit with each place, UnknownList, UnknownEntry; nothing is
    written then.
    """
    refuse_unless(caller.role, right=Right.PROPOSE_LISTS)
    rows = await asyncio.to_thread(check, asked)
    async with acting(room, caller=caller, right=Right.PROPOSE_LISTS) as by:
        carried = Carried(asked=asked, rows=rows, account=Account(by=by.person))
        await rehearse(by, room=room, carried=carried)
        row = _row(asked, by=by, room=room, entries=len(rows) or len(asked.numbers))
        made = await (await by.connection.execute(_sql.add_proposal, row)).fetchone()
        if made is None:
            return await _asked_already(by, row=row), False
        await write(by.connection, room=room, whose=by.whose, act=_act(row, by=by, asked=asked))
    return _told(row, proposal_id=row["id"], answer_by=row["answer_by"]), True


def _row(asked: ListProposal, *, by: Acting, room: ListRoom, entries: int) -> dict[str, Any]:
    proposal_id = new_id(room, at=by.now)
    body = _encode(asked)
    sealed = room.keys.seal(body, row=proposal_id.bytes)
    return {
        **by.columns,
        "id": proposal_id,
        "list": asked.list,
        "change": str(asked.change),
        "kind": None if asked.kind is None else str(asked.kind),
        "entries": entries,
        "state": str(ListProposalState.PROPOSED),
        "body_key": room.keys.subject_digest(b"list proposal\0" + body)[:BODY_KEY_BYTES],
        "sealed_key": sealed.key,
        "sealed_body": sealed.body,
        "answer_by": by.now + ANSWER,
    }


async def _asked_already(by: Acting, *, row: dict[str, Any]) -> ListProposed:
    cursor = await by.connection.execute(_sql.asked_already, row)
    ((proposal_id, answer_by),) = await cursor.fetchall()
    return _told(row, proposal_id=proposal_id, answer_by=answer_by)


def _act(row: dict[str, Any], *, by: Acting, asked: ListProposal) -> Act:
    names = ("list", "change", "entries", "state")
    return Act(
        event="proposed",
        subject=row["id"],
        at=by.now,
        person=by.person,
        projection={"proposal": str(row["id"]), **{name: row[name] for name in names}},
        reason=asked.reason,
    )


def _told(row: dict[str, Any], *, proposal_id: UUID, answer_by: datetime) -> ListProposed:
    return ListProposed(
        id=str(proposal_id),
        list=row["list"],
        change=row["change"],
        state=str(ListProposalState.PROPOSED),
        answer_by=timestamp(answer_by),
    )
