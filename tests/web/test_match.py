"""`POST /v1/match` can stop an upload, tells of entries by their ids alone, and has its pace."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.fixtures.detectors import LISTED, LISTED_MD5, Digests, Tokens, detection_on, panel_of
from tests.fixtures.site import Site, site_on
from tutela.app.detecting import case_opener
from tutela.detection.pipeline.panel import Panel
from tutela.detection.pipeline.working import work_off
from tutela.domain.vocabulary import Role


async def asking(web: Site, *, panel: Panel, **changed: object) -> Site:
    """The same site with other detectors or another pace."""
    looking = detection_on(web.house, panel=panel)
    application = site_on(web.house, refusals=web.refusals, looking=looking, **changed)
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url="http://tutela")
    return replace(web, application=application, client=client)


@pytest_asyncio.fixture
async def door(web: Site) -> AsyncIterator[Site]:
    """A site with a detector of tokens and one of digests."""
    site = await asking(web, panel=await panel_of(Tokens(), Digests()))
    yield site
    await site.client.aclose()


async def matched(
    door: Site, *items: dict[str, object], surface: str = "upload", **more: object
) -> list[dict[str, Any]]:
    answer = await door.post("/v1/match", body={"surface": surface, "items": items, **more})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_each_item_is_a_match_none_or_unknown_in_its_place(door: Site) -> None:
    found = await matched(
        door,
        {"text": f"x {LISTED} y"},
        {"text": "nothing", "hashes": {"md5": "e" * 32}},
        {"content_id": "c-1", "hashes": {"md5": LISTED_MD5}},
        {"content_id": "c-2"},
    )
    assert found == [
        {
            "result": "match",
            "matches": [{"list": "t-list", "entry": "e-3a", "version": 1, "tags": []}],
        },
        {"result": "no_match", "matches": []},
        {
            "result": "match",
            "matches": [
                {"list": "m-list", "entry": "7", "version": 3, "tags": ["x"], "distance": 0}
            ],
        },
        {"result": "unavailable", "matches": [], "why": "nothing_to_look_at"},
    ]


async def test_a_match_of_an_item_with_an_id_is_kept_as_a_lead_and_nothing_else_is(
    door: Site,
) -> None:
    await matched(
        door,
        {"text": LISTED},
        {"content_id": "c-1", "account_id": "a-1", "text": LISTED},
        {"content_id": "c-2", "text": "nothing"},
    )
    looks = await door.house.rows("SELECT result, basis FROM content_look")
    assert looks == [("match", "public_content")]
    room = detection_on(door.house, panel=await panel_of(Tokens()))
    assert await work_off(room, open_case=case_opener(door.house.intake)) == 1
    ((channel, items),) = await door.house.rows("SELECT channel, item_count FROM notice")
    assert (channel, items) == ("automated", 1)


async def test_without_a_detector_nothing_is_clean(web: Site) -> None:
    assert await matched(web, {"text": "x"}) == [
        {"result": "unavailable", "matches": [], "why": "no_detector"}
    ]


@pytest.mark.parametrize(
    ("surface", "more"),
    [("dm", {}), ("message", {"country": "DE"}), ("upload", {"visibility": "interpersonal"})],
)
async def test_private_messages_are_not_looked_at(
    door: Site, surface: str, more: dict[str, object]
) -> None:
    assert await matched(door, {"text": LISTED}, surface=surface, **more) == [
        {"result": "unavailable", "matches": [], "why": "no_legal_basis"}
    ]


async def test_a_surface_that_is_said_to_be_public_is_looked_at(door: Site) -> None:
    (found,) = await matched(door, {"text": LISTED}, surface="wall", visibility="public")
    assert found["result"] == "match"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"items": [{"text": "x"}]}, "/surface"),
        ({"surface": "upload", "items": []}, "/items"),
        ({"surface": "upload", "items": [{"hashes": {"md5": "xyz"}}]}, "/items/0/hashes/md5"),
        ({"surface": "upload", "items": [{"hashes": {"pdq": "a" * 63}}]}, "/items/0/hashes/pdq"),
        ({"surface": "upload", "items": [{"content_id": " "}]}, "/items/0/content_id"),
        ({"surface": "upload", "items": [{"hashes": {"crc": "a"}}]}, "/items/0/hashes/crc"),
        ({"surface": "upload", "items": [{"text": "x"}], "country": "XX"}, "/country"),
        ({"surface": "upload", "items": [{"text": "x"}] * 1_001}, "/items"),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_place(
    door: Site, body: object, pointer: str
) -> None:
    answer = await door.post("/v1/match", body=body)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


async def test_a_post_of_fifty_megabytes_is_refused_and_the_next_one_is_looked_at(
    door: Site,
) -> None:
    large = json.dumps({"surface": "upload", "items": [{"text": "x" * 50_000_000}]}).encode()
    assert (await door.post("/v1/match", body=large)).status_code == 413
    assert (await matched(door, {"text": LISTED}))[0]["result"] == "match"


async def test_only_the_platform_may_ask_and_it_needs_its_token(door: Site) -> None:
    body = {"surface": "upload", "items": [{"text": "x"}]}
    reviewer = await door.token(Role.LEAD)
    answer = await door.post("/v1/match", body=body, authorization=f"Bearer {reviewer}")
    assert answer.status_code == 403
    assert (await door.call("/v1/match", body=body)).status_code == 401


async def test_a_token_that_asks_too_much_is_told_to_come_back(web: Site) -> None:
    seconds = [0.0]
    site = await asking(
        web,
        panel=await panel_of(Tokens()),
        match_items_per_second=1.0,
        monotonic=lambda: seconds[0],
    )
    body = {"surface": "upload", "items": [{"text": "x"}] * 600}
    said = [(await site.post("/v1/match", body=body)).status_code for _ in range(2)]
    other = await site.new_token(Role.SERVICE)
    said.append(
        (await site.post("/v1/match", body=body, authorization=f"Bearer {other}")).status_code
    )
    seconds[0] = 600.0
    said.append((await site.post("/v1/match", body=body)).status_code)
    assert said == [200, 429, 200, 200]
    await site.client.aclose()


async def test_a_refused_call_keeps_its_words_sealed(web: Site) -> None:
    await web.post("/v1/match", body={"surface": "upload", "items": [{"text": LISTED, "x": 1}]})
    ((code, body),) = await web.house.rows("SELECT code, sealed_body FROM refused_call")
    assert code == "invalid_body"
    assert LISTED.encode() not in bytes(body)
