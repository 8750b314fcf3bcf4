"""Detectors from lists: what is listed matches, what is taken back does not, the old is said."""

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fixtures.house import Rooms
from tests.fixtures.listing import KNOWN, chance_hashes, list_room, rows_of, take
from tutela.detection.detectors import Detector, Hashes, Item
from tutela.detection.hashes.commons import Commons
from tutela.detection.lists import changing
from tutela.detection.lists.changing import Account
from tutela.detection.lists.entries import Kind
from tutela.detection.lists.register import Terms
from tutela.detection.lists.room import ListName
from tutela.detection.lists.source import ListSource
from tutela.domain.signals import Result, Signal

ME = Account(by="a test")


async def main_of(source: ListSource) -> Sequence[Detector]:
    return (await source.detectors()).get("main/main", ())


async def look(source: ListSource, *, values: list[bytes]) -> list[Signal]:
    """What the detectors say of PDQ hashes now."""
    (detector,) = await main_of(source)
    return detector.look(
        [Item(surface="upload", hashes=Hashes(pdq=value.hex())) for value in values]
    )


def entries(signals: list[Signal]) -> list[tuple[str, ...]]:
    return [tuple(match.entry for match in signal.matches) for signal in signals]


def flipped(value: bytes, *, bits: int) -> bytes:
    return (int.from_bytes(value, "big") ^ ((1 << bits) - 1)).to_bytes(32, "big")


async def test_what_is_listed_matches_with_list_entry_version_distance_and_tags(
    rooms: Rooms,
) -> None:
    source = ListSource(list_room(rooms))
    assert await source.detectors() == {}
    values = chance_hashes(50)
    await take(rooms, rows=rows_of(values, tags=("a",)))
    near, far = await look(
        source, values=[flipped(values[7], bits=31), flipped(values[7], bits=32)]
    )
    (match,) = near.matches
    assert (match.list, match.entry, match.version) == ("known", "8", 1)
    assert (match.distance, match.tags) == (31, ("a",))
    assert far.result is Result.NO_MATCH


async def test_nothing_is_built_anew_where_nothing_changed(rooms: Rooms) -> None:
    await take(rooms, rows=rows_of(chance_hashes(5)))
    source = ListSource(list_room(rooms))
    assert await main_of(source) == await main_of(source)


async def test_a_change_reaches_every_process_with_its_next_look(
    rooms: Rooms, tmp_path: Path
) -> None:
    values = chance_hashes(30)
    await take(rooms, rows=rows_of(values[:20], tags=("first",)))
    with closing(Commons(tmp_path / "one", least=1)) as one:
        sources = [ListSource(list_room(rooms), commons=each) for each in (one, one, None)]
        await _follow_a_change(rooms, sources=sources, values=values)


async def _follow_a_change(rooms: Rooms, *, sources: list[ListSource], values: list[bytes]) -> None:
    for source in sources:
        assert entries(await look(source, values=[values[3], values[25]])) == [("4",), ()]
    await take(rooms, rows=rows_of(values, tags=("second",)))
    await changing.withdraw_entries(list_room(rooms), name=KNOWN, entries=[4, 22], account=ME)
    for source in sources:
        asked = [values[3], values[4], values[21], values[25]]
        found = await look(source, values=asked)
        assert entries(found) == [(), ("5",), (), ("26",)]
        assert [match.tags for signal in found for match in signal.matches] == [
            ("first",),
            ("second",),
        ]
        assert {match.version for signal in found for match in signal.matches} == {3}


async def test_a_kind_that_is_new_to_a_list_is_looked_for(rooms: Rooms) -> None:
    await take(rooms, rows=rows_of(chance_hashes(2)))
    source = ListSource(list_room(rooms))
    await main_of(source)
    (md5,) = chance_hashes(1, kind=Kind.MD5)
    await take(rooms, rows=rows_of([md5], kind=Kind.MD5))
    (detector,) = await main_of(source)
    (signal,) = detector.look([Item(surface="upload", hashes=Hashes(md5=md5.hex()))])
    assert signal.result is Result.MATCH


async def test_an_entry_that_expires_stops_without_a_new_version(rooms: Rooms) -> None:
    first, second = chance_hashes(2)
    end = rooms.clock.now() + timedelta(minutes=5)
    await take(rooms, rows=[*rows_of([first], expires_at=end), *rows_of([second])])
    source = ListSource(list_room(rooms))
    assert entries(await look(source, values=[first, second])) == [("1",), ("2",)]
    rooms.clock.ahead = timedelta(minutes=5, seconds=1)
    assert entries(await look(source, values=[first, second])) == [(), ("2",)]


async def test_an_old_list_still_matches_and_never_says_no_match(rooms: Rooms) -> None:
    first, second = chance_hashes(2)
    await take(rooms, rows=rows_of([first]), terms=Terms(longest_age=timedelta(days=1)))
    source = ListSource(list_room(rooms))
    rooms.clock.ahead = timedelta(days=1, seconds=1)
    known, unknown = await look(source, values=[first, second])
    assert (known.result, unknown.result, unknown.why) == (
        Result.MATCH,
        Result.UNAVAILABLE,
        "list_stale",
    )
    await changing.confirm(list_room(rooms), name=KNOWN)
    (unknown,) = await look(source, values=[second])
    assert unknown.result is Result.NO_MATCH


async def test_a_list_that_can_not_be_read_makes_its_service_unavailable_and_no_other(
    rooms: Rooms,
) -> None:
    other = ListName(tenant="other", service="main", name="known")
    (value,) = chance_hashes(1)
    await take(rooms, rows=rows_of([value]))
    await take(rooms, rows=rows_of([value]), name=other)
    await rooms.rows("UPDATE list_chunk SET sealed_body = 'x' WHERE tenant = 'main'")
    source = ListSource(list_room(rooms))
    (signal,) = await look(source, values=[value])
    assert (signal.result, signal.why) == (Result.UNAVAILABLE, "list_unreadable")
    ((detector,),) = [(await source.detectors())["other/main"]]
    (signal,) = detector.look([Item(surface="upload", hashes=Hashes(pdq=value.hex()))])
    assert signal.result is Result.MATCH


async def test_a_list_that_was_withdrawn_is_looked_for_no_more(rooms: Rooms) -> None:
    await take(rooms, rows=rows_of(chance_hashes(2)))
    source = ListSource(list_room(rooms))
    assert len(await main_of(source)) == 1
    await changing.end(list_room(rooms), name=KNOWN, account=ME)
    assert await source.detectors() == {}


@pytest.mark.parametrize("kind", [Kind.PDQ, Kind.SHA256])
async def test_the_canary_proves_that_the_list_is_looked_at(rooms: Rooms, kind: Kind) -> None:
    await take(rooms, rows=rows_of(chance_hashes(3, kind=kind), kind=kind))
    (detector,) = await main_of(ListSource(list_room(rooms)))
    proofs = detector.examples().matching
    assert {getattr(proof.hashes, kind) is not None for proof in proofs} == {True}
    assert [signal.matches[0].entry for signal in detector.look(proofs)] == ["0"] * len(proofs)
