"""Calls of the tests about searches: as people of several roles."""

import json
from collections.abc import Sequence
from typing import Any

import httpx

from tests.fixtures.governing import token_of
from tests.fixtures.networking import room_of
from tests.fixtures.site import Site
from tutela.domain.vocabulary import Mark, Role
from tutela.networks.stored.running import work_off

RUNS, CASES = "/v1/networks/runs", "/v1/networks/cases"


async def call(
    web: Site, *, to: str, role: Role = Role.LEAD, mark: Mark = Mark.REAL, **said: object
) -> httpx.Response:
    """The answer to `METHOD /path`, called by a person of the role."""
    method, path = to.split(" ")
    token = await token_of(web.house, name=f"p-{role}", role=role, mark=mark)
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    body = json.dumps(said).encode() if method == "POST" else None
    return await web.client.request(method, path, content=body, headers=headers)


async def told(web: Site, *, to: str, role: Role = Role.LEAD, **said: object) -> dict[str, Any]:
    """What a call says that must succeed."""
    answer = await call(web, to=to, role=role, mark=Mark.REAL, **said)
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


async def searched(
    web: Site, *, seeds: Sequence[str] = (), mark: Mark = Mark.REAL
) -> dict[str, Any]:
    """A search from the seeds, or from decided accounts, after a worker did it."""
    asked = await call(web, to=f"POST {RUNS}", mark=mark, reason="x", seeds=seeds)
    assert asked.status_code == 201, asked.text
    assert await work_off(room_of(web)) == 1
    shown = await call(web, to=f"GET {RUNS}/{asked.json()['id']}", mark=mark)
    found: dict[str, Any] = shown.json()
    return found


async def leads_of(
    web: Site, *, run: dict[str, Any], role: Role = Role.LEAD
) -> list[dict[str, Any]]:
    """All leads of a search, as the role sees them."""
    leads: list[dict[str, Any]] = (
        await told(web, to=f"GET {RUNS}/{run['id']}/leads?limit=200", role=role)
    )["leads"]
    return leads
