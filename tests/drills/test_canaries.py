"""Canaries on the whole site, without a network: every route from the door to the proof."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.drops.drop import QUIET
from tests.fixtures.house import Rooms
from tests.fixtures.site import Site
from tutela.domain.vocabulary import Channel, Mark, Role
from tutela.drills.canaries import Canaries
from tutela.drills.proving import proves
from tutela.reconciliation.reconcile import reconcile
from tutela.reconciliation.status import status
from tutela.reconciliation.viewing import Viewer

PERIOD_SECONDS = 60.0
DOORS = ("activitypub", "api", "batch", "coop", "form", "osprey", "xrpc")
WATCHED = replace(QUIET, doors=DOORS, canary_seconds_max=120, inclusion_seconds=10**6)


@pytest_asyncio.fixture
async def canaries(web: Site) -> AsyncIterator[Canaries]:
    house = web.house
    yield Canaries(
        house.pool,
        keys=house.keys,
        client=web.client,
        clock=house.clock.now,
        chance=os.urandom,
    )


async def _through(canaries: Canaries, *, house: Rooms) -> None:
    await canaries.open()
    await canaries.round(period_seconds=PERIOD_SECONDS)
    await house.sequencer.sequence_all()
    await canaries.round(period_seconds=PERIOD_SECONDS)


async def _stations(house: Rooms) -> list[tuple[Any, ...]]:
    return await house.rows(
        "SELECT channel, door, accepted_at IS NOT NULL, claimed_at IS NOT NULL,"
        " answered_at IS NOT NULL, told_at IS NOT NULL, proven_at IS NOT NULL, fault"
        " FROM canary ORDER BY channel, door"
    )


async def test_a_probe_travels_every_route_to_its_proof(web: Site, canaries: Canaries) -> None:
    await web.new_token(channels=(Channel.USER, Channel.HOTLINE))
    await _through(canaries, house=web.house)
    assert await _stations(web.house) == [
        (channel, door, True, True, True, True, True, None)
        for channel in ("hotline", "user")
        for door in DOORS
    ]


async def test_probes_are_outside_every_figure_and_every_reviewer_s_sight(
    web: Site, canaries: Canaries
) -> None:
    house = web.house
    await web.new_token()
    await canaries.open()
    await canaries.round(period_seconds=PERIOD_SECONDS)
    report = await reconcile(house.pool, now=house.clock.now(), limits=QUIET)
    assert (report.received, report.totals) == (0, [])
    lead = await web.new_token(Role.LEAD)
    claimed = await web.client.post(
        "/v1/cases/claim",
        content=b"{}",
        headers={"authorization": f"Bearer {lead}", "content-type": "application/json"},
    )
    assert claimed.status_code == httpx.codes.NO_CONTENT
    viewer = Viewer(tenant="main", service="main", with_ids=True)
    shown = await status(house.pool, viewer=viewer, now=house.clock.now(), canary_seconds_max=120)
    assert shown.queue.open == 0


async def test_no_body_can_carry_a_mark(web: Site) -> None:
    notice = {
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "subjects": [{"kind": "content", "id": "p"}],
        "mark": "canary",
    }
    response = await web.post("/v1/notices", body=notice)
    assert response.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert response.json()["errors"] == [{"pointer": "/mark", "message": "unknown field"}]


async def test_a_real_notice_about_a_probe_s_subject_has_its_own_case(rooms: Rooms) -> None:
    probe = await rooms.caller(mark=Mark.CANARY)
    person = await rooms.caller()
    subject = [{"kind": "content", "id": "same"}]
    await rooms.take(probe, subjects=subject)
    await rooms.take(person, subjects=subject)
    assert await rooms.rows("SELECT mark FROM case_file ORDER BY mark") == [("canary",), ("real",)]


@pytest.mark.parametrize("dead", ["intake", "review", "ledger", "receipts"])
async def test_a_broken_station_is_named_within_two_periods(
    web: Site, canaries: Canaries, dead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = web.house
    await web.new_token()
    await _break(web, dead=dead, monkeypatch=monkeypatch)
    await canaries.open()
    await canaries.round(period_seconds=PERIOD_SECONDS)
    if dead != "ledger":
        await house.sequencer.sequence_all()
    await canaries.round(period_seconds=PERIOD_SECONDS)
    later = house.clock.now() + timedelta(seconds=2 * PERIOD_SECONDS + 1)
    report = await reconcile(house.pool, now=later, limits=WATCHED)
    lost = next(fault for fault in report.faults if fault.check == "canary_lost")
    words = {
        "intake": "at the door: status 503",
        "review": "never reached a reviewer",
        "ledger": "no inclusion proof",
        "receipts": "on the way: status 503",
    }
    assert {found.detail.partition(": ")[2] for found in lost.found} == {words[dead]}
    assert lost.count == len(DOORS)


async def test_a_route_that_nobody_probes_is_named(web: Site) -> None:
    house = web.house
    await web.new_token()
    soon = house.clock.now() + timedelta(seconds=60)
    late = house.clock.now() + timedelta(seconds=121)
    assert (await reconcile(house.pool, now=soon, limits=WATCHED)).faults == []
    report = await reconcile(house.pool, now=late, limits=WATCHED)
    assert {(fault.check, fault.count) for fault in report.faults} == {
        ("canary_silent", len(DOORS))
    }


async def test_a_route_that_came_back_is_well_again(
    web: Site, canaries: Canaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = web.house
    await web.new_token()
    with monkeypatch.context() as broken:
        await _break(web, dead="intake", monkeypatch=broken)
        await canaries.open()
        await canaries.round(period_seconds=PERIOD_SECONDS)
    house.clock.ahead = timedelta(seconds=PERIOD_SECONDS + 1)
    await _through(canaries, house=house)
    later = house.clock.now() + timedelta(seconds=PERIOD_SECONDS)
    assert (await reconcile(house.pool, now=later, limits=WATCHED)).faults == []


async def test_a_forged_proof_proves_nothing(web: Site, canaries: Canaries) -> None:
    house = web.house
    await web.new_token()
    await _through(canaries, house=house)
    ((leaf_hash,),) = await house.rows("SELECT leaf_hash FROM canary WHERE door = 'api'")
    told = (await web.client.get(f"/v1/ledger/proof/{leaf_hash.hex()}")).json()
    assert proves(told, leaf_hash=leaf_hash, public_key=house.keys.public_key)
    forged = {**told, "head": {**told["head"], "root": "00" * 32}}
    assert not proves(forged, leaf_hash=leaf_hash, public_key=house.keys.public_key)


_PATHS = {
    "intake": ("/v1/notices", "/xrpc", "/report", "/api/v1/report", "/osprey", "/activitypub"),
    "review": ("/v1/cases/claim",),
    "ledger": (),
    "receipts": ("/v1/receipts",),
}


async def _break(web: Site, *, dead: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A station answers 503, as a proxy in front of a dead process does."""
    whole = web.client._transport  # noqa: SLF001 - the wire itself is cut, nothing of ours

    async def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith(_PATHS[dead]):
            return httpx.Response(503, request=request)
        return await whole.handle_async_request(request)

    monkeypatch.setattr(web.client, "_transport", httpx.MockTransport(handle))
