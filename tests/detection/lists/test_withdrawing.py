"""What was taken back, or whose time is over, matches no more; what is old is said to be stale."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.detection.lists.test_importing import hashes_in
from tests.fixtures.house import Rooms
from tests.fixtures.listing import KNOWN, chance_hashes, list_room, rows_of, take
from tutela.detection.lists import changing, importing, register
from tutela.detection.lists.changing import Account
from tutela.detection.lists.entries import Entry, Family, Kind, Row
from tutela.detection.lists.errors import ListUnfit, UnknownEntry, UnknownList
from tutela.detection.lists.importing import Asked
from tutela.detection.lists.register import Change, ListState, Terms
from tutela.detection.lists.room import ListName
from tutela.detection.lists.snapshots import canaries, current

ME = Account(by="a test")


async def left(rooms: Rooms) -> list[bytes]:
    snapshot = await current(list_room(rooms), name=KNOWN)
    return list(hashes_in(snapshot).values())


async def test_a_withdrawn_entry_matches_no_more_and_does_not_come_back(rooms: Rooms) -> None:
    values = chance_hashes(3)
    await take(rooms, rows=rows_of(values))
    count = await changing.withdraw_entries(list_room(rooms), name=KNOWN, entries=[2], account=ME)
    assert (count, await left(rooms)) == (1, [values[0], values[2]])
    again = await take(rooms, rows=rows_of(values))
    assert (again.still_withdrawn, again.known, again.added) == (1, 2, 0)
    assert await left(rooms) == [values[0], values[2]]


async def test_hashes_are_withdrawn_by_what_they_are_whoever_listed_them(rooms: Rooms) -> None:
    first, second = chance_hashes(2)
    await take(rooms, rows=rows_of([first, second]))
    await take(rooms, rows=rows_of([first], source="case-7"))
    gone = Row(line=1, entries=(Entry(kind=Kind.PDQ, value=first),), gone=True)
    asked = Asked(name=KNOWN, family=Family.HASHES, account=ME, change=Change.WITHDRAWN)
    done = await importing.take(list_room(rooms), asked=asked, rows=[gone])
    assert (done.withdrawn, await left(rooms)) == (2, [second])


async def test_what_a_source_takes_back_goes_by_its_id_and_another_ones_stays(rooms: Rooms) -> None:
    (value,) = chance_hashes(1)
    await take(rooms, rows=[*rows_of([value], source="a-1"), *rows_of([value], source="b-1")])
    done = await take(rooms, rows=[Row(line=1, gone=True, source="a-1")])
    assert (done.withdrawn, await left(rooms)) == (1, [value])


async def test_a_withdrawal_from_before_the_last_update_changes_nothing(rooms: Rooms) -> None:
    (value,) = chance_hashes(1)
    late, early = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    await take(rooms, rows=rows_of([value], source="a-1", updated_at=late))
    assert (
        await take(rooms, rows=[Row(line=1, gone=True, source="a-1", updated_at=early)])
    ).withdrawn == 0
    assert (
        await take(rooms, rows=[Row(line=1, gone=True, source="a-1", updated_at=late)])
    ).withdrawn == 1


async def test_an_entry_that_comes_and_goes_in_one_file_is_gone(rooms: Rooms) -> None:
    first, second = chance_hashes(2)
    gone = Row(line=3, entries=(Entry(kind=Kind.PDQ, value=first),), gone=True)
    await take(rooms, rows=[*rows_of([first, second]), gone])
    assert await left(rooms) == [second]


async def test_an_entry_that_was_unknown_when_it_was_taken_back_can_come_after(
    rooms: Rooms,
) -> None:
    first, second = chance_hashes(2)
    gone = Row(line=1, entries=(Entry(kind=Kind.PDQ, value=first),), gone=True)
    await take(rooms, rows=[*rows_of([second]), gone, *rows_of([first])])
    assert sorted(await left(rooms)) == sorted([first, second])


async def test_an_entry_stops_when_its_time_is_over(rooms: Rooms) -> None:
    first, second = chance_hashes(2)
    end = rooms.clock.now() + timedelta(hours=1)
    await take(rooms, rows=[*rows_of([first], expires_at=end), *rows_of([second])])
    before = await current(list_room(rooms), name=KNOWN)
    assert before.next_expiry == end
    rooms.clock.ahead = timedelta(hours=1, seconds=1)
    after = await current(list_room(rooms), name=KNOWN)
    assert list(hashes_in(after).values()) == [second]
    assert after.next_expiry is None


async def test_a_list_that_expired_or_was_withdrawn_holds_nothing_not_even_its_canary(
    rooms: Rooms,
) -> None:
    await take(rooms, rows=rows_of(chance_hashes(2)))
    end = rooms.clock.now() + timedelta(days=1)
    room = list_room(rooms)
    await changing.set_expiry(room, name=KNOWN, expires_at=end, account=ME)
    assert len(await left(rooms)) == 2
    rooms.clock.ahead = timedelta(days=1, seconds=1)
    expired = await current(room, name=KNOWN)
    assert expired.standing(rooms.clock.now()) is ListState.EXPIRED
    assert [column.entries.size for column in expired.hashes.values()] == [0]
    await changing.set_expiry(room, name=KNOWN, expires_at=None, account=ME)
    await changing.end(room, name=KNOWN, account=ME)
    ended = await current(room, name=KNOWN)
    assert ended.standing(rooms.clock.now()) is ListState.WITHDRAWN
    assert [column.entries.size for column in ended.hashes.values()] == [0]
    with pytest.raises(ListUnfit, match="withdrawn as a whole"):
        await take(rooms, rows=rows_of(chance_hashes(1)))


async def test_a_list_is_stale_from_its_longest_age_on_until_its_source_speaks(
    rooms: Rooms,
) -> None:
    await take(rooms, rows=rows_of(chance_hashes(2)), terms=Terms(longest_age=timedelta(days=2)))
    room = list_room(rooms)

    async def standing() -> ListState:
        marks = await register.marks(rooms.pool, holder=KNOWN)
        return marks["known"].standing(rooms.clock.now())

    assert await standing() is ListState.LIVE
    rooms.clock.ahead = timedelta(days=2, seconds=1)
    assert await standing() is ListState.STALE
    await changing.withdraw_entries(room, name=KNOWN, entries=[1], account=ME)
    assert await standing() is ListState.STALE
    await take(rooms, rows=rows_of(chance_hashes(2)))
    assert await standing() is ListState.LIVE
    rooms.clock.ahead = timedelta(days=5)
    assert await standing() is ListState.STALE
    await changing.confirm(room, name=KNOWN)
    assert await standing() is ListState.LIVE


async def test_every_change_shows_in_the_cheap_look_and_is_told_alone(rooms: Rooms) -> None:
    values = chance_hashes(3)
    await take(rooms, rows=rows_of(values[:2]))
    room = list_room(rooms)
    seen = (await register.marks(rooms.pool, holder=KNOWN))["known"].version
    await take(rooms, rows=rows_of(values))
    await changing.withdraw_entries(room, name=KNOWN, entries=[1], account=ME)
    assert (await register.marks(rooms.pool, holder=KNOWN))["known"].version == seen + 2
    change = await current(room, name=KNOWN, since=seen)
    assert hashes_in(change) == {3: values[2]}
    assert change.gone.tolist() == [1]
    nothing = await current(room, name=KNOWN, since=change.version)
    assert (nothing.hashes, nothing.gone.tolist()) == ({}, [])


async def test_what_came_and_went_since_is_only_gone(rooms: Rooms) -> None:
    await take(rooms, rows=rows_of(chance_hashes(1)))
    await take(rooms, rows=rows_of(chance_hashes(2)))
    room = list_room(rooms)
    await changing.withdraw_entries(room, name=KNOWN, entries=[2], account=ME)
    change = await current(room, name=KNOWN, since=1)
    assert hashes_in(change) == {}
    assert change.gone.tolist() == [2]


async def test_each_list_has_a_canary_of_its_own_for_each_kind(rooms: Rooms) -> None:
    other = ListName(tenant="main", service="main", name="other")
    room = list_room(rooms)
    found: list[object] = []
    for name in (KNOWN, other):
        rows = [
            *rows_of(chance_hashes(1)),
            *rows_of(chance_hashes(1, kind=Kind.MD5), kind=Kind.MD5),
        ]
        await take(rooms, rows=rows, name=name)
        snapshot = await current(room, name=name)
        values = canaries(room, snapshot=snapshot)
        for kind, column in snapshot.hashes.items():
            (place,) = (column.entries == 0).nonzero()[0]
            assert column.values[place].tobytes() == values[kind]
        found += values.values()
    assert len(set(found)) == 4
    again = canaries(room, snapshot=await current(room, name=KNOWN))
    assert set(again.values()) == set(found[:2])


async def test_what_is_not_there_is_said(rooms: Rooms) -> None:
    room = list_room(rooms)
    with pytest.raises(UnknownList):
        await changing.end(room, name=KNOWN, account=ME)
    await take(rooms, rows=rows_of(chance_hashes(1)))
    for wrong in (0, 2, -1):
        with pytest.raises(UnknownEntry):
            await changing.withdraw_entries(room, name=KNOWN, entries=[wrong], account=ME)
