"""On screens: the emergency, objections, what rises, whether it holds, who tries it out."""

import os
import re
from datetime import timedelta
from html import unescape

import httpx

from tests.fixtures.drifting import RISING, look_through, risen
from tests.fixtures.governing import (
    chance_words,
    governance_room,
    in_force,
    listed,
    person,
    tag,
    values_in_force,
)
from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tests.fixtures.surfaces import Publishing, simulated, small_world
from tutela.access.tokens import Caller
from tutela.domain.vocabulary import Role
from tutela.drills.surfaces.asking import NobodyAsked
from tutela.guard.asking import ItemKind, Surface
from tutela.guard.governance.objecting import ObjectedTo, object_to
from tutela.guard.probing import Trait
from tutela.guard.propagation.keeping import Book
from tutela.guard.propagation.rounds import Rounds
from tutela.guard.publishing.alarms import Probed, tell

GUARD = "/console/main/guard"
FIRST, SECOND = chance_words(2, seed=9)
SHUT = {"surface": "search", "mode": "shut", "hours": "2", "reason": "a flood of bad answers"}


async def lead(web: Site, *, name: str) -> httpx.AsyncClient:
    return await logged_in(web, role=Role.LEAD, name=name)


async def two_people(web: Site) -> tuple[Caller, Caller]:
    return await person(web.house, name="lead-1"), await person(web.house, name="lead-2")


async def modes(web: Site) -> list[Surface]:
    return sorted((await in_force(web.house)).modes)


async def test_a_surface_is_shut_and_opened_again_in_two_steps_each(web: Site) -> None:
    one = await lead(web, name="lead-1")
    told = await one.post(f"{GUARD}/emergency/check", data=SHUT)
    assert "Shut it now" in told.text
    assert await modes(web) == []
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', told.text))
    assert sent.pop("once")
    assert sent == SHUT
    done = await one.post(f"{GUARD}/emergency", data=sent)
    assert done.headers["location"] == f"{GUARD}/emergency"
    assert await modes(web) == [Surface.SEARCH]
    shown = (await one.get(f"{GUARD}/emergency")).text
    assert "Shut by lead-1" in shown
    assert "Opens by itself on" in shown
    told = await one.post(f"{GUARD}/emergency/check", data=SHUT | {"mode": "normal"})
    assert "Open it now" in told.text
    await one.post(f"{GUARD}/emergency", data=SHUT | {"mode": "normal"})
    assert await modes(web) == []


async def test_a_switch_thrown_badly_is_refused_and_says_where(web: Site) -> None:
    one = await lead(web, name="lead-1")
    wrongs = (("hours", "2.5"), ("hours", "1000"), ("hours", "9" * 5_000), ("reason", " "))
    for field, wrong in (*wrongs, ("surface", "x")):
        given = await one.post(f"{GUARD}/emergency", data=SHUT | {field: wrong})
        assert (given.status_code, f"/{field}" in given.text) == (422, True), (field, wrong)
    assert await modes(web) == []
    auditor = await logged_in(web, role=Role.AUDITOR)
    assert "See what that does" not in (await auditor.get(f"{GUARD}/emergency")).text


async def test_an_objection_is_decided_by_who_had_no_part_in_the_block(web: Site) -> None:
    await listed(web.house, tag(FIRST), by=await two_people(web))
    said = ObjectedTo(
        surface=Surface.HASHTAG, kind=ItemKind.TAG, value=FIRST, text="the name of our village"
    )
    app = await web.house.desk.caller(f"Bearer {await web.new_token()}")
    await object_to(governance_room(web.house), caller=app, said=said)
    one, three = await lead(web, name="lead-1"), await lead(web, name="lead-3")
    found = re.search(
        rf"{GUARD}/objections/[0-9a-f-]+", (await three.get(f"{GUARD}/objections")).text
    )
    assert found is not None
    page = (await three.get(found[0])).text
    assert FIRST in page
    assert "the name of our village" in page
    assert "another lead decides" in (await one.get(found[0])).text
    granted = {"finding": "granted", "reason": "a village is called so"}
    assert (await one.post(f"{found[0]}/decide", data=granted)).status_code == 403
    assert (await three.post(f"{found[0]}/decide", data=granted)).status_code == 303
    assert (await three.post(f"{found[0]}/decide", data=granted)).status_code == 409
    after = (await one.get(found[0])).text
    assert "Granted: what blocks is asked to be taken back" in after
    assert "somebody asks to take it back" in after
    auditor = await logged_in(web, role=Role.AUDITOR)
    assert FIRST not in (await auditor.get(found[0])).text


async def test_what_rises_is_proposed_or_dismissed_with_what_speaks_for_it(web: Site) -> None:
    await risen(web)
    await look_through(web)
    one = await lead(web, name="lead-1")
    page = (await one.get(f"{GUARD}/leads")).text
    assert RISING in page
    assert "of them had used something blocked" in page
    found = re.search(rf"{GUARD}/leads/[0-9a-f-]+", page)
    assert found is not None
    hits = await one.get(f"{found[0]}/preview", headers={"hx-request": "true"})
    assert RISING in hits.text
    assert "<html" not in hits.text
    auditor = await logged_in(web, role=Role.AUDITOR)
    assert RISING not in (await auditor.get(found[0])).text
    said = {"verdict": "block", "surfaces": "search", "reason": "the same accounts use it"}
    entry = (await one.post(f"{found[0]}/propose", data=said)).headers["location"]
    again = (await one.post(f"{found[0]}/propose", data=said)).status_code
    assert again == 409
    assert RISING in (await one.get(entry)).text
    assert "What was proposed by it" in (await one.get(found[0])).text
    assert RISING not in await values_in_force(web.house)


async def test_a_lead_that_is_dismissed_says_by_whom(web: Site) -> None:
    await risen(web)
    await look_through(web)
    one = await lead(web, name="lead-7")
    found = re.search(rf"{GUARD}/leads/[0-9a-f-]+", (await one.get(f"{GUARD}/leads")).text)
    assert found is not None
    assert (await one.post(f"{found[0]}/dismiss", data={"reason": ""})).status_code == 422
    await one.post(f"{found[0]}/dismiss", data={"reason": "a festival"})
    assert "lead-7" in (await one.get(found[0])).text
    assert RISING in (await one.get(f"{GUARD}/leads?state=dismissed")).text
    assert "Nothing rises" in (await one.get(f"{GUARD}/leads")).text


async def test_surfaces_are_shown_with_what_they_leak_and_how_far_behind(web: Site) -> None:
    one = await lead(web, name="lead-1")
    assert "Nothing was published yet" in (await one.get(f"{GUARD}/surfaces")).text
    published = Publishing(small_world())
    published.publish()
    published.now = web.house.clock.now() - timedelta(seconds=90)
    published.stuck = {Surface.SEARCH}
    published.publish()
    published.guards[Surface.SEARCH] = NobodyAsked()
    clock = web.house.clock.now
    await web.house.rows(
        "INSERT INTO guard_publication (tenant, service, version, confirmed_at)"
        " VALUES ('main', 'main', 2, %(at)s)",
        at=clock(),
    )
    async with simulated(published.world, published=published) as (probes, probe):
        book = Book(
            pool=web.house.pool,
            keys=web.house.keys,
            clock=clock,
            chance=os.urandom,
            period_seconds=20.0,
        )
        rounds = Rounds(
            probes=probes,
            probe=probe,
            holdings=published,
            book=book,
            clock=clock,
            chance=os.urandom,
        )
        await rounds.turn()
    page = unescape((await one.get(f"{GUARD}/surfaces")).text)
    assert "Look here" in page
    assert "Too far behind" in page
    assert "Shows what is blocked" in page
    assert re.search(rf"{GUARD}/entries/[0-9a-f-]+", page)
    await web.house.rows("UPDATE guard_finding SET ended_at = now()")
    await shown_green_only_where_newest(web, lead=one)


async def shown_green_only_where_newest(web: Site, *, lead: httpx.AsyncClient) -> None:
    """What is on its way to the newest list is not green, neither here nor on the first screen."""
    other = await logged_in(web, role=Role.REVIEWER)
    for state, told, seer in (
        ("behind", "Not everywhere yet", lead),
        ("current", "It holds", other),
    ):
        await web.house.rows("UPDATE guard_surface SET state = %(state)s", state=state)
        surfaces = (await lead.get(f"{GUARD}/surfaces")).text
        assert told in surfaces
        for shown in (surfaces, (await seer.get("/console/main")).text):
            is_green = '<tr class="good">' in shown
            assert is_green is (state == "current"), "green is what serves the newest list alone"


async def test_whoever_was_shut_out_wrongly_is_let_in_by_a_click(web: Site) -> None:
    one, now = await lead(web, name="lead-1"), web.house.clock.now()
    caller = await web.house.desk.caller(f"Bearer {await web.new_token()}")
    probed = Probed(
        caller=caller,
        viewer_key=os.urandom(16),
        trait=Trait.NEAR_MISS,
        at=now,
        shut_until=now + timedelta(minutes=15),
    )
    async with web.house.pool.connection() as connection:
        await connection.execute("SELECT set_config('tutela.tenant', 'main', true)")
        await tell(connection, probed=probed)
    page = (await one.get(f"{GUARD}/probing")).text
    assert "Spellings near to words that are refused" in page
    viewer = {"viewer": probed.viewer_key.hex()}
    nobody = await one.post(f"{GUARD}/probing/let-in", data={"reason": "wrote a paper"})
    both = await one.post(
        f"{GUARD}/probing/let-in", data={**viewer, "account_id": "a-1", "reason": "wrote a paper"}
    )
    assert (nobody.status_code, both.status_code) == (422, 422)
    done = await one.post(f"{GUARD}/probing/let-in", data={**viewer, "reason": "wrote a paper"})
    assert "Let in: every process" in (await one.get(done.headers["location"])).text
    assert "not now" in (await one.get(f"{GUARD}/probing")).text
