"""A person's day on one screen, for themselves alone; and what a team saw, without names."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from tutela.access.roles import Right
from tutela.domain.harm import HarmFamily
from tutela.errors import FieldError
from tutela.intake.reading import Unfit
from tutela.review.care import appearance, wishing
from tutela.review.care.appearance import Appearance
from tutela.review.care.room import CareRoom
from tutela.review.care.standing import own_day
from tutela.review.care.team import PEOPLE_MIN, WINDOW_DAYS, team_exposure
from tutela.web.answer import Answer
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Visit

_CARE: Final = "/console/{service}/care"
_DIGITS_MAX: Final = 7
_SAID: Final = {
    "kept": "Kept.",
    "pause": "Your pause has begun. Your cases are with others.",
    "ended": "Your pause is over.",
    "heard": "Thank you. Nothing of it is kept.",
}


def care_screens(room: CareRoom) -> Sequence[Screen]:
    """The own day, what a person changes of it, and the team's figures."""
    desk = _Desk(room)
    changes: dict[str, Callable[[Visit], Awaitable[Answer]]] = {
        "appearance": desk.choose,
        "wishes": desk.wish,
        "bound": desk.bound,
        "pause": desk.pause,
        "pause/end": desk.end_pause,
        "debrief": desk.debriefed,
    }
    return (
        Screen("GET", _CARE, Right.DECIDE_CASES, desk.show),
        *(
            Screen("POST", f"{_CARE}/{place}", Right.DECIDE_CASES, change)
            for place, change in changes.items()
        ),
        Screen("GET", f"{_CARE}/team", Right.SEE_TEAM_CARE, desk.show_team),
    )


class _Desk:
    def __init__(self, room: CareRoom) -> None:
        self._room = room

    async def show(self, visit: Visit) -> Answer:
        day = await own_day(self._room, caller=visit.caller)
        return page(
            visit,
            template="care.html",
            day=day,
            families=list(HarmFamily),
            said=_SAID.get(visit.query.get("said", "")),
            offered_minutes=self._room.rules.break_seconds // 60,
        )

    async def show_team(self, visit: Visit) -> Answer:
        team = await team_exposure(self._room, caller=visit.caller)
        return page(
            visit, template="care_team.html", team=team, days=WINDOW_DAYS, people_min=PEOPLE_MIN
        )

    async def choose(self, visit: Visit) -> Answer:
        chosen = Appearance(
            greyscale=bool(visit.form.text("greyscale")),
            blurred=bool(visit.form.text("blurred")),
            small=bool(visit.form.text("small")),
        )
        await appearance.choose(self._room, caller=visit.caller, chosen=chosen)
        return _back(visit, said="kept")

    async def wish(self, visit: Visit) -> Answer:
        named = visit.form.texts("avoided")
        if not set(named) <= set(HarmFamily):
            raise Unfit("No such kind.", errors=[FieldError("/avoided", "is no kind of harm")])
        avoided = [HarmFamily(each) for each in named]
        await wishing.wish(self._room, caller=visit.caller, avoided=avoided)
        return _back(visit, said="kept")

    async def bound(self, visit: Visit) -> Answer:
        await wishing.bound(
            self._room,
            caller=visit.caller,
            family=visit.form.text("family"),
            reveals=_number(visit, name="reveals"),
            minutes=_number(visit, name="minutes"),
        )
        return _back(visit, said="kept")

    async def pause(self, visit: Visit) -> Answer:
        await wishing.pause(self._room, caller=visit.caller)
        return _back(visit, said="pause")

    async def end_pause(self, visit: Visit) -> Answer:
        await wishing.end_pause(self._room, caller=visit.caller)
        return _back(visit, said="ended")

    async def debriefed(self, visit: Visit) -> Answer:
        """What was answered is acted on and not kept."""
        await wishing.debriefed(self._room, caller=visit.caller)
        if visit.form.text("answer") == "pause":
            return await self.pause(visit)
        return _back(visit, said="heard")


def _number(visit: Visit, *, name: str) -> int | None:
    text = visit.form.text(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise Unfit("The bound can't be kept.", errors=[FieldError(f"/{name}", "is no number")])
    return int(text)


def _back(visit: Visit, *, said: str) -> Answer:
    return moved(f"/console/{visit.service}/care?said={said}")
