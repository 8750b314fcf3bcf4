"""A room that names whom somebody is near to isn't there for them, whatever it is named by."""

from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.deciding import subject
from tests.fixtures.governing import user
from tests.fixtures.site import Site
from tests.networks.stored.asking import call, told
from tutela.domain.vocabulary import Role

ROOMS = "/v1/rooms"
ACCOUNT = "a-7"
OPENING: dict[str, Any] = {"title": "ring of tokens 4f1c", "reason": "three reports name it"}
NAMED: dict[str, Any] = {"kind": "own", "subject": {"kind": "account", "id": ACCOUNT}}


@pytest_asyncio.fixture
async def room(web: Site) -> str:
    """A room of a lead and an investigator."""
    opened = await told(web, to=f"POST {ROOMS}", **OPENING)
    await user(web.house, name="p-investigator", role=Role.INVESTIGATOR)
    at = f"{ROOMS}/{opened['id']}"
    await told(web, to=f"POST {at}/people", person="p-investigator")
    return at


async def listed(web: Site) -> list[str]:
    found = await told(web, to=f"GET {ROOMS}", role=Role.INVESTIGATOR)
    return [each["id"] for each in found["rooms"]]


async def declared(web: Site) -> str:
    said = await told(web, to="POST /v1/interests", role=Role.INVESTIGATOR, **NAMED)
    return str(said["id"])


async def references(web: Site) -> dict[str, tuple[str, str]]:
    """What an entry can name the account by: kinds and references."""
    accepted = await web.house.take(
        await web.house.caller(), subjects=[subject("post-1", account_id=ACCOUNT)]
    )
    ((case_id,),) = await web.house.rows("SELECT id FROM case_file")
    return {
        "seed": ("seed", ACCOUNT),
        "account": ("account", ACCOUNT),
        "case": ("evidence", str(case_id)),
        "address of a case": ("evidence", f"https://tutela.example/console/main/cases/{case_id}"),
        "notice": ("evidence", accepted.id),
        "item": ("evidence", accepted.items[0].id),
    }


@pytest.mark.parametrize("by", ["seed", "account", "case", "address of a case", "notice", "item"])
async def test_a_room_that_names_an_account_is_not_there_for_whoever_is_near(
    web: Site, room: str, by: str
) -> None:
    kind, ref = (await references(web))[by]
    await told(web, to=f"POST {room}/entries", kind=kind, ref=ref)
    assert len(await listed(web)) == 1
    interest = await declared(web)
    assert await listed(web) == []
    calls: list[tuple[str, dict[str, Any]]] = [
        (f"GET {room}", {}),
        (f"POST {room}/entries", {"kind": "note", "text": "x"}),
        (f"POST {room}/close", {"reason": "x"}),
        (f"POST {room}/export", {"reason": "x"}),
        (f"POST {room}/people", {"person": "p-lead"}),
        (f"POST {room}/search", {"reason": "x"}),
    ]
    for to, said in calls:
        refused = await call(web, to=to, role=Role.INVESTIGATOR, **said)
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown_investigation"), to
    assert len((await told(web, to=f"GET {room}"))["entries"]) == 3
    await told(web, to=f"POST /v1/interests/{interest}/end", why="token 5e0d")
    assert len(await listed(web)) == 1
    assert (await call(web, to=f"GET {room}", role=Role.INVESTIGATOR)).status_code == 200


async def test_nobody_writes_whom_they_are_near_to_into_a_room(web: Site, room: str) -> None:
    named = await references(web)
    await declared(web)
    for kind, ref in named.values():
        to = f"POST {room}/entries"
        refused = await call(web, to=to, role=Role.INVESTIGATOR, kind=kind, ref=ref)
        assert (refused.status_code, refused.json()["code"]) == (403, "conflict_of_interest")
    written: dict[str, Any] = {"kind": "account", "ref": "a-8"}
    await told(web, to=f"POST {room}/entries", role=Role.INVESTIGATOR, **written)
    assert len((await told(web, to=f"GET {room}"))["entries"]) == 3


async def test_a_room_that_names_others_or_speaks_of_it_in_words_alone_stays(
    web: Site, room: str
) -> None:
    await declared(web)
    await told(web, to=f"POST {room}/entries", kind="account", ref="a-8")
    await told(web, to=f"POST {room}/entries", kind="note", text=f"not {ACCOUNT}")
    assert len(await listed(web)) == 1


async def test_rooms_that_are_left_out_leave_no_hole_in_the_pages(web: Site, room: str) -> None:
    await declared(web)
    rooms = [room.rsplit("/", 1)[1]]
    for near in (True, False, True):
        opened = await told(web, to=f"POST {ROOMS}", **OPENING)
        await told(web, to=f"POST {ROOMS}/{opened['id']}/people", person="p-investigator")
        if near:
            entry: dict[str, Any] = {"kind": "account", "ref": ACCOUNT}
            await told(web, to=f"POST {ROOMS}/{opened['id']}/entries", **entry)
        else:
            rooms.append(opened["id"])
    seen, after = list[str](), ""
    for _ in range(4):
        found = await told(web, to=f"GET {ROOMS}?limit=1{after}", role=Role.INVESTIGATOR)
        seen += [each["id"] for each in found["rooms"]]
        after = f"&after={found['next']}"
    assert found["next"] is None
    assert seen == rooms[::-1]
