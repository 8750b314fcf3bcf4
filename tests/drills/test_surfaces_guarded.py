"""The simulated platform beside a real `tutela up`: two people list, and four surfaces shut."""

import asyncio
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import httpx
import pytest

from tests.fixtures.service import RunningTutela, until
from tutela.cli.attachment import attached, house_of
from tutela.cli.demo_surfaces import (
    demo_world,
    engage,
    planted_entries,
    surfaces_process,
)
from tutela.cli.options import Where
from tutela.drills.reviewers import SimulatedReviewer
from tutela.drills.surfaces.connecting import Connection
from tutela.drills.surfaces.world import World

TENANT = "surfaces"


@pytest.fixture(scope="module")
def world() -> World:
    return demo_world()


@pytest.fixture(scope="module")
def people(running_tutela: RunningTutela, world: World) -> Iterator[httpx.Client]:
    """An app of the platform's people, once two of its staff listed most of what is planted."""
    running_tutela.token(tenant=TENANT, service=TENANT)
    with (
        TemporaryDirectory() as folder,
        surfaces_process(Path(folder)) as process,
        httpx.Client(base_url=process.url, timeout=30.0, trust_env=False) as client,
    ):
        assert client.get("/search", params={"q": world.vocabulary.tags[0]}).status_code == 503
        process.connect(asyncio.run(_engaged(running_tutela, world=world)))
        yield client


async def _engaged(service: RunningTutela, *, world: World) -> Connection:
    where = Where(data=service.data_folder, keys=service.key_folder)
    with attached(where) as attachment:
        async with house_of(attachment) as house:
            entries = planted_entries(world)
            return await engage(house, url=service.base_url, entries=entries, tenant=TENANT)


def test_four_surfaces_shut_by_the_word_of_two_people(people: httpx.Client, world: World) -> None:
    listed = world.vocabulary.planted_tags[0]
    asked = [
        ("/search", {"q": listed}),
        ("/typeahead", {"q": listed}),
        (f"/tags/{quote(listed)}", {"country": "DE", "language": "de"}),
        ("/recommendations", {"topic": listed}),
    ]

    def blocked() -> bool:
        answers = [people.get(path, params=given) for path, given in asked]
        return all(each.status_code == 200 and each.json()["blocked"] for each in answers)

    until(blocked, what="every surface to block what is listed")
    pages = [people.get(path, params=given).json() for path, given in asked]
    assert [page["results"] for page in pages] == [[]] * 4
    assert [bool(page["help"]) for page in pages] == [True, True, True, False]
    assert found(people, q=world.vocabulary.tags[0])
    member = world.planted.networks["network-0"][0]
    led = shown(people, viewer=member)
    assert led
    assert not led & world.planted.minors


def test_an_account_that_a_reviewer_suspends_is_found_and_recommended_no_more(
    people: httpx.Client, running_tutela: RunningTutela, world: World
) -> None:
    ordinary = world.platform.accounts.keys() - world.planted.flagged
    viewer, account = next(
        (viewer, account)
        for viewer in sorted(ordinary)
        for account in world.platform.people.for_account(viewer)
        if account in ordinary - {viewer}
    )
    until(lambda: account in found(people, q=account), what="the account to be found")
    assert account in shown(people, viewer=viewer)
    suspend(account, service=running_tutela)
    until(lambda: account not in found(people, q=account), what="the account to be found no more")
    until(lambda: account not in shown(people, viewer=viewer), what="nobody to be led to it")
    assert not {author(each, world=world) for each in shown(people, viewer=viewer)} & {account}


def found(people: httpx.Client, *, q: str) -> set[str]:
    return {each["value"] for each in people.get("/search", params={"q": q}).json()["results"]}


def shown(people: httpx.Client, *, viewer: str) -> set[str]:
    page = people.get("/recommendations", params={"viewer": viewer}).json()
    return {each["value"] for each in page["results"]}


def author(name: str, *, world: World) -> str:
    post = world.platform.posts.get(name)
    return name if post is None else post.author


def suspend(account: str, *, service: RunningTutela) -> None:
    """A notice about the account, and a reviewer's decision."""
    notice = {
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "subjects": [{"kind": "account", "id": account}],
    }
    with service.client(service.token(tenant=TENANT, service=TENANT)) as sender:
        assert sender.post("/v1/notices", json=notice).status_code == 201
    reviewing = service.token(role="reviewer", tenant=TENANT, service=TENANT)
    with service.client(reviewing) as reviewer:
        case = reviewer.post("/v1/cases/claim", json={}).json()
        simulated = SimulatedReviewer(
            httpx.AsyncClient(), token="", chance=random.Random(6), clock=lambda: datetime.now(UTC)
        )
        acting = next(
            each for each in iter(lambda: simulated.decide(case), None) if "facts" in each
        )
        decided = reviewer.post(f"/v1/cases/{case['id']}/decisions", json=acting)
        assert decided.status_code == 201, decided.text
