"""Members of a network's case become a draft of a decision about many: people take it from there.

The draft is looked at, agreed to by a second person and started as any other; nothing is decided
here. A possible minor is handed over as one, so that a specialist decides in their own queue.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from tutela.access.persons import person_of
from tutela.access.roles import Forbidden, Right, has, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database.pool import tenant_transaction
from tutela.decisions.bulk.reading import (
    BulkHead,
    HeadRead,
    read_first_line,
    read_line,
    template_of,
)
from tutela.decisions.bulk.room import BulkRoom
from tutela.decisions.bulk.uploading import Part, PartLine, RecordLine, take_part
from tutela.domain.decision import FACTS_MAX_CODE_POINTS
from tutela.domain.networks import NetworkCaseEvent
from tutela.domain.states import transition
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import SubjectKind
from tutela.errors import FieldError
from tutela.intake.channels.batch import Line
from tutela.intake.reading import Unfit, refuse_if_any
from tutela.networks.stored.judging import hold_case, move_case
from tutela.networks.stored.room import REASON_MAX, Act, NetworkRoom, write
from tutela.networks.stored.showing import read_case
from tutela.networks.stored.views import NetworkCase, NetworkLead

MEMBERS_MAX: Final = 10_000
_FORGOTTEN: Final = "its id is kept no longer"

Facts = Annotated[str, msgspec.Meta(min_length=1, max_length=FACTS_MAX_CODE_POINTS)]


class NetworkMemberHandedOver(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """A member of the case that a person chose."""

    #: Of the lead.
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=36)]
    #: What this account did, told to its holder; without it, what all did.
    facts: Facts | None = None


class NetworkCaseHandedOver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/networks/cases/{case_id}/hand-over`."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX)]
    #: What all members share in the decision about many.
    bulk: BulkHead
    members: Annotated[
        tuple[NetworkMemberHandedOver, ...], msgspec.Meta(min_length=1, max_length=MEMBERS_MAX)
    ]
    #: What every member did, told to its holder: never who else is suspected.
    facts: Facts | None = None


class NetworkHandedOver(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it: a draft, and how many of the members are in it."""

    case_id: str
    state: str
    #: The decision about many, to be looked at, agreed to and started.
    bulk_id: str
    members: int
    #: Of them: those that a specialist will decide.
    possible_minors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandingOver:
    """Who hands which members of which case over."""

    caller: Caller
    case_id: UUID
    said: NetworkCaseHandedOver


async def hand_over(
    room: NetworkRoom, *, bulk: BulkRoom, handing: HandingOver, record_line: RecordLine
) -> NetworkHandedOver:
    """The draft that the members were handed to; the same again makes no second one.

    Raises NeedsPerson, Forbidden, Unfit, UnknownNetworkCase, IllegalTransition, and what
    `take_part` raises.
    """
    caller, said = handing.caller, handing.said
    refuse_unless(caller.role, right=Right.DECIDE_IN_BULK)
    person_of(caller)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        state = await hold_case(connection, caller=caller, case_id=handing.case_id)
        transition(state, event=NetworkCaseEvent.HANDED_OVER)
        case = await read_case(connection, room=room, caller=caller, case_id=handing.case_id)
    chosen = _chosen(case, said=said, caller=caller)
    part = Part(
        caller=caller,
        key=f"network {case.id} {_digest(said)}",
        lines=iter(_lines(said, chosen=chosen)),
        record_line=record_line,
    )
    bulk_id = await _draft(bulk, part=part)
    return await _handed(room, handing=handing, bulk_id=bulk_id, chosen=chosen)


def _chosen(case: NetworkCase, *, said: NetworkCaseHandedOver, caller: Caller) -> list[NetworkLead]:
    """The members that were chosen, in their order; raises Unfit and Forbidden."""
    members = {each.id: each for each in case.members or []}
    refuse_if_any(list(_errors(said, members=members)))
    chosen = [members[each.id] for each in said.members]
    if any(each.possible_minor for each in chosen) and not has(
        caller.role, right=Right.DECIDE_SPECIALIST_CASES
    ):
        raise Forbidden("Possible minors are handed over by a specialist or a lead alone.")
    return chosen


def _errors(
    said: NetworkCaseHandedOver, *, members: dict[str, NetworkLead]
) -> Iterator[FieldError]:
    if is_blank(said.reason):
        yield FieldError("/reason", "blank")
    seen: set[str] = set()
    for place, each in enumerate(said.members):
        member = members.get(each.id)
        if member is None:
            yield FieldError(f"/members/{place}/id", "no member of the case")
        elif member.account_id is None:
            yield FieldError(f"/members/{place}/id", _FORGOTTEN)
        elif each.id in seen:
            yield FieldError(f"/members/{place}/id", "named twice")
        if each.facts is None and said.facts is None:
            yield FieldError(f"/members/{place}/facts", "missing, here and for all")
        seen.add(each.id)


def _lines(said: NetworkCaseHandedOver, *, chosen: Sequence[NetworkLead]) -> list[Line]:
    """A decision about many as its room takes it: what all share, then a line a member.

    Raises Unfit where the room would not take it, before anything is written.
    """
    shared = {
        name: value for name, value in msgspec.to_builtins(said.bulk).items() if value is not None
    }
    first = _line({"bulk": shared}, number=1)
    head = read_first_line(first.raw)
    lines, errors = [first], list[FieldError]()
    for place, (asked, lead) in enumerate(zip(said.members, chosen, strict=True)):
        line = {
            "subject": {"kind": str(SubjectKind.ACCOUNT), "id": lead.account_id},
            "facts": asked.facts or said.facts,
            "possible_minor": lead.possible_minor,
        }
        lines.append(_line(line, number=place + 2))
        errors += _misfits(lines[-1], head=head, at=f"/members/{place}")
    refuse_if_any(errors)
    return lines


def _misfits(line: Line, *, head: HeadRead | None, at: str) -> list[FieldError]:
    if head is None:
        return []
    try:
        read_line(line.raw, template=template_of(head.head))
    except Unfit as error:
        return [FieldError(f"{at}{each.pointer}", each.message) for each in error.errors]
    return []


def _line(value: dict[str, Any], *, number: int) -> Line:
    return Line(number, json.dumps(value).encode())


async def _draft(bulk: BulkRoom, *, part: Part) -> UUID:
    outcomes: list[PartLine] = [each async for each in take_part(bulk, part=part)]
    return UUID(next(each.id for each in outcomes if each.id is not None))


async def _handed(
    room: NetworkRoom, *, handing: HandingOver, bulk_id: UUID, chosen: Sequence[NetworkLead]
) -> NetworkHandedOver:
    caller, case_id = handing.caller, handing.case_id
    minors = sum(each.possible_minor for each in chosen)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        state = await hold_case(connection, caller=caller, case_id=case_id)
        after = transition(state, event=NetworkCaseEvent.HANDED_OVER)
        case = await read_case(connection, room=room, caller=caller, case_id=case_id)
        if str(bulk_id) not in case.bulk_ids:
            act = Act(
                event="handed_over",
                at=room.clock(),
                person=person_of(caller),
                subject=case_id,
                projection={
                    "case": str(case_id),
                    "state": str(after),
                    "bulk": str(bulk_id),
                    "members": len(chosen),
                    "possible_minors": minors,
                },
                reason=handing.said.reason,
            )
            await write(connection, room=room, whose=Whose.of(caller), act=act)
            await move_case(connection, caller=caller, act=act, state=after, bulk_id=bulk_id)
    return NetworkHandedOver(
        case_id=str(case_id),
        state=str(after),
        bulk_id=str(bulk_id),
        members=len(chosen),
        possible_minors=minors,
    )


def _digest(said: NetworkCaseHandedOver) -> str:
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:32]
