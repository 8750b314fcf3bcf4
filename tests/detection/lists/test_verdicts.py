"""What reviewers find of matches is kept with the entry, and told to where the entry came from."""

import json
from pathlib import Path

import pytest

from tests.fixtures.exchange import ncmec_image, ncmec_page, stopncii_page, stopncii_record
from tests.fixtures.following import MD5, PDQ, followed, ncmec, stopncii, turn
from tests.fixtures.house import Rooms
from tests.fixtures.listing import KNOWN, chance_hashes, list_room, rows_of, take
from tests.fixtures.oracles import oracle
from tutela.detection.lists import verdicts
from tutela.detection.lists.changing import Account
from tutela.detection.lists.errors import UnknownEntry, UnknownList
from tutela.detection.lists.exchange.pages import Api
from tutela.detection.lists.verdicts import Judged, Verdict


async def judge(rooms: Rooms, *, entry: int, verdict: Verdict) -> None:
    judged = Judged(entry=entry, verdict=verdict, account=Account(by="a test", reason="looked"))
    await verdicts.give(list_room(rooms), name=KNOWN, judged=judged)


async def told(rooms: Rooms) -> dict[int, int]:
    """Of each judged entry how many verdicts the exchange took."""
    found = await verdicts.verdicts(list_room(rooms), name=KNOWN)
    return {each.entry: each.told for each in found}


async def test_verdicts_are_counted_by_entry_and_ledgered(rooms: Rooms) -> None:
    await take(rooms, rows=rows_of(chance_hashes(3)))
    for entry, verdict in ((1, "confirmed"), (2, "refuted"), (2, "refuted"), (2, "unclear")):
        await judge(rooms, entry=entry, verdict=Verdict(verdict))
    found = await verdicts.verdicts(list_room(rooms), name=KNOWN)
    assert [(e.entry, e.confirmed, e.refuted, e.unclear) for e in found] == [
        (2, 0, 2, 1),
        (1, 1, 0, 0),
    ]
    rows = await rooms.rows("SELECT content FROM ledger_leaf WHERE fact_type = 'list.judged'")
    assert {json.loads(bytes(content))["projection"]["verdict"] for (content,) in rows} == {
        *Verdict
    }


async def test_what_is_not_there_can_not_be_judged(rooms: Rooms) -> None:
    with pytest.raises(UnknownList):
        await judge(rooms, entry=1, verdict=Verdict.CONFIRMED)
    await take(rooms, rows=rows_of(chance_hashes(1)))
    for entry in (0, 2):
        with pytest.raises(UnknownEntry):
            await judge(rooms, entry=entry, verdict=Verdict.CONFIRMED)


async def test_stopncii_is_told_of_its_own_hashes_and_of_no_other(
    rooms: Rooms, tmp_path: Path
) -> None:
    oracle("threatexchange")
    with stopncii(stopncii_page([stopncii_record(PDQ[0])])) as stand_in:
        reader = await followed(rooms, stand_in=stand_in, api=Api.STOPNCII, tmp_path=tmp_path)
        (tmp_path / "credentials").write_text("fetch,subscription,feedback", encoding="utf-8")
        await turn(rooms, reader=reader)
        await judge(rooms, entry=1, verdict=Verdict.CONFIRMED)
        await judge(rooms, entry=2, verdict=Verdict.REFUTED)
        await judge(rooms, entry=2, verdict=Verdict.UNCLEAR)
        assert await turn(rooms, reader=reader) is None
        assert await turn(rooms, reader=reader) is None
        ((path, body),) = stand_in.posted
    assert path == "/exchange/SubmitFeedback"
    (feedback,) = json.loads(body)["hashFeedbacks"]
    assert (feedback["hashValue"], feedback["feedbackValue"]) == (PDQ[0], "NotBlocked")
    assert await told(rooms) == {1: 0, 2: 1}


async def test_ncmec_is_told_by_a_vote_on_the_members_entry(rooms: Rooms, tmp_path: Path) -> None:
    oracle("threatexchange")
    pages = (ncmec_page(ncmec_image(7, md5=MD5[0])), ncmec_page(""), ncmec_page(""))
    with ncmec(*pages) as stand_in:
        reader = await followed(rooms, stand_in=stand_in, api=Api.NCMEC, tmp_path=tmp_path)
        await turn(rooms, reader=reader)
        await judge(rooms, entry=2, verdict=Verdict.CONFIRMED)
        stand_in.manner = "deaf"
        assert await turn(rooms, reader=reader) is None
        ((path, body),) = stand_in.posted
    assert path == "/exchange/v2/entries/42/image7/MD5/feedback"
    assert b"<affirmative" in body
    assert await told(rooms) == {2: 0}
