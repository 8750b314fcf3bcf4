"""Exchanges over loopback: what they say is taken, what they take back goes, by whole pages."""

import logging
import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fixtures.exchange import (
    ncmec_deleted,
    ncmec_image,
    ncmec_page,
    standing_in,
    stopncii_page,
    stopncii_record,
)
from tests.fixtures.following import MD5, PDQ, SHA1, followed, ncmec, opened, stopncii, turn
from tests.fixtures.house import Rooms
from tests.fixtures.listing import KNOWN, chance_hashes, list_room, rows_of, take
from tests.fixtures.oracles import oracle
from tutela.app import limits_at_rest
from tutela.detection.lists import changing
from tutela.detection.lists.changing import Account
from tutela.detection.lists.entries import Kind
from tutela.detection.lists.errors import ListUnfit
from tutela.detection.lists.exchange import following
from tutela.detection.lists.exchange.following import Exchange, Following
from tutela.detection.lists.exchange.pages import Api, ExchangeFailed, Failure
from tutela.detection.lists.register import ListState, standing_of
from tutela.detection.lists.snapshots import current
from tutela.reconciliation.reconcile import reconcile

oracle("threatexchange")

from tutela.detection.lists.exchange.guarding import (  # noqa: E402 - needs the extra
    Limits,
    session_to,
    told_apart,
)


async def listed(rooms: Rooms, *, kind: Kind = Kind.PDQ) -> set[str]:
    """What the exchange brought that is looked for now."""
    snapshot = await current(list_room(rooms), name=KNOWN)
    column = snapshot.hashes.get(kind)
    values = set() if column is None else {value.tobytes().hex() for value in column.values}
    return values & {*PDQ, *MD5, *SHA1}


async def test_what_stopncii_lists_is_taken_page_by_page_and_again_from_its_time(
    rooms: Rooms, tmp_path: Path
) -> None:
    first = stopncii_page([stopncii_record(PDQ[0]), stopncii_record("zz")], following="1")
    video = stopncii_record(MD5[0], signalType="VideoMD5", caseNumbers=[])
    last = stopncii_page([stopncii_record(PDQ[1]), video])
    with stopncii(first, last) as stand_in:
        reader = await followed(rooms, stand_in=stand_in, api=Api.STOPNCII, tmp_path=tmp_path)
        assert await turn(rooms, reader=reader) is None
        assert await listed(rooms) == set(PDQ[:2])
        assert await listed(rooms, kind=Kind.MD5) == {MD5[0]}
        assert await turn(rooms, reader=reader) is None
        starts = [asked["startTimestamp"] for _, asked in stand_in.asked]
        assert starts == ["10", "10", "1790000000", "1790000000"]
        assert stand_in.headers[0]["x-functions-key"] == "name:pass"
        assert stand_in.headers[0]["Ocp-Apim-Subscription-Key"] == "word"


@pytest.mark.parametrize("state", ["Withdrawn", "Deleted"])
async def test_a_hash_that_a_person_withdrew_at_stopncii_stops_matching(
    rooms: Rooms, tmp_path: Path, state: str
) -> None:
    gone = stopncii_record(PDQ[0], hashStatus=state, lastModtimestamp=1_785_000_000)
    back = stopncii_record(PDQ[0], lastModtimestamp=1_786_000_000)
    pages = [stopncii_page([stopncii_record(PDQ[0]), stopncii_record(PDQ[1])])]
    with standing_in(lambda *_, **__: (200, pages[-1])) as stand_in:
        reader = await followed(rooms, stand_in=stand_in, api=Api.STOPNCII, tmp_path=tmp_path)
        await turn(rooms, reader=reader)
        pages.append(stopncii_page([gone]))
        await turn(rooms, reader=reader)
        assert await listed(rooms) == {PDQ[1]}
        pages.append(stopncii_page([back]))
        await turn(rooms, reader=reader)
        assert await listed(rooms) == set(PDQ[:2])


async def test_what_a_person_of_the_house_withdrew_no_exchange_brings_back(
    rooms: Rooms, tmp_path: Path
) -> None:
    with stopncii(stopncii_page([stopncii_record(PDQ[0])])) as stand_in:
        reader = await followed(rooms, stand_in=stand_in, api=Api.STOPNCII, tmp_path=tmp_path)
        await turn(rooms, reader=reader)
        me = Account(by="a test")
        await changing.withdraw_entries(list_room(rooms), name=KNOWN, entries=[2], account=me)
        assert await turn(rooms, reader=reader) is None
        assert await listed(rooms) == set()


async def test_ncmec_gives_md5_and_sha1_of_pictures_too(rooms: Rooms, tmp_path: Path) -> None:
    image = ncmec_image(1, md5=MD5[0], sha1=SHA1[0], pdq=PDQ[0], pdna="1,2,3")
    with ncmec(ncmec_page(image)) as stand_in:
        reader = await followed(rooms, stand_in=stand_in, api=Api.NCMEC, tmp_path=tmp_path)
        assert await turn(rooms, reader=reader) is None
    for kind, value in ((Kind.MD5, MD5[0]), (Kind.SHA1, SHA1[0]), (Kind.PDQ, PDQ[0])):
        assert await listed(rooms, kind=kind) == {value}
    column = (await current(list_room(rooms), name=KNOWN)).hashes[Kind.MD5]
    assert column.tags[column.tags_of[1]] == ("A1", "image")


async def test_what_ncmec_deletes_stops_matching_and_another_members_stays(
    rooms: Rooms, tmp_path: Path
) -> None:
    both = ncmec_image(1, md5=MD5[0]) + ncmec_image(1, member=43, md5=MD5[0])
    one, other = ncmec_page(ncmec_deleted(1)), ncmec_page(ncmec_deleted(1, member=43))
    with ncmec(ncmec_page(both), one, other) as stand_in:
        reader = await followed(rooms, stand_in=stand_in, api=Api.NCMEC, tmp_path=tmp_path)
        seen = []
        for _ in range(3):
            await turn(rooms, reader=reader)
            seen.append(await listed(rooms, kind=Kind.MD5))
        assert seen == [{MD5[0]}, {MD5[0]}, set()]


async def test_ncmec_is_asked_in_utc_wherever_the_machine_stands(
    rooms: Rooms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        with ncmec(ncmec_page(""), ncmec_page("")) as stand_in:
            reader = await followed(rooms, stand_in=stand_in, api=Api.NCMEC, tmp_path=tmp_path)
            await turn(rooms, reader=reader)
            now = rooms.clock.now()
            await turn(rooms, reader=reader)
    finally:
        monkeypatch.undo()
        time.tzset()
    (_, first), (_, second) = stand_in.asked
    assert first["from"] == "1970-01-01T00:00:00Z"
    assert first["to"][:16] == f"{now:%Y-%m-%dT%H:%M}"
    assert second["from"][:16] == f"{now - timedelta(minutes=5):%Y-%m-%dT%H:%M}"


async def test_a_reading_of_ncmec_that_broke_off_goes_on_at_its_page(
    rooms: Rooms, tmp_path: Path
) -> None:
    following_page = "/v2/entries?from=x&amp;to=y&amp;start=5&amp;size=1000&amp;max=9"
    first = ncmec_page(ncmec_image(1, pdq=PDQ[0]), following=following_page)
    last = ncmec_page(ncmec_image(2, pdq=PDQ[1]))
    with ncmec(first, b"<broken", last) as stand_in:
        reader = await followed(rooms, stand_in=stand_in, api=Api.NCMEC, tmp_path=tmp_path)
        assert await turn(rooms, reader=reader) == Failure.HALF_PAGE
        assert await listed(rooms) == {PDQ[0]}
        assert await turn(rooms, reader=reader) is None
        assert await listed(rooms) == set(PDQ[:2])
        assert [asked.get("start") for _, asked in stand_in.asked] == [None, "5", "5"]


@pytest.mark.parametrize(
    ("manner", "failure"),
    [
        ("half", Failure.HALF_PAGE),
        ("slow", Failure.SLOW),
        ("silent", Failure.SLOW),
    ],
)
@pytest.mark.parametrize("api", list(Api))
async def test_an_exchange_that_is_slow_or_breaks_off_changes_nothing_and_is_red(
    rooms: Rooms, tmp_path: Path, manner: str, failure: Failure, api: Api
) -> None:
    page = stopncii_page([stopncii_record(PDQ[0])])
    if api is Api.NCMEC:
        page = ncmec_page(ncmec_image(1, pdq=PDQ[0]))
    with standing_in(lambda *_, **__: (200, page)) as stand_in:
        stand_in.manner = manner
        reader = await followed(rooms, stand_in=stand_in, api=api, tmp_path=tmp_path)
        assert await turn(rooms, reader=reader) == failure
        assert stand_in.sent < len(page)
        assert await listed(rooms) == set()
        stand_in.manner = "whole"
        assert await turn(rooms, reader=reader) is None
        assert await listed(rooms) == {PDQ[0]}


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (500, b"no", Failure.REFUSED),
        (401, b"no", Failure.REFUSED),
        (302, b"", Failure.REFUSED),
        (200, b"", Failure.HALF_PAGE),
        (200, b'{"count": 1, "hasMoreRecords": false, "nextSetTimestamp": 5}', Failure.HALF_PAGE),
        (200, stopncii_page([stopncii_record(PDQ[0])])[:-30], Failure.HALF_PAGE),
        (200, stopncii_page([], following="1"), Failure.HALF_PAGE),
    ],
)
async def test_an_answer_that_makes_no_sense_changes_nothing(
    rooms: Rooms, tmp_path: Path, status: int, body: bytes, failure: Failure
) -> None:
    with standing_in(lambda *_, **__: (status, body)) as stand_in:
        reader = await followed(rooms, stand_in=stand_in, api=Api.STOPNCII, tmp_path=tmp_path)
        assert await turn(rooms, reader=reader) == failure
        assert await listed(rooms) == set()
        assert {path for path, _ in stand_in.asked} == {"/exchange/FetchHashes"}


async def test_an_exchange_that_is_down_makes_its_list_stale_in_the_end(
    rooms: Rooms, tmp_path: Path
) -> None:
    with stopncii(stopncii_page([])) as stand_in:
        reader = await followed(rooms, stand_in=stand_in, api=Api.STOPNCII, tmp_path=tmp_path)
        assert await turn(rooms, reader=reader) is None
    assert await turn(rooms, reader=reader) == Failure.AWAY
    rooms.clock.ahead += timedelta(days=1)
    standing = await standing_of(rooms.pool, name=KNOWN, now=rooms.clock.now())
    assert standing.standing is ListState.STALE


async def test_a_failed_exchange_alarms_and_the_alarm_ends_with_it(
    rooms: Rooms, tmp_path: Path
) -> None:
    with stopncii(stopncii_page([])) as stand_in:
        reader = await followed(rooms, stand_in=stand_in, api=Api.STOPNCII, tmp_path=tmp_path)
        for manner, alarms in (("half", {"exchange_failed"}), ("whole", set())):
            stand_in.manner = manner
            await turn(rooms, reader=reader)
            report = await reconcile(rooms.pool, now=rooms.clock.now(), limits=limits_at_rest())
            assert {fault.check for fault in report.faults} & {"exchange_failed"} == alarms


async def test_nothing_leaves_the_house_but_to_hosts_that_it_was_told(
    rooms: Rooms, tmp_path: Path
) -> None:
    with stopncii(stopncii_page([stopncii_record(PDQ[0])])) as stand_in:
        await followed(rooms, stand_in=stand_in, api=Api.STOPNCII, tmp_path=tmp_path)
        nowhere = Following(list_room(rooms), hosts=frozenset(), opener=opened)
        assert await turn(rooms, reader=nowhere) == Failure.NOT_ALLOWED
        assert stand_in.asked == []


async def test_a_session_reaches_what_lies_under_its_url_alone() -> None:
    session = session_to("http://127.0.0.1:8/exchange", limits=Limits())
    for url in ("http://127.0.0.1:80/exchange/x", "http://127.0.0.1:8/other", "https://127.0.0.1"):
        with pytest.raises(ExchangeFailed, match="not_allowed"), told_apart():
            session.get(url)


async def test_an_exchange_wants_https_and_a_list_of_hashes(rooms: Rooms, tmp_path: Path) -> None:
    await take(rooms, rows=rows_of(chance_hashes(1)))
    exchange = Exchange(api=Api.NCMEC, url="http://example.org/x", credentials_file=tmp_path / "c")
    with pytest.raises(ListUnfit, match="https"):
        await following.follow(list_room(rooms), name=KNOWN, exchange=exchange)


async def test_no_entry_of_an_exchange_is_logged_whatever_it_sends(
    rooms: Rooms,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    odd = stopncii_record(PDQ[0], signalType="SomethingNew")
    with (
        stopncii(stopncii_page([odd, stopncii_record(PDQ[1])])) as stand_in,
        caplog.at_level(logging.DEBUG),
    ):
        reader = await followed(rooms, stand_in=stand_in, api=Api.STOPNCII, tmp_path=tmp_path)
        assert await turn(rooms, reader=reader) is None
    with ncmec(ncmec_page(ncmec_image(1, pdq=PDQ[2])).replace(b"image1", b"")) as (stand_in):
        reader = await followed(rooms, stand_in=stand_in, api=Api.NCMEC, tmp_path=tmp_path)
        assert await turn(rooms, reader=reader) == Failure.HALF_PAGE
    assert await listed(rooms) == {PDQ[1]}
    said = caplog.text + "".join(capfd.readouterr())
    assert [value for value in PDQ if value in said] == []
