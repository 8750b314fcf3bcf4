"""What of a second look is told to whom: blind to who answers it, nameless to who settles it."""

from datetime import datetime
from uuid import UUID

import msgspec

from tutela.access.tokens import Caller
from tutela.decisions.quality.looking import Look, look_at
from tutela.decisions.quality.room import QualityRoom, unknown_look
from tutela.decisions.quality.settling import refuse_part
from tutela.domain.canonical import timestamp
from tutela.domain.quality import DecisionError, LookState, Verdict
from tutela.domain.vocabulary import Category, Ground, Outcome
from tutela.review.case_view import CaseView, show_case
from tutela.review.queue import holder


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody found; category and ground where something is to be restricted."""

    outcome: Outcome
    category: Category | None
    ground: Ground | None


class OwnLook(msgspec.Struct, frozen=True, kw_only=True):
    """A second look as whoever answers it knows it: nothing of the decision, and not why."""

    id: str
    state: LookState
    #: Until when it lies on the caller's desk; None once it is answered.
    until: str | None
    #: The case without what was decided in it; None once it is answered.
    case: CaseView | None
    #: What the caller found; None before.
    found: Found | None
    #: What was wrong with that; None while nobody knows.
    error: DecisionError | None


class JudgedLook(msgspec.Struct, frozen=True, kw_only=True):
    """An answered look as a lead knows it who had no part in it: two verdicts, and no names."""

    id: str
    state: LookState
    decision_id: str
    first: Found
    second: Found
    #: Why the second one found it.
    why: str
    case: CaseView
    settled_at: str | None
    #: What is right, where a lead said so.
    right: Found | None
    first_error: DecisionError | None
    second_error: DecisionError | None
    #: Since when others are asked about it.
    known_since: str | None


async def own_look(room: QualityRoom, *, caller: Caller, look_id: UUID) -> OwnLook:
    """The look that lies on the caller's desk, or that they answered. Raises UnknownLook."""
    look = await look_at(room, caller=caller, look_id=look_id)
    if look.lies_with(caller, at=room.clock()):
        return _own(look, case=await _blind(room, caller=caller, look=look))
    if look.second_by != holder(caller):
        raise unknown_look()
    return _own(look, case=None)


async def judged_look(room: QualityRoom, *, caller: Caller, look_id: UUID) -> JudgedLook:
    """A look that somebody answered. Raises UnknownLook, and HadPart where they had one."""
    look = await look_at(room, caller=caller, look_id=look_id)
    if look.state is LookState.WAITING or look.second is None:
        raise unknown_look()
    refuse_part(look, caller=caller)
    return JudgedLook(
        id=str(look.id),
        state=look.state,
        decision_id=str(look.decision_id),
        first=_found(look.first),
        second=_found(look.second),
        why=look.why,
        case=await _case(room, caller=caller, look=look),
        settled_at=_when(look.settled_at),
        right=None if look.right is None else _found(look.right),
        first_error=look.first_error,
        second_error=look.second_error,
        known_since=_when(look.gold_since),
    )


def _own(look: Look, *, case: CaseView | None) -> OwnLook:
    is_answered = case is None
    return OwnLook(
        id=str(look.id),
        state=look.state,
        until=None if is_answered else _when(look.given_until),
        case=case,
        found=_found(look.second) if is_answered and look.second is not None else None,
        error=look.second_error if is_answered else None,
    )


async def _case(room: QualityRoom, *, caller: Caller, look: Look) -> CaseView:
    return await show_case(
        room.pool, caller=caller, case_id=look.case_id, keys=room.keys, now=room.clock()
    )


async def _blind(room: QualityRoom, *, caller: Caller, look: Look) -> CaseView:
    case = await _case(room, caller=caller, look=look)
    earlier = [each for each in case.decisions if each.case_id != case.id]
    return msgspec.structs.replace(case, decisions=earlier)


def _found(verdict: Verdict) -> Found:
    return Found(
        outcome=verdict.outcome,
        category=None if verdict.category is None else Category(verdict.category),
        ground=None if verdict.ground is None else Ground(verdict.ground),
    )


def _when(instant: datetime | None) -> str | None:
    return None if instant is None else timestamp(instant)
