"""`/v1/care`: a person's own day, what they say of themselves, and a team's figures."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec

from tutela.access.tokens import Caller
from tutela.domain.canonical import timestamp
from tutela.domain.harm import HarmFamily
from tutela.intake.reading import read_struct
from tutela.review.care import appearance, wishing
from tutela.review.care.appearance import Appearance
from tutela.review.care.budget import Left
from tutela.review.care.room import CareRoom
from tutela.review.care.standing import OwnDay, own_day
from tutela.review.care.team import Exposure, team_exposure
from tutela.review.care.wishing import MINUTES_MAX, REVEALS_MAX
from tutela.web.answer import Answer, answer
from tutela.web.api.cases import refuse_said
from tutela.web.endpoint import Asked, Handler

_FAMILY_MAX = 64


class CareBound(msgspec.Struct, frozen=True, kw_only=True):
    """A bound of one's own; null where there is none."""

    reveals: int | None
    minutes: int | None


class CareDay(msgspec.Struct, frozen=True, kw_only=True):
    """How the caller's day stands, for themselves alone."""

    at: str
    left: dict[str, Left]
    reveals: int
    minutes: int
    bounds: dict[str, CareBound]
    avoided: list[HarmFamily]
    appearance: Appearance
    worked_minutes: int
    is_offered_a_pause: bool
    rests_until: str | None
    is_own_pause: bool
    is_asked_how_they_are: bool
    contact: str | None


class AppearanceChosen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/care/appearance`."""

    greyscale: bool
    blurred: bool
    small: bool


class WishesSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/care/wishes`."""

    avoided: list[HarmFamily]


class BoundSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/care/bounds`."""

    family: Annotated[str, msgspec.Meta(min_length=1, max_length=_FAMILY_MAX)]
    reveals: Annotated[int, msgspec.Meta(ge=0, le=REVEALS_MAX)] | None = None
    minutes: Annotated[int, msgspec.Meta(ge=0, le=MINUTES_MAX)] | None = None


class TeamSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What a team saw of one kind, or of all."""

    family: str
    people: int
    reveals: int
    incidents: int
    items: int
    reveals_per_incident: float
    spared: float


class TeamUntaken(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of which cases wait that nobody who is at work takes."""

    family: str
    cases: int


class TeamCare(msgspec.Struct, frozen=True, kw_only=True):
    """What may be told of a team over four weeks, without names."""

    seen: list[TeamSeen]
    withheld: int
    untaken: list[TeamUntaken]


def show_day(room: CareRoom) -> Handler:
    """200 with the caller's day."""

    async def handle(asked: Asked) -> Answer:
        return await _day(room, caller=asked.caller)

    return handle


def choose_appearance(room: CareRoom) -> Handler:
    """200 with the day, in which media is shown as the caller likes it."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=AppearanceChosen)
        chosen = Appearance(greyscale=said.greyscale, blurred=said.blurred, small=said.small)
        await appearance.choose(room, caller=asked.caller, chosen=chosen)
        return await _day(room, caller=asked.caller)

    return handle


def wish(room: CareRoom) -> Handler:
    """200 with the day, in which no claim gives what the caller doesn't take."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=WishesSaid)
        await wishing.wish(room, caller=asked.caller, avoided=set(said.avoided))
        return await _day(room, caller=asked.caller)

    return handle


def bound(room: CareRoom) -> Handler:
    """200 with the day; a lower bound holds in it, a higher one from the next on."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=BoundSaid)
        await wishing.bound(
            room,
            caller=asked.caller,
            family=said.family,
            reveals=said.reveals,
            minutes=said.minutes,
        )
        return await _day(room, caller=asked.caller)

    return handle


def after(room: CareRoom, *, act: Callable[..., Awaitable[None]]) -> Handler:
    """200 with the day after an act of the caller that needs no words."""

    async def handle(asked: Asked) -> Answer:
        refuse_said(asked)
        await act(room, caller=asked.caller)
        return await _day(room, caller=asked.caller)

    return handle


def show_team(room: CareRoom) -> Handler:
    """200 with what may be told of the team."""

    async def handle(asked: Asked) -> Answer:
        team = await team_exposure(room, caller=asked.caller)
        untaken = [TeamUntaken(family=family, cases=cases) for family, cases in team.untaken]
        seen = [_seen(each) for each in team.shown]
        return answer(TeamCare(seen=seen, withheld=team.withheld, untaken=untaken))

    return handle


async def _day(room: CareRoom, *, caller: Caller) -> Answer:
    return answer(_shown(await own_day(room, caller=caller)))


def _shown(day: OwnDay) -> CareDay:
    return CareDay(
        at=timestamp(day.now),
        left=day.left,
        reveals=day.reveals,
        minutes=day.minutes,
        bounds={
            family: CareBound(reveals=reveals, minutes=minutes)
            for family, (reveals, minutes) in day.own.items()
        },
        avoided=[HarmFamily(each) for each in sorted(day.avoided)],
        appearance=day.appearance,
        worked_minutes=day.worked_minutes,
        is_offered_a_pause=day.is_offered_a_pause,
        rests_until=None if day.rests_until is None else timestamp(day.rests_until),
        is_own_pause=day.is_own_pause,
        is_asked_how_they_are=day.is_asked_how_they_are,
        contact=day.contact,
    )


def _seen(of: Exposure) -> TeamSeen:
    return TeamSeen(
        family=of.family,
        people=of.people,
        reveals=of.reveals,
        incidents=of.incidents,
        items=of.items,
        reveals_per_incident=of.reveals_per_incident,
        spared=of.spared,
    )
