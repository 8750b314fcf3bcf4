"""A dead matcher, an old list, a source that fails: red within a period, and nothing is clean."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fixtures.detectors import Given, Tokens, detection_on
from tests.fixtures.house import Rooms
from tests.fixtures.listing import KNOWN, chance_hashes, list_room, rows_of, take
from tests.fixtures.site import Site
from tutela.access import processes, users
from tutela.access.processes import Process
from tutela.access.users import Person
from tutela.cli import findings
from tutela.cli.findings import Mark
from tutela.detection.detectors import Hashes, Item
from tutela.detection.lists.exchange import following
from tutela.detection.lists.exchange.following import Exchange, Following
from tutela.detection.lists.exchange.pages import Api
from tutela.detection.pipeline.health import write_standings
from tutela.detection.pipeline.panel import Panel
from tutela.detection.pipeline.seeing import Seen, Sight, see
from tutela.detection.pipeline.sources import FromLists
from tutela.detection.pipeline.standings import EVERYBODY, Standing
from tutela.domain.events import Visibility
from tutela.domain.vocabulary import Role
from tutela.law.detection import REGISTER, Place

PROCESS = Process(name="web-0", kind="web", pid=1)
PERIOD_SECONDS = 30.0


async def watch(rooms: Rooms, *, panel: Panel, process: Process = PROCESS) -> None:
    """One period of a process: it beats, reads its sources, and asks for every canary."""
    await processes.beat(rooms.pool, process=process)
    await panel.refresh()
    room = detection_on(rooms, panel=panel)
    await write_standings(room, process=process.name, period_seconds=PERIOD_SECONDS)


async def told(web: Site) -> list[tuple[str, bool, str | None]]:
    """What status says of detectors."""
    token = await web.token()
    answer = await web.client.get("/v1/status", headers={"authorization": f"Bearer {token}"})
    return [(each["name"], each["ok"], each["why"]) for each in answer.json()["detectors"]]


async def looked(rooms: Rooms, *, panel: Panel, item: Item) -> Seen:
    place = Place(service="main/main", surface=item.surface, visibility=Visibility.PUBLIC)
    (seen,) = await see(
        [Sight(item=item, place=place)],
        panel=panel,
        bases=REGISTER.built_in(),
        service="main/main",
        on=rooms.clock.now().date(),
    )
    return seen


@pytest.mark.parametrize(
    ("broken", "why"),
    [("raises", "failed"), ("dead", "canary_missed"), ("stale", "list_stale")],
)
async def test_a_detector_that_is_not_well_is_red_everywhere_within_a_period(
    web: Site, broken: str, why: str
) -> None:
    detector = Tokens()
    panel = Panel([Given({EVERYBODY: [detector]})])
    await watch(web.house, panel=panel)
    assert await told(web) == [("tokens", True, None)]
    assert (await findings.of_detectors(web.house.pool)).mark is Mark.OK
    detector.broken = broken
    await watch(web.house, panel=panel)
    assert await told(web) == [("tokens", False, why)]
    finding = await findings.of_detectors(web.house.pool)
    assert (finding.mark, f"tokens: {why}" in finding.detail) == (Mark.FAIL, True)
    metrics = (await web.client.get("/metrics")).text
    assert 'tutela_detectors{state="red"} 1.0' in metrics
    detector.broken = None
    await watch(web.house, panel=panel)
    assert await told(web) == [("tokens", True, None)]


async def test_the_page_for_whoever_glances_shows_what_is_red(web: Site) -> None:
    await watch(web.house, panel=Panel([Given({EVERYBODY: [Tokens(broken="dead")]})]))
    person = Person(tenant="main", name="p", role=Role.LEAD)
    await users.add(web.house.pool, person=person, password="a long enough password")
    form = {"name": "p", "password": "a long enough password", "tenant": "main"}
    await web.client.post("/login", data=form)
    page = (await web.client.get("/console/main/live")).text
    assert "tokens" in page
    assert "canary_missed" in page


async def test_one_process_of_two_that_finds_it_red_is_enough(web: Site) -> None:
    await watch(web.house, panel=Panel([Given({EVERYBODY: [Tokens()]})]))
    other = replace(PROCESS, name="web-1", pid=2)
    broken = Panel([Given({EVERYBODY: [Tokens(broken="dead")]})])
    await watch(web.house, panel=broken, process=other)
    assert await told(web) == [("tokens", False, "canary_missed")]


async def test_a_process_that_says_nothing_more_of_a_detector_is_red(web: Site) -> None:
    await watch(web.house, panel=Panel([Given({EVERYBODY: [Tokens()]})]))
    web.house.clock.ahead = timedelta(seconds=4 * PERIOD_SECONDS)
    assert await told(web) == [("tokens", False, "silent")]


async def test_a_detector_that_is_gone_is_not_missed_and_an_ended_process_neither(
    web: Site,
) -> None:
    source = Given({EVERYBODY: [Tokens()]})
    panel = Panel([source])
    await watch(web.house, panel=panel)
    source.found = {}
    await watch(web.house, panel=panel)
    assert await told(web) == []
    source.found = {EVERYBODY: [Tokens(broken="dead")]}
    await watch(web.house, panel=panel)
    await processes.end_beat(web.house.pool, process=PROCESS)
    assert await told(web) == []


async def test_what_a_source_says_of_an_exchange_is_red_and_another_tenants_is_not_shown(
    web: Site,
) -> None:
    said = [
        Standing(name="exchange x", ok=False, why="exchange_down", service="main/main"),
        Standing(name="exchange y", ok=False, why="exchange_down", service="other/main"),
        Standing(name="exchange z", ok=False, service="main/second"),
    ]
    await watch(web.house, panel=Panel([Given({}, said=said)]))
    assert await told(web) == [("exchange x", False, "exchange_down")]
    assert "exchange y" in (await findings.of_detectors(web.house.pool)).detail


async def test_a_source_that_can_not_be_read_is_red(web: Site) -> None:
    source = Given({}, away=True)
    await watch(web.house, panel=Panel([source]))
    assert await told(web) == [("given", False, "unread")]


async def test_a_list_in_use_finds_its_entries_and_says_so_once_it_is_too_old(web: Site) -> None:
    rooms = web.house
    await rooms.caller()
    known, unknown = chance_hashes(2)
    await take(rooms, rows=rows_of([known], tags=("t",)))
    panel = Panel([FromLists(list_room(rooms))])
    await watch(rooms, panel=panel)
    assert await told(web) == [("hashes", True, None), (f"list {KNOWN.name}", True, None)]

    async def of(value: bytes) -> tuple[str, str | None]:
        item = Item(surface="upload", hashes=Hashes(pdq=value.hex()))
        seen = await looked(rooms, panel=panel, item=item)
        return seen.result, seen.why

    assert [await of(known), await of(unknown)] == [("match", None), ("no_match", None)]
    rooms.clock.ahead = timedelta(days=32)
    await watch(rooms, panel=panel)
    assert [await of(known), await of(unknown)] == [
        ("match", None),
        ("unavailable", "list_stale"),
    ]
    assert await told(web) == [
        ("hashes", False, "list_stale"),
        (f"list {KNOWN.name}", False, "list_stale"),
    ]


async def test_while_an_exchange_fails_what_is_on_no_list_is_unknown_and_red(
    web: Site, tmp_path: Path
) -> None:
    rooms = web.house
    await rooms.caller()
    known, unknown = chance_hashes(2)
    await take(rooms, rows=rows_of([known]))
    panel = Panel([FromLists(list_room(rooms))])
    exchange = Exchange(
        api=Api.NCMEC, url="https://exchange.example", credentials_file=tmp_path / "none"
    )
    await following.follow(list_room(rooms), name=KNOWN, exchange=exchange)

    async def of(value: bytes) -> tuple[str, str | None]:
        item = Item(surface="upload", hashes=Hashes(pdq=value.hex()))
        seen = await looked(rooms, panel=panel, item=item)
        return seen.result, seen.why

    await watch(rooms, panel=panel)
    assert [await of(known), await of(unknown)] == [("match", None), ("no_match", None)]
    reader = Following(list_room(rooms), hosts=frozenset())
    assert await reader.turn() == 1
    await watch(rooms, panel=panel)
    before = panel.of("main/main")
    await watch(rooms, panel=panel)
    assert panel.of("main/main") == before
    ((_, why),) = [await of(unknown)]
    assert await of(known) == ("match", None)
    assert str(why).startswith("exchange_")
    assert await told(web) == [
        (f"exchange of {KNOWN.name}", False, why),
        ("hashes", False, why),
        (f"list {KNOWN.name}", True, None),
    ]


async def test_no_hash_of_a_list_lies_in_what_is_kept_of_looks_and_standings(web: Site) -> None:
    rooms = web.house
    await rooms.caller()
    (known,) = chance_hashes(1)
    await take(rooms, rows=rows_of([known]))
    await watch(rooms, panel=Panel([FromLists(list_room(rooms))]))
    rows = await rooms.rows("SELECT detector_standing::text FROM detector_standing")
    assert rows
    assert not any(known.hex() in row for (row,) in rows)
