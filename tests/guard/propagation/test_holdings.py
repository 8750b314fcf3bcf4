"""What two people listed, published by the house, asked for on surfaces that load it by turns."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from tests.fixtures.governing import governance_room, listed, person
from tests.fixtures.house import Rooms
from tests.fixtures.surfaces import SERVICE, Publishing, Served, simulated, small_world
from tutela.access.tokens import Caller
from tutela.drills.surfaces.asking import NobodyAsked
from tutela.drills.surfaces.listing import entries_of
from tutela.drills.surfaces.world import World
from tutela.guard.asking import ItemKind, Surface
from tutela.guard.governance.listing import Governed
from tutela.guard.governance.switching import SwitchAsked, throw
from tutela.guard.probing import Limits
from tutela.guard.propagation.disguises import disguised
from tutela.guard.propagation.holdings import HoldingsHere
from tutela.guard.propagation.judging import LAG_SECONDS_MAX, FindingKind, SurfaceSeen, SurfaceState
from tutela.guard.propagation.keeping import Book
from tutela.guard.propagation.looking import Spelling
from tutela.guard.propagation.rounds import Rounds
from tutela.guard.publishing.building import Publisher, PublishingRoom
from tutela.guard.publishing.keeping import Keeper
from tutela.guard.publishing.listing import Place
from tutela.guard.snapshot import Mode

UNVERSIONED = SurfaceState.UNVERSIONED
SECOND = timedelta(seconds=1)
#: Between two looks of a surface for a newer snapshot, in simulated time.
POLL_SECONDS = 5


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


@dataclass
class House:
    """The guard of a house on the rooms of a test, and surfaces that take what it publishes."""

    rooms: Rooms
    surfaces: Publishing
    rounds: Rounds
    publisher: Publisher
    keeper: Keeper
    lead: Caller
    stuck: set[Surface] = field(default_factory=set)

    async def pass_time(self, seconds: int) -> None:
        """So many simulated seconds, with what the house and the surfaces do in them."""
        for _ in range(0, seconds, POLL_SECONDS):
            self.rooms.clock.ahead += POLL_SECONDS * SECOND
            await self.publisher.turn()
            await self.keeper.refresh()
            kept = self.keeper.of(Place("main", "main"))
            if kept is not None:
                for surface in set(Surface) - self.stuck:
                    self.surfaces.guards[surface] = Served(kept.decider)

    async def throw(self, mode: Mode) -> None:
        asked = SwitchAsked(surface="all", mode=mode, reason="a drill")
        await throw(governance_room(self.rooms), caller=self.lead, asked=asked)

    async def until_all(self, state: SurfaceState) -> tuple[int, list[SurfaceSeen]]:
        """Simulated seconds until every surface that tells it is so and does nothing wrong."""
        seconds, seen, holds = 0, list[SurfaceSeen](), False
        while not holds and seconds <= LAG_SECONDS_MAX:
            seconds += POLL_SECONDS
            await self.pass_time(POLL_SECONDS)
            seen = await self.rounds.turn()
            holds = all(not each.findings and each.state in (state, UNVERSIONED) for each in seen)
        return seconds, seen


@asynccontextmanager
async def house(rooms: Rooms, *, world: World) -> AsyncIterator[House]:
    """A house whose people listed all that is planted, more than a minute ago."""
    clock = rooms.clock.now
    one, two = await person(rooms, name="one"), await person(rooms, name="two")
    await listed(rooms, *entries_of(world), by=(one, two))
    surfaces = Publishing(world, guards=dict.fromkeys(Surface, NobodyAsked()))
    keeper = Keeper(rooms.pool, keys=rooms.keys, clock=clock, monotonic=lambda: 0.0)
    room = PublishingRoom(
        pool=rooms.pool,
        keys=rooms.keys,
        clock=clock,
        chance=os.urandom,
        source=Governed(rooms.keys),
    )
    async with simulated(world, published=surfaces) as (probes, probe):
        rounds = Rounds(
            probes=probes,
            probe=probe,
            holdings=HoldingsHere(
                pool=rooms.pool, keys=rooms.keys, keeper=keeper, clock=clock, chance=os.urandom
            ),
            book=Book(
                pool=rooms.pool,
                keys=rooms.keys,
                clock=clock,
                chance=os.urandom,
                period_seconds=POLL_SECONDS,
            ),
            clock=clock,
            chance=os.urandom,
        )
        found = House(rooms, surfaces, rounds, Publisher(room), keeper, one)
        await found.pass_time(POLL_SECONDS)
        await found.pass_time(int(LAG_SECONDS_MAX) + POLL_SECONDS)
        yield found


def named(seen: Sequence[SurfaceSeen]) -> dict[str, SurfaceSeen]:
    return {each.name: each for each in seen}


async def test_what_two_people_listed_is_held_against_every_surface(
    rooms: Rooms, world: World
) -> None:
    async with house(rooms, world=world) as found:
        assert all(each.is_well and each.version in (1, None) for each in await found.rounds.turn())
        guarded = dict(found.surfaces.guards)
        found.surfaces.guards |= dict.fromkeys(
            (Surface.SEARCH, Surface.RECOMMENDATION), NobodyAsked()
        )
        seen = named(await found.rounds.turn())
        ids = await rooms.rows("SELECT id::text, kind FROM guard_entry")
        words = {id_ for id_, kind in ids if kind in ("text", "tag")}
        names = {id_ for id_, kind in ids if kind in ("account", "content")}
        leaked = {each.what for each in seen["search"].findings if each.spelling is Spelling.OWN}
        assert leaked
        assert leaked <= words
        assert {each.what for each in seen["for-you"].findings} <= names
        assert not seen["hashtag"].findings
        found.surfaces.guards |= guarded
        assert all(each.is_well for each in await found.rounds.turn())


async def test_rounds_of_ten_minutes_ask_for_the_same_few_words(rooms: Rooms, world: World) -> None:
    async with house(rooms, world=world) as found:
        drawn = []
        for _ in range(3):
            held = await found.rounds.holdings.held(SERVICE, sample=2, again=frozenset())
            words = [each for each in held.entries if each.kind in (ItemKind.TEXT, ItemKind.TAG)]
            drawn.append({disguised(each.value, lot=held.lot) for each in words})
        rooms.clock.ahead += timedelta(seconds=Limits().token_seconds)
        later = await found.rounds.holdings.held(SERVICE, sample=2, again=frozenset())
    assert drawn[0] == drawn[1] == drawn[2] != set()
    assert later.lot != held.lot


async def test_what_was_listed_just_now_is_not_asked_for_before_surfaces_can_know_it(
    rooms: Rooms, world: World
) -> None:
    async with house(rooms, world=world) as found:
        held = await found.rounds.holdings.held(SERVICE, sample=100, again=frozenset())
        await rooms.rows("UPDATE guard_entry SET changed_at = %(now)s", now=rooms.clock.now())
        fresh = await found.rounds.holdings.held(SERVICE, sample=100, again=frozenset())
    asked = {each.kind for each in held.entries}
    assert asked == {ItemKind.TEXT, ItemKind.TAG, ItemKind.ACCOUNT, ItemKind.CONTENT}
    assert not {each.kind for each in fresh.entries} & {ItemKind.TEXT, ItemKind.TAG}
    assert held.settled is not None
    assert held.settled.version == held.newest == 1
    assert "value" not in repr(held.entries[0])


async def test_the_emergency_switch_holds_everywhere_within_a_simulated_minute_and_back(
    rooms: Rooms, world: World
) -> None:
    async with house(rooms, world=world) as found:
        await found.throw(Mode.SHUT)
        shut_seconds, _ = await found.until_all(SurfaceState.CURRENT)
        assert shut_seconds <= LAG_SECONDS_MAX
        found.stuck = {Surface.TYPEAHEAD}
        await found.throw(Mode.NORMAL)
        back_seconds, seen = await found.until_all(SurfaceState.CURRENT)
        assert back_seconds > LAG_SECONDS_MAX
        late = {each.name for each in seen if each.state is SurfaceState.LAGGING}
        assert late == {"typeahead"}
        assert {each.kind for each in named(seen)["typeahead"].findings} == {
            FindingKind.OVER_BLOCKED
        }
        found.stuck = set()
        back_seconds, _ = await found.until_all(SurfaceState.CURRENT)
        assert back_seconds == POLL_SECONDS
