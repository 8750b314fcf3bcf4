"""The simulated platform beside a real `tutela up`: two people list, and four surfaces shut."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.fixtures.service import RunningTutela, until
from tutela.cli.attachment import attached, house_of
from tutela.cli.demo_surfaces import (
    SurfacesProcess,
    demo_world,
    engage,
    planted_entries,
    surfaces_process,
)
from tutela.cli.options import Where
from tutela.drills.surfaces.connecting import Connection
from tutela.drills.surfaces.world import World

TENANT = "surfaces"


@pytest.fixture(scope="module")
def world() -> World:
    return demo_world()


@contextmanager
def connected(
    service: RunningTutela, *, world: World, folder: Path
) -> Iterator[tuple[SurfacesProcess, httpx.Client]]:
    with (
        surfaces_process(folder) as process,
        httpx.Client(base_url=process.url, timeout=30.0, trust_env=False) as client,
    ):
        assert client.get("/search", params={"q": world.vocabulary.tags[0]}).status_code == 503
        process.connect(asyncio.run(_engaged(service, world=world)))
        yield process, client


async def _engaged(service: RunningTutela, *, world: World) -> Connection:
    where = Where(data=service.data_folder, keys=service.key_folder)
    with attached(where) as attachment:
        async with house_of(attachment) as house:
            entries = planted_entries(world)
            return await engage(house, url=service.base_url, entries=entries, tenant=TENANT)


def test_four_surfaces_shut_by_the_word_of_two_people(
    running_tutela: RunningTutela, world: World, tmp_path: Path
) -> None:
    running_tutela.token(tenant=TENANT, service=TENANT)
    listed = world.vocabulary.planted_tags[0]
    asked = [
        ("/search", {"q": listed}),
        ("/typeahead", {"q": listed}),
        (f"/tags/{quote(listed)}", {"country": "DE", "language": "de"}),
        ("/recommendations", {"topic": listed}),
    ]
    with connected(running_tutela, world=world, folder=tmp_path) as (_, client):

        def blocked() -> bool:
            answers = [client.get(path, params=given) for path, given in asked]
            return all(each.status_code == 200 and each.json()["blocked"] for each in answers)

        until(blocked, what="every surface to block what is listed")
        pages = [client.get(path, params=given).json() for path, given in asked]
        ordinary = client.get("/search", params={"q": world.vocabulary.tags[0]}).json()
        member = world.planted.networks["network-0"][0]
        led = client.get("/recommendations", params={"viewer": member}).json()["results"]
    assert [page["results"] for page in pages] == [[]] * 4
    assert [bool(page["help"]) for page in pages] == [True, True, True, False]
    assert (ordinary["blocked"], bool(ordinary["results"])) == (False, True)
    assert led
    assert not {each["value"] for each in led} & world.planted.minors
