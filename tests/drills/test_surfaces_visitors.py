"""The platform's people: what they use is told, and who is shut out gathers under another tag."""

import random
from collections.abc import Callable
from datetime import datetime

import httpx
import pytest

from tests.drills.test_surfaces import AT, site
from tests.fixtures.site import Site
from tutela.drills.surfaces.asking import Asking, ExactList, NobodyAsked
from tutela.drills.surfaces.listing import snapshot_of
from tutela.drills.surfaces.visitors import Visitors
from tutela.drills.surfaces.world import Size, World, make_world

SMALL = Size(accounts=40, tags=16, queries=16, planted_tags=2, planted_queries=2, confirmed=4)
VISITS = 60


async def visited(
    world: World, *, guard: Asking, clock: Callable[[], datetime] = lambda: AT
) -> Visitors:
    async with site(world, guard=guard) as client:
        visitors = Visitors(world, surfaces=client, chance=random.Random(6), clock=clock)
        for _ in range(VISITS):
            await visitors.visit()
    return visitors


async def test_what_people_use_is_taken_and_waits_while_the_server_is_away(web: Site) -> None:
    world, clock = make_world(SMALL, seed=6), web.house.clock.now
    visitors = await visited(world, guard=NobodyAsked(), clock=clock)
    token = await web.token()
    async with httpx.AsyncClient(base_url="http://127.0.0.1:1", trust_env=False) as away:
        assert await visitors.tell(away, token=token) == 0
    assert await visitors.tell(web.client, token=token) >= VISITS
    assert await visitors.tell(web.client, token=token) == 0
    ((uses,),) = await web.house.rows("SELECT count(*) FROM guard_use")
    assert uses > 0


@pytest.mark.parametrize("is_guarded", [True, False])
async def test_who_is_shut_out_gathers_under_another_tag(*, is_guarded: bool) -> None:
    world = make_world(SMALL, seed=6)
    guard = ExactList(snapshot_of(world, version=1, at=AT)) if is_guarded else NobodyAsked()
    visitors = await visited(world, guard=guard)
    assert bool(world.platform.tags.posts(visitors.replacement)) is is_guarded
