"""Whoever watches is told of surfaces: by status, checks, doctor and figures, and never a value."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from tests.fixtures.house import Rooms
from tests.fixtures.surfaces import (
    SERVICE,
    Publishing,
    probes_at,
    simulated,
    small_world,
    write_probes,
)
from tutela import app
from tutela.cli.findings import Mark
from tutela.cli.guard_findings import of_surfaces
from tutela.database.pool import every_tenant_transaction
from tutela.drills.surfaces.asking import NobodyAsked
from tutela.guard.asking import Surface
from tutela.guard.propagation.configured import Probes
from tutela.guard.propagation.judging import SurfaceState
from tutela.guard.propagation.keeping import Book, forget_others
from tutela.guard.propagation.rounds import Rounds
from tutela.guard.propagation.standing import SurfaceStanding, surfaces_in
from tutela.reconciliation import reconcile
from tutela.reconciliation.status import status
from tutela.reconciliation.viewing import Viewer
from tutela.settings import Settings
from tutela.web.metrics import SurfaceFigures


@pytest.fixture
def published() -> Publishing:
    found = Publishing(small_world())
    found.publish()
    return found


async def asked_once(rooms: Rooms, *, published: Publishing) -> None:
    """One round, a minute after a surface lost its guard, while another one is down."""
    published.now = rooms.clock.now() - timedelta(seconds=90)
    published.stuck = {Surface.SEARCH}
    published.publish()
    published.guards[Surface.SEARCH] = NobodyAsked()
    clock = rooms.clock.now
    async with simulated(published.world, published=published) as (probes, probe):
        down = msgspec.structs.replace(probes.surface[2], url="http://127.0.0.1:9/{value}")
        surfaces = (*probes.surface[:2], down, *probes.surface[3:])
        rounds = Rounds(
            probes=msgspec.structs.replace(probes, surface=surfaces),
            probe=probe,
            holdings=published,
            book=Book(
                pool=rooms.pool,
                keys=rooms.keys,
                clock=clock,
                chance=os.urandom,
                period_seconds=20.0,
            ),
            clock=clock,
            chance=os.urandom,
        )
        await rounds.turn()


async def standing(rooms: Rooms) -> dict[str, SurfaceStanding]:
    async with every_tenant_transaction(rooms.pool) as connection:
        found = await surfaces_in(connection, now=rooms.clock.now(), service=SERVICE)
    return {each.name: each for each in found}


async def test_whoever_watches_is_told_which_surface_leaks_lags_or_is_away(
    rooms: Rooms, published: Publishing, tmp_path: Path
) -> None:
    await asked_once(rooms, published=published)
    now = rooms.clock.now()
    found = await standing(rooms)
    assert {name: each.state for name, each in found.items() if not each.ok} == {
        "search": SurfaceState.LAGGING,
        "hashtag": SurfaceState.UNAVAILABLE,
    }
    assert found["search"].leaks > 2
    report = await reconcile.reconcile(rooms.pool, now=now, limits=app.limits_at_rest())
    faults = {each.check: [one.id for one in each.found] for each in report.faults}
    assert faults["guard_lagging"] == ["search"]
    assert faults["guard_unseen"] == ["hashtag"]
    assert len(faults["guard_leaks"]) == found["search"].leaks
    assert not reconcile.is_lost(report)
    for with_ids in (True, False):
        viewer = Viewer(tenant="main", service="main", with_ids=with_ids)
        told = await status(rooms.pool, viewer=viewer, now=now, canary_seconds_max=1e9)
        assert not told.ok
        assert any(each.findings for each in told.guard_surfaces) is with_ids
        assert {each.name: each.leaks for each in told.guard_surfaces}["search"] > 2
        written = msgspec.json.encode(told).decode()
        assert not any(each.value in written for each in published.snapshot.texts)
    settings = Settings(guard_probes=write_probes(tmp_path, probes=_probes(published)))
    doctor = await of_surfaces(rooms.pool, settings=settings)
    assert doctor.mark is Mark.FAIL
    assert "main/main search: lagging, " in doctor.detail
    assert "main/main hashtag: unavailable (no answer: ConnectError)" in doctor.detail
    registry = CollectorRegistry()
    registry.register(SurfaceFigures(list(found.values())))
    figures = generate_latest(registry).decode()
    assert 'tutela_guard_surfaces{state="lagging"} 1.0' in figures
    assert f'tutela_guard_findings{{kind="leak"}} {found["search"].leaks}.0' in figures


async def test_a_surface_that_nobody_asks_any_more_is_silent_and_never_well(
    rooms: Rooms, published: Publishing, tmp_path: Path
) -> None:
    await asked_once(rooms, published=published)
    rooms.clock.ahead += timedelta(seconds=61)
    found = await standing(rooms)
    assert all(each.silent and not each.ok for each in found.values())
    assert "not asked lately" in found["typeahead"].told
    await forget_others(rooms.pool, services=[SERVICE], now=rooms.clock.now())
    assert await standing(rooms)
    await forget_others(rooms.pool, services=(), now=rooms.clock.now())
    assert await standing(rooms) == {}
    settings = Settings(guard_probes=write_probes(tmp_path, probes=_probes(published)))
    doctor = await of_surfaces(rooms.pool, settings=settings)
    assert (doctor.mark, doctor.detail.split(";")[0]) == (Mark.WARN, "0 of 5 asked")
    bad = replace(settings, guard_probes=tmp_path / "none.toml")
    assert (await of_surfaces(rooms.pool, settings=bad)).mark is Mark.FAIL
    assert (await of_surfaces(rooms.pool, settings=Settings())).mark is Mark.OK


def _probes(published: Publishing) -> Probes:
    return probes_at("http://127.0.0.1:9", world=published.world)
