"""The simulated platform's four surfaces over HTTP: unguarded they lead to what is planted."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import httpx
import pytest

from tutela.drills.surfaces.adapters import Surfaces
from tutela.drills.surfaces.asking import Asking, ExactList, GuardUnreached, NobodyAsked
from tutela.drills.surfaces.home import first_page
from tutela.drills.surfaces.listing import snapshot_of
from tutela.drills.surfaces.serving import SurfacesSite
from tutela.drills.surfaces.world import Size, World, make_world
from tutela.drills.wire import serving
from tutela.guard.asking import GuardAnswer, GuardAsked, Surface

AT = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(Size(), seed=6)


class Unreached:
    async def ask(self, surface: Surface, *, asked: GuardAsked) -> GuardAnswer:
        raise GuardUnreached


@asynccontextmanager
async def site(world: World, *, guard: Asking) -> AsyncIterator[httpx.AsyncClient]:
    surfaces = Surfaces(world.platform, guards=dict.fromkeys(Surface, guard))
    async with (
        serving(SurfacesSite(surfaces, home=first_page(world)).take) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as client,
    ):
        yield client


async def shown(client: httpx.AsyncClient, *, path: str, **asked: str) -> list[str]:
    page = (await client.get(path, params=asked)).json()
    return [each["value"] for each in page["results"]]


async def test_without_a_guard_every_surface_leads_to_what_is_planted(world: World) -> None:
    tag, query = world.vocabulary.planted_tags[0], world.vocabulary.planted_queries[0]
    async with site(world, guard=NobodyAsked()) as client:
        assert await shown(client, path="/search", q=query)
        assert query in await shown(client, path="/typeahead", q=query[:5])
        assert await shown(client, path=f"/tags/{quote(tag)}")
        assert await shown(client, path="/recommendations", topic=tag)
        members = world.planted.networks["network-0"]
        led = {
            each
            for one in members
            for each in await shown(client, path="/recommendations", viewer=one)
        }
    assert led & set(members)
    assert led & world.planted.minors


async def test_a_blocked_query_is_a_page_without_results_on_every_surface(world: World) -> None:
    guard = ExactList(snapshot_of(world, version=1, at=AT))
    tag, query = world.vocabulary.planted_tags[0], world.vocabulary.planted_queries[0]
    async with site(world, guard=guard) as client:
        pages = [
            (await client.get("/search", params={"q": query})).json(),
            (await client.get("/typeahead", params={"q": query})).json(),
            (await client.get(f"/tags/{quote(tag)}")).json(),
            (await client.get("/recommendations", params={"topic": tag})).json(),
        ]
        state = (await client.get("/state")).json()["told"]
    assert [(page["blocked"], page["results"], page["related"]) for page in pages] == [
        (True, [], [])
    ] * 4
    assert {each["surface"] for each in state if each["verdict"] == "block"} == set(Surface)


async def test_a_demoted_account_is_found_by_name_and_never_recommended(world: World) -> None:
    demoted = min(world.planted.demoted_accounts)
    guard = ExactList(snapshot_of(world, version=1, at=AT))
    async with site(world, guard=guard) as client:
        assert await shown(client, path="/search", q=demoted) == [demoted]
        assert await shown(client, path="/recommendations", like=demoted) == []


async def test_every_link_of_the_first_page_leads_to_a_page(world: World) -> None:
    async with site(world, guard=NobodyAsked()) as client:
        links = re.findall(r'href="([^"]+)"', (await client.get("/")).text)
        pages = [(await client.get(html.unescape(each))).json() for each in links]
    assert len({urlsplit(each).path for each in links}) > len(Surface)
    assert all(page["results"] for page in pages)


async def test_what_the_guard_could_not_be_asked_about_is_not_shown(world: World) -> None:
    async with site(world, guard=Unreached()) as client:
        statuses = [
            (await client.get(path, params=asked)).status_code
            for path, asked in (
                ("/search", {"q": world.vocabulary.queries[0]}),
                ("/typeahead", {"q": world.vocabulary.queries[0]}),
                (f"/tags/{world.vocabulary.tags[0]}", {}),
                ("/recommendations", {"viewer": "account-1"}),
                ("/nowhere", {}),
            )
        ]
    assert statuses == [503, 503, 503, 503, 404]


def test_the_same_seed_makes_the_same_world() -> None:
    small = Size(accounts=40, tags=16, queries=16)
    first, again, other = (make_world(small, seed=seed) for seed in (1, 1, 2))
    assert first.platform.posts == again.platform.posts
    assert first.planted == again.planted
    assert first.platform.posts != other.platform.posts
