"""The emergency: a surface is shut for everything, and opened again, each in two steps."""

from collections.abc import Sequence

from tutela.access.roles import Right
from tutela.guard.governance import switching
from tutela.guard.governance.switching import ALL, HOURS, HOURS_MAX, SwitchAsked
from tutela.guard.snapshot import Mode
from tutela.intake.reading import fit
from tutela.web.answer import Answer
from tutela.web.console.guard_pages import GuardScreensRoom, guard_page, place
from tutela.web.console.pages import moved
from tutela.web.console.screen import Screen
from tutela.web.console.typed import whole_number
from tutela.web.console.visit import Visit


def switching_screens(room: GuardScreensRoom) -> Sequence[Screen]:
    """How every surface stands, what would happen, and the switch itself."""
    desk, below = _Desk(room), "/console/{service}/guard/emergency"
    return (
        Screen("GET", below, Right.SEE_GUARD, desk.show),
        Screen("POST", f"{below}/check", Right.APPROVE_GUARD, desk.check),
        Screen("POST", below, Right.APPROVE_GUARD, desk.throw),
    )


class _Desk:
    def __init__(self, room: GuardScreensRoom) -> None:
        self._room = room.governing

    async def show(self, visit: Visit) -> Answer:
        """Every surface, shut or not."""
        found = await switching.show(self._room, caller=visit.caller)
        return guard_page(
            visit,
            template="guard_emergency.html",
            switches=found.surfaces,
            all=ALL,
            hours=HOURS,
            hours_max=HOURS_MAX,
        )

    async def check(self, visit: Visit) -> Answer:
        """What it would come to; nothing is done."""
        asked = _asked(visit)
        before = await switching.show(self._room, caller=visit.caller)
        after = await switching.would_throw(self._room, caller=visit.caller, asked=asked)
        pairs = zip(before.surfaces, after.surfaces, strict=True)
        return guard_page(
            visit,
            template="guard_emergency_check.html",
            asked=asked,
            shuts=asked.mode is Mode.SHUT,
            changes=[(was, becomes) for was, becomes in pairs if was != becomes],
        )

    async def throw(self, visit: Visit) -> Answer:
        """Done; how every surface stands then."""
        await switching.throw(self._room, caller=visit.caller, asked=_asked(visit))
        return moved(place(visit, "emergency"))


def _asked(visit: Visit) -> SwitchAsked:
    form = visit.form
    given = {
        "surface": form.text("surface"),
        "mode": form.text("mode"),
        "reason": form.text("reason"),
        "hours": whole_number(form.text("hours"), otherwise=HOURS),
    }
    return fit(given, kind=SwitchAsked)
