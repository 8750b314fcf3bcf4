"""What a change of a list would come to is told before anybody agrees to it."""

from uuid import UUID

import pytest
import pytest_asyncio

from tests.fixtures.governing import person
from tests.fixtures.house import Rooms
from tests.fixtures.list_keeping import adding, asked, changing, done, keep
from tests.fixtures.listing import chance_hashes, chance_terms, list_room, rows_of, take
from tutela.access.persons import NeedsPerson
from tutela.access.roles import Forbidden
from tutela.access.tokens import Caller
from tutela.detection.lists.entries import Kind
from tutela.detection.lists.errors import ListUnfit
from tutela.detection.lists.governing import previewing
from tutela.detection.lists.governing.acts import ProposalSettled
from tutela.detection.lists.governing.asked import ListChange
from tutela.detection.lists.governing.previewing import ListPreview
from tutela.detection.sample.keeping import KeptEvent
from tutela.domain.signals import Match, Result, Signal
from tutela.domain.vocabulary import Role

FIRST, SECOND, THIRD = chance_terms(3)
Two = tuple[Caller, Caller]


@pytest_asyncio.fixture
async def two(rooms: Rooms) -> Two:
    """Two leads."""
    return await person(rooms, name="lead-1"), await person(rooms, name="lead-2")


def posted(number: int, *matches: Match, **said: object) -> KeptEvent:
    """A post as it was kept, and what was found in it."""
    event = {"type": "content", "content_id": f"post-{number}", "kind": "post", **said}
    result = Result.MATCH if matches else Result.NO_MATCH
    signal = Signal(detector="terms", result=result, matches=matches)
    return KeptEvent(event=event, signals=(signal,), basis="public_content")


def of(name: str, *, entry: int) -> Match:
    """A match of a list's entry."""
    return Match(list=name, entry=str(entry), version=1)


async def preview(rooms: Rooms, *, by: Caller, proposal_id: UUID) -> ListPreview:
    return await previewing.preview(list_room(rooms), caller=by, proposal_id=proposal_id)


async def test_terms_that_would_come_are_looked_for_in_last_weeks_content(
    rooms: Rooms, two: Two
) -> None:
    await keep(
        rooms,
        posted(1, text=f"one {FIRST}", language="de-AT"),
        posted(2, of("other", entry=7), text=f"{FIRST.upper()} and {SECOND}", language="de"),
        posted(3, text="nothing", language="en"),
        posted(4),
    )
    proposal_id = await asked(rooms, by=two[0], proposal=adding(f"{FIRST}\n{SECOND}\n{THIRD}"))
    found = await preview(rooms, by=two[1], proposal_id=proposal_id)
    assert (found.added, found.known, found.version) == (3, 0, 1)
    assert (found.events, found.matches, found.alone, found.share) == (4, 2, 1, 0.5)
    assert [(each.language, each.events, each.matches) for each in found.by_language] == [
        ("de", 2, 2),
        ("en", 1, 0),
        (None, 1, 0),
    ]
    assert [each.matches for each in found.busiest] == [2, 1]
    assert [(each.content, each.known) for each in found.examples] == [
        ("p…1 (6)", False),
        ("p…2 (6)", True),
    ]
    assert found.led_to is None
    assert not any(term in str(found) for term in (FIRST, SECOND, THIRD))


async def test_hashes_that_would_come_match_as_detectors_match_them(rooms: Rooms, two: Two) -> None:
    known, other = chance_hashes(2)
    near = bytes([known[0] ^ 1, *known[1:]])
    await keep(
        rooms,
        posted(1, hashes={"pdq": near.hex()}),
        posted(2, hashes={"pdq": other.hex()}),
        posted(3, text="no hash"),
    )
    proposal = adding(known.hex(), name="seen", kind=Kind.PDQ)
    proposal_id = await asked(rooms, by=two[0], proposal=proposal)
    found = await preview(rooms, by=two[0], proposal_id=proposal_id)
    assert (found.events, found.matches) == (3, 1)


async def test_of_entries_that_go_it_is_told_what_finds_nothing_else_and_what_they_led_to(
    rooms: Rooms, two: Two
) -> None:
    await take(rooms, rows=rows_of(chance_hashes(3)))
    await keep(
        rooms,
        posted(1, of("known", entry=1)),
        posted(2, of("known", entry=1), of("known", entry=2)),
        posted(3, of("known", entry=3)),
        posted(4, of("other", entry=1)),
    )
    proposal = changing(ListChange.WITHDRAW, name="known", numbers=(1,))
    proposal_id = await asked(rooms, by=two[0], proposal=proposal)
    found = await preview(rooms, by=two[1], proposal_id=proposal_id)
    assert (found.withdrawn, found.matches, found.alone) == (1, 2, 1)
    assert [(each.entry, each.matches) for each in found.busiest] == [("entry 1", 2)]
    assert found.led_to is not None
    assert (found.led_to.subjects, found.led_to.waiting) == (0, 0)
    whole = await asked(rooms, by=two[0], proposal=changing(ListChange.END, name="known"))
    ending = await preview(rooms, by=two[1], proposal_id=whole)
    assert (ending.matches, ending.alone) == (3, 3)


async def test_a_preview_writes_nothing_and_meets_every_refusal(rooms: Rooms, two: Two) -> None:
    before = await rooms.rows("SELECT count(*) FROM ledger_leaf")
    room = list_room(rooms)
    found = await previewing.preview_of(room, caller=two[0], asked=adding(FIRST))
    assert found.added == 1
    assert await rooms.rows("SELECT count(*) FROM known_list") == [(0,)]
    assert await rooms.rows("SELECT count(*) FROM ledger_leaf") == before
    with pytest.raises(ListUnfit):
        await previewing.preview_of(room, caller=two[0], asked=adding("\x07x"))
    auditor = await person(rooms, name="auditor-1", role=Role.AUDITOR)
    with pytest.raises(Forbidden):
        await previewing.preview_of(room, caller=auditor, asked=adding(FIRST))
    with pytest.raises(NeedsPerson):
        await previewing.preview_of(room, caller=await rooms.caller(Role.LEAD), asked=adding(FIRST))


async def test_what_is_settled_has_no_preview(rooms: Rooms, two: Two) -> None:
    await done(rooms, by=two, proposal=adding(FIRST))
    ((proposal_id,),) = await rooms.rows("SELECT id FROM list_proposal")
    with pytest.raises(ProposalSettled):
        await preview(rooms, by=two[0], proposal_id=proposal_id)


async def test_what_could_not_be_looked_at_is_unknown_and_no_match(rooms: Rooms, two: Two) -> None:
    await take(rooms, rows=rows_of(chance_hashes(3)))
    off = Signal(detector="hashes", result=Result.UNAVAILABLE, why="list_stale")
    unknown = KeptEvent(event={"content_id": "post-1"}, signals=(off,), basis="public_content")
    await keep(rooms, unknown, posted(2, of("known", entry=1)), posted(3))
    proposal = changing(ListChange.WITHDRAW, name="known", numbers=(1,))
    found = await previewing.preview_of(list_room(rooms), caller=two[0], asked=proposal)
    assert (found.events, found.matches, found.unavailable) == (3, 1, 1)
