"""Rounds over the simulated platform's surfaces, over HTTP: what holds, leaks, lags or is away."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.fixtures.house import Rooms
from tests.fixtures.surfaces import SERVICE, Publishing, simulated, small_world
from tutela.drills.surfaces.asking import GuardUnreached, NobodyAsked
from tutela.drills.surfaces.world import World
from tutela.guard.asking import GuardAnswer, GuardAsked, Surface
from tutela.guard.propagation.judging import FindingKind, SurfaceSeen, SurfaceState
from tutela.guard.propagation.keeping import Book
from tutela.guard.propagation.looking import Spelling
from tutela.guard.propagation.rounds import Rounds

NAMES = ("search", "typeahead", "hashtag", "topics", "for-you")


@pytest.fixture(scope="module")
def world() -> World:
    return small_world()


@pytest.fixture
def published(world: World) -> Publishing:
    platform = Publishing(world)
    platform.publish()
    return platform


class Unreached:
    async def ask(self, surface: Surface, *, asked: GuardAsked) -> GuardAnswer:
        raise GuardUnreached


@asynccontextmanager
async def asked(rooms: Rooms, *, published: Publishing) -> AsyncIterator[Rounds]:
    async with simulated(published.world, published=published) as (probes, probe):
        yield Rounds(
            probes=probes,
            probe=probe,
            holdings=published,
            book=Book(
                pool=rooms.pool,
                keys=rooms.keys,
                clock=lambda: published.now,
                chance=os.urandom,
                period_seconds=20.0,
            ),
            clock=lambda: published.now,
            chance=os.urandom,
        )


def states(seen: list[SurfaceSeen]) -> dict[str, SurfaceState]:
    return {each.name: each.state for each in seen}


async def test_surfaces_that_serve_the_newest_version_are_clean(
    rooms: Rooms, published: Publishing
) -> None:
    async with asked(rooms, published=published) as rounds:
        seen = await rounds.turn()
    assert tuple(each.name for each in seen) == NAMES
    assert states(seen) == {
        **dict.fromkeys(NAMES, SurfaceState.CURRENT),
        "for-you": SurfaceState.UNVERSIONED,
    }
    assert all(each.is_well and not each.findings and each.asked > 5 for each in seen)
    assert {each.version for each in seen} == {1, None}


async def test_a_surface_without_a_guard_leaks_by_the_name_of_each_entry(
    rooms: Rooms, published: Publishing, caplog: pytest.LogCaptureFixture
) -> None:
    published.guards[Surface.SEARCH] = NobodyAsked()
    published.guards[Surface.RECOMMENDATION] = NobodyAsked()
    async with asked(rooms, published=published) as rounds:
        search, *others, topics, for_you = await rounds.turn()
    leaked = {each.what for each in search.findings if each.spelling is Spelling.OWN}
    texts = published.snapshot.texts
    assert {each for each in leaked if each.startswith("entry-")} >= {
        f"entry-{n}" for n, each in enumerate(texts) if " " in each.value
    }
    assert {each.kind for each in search.findings} == {FindingKind.LEAK}
    assert search.state is SurfaceState.BEHIND, "without a guard no canary is blocked"
    assert search.version == 0
    assert not any(each.findings for each in others)
    assert topics.findings
    assert {each.spelling for each in for_you.findings} == {Spelling.RESULT}
    written = await rooms.rows("SELECT what FROM guard_finding")
    values = {each.value for each in texts}
    assert not any(what in values for (what,) in written)
    assert not any(value in caplog.text for value in values)


async def test_a_surface_that_answers_nothing_is_unavailable_and_never_clean(
    rooms: Rooms, published: Publishing
) -> None:
    published.guards[Surface.HASHTAG] = Unreached()
    async with asked(rooms, published=published) as rounds:
        seen = {each.name: each for each in await rounds.turn()}
    hashtag = seen["hashtag"]
    assert hashtag.state is SurfaceState.UNAVAILABLE
    assert hashtag.why == "answered 503"
    assert hashtag.unanswered == hashtag.asked
    assert not hashtag.is_well
    assert seen["search"].is_well


async def test_what_leaked_stays_open_until_it_was_asked_again_and_held(
    rooms: Rooms, published: Publishing
) -> None:
    async with asked(rooms, published=published) as rounds:
        guarded = published.guards[Surface.SEARCH]
        published.guards[Surface.SEARCH] = NobodyAsked()
        await rounds.turn()
        published.guards[Surface.SEARCH] = Unreached()
        await rounds.turn()
        still = await rooms.rows("SELECT count(*) FROM guard_finding WHERE ended_at IS NULL")
        published.guards[Surface.SEARCH] = guarded
        await rounds.turn()
    assert still[0][0] > 3
    assert await rooms.rows("SELECT what FROM guard_finding WHERE ended_at IS NULL") == []
    leaves = await rooms.rows(
        "SELECT fact_type, count(*) FROM ledger_leaf WHERE fact_type LIKE 'guard.%%' GROUP BY 1"
    )
    counted = dict(leaves)
    assert counted["guard.finding_opened"] == counted["guard.finding_ended"] == still[0][0]
    assert counted["guard.surface_changed"] == len(NAMES) + 2


async def test_a_surface_that_blocks_what_nobody_listed_is_named_with_its_controls(
    rooms: Rooms, published: Publishing
) -> None:
    published.publish(shut=[Surface.TYPEAHEAD])
    shut = published.guards[Surface.TYPEAHEAD]
    published.publish()
    published.guards[Surface.TYPEAHEAD] = shut
    async with asked(rooms, published=published) as rounds:
        early = {each.name: each for each in await rounds.turn()}["typeahead"]
        published.pass_time(61)
        found = {each.name: each for each in await rounds.turn()}["typeahead"]
    assert (early.state, early.version, early.findings) == (SurfaceState.BEHIND, None, ())
    assert (found.state, found.version) == (SurfaceState.LAGGING, None)
    assert {each.what for each in found.findings} == {f"control {n}" for n in range(1, 5)}
    assert {each.kind for each in found.findings} == {FindingKind.OVER_BLOCKED}


async def test_a_surface_asked_no_more_is_forgotten_with_what_it_did(
    rooms: Rooms, published: Publishing
) -> None:
    published.guards[Surface.SEARCH] = NobodyAsked()
    async with asked(rooms, published=published) as rounds:
        await rounds.turn()
        seen = [each for each in await rounds.turn() if each.name != "search"]
        await rounds.book.write(SERVICE, seen=seen, before=await rounds.book.before(SERVICE))
    assert await rooms.rows("SELECT name FROM guard_surface WHERE name = 'search'") == []
    assert await rooms.rows("SELECT what FROM guard_finding WHERE ended_at IS NULL") == []


async def test_the_emergency_switch_holds_everywhere_and_back_and_who_lags_is_named(
    rooms: Rooms, published: Publishing
) -> None:
    async with asked(rooms, published=published) as rounds:
        published.stuck = {Surface.HASHTAG}
        published.publish(shut=Surface)
        published.pass_time(10)
        shut = {each.name: each for each in await rounds.turn()}
        assert not any(each.findings for each in shut.values())
        assert shut["hashtag"].state is SurfaceState.BEHIND
        assert shut["search"].state is SurfaceState.CURRENT
        published.pass_time(51)
        late = {each.name: each for each in await rounds.turn()}["hashtag"]
        assert (late.state, late.version, late.lag_seconds) == (SurfaceState.LAGGING, 1, 61.0)
        assert late.why == "it serves an older version"
        assert {each.kind for each in late.findings} == {FindingKind.LEAK}
        published.stuck = {Surface.TYPEAHEAD}
        published.publish()
        back = {each.name: each for each in await rounds.turn()}
        assert {each.name for each in back.values() if each.why} == {"typeahead"}
        published.pass_time(61)
        late = {each.name: each for each in await rounds.turn()}["typeahead"]
        assert (late.state, late.version, late.lag_seconds) == (SurfaceState.LAGGING, None, 61.0)
        published.stuck = set()
        published.publish()
        assert all(each.is_well for each in await rounds.turn())


async def test_a_surface_lags_however_fast_versions_are_published(
    rooms: Rooms, published: Publishing
) -> None:
    published.stuck = {Surface.SEARCH}
    for _ in range(62):
        published.pass_time(1)
        published.publish()
    async with asked(rooms, published=published) as rounds:
        search = (await rounds.turn())[0]
    assert (search.state, search.version, search.newest) == (SurfaceState.LAGGING, 1, 63)
    assert search.lag_seconds == 61.0
