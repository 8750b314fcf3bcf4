"""A ring in what the platform told is found from three of its accounts, over the real door."""

import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest_asyncio

from tests.fixtures.governing import token_of
from tests.fixtures.networking import RING, SEEDS, edges, room_of, told
from tests.fixtures.site import Site
from tutela.domain.vocabulary import Role
from tutela.networks.stored.running import work_off


@pytest_asyncio.fixture
async def ring(web: Site) -> Site:
    """The site after the platform told of a ring."""
    await told(web, pairs=edges())
    return web


async def call(web: Site, *, call: str, role: Role = Role.LEAD, **said: object) -> httpx.Response:
    method, path = call.split(" ")
    token = await token_of(web.house, name=f"p-{role}", role=role)
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    body = json.dumps(said).encode() if method == "POST" else None
    return await web.client.request(method, path, content=body, headers=headers)


async def searched(web: Site, *, seeds: Sequence[str]) -> dict[str, Any]:
    asked = await call(web, call="POST /v1/networks/runs", reason="x", seeds=seeds)
    assert asked.status_code == 201, asked.text
    assert await work_off(room_of(web)) == 1
    shown = await call(web, call=f"GET /v1/networks/runs/{asked.json()['id']}")
    found: dict[str, Any] = shown.json()
    return found


async def leads_of(web: Site, *, run: str, role: Role = Role.LEAD) -> list[dict[str, Any]]:
    shown = await call(web, call=f"GET /v1/networks/runs/{run}/leads?limit=200", role=role)
    assert shown.status_code == 200, shown.text
    leads: list[dict[str, Any]] = shown.json()["leads"]
    return leads


async def test_a_ring_is_found_from_three_of_its_accounts_in_what_the_platform_told(
    ring: Site,
) -> None:
    run = await searched(ring, seeds=SEEDS)
    assert (run["state"], run["seeds"], run["why"]) == ("done", 3, None)
    leads = await leads_of(ring, run=run["id"])
    assert [each["rank"] for each in leads] == list(range(1, len(leads) + 1))
    first = {each["account_id"] for each in leads[: len(RING) - 3]}
    assert first == set(RING) - set(SEEDS)
