"""What was asked of a service's lists, by whom, and what became of it; entries stay masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.roles import Right
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.detection.lists.governing.acts import Act, UnknownProposal, refuse_blank, write
from tutela.detection.lists.governing.asked import ListProposal, Reason, lines_of
from tutela.detection.lists.governing.judging import Order, held_proposal
from tutela.detection.lists.room import ListRoom
from tutela.detection.sample.trying import mask
from tutela.domain.canonical import timestamp
from tutela.ledger.facts import open_fact

MASKED_MAX: Final = 10

_sql = queries.load("tutela.detection.lists.governing", file="proposals.sql")
_acts_sql = queries.load("tutela.detection.lists.governing", file="acts.sql")
_decode: Final = msgspec.json.Decoder(ListProposal).decode


class ListAct(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to a proposal, by whom and why."""

    event: str
    at: str
    #: Null where a time was over.
    by: str | None
    reason: str


class ListAsked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody asked of a list, and where it stands."""

    id: str
    list: str
    change: str
    kind: str | None
    #: How many entries it names; 0 where it is about the list as a whole.
    entries: int
    state: str
    proposed_by: str
    created_at: str
    answer_by: str
    answered_by: str | None = None
    settled_at: str | None = None
    #: The list's version after it.
    version: int | None = None
    #: Of one that waits: the first of its entries, masked, and what else it says.
    masked: tuple[str, ...] | None = None
    numbers: tuple[int, ...] | None = None
    form: str | None = None
    language: str | None = None
    days: int | None = None
    owner: str | None = None
    provenance: str | None = None
    licence: str | None = None
    #: Of one: what was done to it, the oldest first.
    history: tuple[ListAct, ...] | None = None


class ListAskedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of proposals, the newest first; `next` is what the next one comes after."""

    proposals: list[ListAsked]
    next: str | None


class ListOpening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/list-proposals/{proposal_id}/open`."""

    reason: Reason


class ListOpened(msgspec.Struct, frozen=True, kw_only=True):
    """The entries of a proposal that waits, as they were written."""

    id: str
    entries: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """At most `limit` proposals `after` an id, in one state or in any, of a list or of all."""

    limit: int
    after: UUID | None = None
    state: str | None = None
    list: str | None = None


async def list_proposals(room: ListRoom, *, caller: Caller, wanted: Wanted) -> ListAskedPage:
    """A page of what was asked of the lists of the caller's service."""
    asked = {**Whose.of(caller).columns, "state": wanted.state, "list": wanted.list}
    asked |= {"after": wanted.after, "limit": wanted.limit + 1}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        rows = await (await connection.execute(_sql.page, asked)).fetchall()
    shown = [_view(row) for row in rows[: wanted.limit]]
    return ListAskedPage(proposals=shown, next=shown[-1].id if len(rows) > wanted.limit else None)


async def show_proposal(room: ListRoom, *, caller: Caller, proposal_id: UUID) -> ListAsked:
    """One proposal with its history, its entries masked; raises UnknownProposal."""
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        *told, key, body = await one_row(connection, caller=caller, proposal_id=proposal_id)
        history = await _history(connection, room=room, caller=caller, subject=proposal_id)
    shown = msgspec.structs.replace(_view(told), history=tuple(history))
    if key is None:
        return shown
    asked = _decode(room.keys.open(Sealed(bytes(key), bytes(body)), row=proposal_id.bytes))
    return _with_asked(shown, asked=asked)


async def open_proposal(room: ListRoom, *, order: Order, said: ListOpening) -> ListOpened:
    """The entries of one that waits, once it is written down who read them and why.

    Raises Forbidden, NeedsPerson, UnknownProposal, ProposalSettled, ListUnfit, and tells nothing.
    """
    refuse_blank(said.reason)
    async with held_proposal(room, order=order, right=Right.PROPOSE_LISTS) as (by, found):
        asked = found.asked(room)
        act = Act(
            event="opened",
            subject=found.id,
            at=by.now,
            person=by.person,
            projection={"proposal": str(found.id), "list": found.list},
            reason=said.reason,
        )
        await write(by.connection, room=room, whose=by.whose, act=act)
    return ListOpened(id=str(found.id), entries=_lines(asked))


async def one_row(connection: Connection, *, caller: Caller, proposal_id: UUID) -> Sequence[Any]:
    """The row of one proposal, what it asks sealed at the end; raises UnknownProposal."""
    asked = {**Whose.of(caller).columns, "id": proposal_id}
    row: Sequence[Any] | None = await (await connection.execute(_sql.one, asked)).fetchone()
    if row is None:
        raise UnknownProposal("This service was asked for no such change of a list.")
    return row


async def _history(
    connection: Connection, *, room: ListRoom, caller: Caller, subject: UUID
) -> list[ListAct]:
    cursor = await connection.execute(
        _acts_sql.acts_of, {**Whose.of(caller).columns, "id": subject}
    )
    told = []
    for act_id, event, person, at, *sealed in await cursor.fetchall():
        said = msgspec.json.decode(open_fact(Sealed(*sealed), fact_id=act_id, keys=room.keys))
        told.append(
            ListAct(event=event, at=timestamp(at), by=person, reason=said.get("reason", ""))
        )
    return told


def _with_asked(shown: ListAsked, *, asked: ListProposal) -> ListAsked:
    return msgspec.structs.replace(
        shown,
        masked=tuple(mask(each) for each in _lines(asked)[:MASKED_MAX]),
        numbers=asked.numbers,
        form=None if asked.form is None else str(asked.form),
        language=asked.language,
        days=asked.days,
        owner=asked.owner,
        provenance=asked.provenance,
        licence=asked.licence,
    )


def _lines(asked: ListProposal) -> list[str]:
    return [line.strip() for _, line in lines_of(asked.entries)]


def _view(row: Sequence[Any]) -> ListAsked:
    proposal_id, name, change, kind, entries, state, proposed_by, answered_by, version, *times = row
    created_at, answer_by, settled_at = times
    return ListAsked(
        id=str(proposal_id),
        list=name,
        change=change,
        kind=kind,
        entries=entries,
        state=state,
        proposed_by=proposed_by,
        created_at=timestamp(created_at),
        answer_by=timestamp(answer_by),
        answered_by=answered_by,
        settled_at=_told(settled_at),
        version=version,
    )


def _told(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)
