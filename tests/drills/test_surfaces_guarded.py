"""The simulated platform beside a real `tutela up`: two people list, and four surfaces shut."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from tests.fixtures.service import RunningTutela, until
from tutela.access import users
from tutela.access.tokens import Grant, create
from tutela.access.users import Person
from tutela.cli.attachment import attached, house_of
from tutela.cli.demo_surfaces import (
    demo_world,
    engage,
    planted_entries,
    surfaces_process,
)
from tutela.cli.options import Where
from tutela.domain.vocabulary import Channel, Role
from tutela.drills.reviewers import SimulatedReviewer
from tutela.drills.surfaces.connecting import Connection
from tutela.drills.surfaces.world import World

TENANT = "surfaces"


@pytest.fixture(scope="module")
def world() -> World:
    return demo_world()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A platform's app, and clients of its service for whoever speaks to it."""

    people: httpx.Client
    sender: httpx.Client
    reviewer: httpx.Client
    lead: httpx.Client

    def page(self, path: str, **given: str) -> dict[str, Any]:
        """What the app shows."""
        found: list[httpx.Response] = []

        def is_served() -> bool:
            found.append(self.people.get(path, params=given))
            return found[-1].status_code == httpx.codes.OK

        until(is_served, what=f"a page of {path}")
        page: dict[str, Any] = found[-1].json()
        return page

    def values(self, path: str, **given: str) -> set[str]:
        """The posts and accounts of a page."""
        return {each["value"] for each in self.page(path, **given)["results"]}


@pytest.fixture(scope="module")
def scene(running_tutela: RunningTutela, world: World) -> Iterator[Scene]:
    """The surfaces, once two people listed most of what is planted."""
    reviewer = running_tutela.token(role="reviewer", tenant=TENANT, service=TENANT)
    with (
        TemporaryDirectory() as folder,
        surfaces_process(Path(folder)) as process,
        httpx.Client(base_url=process.url, timeout=30.0, trust_env=False) as people,
        ExitStack() as stack,
    ):
        assert people.get("/search", params={"q": world.vocabulary.tags[0]}).status_code == 503
        known, lead = asyncio.run(_engaged(running_tutela, world=world))
        process.connect(known)
        sender, reviewing, leading = (
            stack.enter_context(running_tutela.client(token))
            for token in (known.service_token, reviewer, lead)
        )
        yield Scene(people=people, sender=sender, reviewer=reviewing, lead=leading)


async def _engaged(service: RunningTutela, *, world: World) -> tuple[Connection, str]:
    """What the surfaces are told, and the token of a lead."""
    where = Where(data=service.data_folder, keys=service.key_folder)
    with attached(where) as attachment:
        async with house_of(attachment) as house:
            entries = planted_entries(world)
            known = await engage(house, url=service.base_url, entries=entries, tenant=TENANT)
            lead = Person(tenant=TENANT, name="on-duty", role=Role.LEAD)
            await users.add(house.pool, person=lead, password="a made-up password")
            grant = Grant(
                tenant=TENANT,
                service=TENANT,
                name="t",
                role=lead.role,
                channels=(Channel.USER,),
                person=lead.name,
            )
            token = await create(house.pool, grant=grant, now=house.clock(), chance=house.chance)
            return known, token


def test_four_surfaces_shut_by_the_word_of_two_people(scene: Scene, world: World) -> None:
    listed = world.vocabulary.planted_tags[0]
    asked = on_every_surface(tag=listed, typed=listed)

    def pages() -> list[dict[str, Any]]:
        return [scene.page(path, country="DE", language="de", **given) for path, given in asked]

    until(lambda: all(each["blocked"] for each in pages()), what="every surface to block it")
    assert [page["results"] for page in pages()] == [[]] * 4
    assert [bool(page["help"]) for page in pages()] == [True, True, True, False]
    assert scene.values("/search", q=world.vocabulary.tags[0])
    led = scene.values("/recommendations", viewer=world.planted.networks["network-0"][0])
    assert led
    assert not led & world.planted.minors


def test_an_account_that_a_reviewer_suspends_is_found_and_recommended_no_more(
    scene: Scene, world: World
) -> None:
    ordinary = world.platform.accounts.keys() - world.planted.flagged
    viewer, account = next(
        (viewer, account)
        for viewer in sorted(ordinary)
        for account in world.platform.people.for_account(viewer)
        if account in ordinary - {viewer}
    )

    def found() -> bool:
        return account in scene.values("/search", q=account)

    until(found, what="the account to be found")
    assert account in scene.values("/recommendations", viewer=viewer)
    suspend(account, scene=scene)
    until(lambda: not found(), what="the account to be found no more")

    def led() -> set[str]:
        shown = scene.values("/recommendations", viewer=viewer)
        return {author(each, world=world) for each in shown}

    until(lambda: account not in led(), what="nobody to be led to it")


def test_one_lead_shuts_every_surface_for_everything_and_opens_it_again(
    scene: Scene, world: World
) -> None:
    words = world.vocabulary
    asked = on_every_surface(tag=words.tags[0], typed=words.queries[0])

    def answered() -> list[tuple[bool, bool]]:
        pages = [scene.page(path, **given) for path, given in asked]
        return [(page["blocked"], bool(page["results"])) for page in pages]

    until(lambda: answered() == [(False, True)] * 4, what="four surfaces that show what is asked")
    switch(scene, mode="shut")
    until(lambda: answered() == [(True, False)] * 4, what="four surfaces that show nothing")
    switch(scene, mode="normal")
    until(lambda: answered() == [(False, True)] * 4, what="four surfaces that show it again")


def on_every_surface(*, tag: str, typed: str) -> list[tuple[str, dict[str, str]]]:
    return [
        ("/search", {"q": tag}),
        ("/typeahead", {"q": typed}),
        (f"/tags/{tag}", {}),
        ("/recommendations", {"topic": tag}),
    ]


def switch(scene: Scene, *, mode: str) -> None:
    body = {"surface": "all", "mode": mode, "reason": "a drill"}
    thrown = scene.lead.post("/v1/guard/switch", json=body)
    assert thrown.status_code == 200, thrown.text


def author(name: str, *, world: World) -> str:
    post = world.platform.posts.get(name)
    return name if post is None else post.author


def suspend(account: str, *, scene: Scene) -> None:
    """A notice about the account, and a reviewer's decision."""
    notice = {
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "subjects": [{"kind": "account", "id": account}],
    }
    assert scene.sender.post("/v1/notices", json=notice).status_code == 201
    case = scene.reviewer.post("/v1/cases/claim", json={}).json()
    simulated = SimulatedReviewer(
        httpx.AsyncClient(), token="", chance=random.Random(6), clock=lambda: datetime.now(UTC)
    )
    acting = next(each for each in iter(lambda: simulated.decide(case), None) if "facts" in each)
    decided = scene.reviewer.post(f"/v1/cases/{case['id']}/decisions", json=acting)
    assert decided.status_code == 201, decided.text
