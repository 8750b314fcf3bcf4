"""The decision that is taken on a case's page, for it alone or for those like it as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from tutela.access.roles import Right
from tutela.decisions.alike import (
    AlikeRoom,
    DecidingAlike,
    Matter,
    decide_alike,
    refuse_unlike,
)
from tutela.decisions.decide import Submission, decide
from tutela.decisions.earlier import hold_to_guideline, is_decided_under
from tutela.decisions.reading import DecisionRead
from tutela.errors import FieldError
from tutela.intake.door import usable_key
from tutela.intake.reading import Unfit
from tutela.review import queue
from tutela.review.guidelines import Cited
from tutela.review.shown import CaseMoved, Shown, as_shown, open_items, subject_of
from tutela.web.answer import Answer
from tutela.web.api.cases import ReviewRoom
from tutela.web.console.case_form import decision_in
from tutela.web.console.cases import case_address, case_named
from tutela.web.console.pages import moved
from tutela.web.console.screen import Screen
from tutela.web.console.typed import is_whole
from tutela.web.console.visit import Visit
from tutela.web.paging import uuid_or_none

_DECIDE: Final = "/console/{service}/cases/{id}/decide"


def case_deciding_screens(room: ReviewRoom) -> Sequence[Screen]:
    """The form of a decision as it is sent."""
    return (Screen("POST", _DECIDE, Right.DECIDE_CASES, _Deciding(room).decide),)


@dataclass(frozen=True, slots=True)
class _Deciding:
    room: ReviewRoom

    async def decide(self, visit: Visit) -> Answer:
        """The next case or this one, once the decision is durable; sent twice, taken once."""
        others = _alike(visit)
        alike = self._deciding_alike(visit)
        room = AlikeRoom(
            pool=self.room.pool,
            keys=self.room.keys,
            clock=self.room.clock,
            chance=self.room.chance,
        )
        if others:
            await refuse_unlike(room, deciding=alike, others=others)
        said = f"said={await self._decide_this(visit)}"
        if others:
            found = await decide_alike(room, deciding=alike, others=others)
            left = sum(each.error is not None for each in found)
            said += f"&also={len(found) - left}&left={left}"
        if visit.form.text("then") == "next":
            return moved(await self._next(visit, said=said))
        return moved(f"{case_address(visit, case_id=case_named(visit))}?{said}")

    async def _decide_this(self, visit: Visit) -> str:
        try:
            items = await self._items(visit)
        except CaseMoved:
            if not await self._is_taken(visit):
                raise
            return "before"
        room, form, caller, case_id = self.room, visit.form, visit.caller, case_named(visit)
        subject = await subject_of(room.pool, caller=caller, case_id=case_id, keys=room.keys)
        read = decision_in(form, items=items, lease_token=form.text("lease_token"), subject=subject)
        cited = Cited(
            caller=caller, case_id=case_id, decision=read.decision, on=room.clock().date()
        )
        await hold_to_guideline(room.pool, cited=cited, guidelines=room.guidelines, key=_key(visit))
        submission = Submission(
            caller=caller,
            case_id=case_id,
            read=read,
            key=usable_key(_key(visit)),
            language=room.language,
            bases=room.bases,
        )
        taken = await decide(
            room.pool, keys=room.keys, submission=submission, now=room.clock(), chance=room.chance
        )
        return "decided" if taken.fresh else "before"

    def _deciding_alike(self, visit: Visit) -> DecidingAlike:
        def write(matter: Matter) -> DecisionRead:
            return decision_in(
                visit.form,
                items=matter.items,
                lease_token=matter.lease_token,
                subject=matter.subject,
            )

        return DecidingAlike(
            caller=visit.caller,
            case_id=case_named(visit),
            key=_key(visit),
            write=write,
            language=self.room.language,
            bases=self.room.bases,
        )

    async def _is_taken(self, visit: Visit) -> bool:
        return await is_decided_under(
            self.room.pool, caller=visit.caller, case_id=case_named(visit), key=_key(visit)
        )

    async def _items(self, visit: Visit) -> list[str]:
        form = visit.form
        if form.text("which") == "some":
            return form.texts("item")
        count = form.text("shown_count")
        if not is_whole(count):
            raise Unfit(
                detail="The form does not say which items it is about.",
                errors=[FieldError("/shown_count", "is no number")],
            )
        items = await open_items(self.room.pool, caller=visit.caller, case_id=case_named(visit))
        return as_shown(items, shown=Shown(count=int(count), last=form.text("shown_last")))

    async def _next(self, visit: Visit, *, said: str) -> str:
        room = self.room
        lease = await queue.claim(
            room.pool,
            caller=visit.caller,
            now=room.clock(),
            chance=room.chance,
            terms=room.claim_terms,
        )
        if lease is None:
            return f"/console/{visit.service}/queue?{said}"
        return f"{case_address(visit, case_id=lease.case_id)}?{said}&before={visit.path['id']}"


def _key(visit: Visit) -> str:
    """What names this act of deciding: the form's own key, else the lease, which decides once."""
    return visit.form.text("key") or f"lease {visit.form.text('lease_token')}"


def _alike(visit: Visit) -> dict[UUID, int]:
    """The cases to decide as well, each with the items that were open when it was shown."""
    found: dict[UUID, int] = {}
    for index, said in enumerate(visit.form.texts("alike")):
        name, _, count = said.partition("/")
        case_id = uuid_or_none(name)
        if case_id is None or not is_whole(count):
            raise Unfit(
                detail="The form names a case that can't be read.",
                errors=[FieldError(f"/alike/{index}", "is no case of this page")],
            )
        found[case_id] = int(count)
    return found
