"""One person switches a list off at once, for a time; anybody with the right, on again."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final

import msgspec

from tutela.access.roles import Right
from tutela.access.tokens import Caller
from tutela.detection.lists import changing, register
from tutela.detection.lists.changing import Account, held
from tutela.detection.lists.errors import ListUnfit
from tutela.detection.lists.governing.acts import acting, refuse_blank
from tutela.detection.lists.governing.asked import Reason
from tutela.detection.lists.register import ListStanding, ListState
from tutela.detection.lists.room import ListRoom

HOURS: Final = 24
HOURS_MAX: Final = 168


class ListMode(StrEnum):
    """Whether a list is looked for."""

    #: Nothing of it is, and what is on it is unknown.
    OFF = "off"
    #: It is, as it stands.
    ON = "on"


class ListSwitchAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/lists/{name}/switch`; `off` for what is off keeps it so."""

    mode: ListMode
    reason: Reason
    #: Of `off`: for how long from now; then it is on by itself.
    hours: Annotated[int, msgspec.Meta(ge=1, le=HOURS_MAX)] = HOURS


async def throw(
    room: ListRoom, *, caller: Caller, name: str, asked: ListSwitchAsked
) -> ListStanding:
    """How the list stands after it; what is on and is turned on stays as it is.

    Raises Forbidden, NeedsPerson, UnknownList, ListUnfit.
    """
    refuse_blank(asked.reason)
    if "\0" in name or "\0" in asked.reason:
        raise ListUnfit("U+0000 can't be kept.")
    async with acting(room, caller=caller, right=Right.SWITCH_LISTS) as by:
        named = by.named(name)
        async with held(by.connection, name=named, at=by.now) as found:
            (before,) = await register.standings_in(
                by.connection, now=by.now, holder=named, name=name
            )
            if asked.mode is ListMode.OFF or before.standing is ListState.OFF:
                account = Account(by=by.person, reason=asked.reason)
                until = by.now + timedelta(hours=asked.hours)
                off_until = until if asked.mode is ListMode.OFF else None
                await changing.switch_in(found, off_until=off_until, account=account, room=room)
        (after,) = await register.standings_in(by.connection, now=by.now, holder=named, name=name)
    return after
