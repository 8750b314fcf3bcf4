"""Entries into lists: each once, all or nothing, in chunks, with a version and a leaf."""

import json

import numpy as np
import pytest

from tests.fixtures.house import Rooms
from tests.fixtures.listing import (
    KNOWN,
    chance_hashes,
    chance_terms,
    list_room,
    rows_of,
    rows_of_terms,
    take,
)
from tutela.detection.lists import importing, register
from tutela.detection.lists.changing import Account
from tutela.detection.lists.entries import BadLine, Family, Kind, Row
from tutela.detection.lists.errors import ListUnfit, UnknownList
from tutela.detection.lists.importing import Asked
from tutela.detection.lists.room import CANARY_ENTRY, ListName
from tutela.detection.lists.snapshots import Snapshot, current


def hashes_in(snapshot: Snapshot, *, kind: Kind = Kind.PDQ) -> dict[int, bytes]:
    """What a snapshot looks for, by the numbers of its entries, without the canary."""
    column = snapshot.hashes[kind]
    pairs = zip(column.entries.tolist(), column.values, strict=True)
    return {entry: value.tobytes() for entry, value in pairs if entry != CANARY_ENTRY}


async def test_every_hash_of_every_kind_comes_out_as_it_went_in(rooms: Rooms) -> None:
    kinds = (Kind.PDQ, Kind.MD5, Kind.SHA1, Kind.SHA256)
    rows = [row for kind in kinds for row in rows_of(chance_hashes(5, kind=kind), kind=kind)]
    done = await take(rooms, rows=rows)
    assert (done.version, done.added, done.known, done.refused) == (1, 20, 0, 0)
    snapshot = await current(list_room(rooms), name=KNOWN)
    for kind in kinds:
        assert list(hashes_in(snapshot, kind=kind).values()) == chance_hashes(5, kind=kind)


async def test_a_list_of_one_holds_it(rooms: Rooms) -> None:
    await take(rooms, rows=rows_of(chance_hashes(1)))
    assert list(hashes_in(await current(list_room(rooms), name=KNOWN))) == [1]


async def test_the_same_file_again_changes_nothing_and_says_so(rooms: Rooms) -> None:
    await take(rooms, rows=rows_of(chance_hashes(10)))
    again = await take(rooms, rows=rows_of(chance_hashes(12)))
    third = await take(rooms, rows=rows_of(chance_hashes(12)))
    assert (again.added, again.known, again.version) == (2, 10, 2)
    assert (third.added, third.known, third.version) == (0, 12, 2)


async def test_a_hash_twice_in_a_file_is_one_entry(rooms: Rooms) -> None:
    done = await take(rooms, rows=rows_of(chance_hashes(3) + chance_hashes(3)))
    assert (done.added, done.known) == (3, 3)


async def test_many_entries_lie_in_few_sealed_rows(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK_ENTRIES_MAX", 100)
    values = chance_hashes(250)
    await take(rooms, rows=rows_of(values))
    sizes = await rooms.rows("SELECT entries FROM list_chunk ORDER BY first_entry")
    assert [size for (size,) in sizes] == [100, 100, 50]
    found = hashes_in(await current(list_room(rooms), name=KNOWN))
    assert found == dict(enumerate(values, start=1))


async def test_refused_lines_are_counted_and_the_others_taken(rooms: Rooms) -> None:
    bad = BadLine(line=9, field="hash", why="not a hash in hex")
    done = await take(rooms, rows=[*rows_of(chance_hashes(2)), bad])
    assert (done.added, done.refused) == (2, 1)


async def test_a_file_without_any_entry_makes_no_list(rooms: Rooms) -> None:
    with pytest.raises(ListUnfit, match="1 refused"):
        await take(rooms, rows=[BadLine(line=1, field="hash", why="not a hash in hex")])
    with pytest.raises(UnknownList):
        await current(list_room(rooms), name=KNOWN)


async def test_a_fault_in_the_middle_leaves_nothing_behind(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK_ENTRIES_MAX", 2)
    rows = [*rows_of(chance_hashes(5)), *rows_of_terms(chance_terms(1))]
    with pytest.raises(ListUnfit):
        await take(rooms, rows=rows)
    assert await rooms.rows("SELECT FROM known_list") == []
    assert await rooms.rows("SELECT FROM list_chunk") == []
    assert await rooms.rows("SELECT FROM list_digest") == []


async def test_no_list_holds_both_hashes_and_terms(rooms: Rooms) -> None:
    await take(rooms, rows=rows_of(chance_hashes(1)))
    with pytest.raises(ListUnfit, match="no list holds both"):
        await take(rooms, rows=rows_of_terms(chance_terms(1)))


async def test_a_dry_run_tells_what_would_be_and_changes_nothing(rooms: Rooms) -> None:
    await rooms.caller()
    asked = Asked(name=KNOWN, family=Family.HASHES, account=Account(by="a test"), dry_run=True)
    done = await importing.take(list_room(rooms), asked=asked, rows=rows_of(chance_hashes(3)))
    assert (done.added, done.dry_run) == (3, True)
    assert await rooms.rows("SELECT FROM known_list") == []
    assert await rooms.rows("SELECT FROM ledger_leaf WHERE fact_type LIKE 'list.%%'") == []


async def test_each_change_is_a_version_and_a_leaf_that_tells_no_entry(rooms: Rooms) -> None:
    await take(rooms, rows=rows_of(chance_hashes(3)))
    ((content, kind),) = await rooms.rows(
        "SELECT content, fact_type FROM ledger_leaf WHERE fact_type LIKE 'list.%%'"
    )
    assert kind == "list.imported"
    assert json.loads(bytes(content))["projection"] == {
        "list": "known",
        "version": 1,
        "added": 3,
        "withdrawn": 0,
        "refused": 0,
    }
    (told,) = await register.history(list_room(rooms), name=KNOWN)
    assert (told.change, told.said["by"], told.said["reason"]) == ("imported", "a test", "to see")


async def test_terms_keep_form_language_and_tags(rooms: Rooms) -> None:
    word, other = chance_terms(2)
    await take(rooms, rows=rows_of_terms([word, f"{word} {other}"]))
    found = (await current(list_room(rooms), name=KNOWN)).terms
    assert [(each.entry, each.text, each.form) for each in found if each.entry] == [
        (1, word, "word"),
        (2, f"{word} {other}", "phrase"),
    ]


async def test_tags_are_told_entry_by_entry(rooms: Rooms) -> None:
    first, second = chance_hashes(2)
    await take(rooms, rows=[*rows_of([first], tags=("a", "b")), *rows_of([second])])
    column = (await current(list_room(rooms), name=KNOWN)).hashes[Kind.PDQ]
    tags = {
        entry: column.tags[place]
        for entry, place in zip(column.entries.tolist(), column.tags_of.tolist(), strict=True)
    }
    assert tags == {CANARY_ENTRY: (), 1: ("a", "b"), 2: ()}


async def test_lists_of_another_tenant_are_not_seen(rooms: Rooms) -> None:
    other = ListName(tenant="other", service="main", name="known")
    await take(rooms, rows=rows_of(chance_hashes(1)))
    await take(rooms, rows=rows_of(chance_hashes(2, seed=2)), name=other)
    assert len(hashes_in(await current(list_room(rooms), name=KNOWN))) == 1
    for table in ("known_list", "list_version", "list_chunk", "list_digest"):
        assert await rooms.rows(f"SELECT tenant FROM {table}", tenant="nobody") == []
        seen = await rooms.rows(f"SELECT DISTINCT tenant FROM {table}", tenant="other")
        assert seen == [("other",)]


async def test_a_list_needs_a_service_that_is_there(rooms: Rooms) -> None:
    nowhere = ListName(tenant="main", service="nowhere", name="known")
    asked = Asked(name=nowhere, family=Family.HASHES, account=Account(by="a test"))
    with pytest.raises(ListUnfit, match="token create"):
        await importing.take(list_room(rooms), asked=asked, rows=rows_of(chance_hashes(1)))


async def test_two_kinds_in_one_line_are_two_entries(rooms: Rooms) -> None:
    (pdq,), (md5,) = (
        rows_of(chance_hashes(1)),
        rows_of(chance_hashes(1, kind=Kind.MD5), kind=Kind.MD5),
    )
    await take(rooms, rows=[Row(line=1, entries=(*pdq.entries, *md5.entries))])
    snapshot = await current(list_room(rooms), name=KNOWN)
    assert np.concatenate([column.entries for column in snapshot.hashes.values()]).size == 4


async def test_a_snapshot_that_is_printed_tells_no_entry(rooms: Rooms) -> None:
    (term,) = chance_terms(1)
    await take(rooms, rows=rows_of_terms([term]))
    snapshot = await current(list_room(rooms), name=KNOWN)
    assert term in {each.text for each in snapshot.terms}
    assert term not in f"{snapshot} {snapshot!r}"
