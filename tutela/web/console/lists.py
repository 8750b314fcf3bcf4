"""Lists of hashes and terms as people may see them: who answers, how old, how well; no entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from tutela.access.roles import Right
from tutela.database.pool import tenant_transaction
from tutela.detection.lists.exchange.following import ExchangeStanding, exchanges_in
from tutela.detection.lists.governing import showing
from tutela.detection.lists.governing.showing import ListAskedPage, Wanted
from tutela.detection.lists.governing.switching import HOURS, HOURS_MAX
from tutela.detection.lists.register import (
    Change,
    Keeper,
    ListStanding,
    ListState,
    history,
    standing_of,
    standings_in,
)
from tutela.detection.lists.room import Holder, ListName, ListRoom
from tutela.detection.pipeline.health import DetectorState, states_in
from tutela.domain.list_proposals import ListProposalState
from tutela.web.answer import Answer
from tutela.web.console.list_keeping import (
    CHANGES_ASKED,
    PROPOSAL_STATES,
    list_keeping_screens,
    offered,
)
from tutela.web.console.pages import page
from tutela.web.console.screen import Screen
from tutela.web.console.typed import page_after
from tutela.web.console.visit import Visit

ROWS: Final = 50

STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ListState.LIVE: "Looked for",
        ListState.STALE: "Too old: what is not on it may be known by now",
        ListState.EXPIRED: "Its time is over, nothing of it matches",
        ListState.WITHDRAWN: "Taken back, nothing of it matches",
        ListState.OFF: "Switched off: what is on it is unknown, not clean",
    }
)
CHANGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Change.IMPORTED: "Read in",
        Change.WITHDRAWN: "Entries taken back",
        Change.ENDED: "Taken back as a whole",
        Change.EXPIRY_SET: "End set",
        Change.SWITCHED_OFF: "Switched off",
        Change.SWITCHED_ON: "Switched on again",
    }
)
KEEPERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Keeper.OPERATOR: "Whoever runs this, from files or an exchange",
        Keeper.PEOPLE: "Two people, here",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptList:
    """A list, its exchange where it follows one, and how processes find it."""

    standing: ListStanding
    exchange: ExchangeStanding | None
    health: DetectorState | None

    @property
    def ok(self) -> bool:
        """Whether what it says can be relied on."""
        follows = self.exchange is None or self.exchange.failure is None
        found = self.health is None or self.health.ok
        return self.standing.standing is ListState.LIVE and follows and found

    @property
    def age(self) -> str:
        """Since its source last spoke, against what it may be: `3 of 31 days`."""
        age = timedelta(seconds=self.standing.age_seconds).days
        return f"{age} of {timedelta(seconds=self.standing.longest_age_seconds).days} days"


def list_screens(room: ListRoom) -> Sequence[Screen]:
    """All lists of a service, one with its versions, and how two people change them."""
    desk, below = _Desk(room), "/console/{service}/lists"
    return (
        Screen("GET", below, Right.SEE_LISTS, desk.show_all),
        Screen("GET", f"{below}/{{name}}", Right.SEE_LISTS, desk.show_one),
        *list_keeping_screens(room),
    )


class _Desk:
    def __init__(self, room: ListRoom) -> None:
        self._room = room

    async def show_all(self, visit: Visit) -> Answer:
        """Every list of the service; first what can't be relied on; and what is asked of them."""
        found = sorted(await self._kept(visit), key=lambda each: (each.ok, each.standing.list))
        all_asked = visit.query.get("asked") == "all"
        state = None if all_asked else ListProposalState.PROPOSED
        wanted = Wanted(limit=ROWS, after=page_after(visit), state=state)
        asked = await self._asked(visit, wanted=wanted)
        return page(
            visit,
            template="lists.html",
            lists=found,
            states=STATES,
            keepers=KEEPERS,
            asked=asked.proposals,
            next=asked.next,
            all_asked=all_asked,
            changes_asked=CHANGES_ASKED,
            proposal_states=PROPOSAL_STATES,
        )

    async def show_one(self, visit: Visit) -> Answer:
        """One list, on what terms it is kept, what changed in it, and what can be done to it."""
        caller = visit.caller
        name = ListName(tenant=caller.tenant, service=caller.service, name=visit.path["name"])
        standing = await standing_of(self._room.pool, name=name, now=self._room.clock())
        versions = await history(self._room, name=name)
        kept = [each for each in await self._kept(visit) if each.standing.list == standing.list]
        asked = await self._asked(visit, wanted=Wanted(limit=ROWS, list=standing.list))
        return page(
            visit,
            template="list.html",
            kept=kept[0],
            versions=versions,
            states=STATES,
            changes=CHANGES,
            keepers=KEEPERS,
            asked=asked.proposals,
            offers=offered(standing),
            changes_asked=CHANGES_ASKED,
            proposal_states=PROPOSAL_STATES,
            hours=HOURS,
            hours_max=HOURS_MAX,
        )

    async def _asked(self, visit: Visit, *, wanted: Wanted) -> ListAskedPage:
        return await showing.list_proposals(self._room, caller=visit.caller, wanted=wanted)

    async def _kept(self, visit: Visit) -> list[KeptList]:
        caller, now = visit.caller, self._room.clock()
        holder = Holder(tenant=caller.tenant, service=caller.service)
        service = f"{caller.tenant}/{caller.service}"
        async with tenant_transaction(self._room.pool, tenant=caller.tenant) as connection:
            lists = await standings_in(connection, now=now, holder=holder)
            followed = {each.list: each for each in await exchanges_in(connection, holder=holder)}
            states = await states_in(connection, now=now, service=service)
        health = {each.name: each for each in states}
        return [
            KeptList(
                standing=each,
                exchange=followed.get(each.list),
                health=health.get(f"list {each.list}"),
            )
            for each in lists
        ]
