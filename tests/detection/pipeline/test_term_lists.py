"""Terms of lists are found in content, are taken back at once, and their detector is proven."""

from datetime import timedelta

from tests.fixtures.house import Rooms
from tests.fixtures.listing import KNOWN, chance_terms, list_room, rows_of_terms, take
from tutela.detection.detectors import Item
from tutela.detection.lists import changing
from tutela.detection.lists.changing import Account
from tutela.detection.pipeline.panel import Panel
from tutela.detection.pipeline.term_lists import TermListSource
from tutela.domain.signals import Result, Signal


async def said(panel: Panel, *, text: str) -> Signal:
    ((signal,),) = await panel.look([Item(surface="post", text=text)], service="main/main")
    return signal


async def test_a_term_is_found_however_it_is_written_and_names_its_entry(rooms: Rooms) -> None:
    await rooms.caller()
    terms = chance_terms(3)
    await take(rooms, rows=rows_of_terms(terms))
    panel = Panel([TermListSource(list_room(rooms))])
    await panel.refresh()
    (match,) = (await said(panel, text=f"x {'.'.join(terms[1].upper())} y")).matches
    assert (match.list, match.entry, match.version) == (KNOWN.name, "2", 1)
    assert (await said(panel, text="nothing of it")).result is Result.NO_MATCH
    assert [each.ok for each in await panel.standings()] == [True]


async def test_a_term_that_is_taken_back_matches_no_more_and_the_rest_does(rooms: Rooms) -> None:
    await rooms.caller()
    terms = chance_terms(2)
    await take(rooms, rows=rows_of_terms(terms))
    panel = Panel([TermListSource(list_room(rooms))])
    await panel.refresh()
    before = panel.of("main/main")
    await panel.refresh()
    assert panel.of("main/main") == before
    account = Account(by="a test")
    await changing.withdraw_entries(list_room(rooms), name=KNOWN, entries=[1], account=account)
    await panel.refresh()
    assert [(await said(panel, text=term)).result for term in terms] == [
        Result.NO_MATCH,
        Result.MATCH,
    ]


async def test_a_list_of_terms_that_is_too_old_says_no_more_that_nothing_is_there(
    rooms: Rooms,
) -> None:
    await rooms.caller()
    (term,) = chance_terms(1)
    await take(rooms, rows=rows_of_terms([term]))
    panel = Panel([TermListSource(list_room(rooms))])
    rooms.clock.ahead = timedelta(days=400)
    await panel.refresh()
    clean = await said(panel, text="nothing of it")
    assert (clean.result, clean.why) == (Result.UNAVAILABLE, "list_stale")
    assert (await said(panel, text=term)).result is Result.MATCH
    assert [(each.ok, each.why) for each in await panel.standings()] == [(False, "list_stale")]
