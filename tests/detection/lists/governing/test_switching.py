"""One person switches a list off at once; what is on it is unknown until it is on again."""

from datetime import timedelta

import pytest
import pytest_asyncio

from tests.fixtures.governing import person
from tests.fixtures.house import Rooms
from tests.fixtures.list_keeping import WHY, adding, changing, done
from tests.fixtures.listing import KNOWN, chance_hashes, chance_terms, list_room, rows_of, take
from tutela.access.persons import NeedsPerson
from tutela.access.roles import Forbidden
from tutela.access.tokens import Caller
from tutela.cli.findings import Mark as Shown
from tutela.cli.findings import of_lists
from tutela.detection.detectors import Detector, Hashes, Item
from tutela.detection.lists import register
from tutela.detection.lists.errors import ListUnfit, UnknownList
from tutela.detection.lists.governing.asked import ListChange
from tutela.detection.lists.governing.switching import ListMode, ListSwitchAsked, throw
from tutela.detection.lists.register import ListState
from tutela.detection.pipeline.sources import FromLists
from tutela.detection.pipeline.term_lists import TermListSource
from tutela.domain.signals import Result
from tutela.domain.vocabulary import Role

(HASH,), (TERM,) = chance_hashes(1), chance_terms(1)
OFF = ListSwitchAsked(mode=ListMode.OFF, reason=WHY, hours=2)
ON = ListSwitchAsked(mode=ListMode.ON, reason="mended")
Two = tuple[Caller, Caller]


@pytest_asyncio.fixture
async def two(rooms: Rooms) -> Two:
    """Two leads."""
    return await person(rooms, name="lead-1"), await person(rooms, name="lead-2")


class Process:
    """What a process looks for, as it finds it at each asking."""

    def __init__(self, rooms: Rooms) -> None:
        self.sources = (FromLists(list_room(rooms)), TermListSource(list_room(rooms)))

    async def says(self, item: Item) -> set[tuple[Result, str | None]]:
        """Result and reason of each detector of the service."""
        found: list[Detector] = []
        for source in self.sources:
            found += (await source.detectors()).get("main/main", ())
        signals = [signal for each in found for signal in each.look([item])]
        return {(each.result, each.why) for each in signals}


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("known", Item(surface="post", hashes=Hashes(pdq=HASH.hex()))),
        ("words", Item(surface="post", text=f"a {TERM} b")),
    ],
)
async def test_what_is_on_a_list_that_is_off_is_unknown_and_not_clean(
    rooms: Rooms, two: Two, name: str, item: Item
) -> None:
    await take(rooms, rows=rows_of([HASH]))
    await done(rooms, by=two, proposal=adding(TERM))
    room, process = list_room(rooms), Process(rooms)
    assert (Result.MATCH, None) in await process.says(item)
    standing = await throw(room, caller=two[0], name=name, asked=OFF)
    assert (standing.standing, standing.off_until is not None) == (ListState.OFF, True)
    said = await process.says(item)
    assert (Result.UNAVAILABLE, "list_off") in said
    assert Result.MATCH not in {result for result, _ in said}
    await throw(room, caller=two[1], name=name, asked=ON)
    assert (Result.MATCH, None) in await process.says(item)


async def test_a_list_that_is_off_is_on_by_itself_and_red_until_then(
    rooms: Rooms, two: Two
) -> None:
    await take(rooms, rows=rows_of([HASH]))
    source = FromLists(list_room(rooms))
    await throw(list_room(rooms), caller=two[0], name="known", asked=OFF)
    assert [(each.ok, each.why) for each in await source.standings()] == [(False, "list_off")]
    assert (await of_lists(rooms.pool)).mark is Shown.WARN
    rooms.clock.ahead = timedelta(hours=2, seconds=1)
    assert [(each.ok, each.why) for each in await source.standings()] == [(True, None)]
    (found,) = await register.standings(rooms.pool, now=rooms.clock.now(), holder=KNOWN)
    assert (found.standing, found.off_until) == (ListState.LIVE, None)


async def test_each_throw_stands_in_the_lists_history_and_turning_on_what_is_on_does_not(
    rooms: Rooms, two: Two
) -> None:
    room = list_room(rooms)
    await take(rooms, rows=rows_of([HASH]))
    for asked in (ON, OFF, OFF, ON, ON):
        await throw(room, caller=two[0], name="known", asked=asked)
    versions = await register.history(room, name=KNOWN)
    assert [(each.change, each.said.get("by")) for each in reversed(versions)] == [
        ("imported", "a test"),
        ("switched_off", "lead-1"),
        ("switched_off", "lead-1"),
        ("switched_on", "lead-1"),
    ]


async def test_who_may_not_or_cant_is_refused(rooms: Rooms, two: Two) -> None:
    room = list_room(rooms)
    await take(rooms, rows=rows_of([HASH]))
    reviewer = await person(rooms, name="reviewer-1", role=Role.REVIEWER)
    with pytest.raises(Forbidden):
        await throw(room, caller=reviewer, name="known", asked=OFF)
    with pytest.raises(NeedsPerson):
        await throw(room, caller=await rooms.caller(Role.LEAD), name="known", asked=OFF)
    with pytest.raises(UnknownList):
        await throw(room, caller=two[0], name="other", asked=OFF)
    blank = ListSwitchAsked(mode=ListMode.OFF, reason=" ")
    with pytest.raises(ListUnfit):
        await throw(room, caller=two[0], name="known", asked=blank)
    await done(rooms, by=two, proposal=changing(ListChange.END, name="known"))
    with pytest.raises(ListUnfit):
        await throw(room, caller=two[0], name="known", asked=OFF)
