"""Content is looked at as it comes: signals are kept, cases opened, nothing unknown is clean."""

import itertools
import json
from datetime import timedelta
from typing import Any, Literal

import httpx
import pytest
import pytest_asyncio

from tests.decisions.test_confirming import tell
from tests.fixtures.detectors import LISTED, Given, Tokens, detection_on, panel_of
from tests.fixtures.site import Site, site_on
from tutela.access.tokens import Caller
from tutela.app.detecting import case_opener
from tutela.detection.pipeline.panel import Panel
from tutela.detection.pipeline.room import DetectionRoom
from tutela.detection.pipeline.standings import EVERYBODY
from tutela.detection.pipeline.working import forget_expired, work_off
from tutela.domain.canonical import timestamp
from tutela.domain.vocabulary import Role
from tutela.law.detection import REGISTER

numbers = itertools.count(1)


class Platform:
    """A site with a detector of tokens, and what its workers do when they are told to."""

    def __init__(self, web: Site, *, detector: Tokens, room: DetectionRoom) -> None:
        self.web, self.detector, self.room = web, detector, room

    async def post(self, text: str | None = None, **changed: object) -> dict[str, Any]:
        """What is said of an event about a new piece of public content."""
        number = next(numbers)
        event = {
            "id": f"c-{number}",
            "type": "content",
            "at": timestamp(self.web.house.clock.now()),
            "visibility": "public",
            "content_id": f"post-{number}",
            "account_id": "a-1",
            "kind": "post",
            **({} if text is None else {"text": text}),
            **changed,
        }
        (said,) = await tell(self.web, event)
        return said

    async def looks(self) -> list[tuple[str, str | None, str | None]]:
        """Result, reason and basis of every look, in the order in which they were."""
        return await self.web.house.rows("SELECT result, why, basis FROM content_look ORDER BY id")

    async def work(self) -> int:
        return await work_off(self.room, open_case=case_opener(self.web.house.intake))

    async def cases(self) -> list[tuple[str, str, str, int]]:
        """Family, lane, channel and items of each case."""
        return await self.web.house.rows(
            "SELECT c.family, c.lane::text, n.channel, count(*)::int FROM case_file c"
            " JOIN item i ON i.case_id = c.id JOIN notice n ON n.id = i.notice_id"
            " GROUP BY c.id, c.family, c.lane, n.channel"
        )


@pytest_asyncio.fixture
async def platform(web: Site) -> Platform:
    detector = Tokens()
    room = detection_on(web.house, panel=await panel_of(detector))
    web.client = client_on(web, room=room)
    return Platform(web, detector=detector, room=room)


def client_on(web: Site, *, room: DetectionRoom) -> httpx.AsyncClient:
    application = site_on(web.house, refusals=web.refusals, looking=room)
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://tutela")


async def test_a_match_opens_one_case_for_a_person_and_the_ledger_knows(
    platform: Platform,
) -> None:
    assert (await platform.post(f"x {LISTED}"))["status"] == "accepted"
    await platform.post("nothing")
    assert await platform.looks() == [
        ("match", None, "public_content"),
        ("no_match", None, "public_content"),
    ]
    assert await platform.cases() == []
    assert await platform.work() == 1
    assert await platform.cases() == [("child_safety", "child_safety", "automated", 1)]
    assert await platform.work() == 0
    facts = await platform.web.house.rows(
        "SELECT convert_from(content, 'UTF8')::json -> 'projection' FROM ledger_leaf"
        " WHERE fact_type = 'content.matched'"
    )
    assert facts == [
        (
            {
                "basis": "public_content",
                "lists": ["t-list"],
                "mark": "real",
                "matches": 1,
                "visibility": "public",
            },
        )
    ]
    body: Any = await platform.web.sealed_body()
    assert "list t-list, entry e-3a, version 1" in body["explanation"]
    assert "no person has seen it" in body["explanation"]


async def test_the_same_finding_is_one_notice_and_another_entry_raises_the_case(
    platform: Platform,
) -> None:
    for text in (LISTED, f"again {LISTED}", f"{LISTED} tok-canary"):
        await platform.post(text, content_id="post-x")
    await platform.work()
    assert await platform.cases() == [("child_safety", "child_safety", "automated", 2)]


async def test_a_reviewer_sees_what_detectors_said_of_the_subject(platform: Platform) -> None:
    await platform.post(LISTED, content_id="post-x")
    await platform.work()
    platform.detector.broken = "raises"
    await platform.post("edited", content_id="post-x")
    ((case_id,),) = await platform.web.house.rows("SELECT id::text FROM case_file")
    token = await platform.web.token(Role.LEAD)
    headers = {"authorization": f"Bearer {token}"}
    shown = await platform.web.client.get(f"/v1/cases/{case_id}", headers=headers)
    signals = shown.json()["signals"]
    assert [(each["result"], each.get("why")) for each in signals] == [
        ("unavailable", "failed"),
        ("match", None),
    ]
    assert signals[1]["detectors"][0]["matches"] == [
        {"list": "t-list", "entry": "e-3a", "version": 1}
    ]


async def test_what_could_not_be_looked_at_is_looked_at_once_the_detector_is_back(
    platform: Platform,
) -> None:
    platform.detector.broken = "dead"
    await platform.post(f"x {LISTED}")
    assert await platform.looks() == [("unavailable", "canary_missed", "public_content")]
    assert await platform.work() == 0
    platform.detector.broken = None
    platform.web.house.clock.ahead = timedelta(minutes=1)
    assert await platform.work() == 1
    assert [result for result, _, _ in await platform.looks()] == ["unavailable", "match"]
    assert await platform.work() == 1
    assert len(await platform.cases()) == 1
    kept = await platform.web.house.rows("SELECT sealed_body FROM look_task")
    assert kept == [(None,), (None,)]


async def test_what_nobody_could_look_at_in_time_is_given_up_and_its_words_are_gone(
    platform: Platform,
) -> None:
    platform.detector.broken = "raises"
    await platform.post("x")
    platform.web.house.clock.ahead = timedelta(days=7)
    assert await platform.work() == 0
    rows = await platform.web.house.rows("SELECT dead_at IS NOT NULL, sealed_body FROM look_task")
    assert rows == [(True, None)]


@pytest.mark.parametrize("broken", [None, "dead"])
async def test_what_can_no_longer_be_read_holds_up_no_other(
    platform: Platform, broken: Literal["dead"] | None
) -> None:
    platform.detector.broken = broken
    await platform.post(f"x {LISTED}")
    await platform.post(f"y {LISTED}")
    await platform.web.house.rows(
        "UPDATE look_task SET sealed_body = sealed_body || 'x'::bytea"
        " WHERE id = (SELECT min(id::text)::uuid FROM look_task)"
    )
    platform.detector.broken = None
    platform.web.house.clock.ahead = timedelta(minutes=1)
    while await platform.work():
        pass
    assert len(await platform.cases()) == 1


async def test_a_case_that_cannot_be_opened_for_long_is_opened_all_the_same(
    platform: Platform,
) -> None:
    async def fail(body: bytes, *, caller: Caller) -> None:
        raise KeyError(caller.name, body)

    await platform.post(f"x {LISTED}")
    for days in (0, 8, 30):
        platform.web.house.clock.ahead = timedelta(days=days)
        assert await work_off(platform.room, open_case=fail) == 0
        await forget_expired(platform.room)
    platform.web.house.clock.ahead = timedelta()
    await platform.web.house.rows("UPDATE look_task SET due_at = created_at")
    assert await platform.work() == 1
    assert len(await platform.cases()) == 1


async def test_no_words_lie_in_the_database_in_clear(platform: Platform) -> None:
    await platform.post(f"tok-secret {LISTED}")
    platform.detector.broken = "raises"
    await platform.post("tok-secret")
    for table in ("content_look", "look_task", "ledger_leaf"):
        rows = await platform.web.house.rows(f"SELECT {table}::text FROM {table}")
        assert rows
        assert not any("tok-secret" in row or b"tok-secret".hex() in row for (row,) in rows)


@pytest.mark.parametrize(
    "changed",
    [{"visibility": "interpersonal"}, {"visibility": "interpersonal", "country": "DE"}],
)
async def test_a_private_message_is_kept_from_detectors_and_from_the_house(
    platform: Platform, changed: dict[str, object]
) -> None:
    await platform.post(LISTED, **changed)
    assert await platform.looks() == [("unavailable", "no_legal_basis", None)]
    assert platform.detector.looked_at == []
    assert await platform.web.house.rows("SELECT * FROM look_task") == []


async def test_what_waits_for_another_look_gets_none_once_its_basis_has_lapsed(
    web: Site,
) -> None:
    today = web.house.clock.now().date()
    text = (
        '[[basis]]\ncode = "national"\nvisibility = "interpersonal"\ncountries = ["DE"]\n'
        f'reference = "an act"\nfrom = 2020-01-01\nto = {today}\nverified = true\n'
    )
    detector = Tokens(broken="dead")
    room = detection_on(
        web.house, panel=await panel_of(detector), bases=REGISTER.read(text, file="own.toml")
    )
    web.client = client_on(web, room=room)
    platform = Platform(web, detector=detector, room=room)
    await platform.post(LISTED, visibility="interpersonal", country="DE")
    assert await platform.looks() == [("unavailable", "canary_missed", "national")]
    detector.broken = None
    detector.seen.clear()
    web.house.clock.ahead = timedelta(days=1)
    assert await platform.work() == 1
    assert (await platform.looks())[1:] == [("unavailable", "no_legal_basis", None)]
    assert detector.looked_at == []
    assert await web.house.rows("SELECT sealed_body FROM look_task") == [(None,)]


async def test_a_message_is_where_its_account_is(platform: Platform) -> None:
    platform.web.house.clock.ahead = timedelta()
    account = {"id": "a-9", "type": "account", "account_id": "a-9", "country": "DE"}
    await tell(platform.web, {**account, "at": timestamp(platform.web.house.clock.now())})
    await platform.post(LISTED, account_id="a-9", visibility="interpersonal")
    assert await platform.looks() == [("unavailable", "no_legal_basis", None)]


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"content_id": " "}, "/content_id"),
        ({"account_id": " "}, "/account_id"),
        ({"hashes": {"pdq": "x"}}, "/hashes/pdq"),
        ({"language": "!"}, "/language"),
        ({"country": "XX"}, "/country"),
        ({"kind": ""}, "/kind"),
        ({"wish": 1}, "/wish"),
    ],
)
async def test_content_that_does_not_fit_is_refused_and_may_come_again(
    platform: Platform, changed: dict[str, object], pointer: str
) -> None:
    said = await platform.post("x", id="c-0", **changed)
    assert (said["status"], [each["pointer"] for each in said["errors"]]) == ("refused", [pointer])
    assert (await platform.post("x", id="c-0"))["status"] == "accepted"
    assert len(await platform.looks()) == 1


async def test_a_process_that_has_not_read_its_detectors_yet_looks_later(web: Site) -> None:
    source = Given({EVERYBODY: [Tokens()]})
    room = detection_on(web.house, panel=Panel([source]))
    web.client = client_on(web, room=room)
    platform = Platform(web, detector=Tokens(), room=room)
    await platform.post(LISTED)
    assert await platform.looks() == [("unavailable", "starting", "public_content")]
    assert await platform.work() == 0
    await room.panel.refresh()
    assert await platform.work() == 1
    assert [result for result, _, _ in await platform.looks()] == ["unavailable", "match"]


async def test_edges_and_exposures_are_kept_under_digests_and_the_newest_edge_holds(
    platform: Platform,
) -> None:
    web = platform.web
    early, late = (timestamp(web.house.clock.now() - timedelta(hours=h)) for h in (2, 1))
    edge = {"type": "edge", "src": "acct-1", "dst": "acct-2", "kind": "follow"}
    shown = {"type": "exposure", "viewer": "acct-1", "item": "post-1", "rank": 1, "surface": "feed"}
    said = await tell(
        web,
        {"id": "e-1", "at": late, "weight": 2.0, **edge},
        {"id": "e-2", "at": early, "weight": 1.0, **edge},
        {"id": "x-1", "at": late, "arm": "a", "score": 0.5, **shown},
        {"id": "x-2", "at": late, **shown, "rank": -1},
    )
    assert [each["status"] for each in said] == ["accepted"] * 3 + ["refused"]
    assert await web.house.rows("SELECT kind, weight, visibility FROM platform_edge") == [
        ("follow", 2.0, "interpersonal")
    ]
    exposures = await web.house.rows("SELECT rank, surface, arm, score FROM platform_exposure")
    assert exposures == [(1, "feed", "a", 0.5)]
    (row,) = await web.house.rows("SELECT platform_edge::text FROM platform_edge")
    assert "acct" not in row[0]


async def test_what_was_seen_and_shown_is_forgotten_in_time(platform: Platform) -> None:
    await platform.post("x")
    await platform.post(LISTED)
    counted = (
        "SELECT (SELECT count(*) FROM content_look)::int, (SELECT count(*) FROM look_match)::int"
    )
    for days, left in ((29, (2, 1)), (31, (1, 1)), (366, (0, 0))):
        platform.web.house.clock.ahead = timedelta(days=days)
        await forget_expired(platform.room)
        assert await platform.web.house.rows(counted) == [left]


async def test_many_events_are_looked_at_in_one_look(platform: Platform) -> None:
    at = timestamp(platform.web.house.clock.now())
    event = {"type": "content", "at": at, "visibility": "public", "account_id": "a", "kind": "post"}
    lines = [
        json.dumps({**event, "id": f"m-{n}", "content_id": f"m-{n}", "text": "x"})
        for n in range(300)
    ]
    said = await tell(platform.web, *lines)
    assert {each["status"] for each in said} == {"accepted"}
    canaries = [each for each in platform.detector.seen if each.surface == "canary"]
    assert (len(platform.detector.looked_at), len(canaries)) == (300, 1)
