"""The queue as its people work it: what waits, the next case, one case and whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from tutela.access.roles import Right
from tutela.domain.canonical import timestamp
from tutela.domain.harm import HarmFamily
from tutela.domain.lanes import Lane
from tutela.domain.languages import is_language_tag
from tutela.errors import FieldError
from tutela.intake.reading import Unfit
from tutela.review import queue
from tutela.review.queue import LEASE_SECONDS, Held, Lease, unknown_case
from tutela.review.taking import NamedClaim, claim_named
from tutela.review.worklist import Place, Standing, Wanted, lane_standings, waiting_cases
from tutela.web.answer import Answer, answer
from tutela.web.api.cases import LeaseKept, ReviewRoom
from tutela.web.console.pages import moved, page, safety_headers
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Visit
from tutela.web.paging import uuid_or_none

#: What is left of a lease once its page is left: time enough to come back by the back button.
LEAVING_SECONDS = 45
_QUEUE = "/console/{service}/queue"
_CASE = "/console/{service}/cases/{id}"
_Choice = TypeVar("_Choice", bound=StrEnum)


class _Cursor(msgspec.Struct, frozen=True, array_like=True):
    lane_rank: int
    due_at: datetime
    id: UUID


def case_screens(room: ReviewRoom) -> Sequence[Screen]:
    """The queue, and whose a case is; the case itself and its decision have their own modules."""
    desk = _Desk(room)
    return (
        Screen("GET", _QUEUE, Right.SEE_CASES, desk.show_queue),
        Screen("POST", f"{_QUEUE}/claim", Right.DECIDE_CASES, desk.claim_next),
        Screen("POST", f"{_CASE}/claim", Right.DECIDE_CASES, desk.claim_this),
        Screen("POST", f"{_CASE}/renew", Right.DECIDE_CASES, desk.renew),
        Screen("POST", f"{_CASE}/leave", Right.DECIDE_CASES, desk.leave),
        Screen("POST", f"{_CASE}/release", Right.DECIDE_CASES, desk.release),
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    room: ReviewRoom

    async def show_queue(self, visit: Visit) -> Answer:
        """The lanes, and a page of what waits, most urgent first."""
        room, wanted = self.room, _wanted(visit)
        now = room.clock()
        lanes = await lane_standings(room.pool, caller=visit.caller, now=now)
        shown = await waiting_cases(room.pool, caller=visit.caller, wanted=wanted, now=now)
        return page(
            visit,
            template="queue.html",
            lanes=lanes,
            cases=shown.cases,
            following=shown.next and _following(visit, place=shown.next),
            wanted=wanted,
            is_filtered=_is_filtered(wanted),
            families=list(HarmFamily),
            standings=list(Standing),
            all_lanes=list(Lane),
            said=visit.query.get("said", ""),
        )

    async def claim_next(self, visit: Visit) -> Answer:
        """The most urgent case, on the visitor's desk; the queue where nothing waits for them."""
        room = self.room
        lease = await queue.claim(
            room.pool,
            caller=visit.caller,
            now=room.clock(),
            chance=room.chance,
            terms=room.claim_terms,
        )
        if lease is None:
            return moved(f"/console/{visit.service}/queue?said=nothing")
        return moved(case_address(visit, case_id=lease.case_id))

    async def claim_this(self, visit: Visit) -> Answer:
        """The same case, on the visitor's desk."""
        room, case_id = self.room, case_named(visit)
        named = NamedClaim(caller=visit.caller, case_id=case_id, now=room.clock())
        lease = await claim_named(
            room.pool, asked=named, chance=room.chance, terms=room.claim_terms
        )
        if visit.is_partial:
            return _kept(lease)
        return moved(case_address(visit, case_id=case_id))

    async def renew(self, visit: Visit) -> Answer:
        """JSON with the lease, kept for its full length from now on."""
        return _kept(await self._keep(visit, seconds=self.room.lease_seconds))

    async def leave(self, visit: Visit) -> Answer:
        """JSON with the lease, which ends soon unless its page comes back."""
        return _kept(await self._keep(visit, seconds=LEAVING_SECONDS))

    async def release(self, visit: Visit) -> Answer:
        """The queue; the case is anybody's."""
        room = self.room
        await queue.release(room.pool, caller=visit.caller, held=_held(visit), now=room.clock())
        return moved(f"/console/{visit.service}/queue?said=released")

    async def _keep(self, visit: Visit, *, seconds: int) -> Lease:
        room = self.room
        return await queue.renew(
            room.pool,
            caller=visit.caller,
            held=_held(visit),
            now=room.clock(),
            lease_seconds=min(seconds, LEASE_SECONDS),
        )


def case_named(visit: Visit) -> UUID:
    """The case of the path. Raises UnknownCase for what is no id of one."""
    case_id = uuid_or_none(visit.path["id"])
    if case_id is None:
        raise unknown_case()
    return case_id


def case_address(visit: Visit, *, case_id: UUID) -> str:
    """Where a case is shown."""
    return f"/console/{visit.service}/cases/{case_id}"


def _kept(lease: Lease) -> Answer:
    told = answer(LeaseKept(str(lease.token), timestamp(lease.until)))
    return Answer(told.status, told.body, told.content_type, safety_headers())


def _held(visit: Visit) -> Held:
    return Held(case_id=case_named(visit), token=visit.form.text("lease_token"))


def _wanted(visit: Visit) -> Wanted:
    query = visit.query
    language = query.get("language") or None
    if language is not None and not is_language_tag(language):
        raise _unfit("language", why="is not a language tag (BCP 47)")
    return Wanted(
        standing=_chosen(query, name="state", kind=Standing) or Standing.OPEN,
        lane=_chosen(query, name="lane", kind=Lane),
        family=_chosen(query, name="family", kind=HarmFamily),
        language=language,
        after=_after(query.get("after")),
    )


def _chosen(query: Mapping[str, str], *, name: str, kind: type[_Choice]) -> _Choice | None:
    said = query.get(name)
    if not said:
        return None
    try:
        return kind(said)
    except ValueError:
        raise _unfit(name, why="is none of " + ", ".join(kind)) from None


def _after(said: str | None) -> Place | None:
    if not said:
        return None
    try:
        found = msgspec.json.decode(said, type=_Cursor)
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise _unfit("after", why="is not what the page before led to") from None
    return Place(lane_rank=found.lane_rank, due_at=found.due_at, id=found.id)


def _following(visit: Visit, *, place: Place) -> str:
    cursor = msgspec.json.encode(_Cursor(place.lane_rank, place.due_at, place.id)).decode()
    told = ("said", "sent")
    kept: dict[str, Any] = {name: said for name, said in visit.query.items() if name not in told}
    return f"/console/{visit.service}/queue?{urlencode({**kept, 'after': cursor})}"


def _is_filtered(wanted: Wanted) -> bool:
    return wanted != Wanted(after=wanted.after)


def _unfit(name: str, *, why: str) -> Unfit:
    return Unfit(
        detail="The queue can't be shown as it was asked for.",
        errors=[FieldError(f"?{name}", why)],
    )
