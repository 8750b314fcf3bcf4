"""Who may look where, who did, and what a second person must look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tutela.access.roles import Right
from tutela.domain.harm import HarmFamily
from tutela.domain.oversight import OversightFinding, OversightState
from tutela.errors import FieldError
from tutela.intake.reading import Unfit, fit
from tutela.review.oversight import looking, needs
from tutela.review.oversight.glass import (
    GlassBroken,
    UnknownOpening,
    break_glass,
    show_through_glass,
)
from tutela.review.oversight.looking import LookedAt, OversightAsked, UnknownOversight
from tutela.review.oversight.needs import NeedSet
from tutela.review.oversight.room import OversightRoom
from tutela.review.views.showing import list_views
from tutela.web.answer import Answer
from tutela.web.api.oversight import VIEW_QUERIES, views_asked
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Visit
from tutela.web.paging import PAGE_SIZE, uuid_or_none

_BELOW: Final = "/console/{service}"
#: In a form: whatever the role sees.
_BY_ROLE: Final = "by_role"


def oversight_screens(room: OversightRoom) -> Sequence[Screen]:
    """The log of views, break-glass, what a second person looks at, and who works on what."""
    desk = _Desk(room)
    glass, needed = f"{_BELOW}/glass", f"{_BELOW}/needs"
    look = f"{_BELOW}/oversight/{{oversight_id}}/look"
    return (
        Screen("GET", f"{_BELOW}/views", Right.SEE_OWN_VIEWS, desk.show_views),
        Screen("POST", glass, Right.BREAK_GLASS, desk.break_glass),
        Screen("GET", f"{glass}/{{opening_id}}", Right.BREAK_GLASS, desk.show_opened),
        Screen("GET", f"{_BELOW}/oversight", Right.SEE_VIEWS, desk.show_oversight),
        Screen("POST", look, Right.JUDGE_ACCESS, desk.look),
        Screen("GET", needed, Right.SET_NEED_TO_KNOW, desk.show_needs),
        Screen("POST", needed, Right.SET_NEED_TO_KNOW, desk.set_need),
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    room: OversightRoom

    async def show_views(self, visit: Visit) -> Answer:
        """Who looked at what, and the way to one case without the right."""
        said = {name: text for name, text in visit.query.items() if name in VIEW_QUERIES and text}
        found = await list_views(self.room, caller=visit.caller, asked=views_asked(said))
        return page(
            visit, template="views.html", found=found, wanted={"by": "", "case": "", **said}
        )

    async def break_glass(self, visit: Visit) -> Answer:
        """The case, open for a short time."""
        case_id = uuid_or_none(visit.form.text("case"))
        if case_id is None:
            raise Unfit(
                "Nothing was opened.",
                errors=[FieldError("/case", "the id of a case, as its address has it")],
            )
        asked = fit({"reason": visit.form.text("reason")}, kind=GlassBroken)
        opening, _ = await break_glass(self.room, caller=visit.caller, case_id=case_id, asked=asked)
        return moved(f"/console/{visit.service}/glass/{opening.id}")

    async def show_opened(self, visit: Visit) -> Answer:
        """The case of an opening, to read."""
        opening_id = uuid_or_none(visit.path["opening_id"])
        if opening_id is None:
            raise UnknownOpening("Nothing is open to you under this.")
        opening, case = await show_through_glass(
            self.room, caller=visit.caller, opening_id=opening_id
        )
        return page(visit, template="glass.html", opening=opening, case=case)

    async def show_oversight(self, visit: Visit) -> Answer:
        """What waits for a second person, or everything."""
        state = OversightState.OPEN if visit.query.get("show") != "all" else None
        asked = OversightAsked(
            limit=PAGE_SIZE, after=uuid_or_none(visit.query.get("after", "")), state=state
        )
        found = await looking.list_oversight(self.room, caller=visit.caller, asked=asked)
        findings = list(OversightFinding)
        return page(visit, template="oversight.html", found=found, state=state, findings=findings)

    async def look(self, visit: Visit) -> Answer:
        """The list, once it is written down what the second person found."""
        oversight_id = uuid_or_none(visit.path["oversight_id"])
        if oversight_id is None:
            raise UnknownOversight("This service has nothing to look at under this id.")
        form = visit.form
        said = fit({"finding": form.text("finding"), "words": form.text("words")}, kind=LookedAt)
        await looking.look(self.room, caller=visit.caller, oversight_id=oversight_id, said=said)
        return moved(f"/console/{visit.service}/oversight")

    async def show_needs(self, visit: Visit) -> Answer:
        """Who works on which harms."""
        found = await needs.show_needs(self.room, caller=visit.caller)
        return page(visit, template="needs.html", found=found, families=list(HarmFamily))

    async def set_need(self, visit: Visit) -> Answer:
        """The list, once it holds."""
        form = visit.form
        if form.text("by") not in (_BY_ROLE, "harms"):
            raise Unfit("Nothing was changed.", errors=[FieldError("/by", "say by what")])
        said = {
            "person": form.text("person"),
            "families": None if form.text("by") == _BY_ROLE else form.texts("families"),
            "languages": form.text("languages").lower().replace(",", " ").split(),
        }
        await needs.set_need(self.room, caller=visit.caller, asked=fit(said, kind=NeedSet))
        return moved(f"/console/{visit.service}/needs")
