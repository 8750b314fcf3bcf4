"""One decision for several cases that are alike: each gets its own, in a transaction of its own."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from tutela.access.keys import KeySet
from tutela.access.tokens import Caller
from tutela.database.pool import Pool
from tutela.decisions.decide import Submission, decide
from tutela.decisions.earlier import is_decided_under
from tutela.decisions.reading import DecisionRead
from tutela.domain.notice import Subject
from tutela.errors import FieldError, TutelaError
from tutela.intake.reading import Unfit
from tutela.law.withholding import REGISTER, Bases
from tutela.review import queue
from tutela.review.around import BESIDE_MAX, around
from tutela.review.queue import Held, Lease
from tutela.review.shown import CaseMoved, open_items, subject_of
from tutela.review.taking import take

ALIKE_MAX: Final = BESIDE_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a decision about one case of several is written on."""

    case_id: UUID
    items: Sequence[str]
    lease_token: str
    subject: Subject | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidingAlike:
    """By whom and how cases that are like `case_id` are decided; `key` names the whole act."""

    caller: Caller
    case_id: UUID
    key: str
    write: Callable[[Matter], DecisionRead]
    language: str | None = None
    bases: Bases = field(default_factory=REGISTER.built_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeDecided:
    """What became of one case; `error` is None where it was decided."""

    case_id: UUID
    error: TutelaError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeRoom:
    """What it stands on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]


async def refuse_unlike(
    room: AlikeRoom, *, deciding: DecidingAlike, others: Collection[UUID]
) -> None:
    """Raises Unfit for a case that was not offered as like this one, or for too many."""
    known = await around(
        room.pool, caller=deciding.caller, case_id=deciding.case_id, now=room.clock()
    )
    alike = {each.id for each in known.beside if each.is_alike}
    wrong = [each for each in others if each not in alike]
    decided = [each for each in wrong if await _was_decided(room, deciding=deciding, other=each)]
    if set(wrong) - set(decided) or len(others) > ALIKE_MAX:
        raise Unfit(
            detail="Only open cases of the same harm that are alike are decided together.",
            errors=[FieldError("/alike", "names a case that is not like this one, or is not open")],
        )


async def decide_alike(
    room: AlikeRoom, *, deciding: DecidingAlike, others: Mapping[UUID, int]
) -> list[AlikeDecided]:
    """What became of each: taken from the queue and decided, or left as it was and why.

    `others` says of each how many items were open when it was shown; others are not answered.
    """
    return [
        await _one(room, deciding=deciding, other=other, shown_count=count)
        for other, count in others.items()
    ]


async def _one(
    room: AlikeRoom, *, deciding: DecidingAlike, other: UUID, shown_count: int
) -> AlikeDecided:
    if await _was_decided(room, deciding=deciding, other=other):
        return AlikeDecided(case_id=other)
    try:
        lease = await take(
            room.pool,
            caller=deciding.caller,
            case_id=other,
            now=room.clock(),
            chance=room.chance,
        )
    except TutelaError as error:
        return AlikeDecided(case_id=other, error=error)
    try:
        await _decide(room, deciding=deciding, lease=lease, shown_count=shown_count)
    except TutelaError as error:
        await _give_back(room, deciding=deciding, lease=lease)
        return AlikeDecided(case_id=other, error=error)
    return AlikeDecided(case_id=other)


async def _decide(
    room: AlikeRoom, *, deciding: DecidingAlike, lease: Lease, shown_count: int
) -> None:
    caller, case_id = deciding.caller, lease.case_id
    items = await open_items(room.pool, caller=caller, case_id=case_id)
    if len(items) != shown_count:
        raise CaseMoved("Other items are open than were shown.")
    subject = await subject_of(room.pool, caller=caller, case_id=case_id, keys=room.keys)
    matter = Matter(case_id=case_id, items=items, lease_token=str(lease.token), subject=subject)
    submission = Submission(
        caller=caller,
        case_id=case_id,
        read=deciding.write(matter),
        key=_key(deciding, other=case_id),
        language=deciding.language,
        bases=deciding.bases,
    )
    await decide(
        room.pool, keys=room.keys, submission=submission, now=room.clock(), chance=room.chance
    )


async def _give_back(room: AlikeRoom, *, deciding: DecidingAlike, lease: Lease) -> None:
    held = Held(case_id=lease.case_id, token=str(lease.token))
    try:
        await queue.release(room.pool, caller=deciding.caller, held=held, now=room.clock())
    except (queue.StaleLease, queue.UnknownCase):
        return


async def _was_decided(room: AlikeRoom, *, deciding: DecidingAlike, other: UUID) -> bool:
    return await is_decided_under(
        room.pool,
        caller=deciding.caller,
        case_id=other,
        key=_key(deciding, other=other),
    )


def _key(deciding: DecidingAlike, *, other: UUID) -> str:
    return f"{deciding.key}:{other}"
