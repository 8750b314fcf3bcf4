"""`/v1/cases`: what waits for a decision, whose it is for now, and what is decided."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet
from tutela.access.tokens import Caller
from tutela.database.pool import Pool
from tutela.decisions.decide import Submission, decide
from tutela.decisions.earlier import hold_to_guideline
from tutela.decisions.reading import read_decision
from tutela.domain.canonical import timestamp
from tutela.domain.notice import Identifier
from tutela.intake.door import usable_key
from tutela.intake.reading import read_struct
from tutela.law.withholding import REGISTER, Bases
from tutela.review import queue
from tutela.review.care.rules import CareRules
from tutela.review.case_view import CaseView, Page, list_cases, show_case
from tutela.review.guidelines import Cited, Guidelines
from tutela.review.queue import LEASE_SECONDS, ClaimTerms, Held, Lease, unknown_case
from tutela.review.taking import NamedClaim, claim_named
from tutela.web.answer import Answer, answer
from tutela.web.api.notices import idempotency_key
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import page_asked, uuid_or_none

CASE_STATES = ("open", "closed")
NOTHING_TO_SAY = Answer(204, b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRoom:
    """What the calls of reviewers stand on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    lease_seconds: int = LEASE_SECONDS
    #: When people rest.
    care: CareRules = field(default_factory=CareRules)
    #: The language of whoever is told of a decision, where nothing else says one.
    language: str | None = None
    #: The legal bases on which people may be told later of a decision.
    bases: Bases = field(default_factory=REGISTER.built_in)
    #: The guidelines by which people decide.
    guidelines: Guidelines = field(default_factory=Guidelines)

    @property
    def claim_terms(self) -> ClaimTerms:
        """For how long a claim gives a case, and with which care."""
        return ClaimTerms(lease_seconds=self.lease_seconds, care=self.care)


class ClaimedCase(CaseView, frozen=True, kw_only=True):
    """A case with the lease under which it is decided."""

    lease_token: str
    lease_until: str


class LeaseNamed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `renew` and `release`."""

    lease_token: Identifier


class LeaseKept(msgspec.Struct, frozen=True):
    """The answer of `renew`."""

    lease_token: str
    lease_until: str


class Empty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body that says nothing."""


def refuse_said(asked: Asked) -> None:
    """`NotJson` or `Unfit` where a call that takes nothing is told something."""
    if asked.body:
        read_struct(asked.body, kind=Empty)


def show_cases(room: ReviewRoom) -> Handler:
    """200 with a page of the cases that the caller may see."""

    async def handle(asked: Asked) -> Answer:
        wanted = page_asked(asked, states=CASE_STATES)
        page = Page(limit=wanted.limit, after=wanted.after, state=wanted.state)
        return answer(await list_cases(room.pool, caller=asked.caller, page=page, now=room.clock()))

    return handle


def show_one_case(room: ReviewRoom) -> Handler:
    """200 with the case; 404 where the caller may not know of it."""

    async def handle(asked: Asked) -> Answer:
        return answer(await _shown(room, caller=asked.caller, case_id=_case_id(asked)))

    return handle


def claim_case(room: ReviewRoom) -> Handler:
    """200 with the most urgent case under a lease; 204 where there is none."""

    async def handle(asked: Asked) -> Answer:
        refuse_said(asked)
        lease = await queue.claim(
            room.pool,
            caller=asked.caller,
            now=room.clock(),
            chance=room.chance,
            terms=room.claim_terms,
        )
        if lease is None:
            return NOTHING_TO_SAY
        shown = await _shown(room, caller=asked.caller, case_id=lease.case_id)
        return answer(_claimed(shown, lease=lease))

    return handle


def claim_one_case(room: ReviewRoom) -> Handler:
    """200 with this very case under a lease; 409 where it is somebody else's or decided."""

    async def handle(asked: Asked) -> Answer:
        refuse_said(asked)
        named = NamedClaim(caller=asked.caller, case_id=_case_id(asked), now=room.clock())
        lease = await claim_named(
            room.pool, asked=named, chance=room.chance, terms=room.claim_terms
        )
        shown = await _shown(room, caller=asked.caller, case_id=lease.case_id)
        return answer(_claimed(shown, lease=lease))

    return handle


def renew_lease(room: ReviewRoom) -> Handler:
    """200 with the new end of the lease; 409 where it is not current."""

    async def handle(asked: Asked) -> Answer:
        lease = await queue.renew(
            room.pool,
            caller=asked.caller,
            held=_held(asked),
            now=room.clock(),
            lease_seconds=room.lease_seconds,
        )
        return answer(LeaseKept(str(lease.token), timestamp(lease.until)))

    return handle


def release_lease(room: ReviewRoom) -> Handler:
    """204 once the case is anybody's again; 409 where the lease is not current."""

    async def handle(asked: Asked) -> Answer:
        await queue.release(room.pool, caller=asked.caller, held=_held(asked), now=room.clock())
        return NOTHING_TO_SAY

    return handle


def decide_case(room: ReviewRoom) -> Handler:
    """201 once the decision is durable with all that follows; 200 where its key was used before."""

    async def handle(asked: Asked) -> Answer:
        case_id = _case_id(asked)
        read = read_decision(asked.body)
        key = usable_key(read.decision.external_id or idempotency_key(asked))
        cited = Cited(
            caller=asked.caller,
            case_id=case_id,
            decision=read.decision,
            on=room.clock().date(),
        )
        await hold_to_guideline(room.pool, cited=cited, guidelines=room.guidelines, key=key)
        taken = await decide(
            room.pool,
            keys=room.keys,
            submission=Submission(
                caller=asked.caller,
                case_id=case_id,
                read=read,
                key=key,
                language=room.language,
                bases=room.bases,
            ),
            now=room.clock(),
            chance=room.chance,
        )
        return answer(taken.decided, status=201 if taken.fresh else 200)

    return handle


async def _shown(room: ReviewRoom, *, caller: Caller, case_id: UUID) -> CaseView:
    return await show_case(
        room.pool, caller=caller, case_id=case_id, keys=room.keys, now=room.clock()
    )


def _claimed(shown: CaseView, *, lease: Lease) -> ClaimedCase:
    return ClaimedCase(
        **msgspec.structs.asdict(shown),
        lease_token=str(lease.token),
        lease_until=timestamp(lease.until),
    )


def _held(asked: Asked) -> Held:
    token = read_struct(asked.body, kind=LeaseNamed).lease_token
    return Held(case_id=_case_id(asked), token=token)


def _case_id(asked: Asked) -> UUID:
    case_id = uuid_or_none(asked.path["case_id"])
    if case_id is None:
        raise unknown_case()
    return case_id
