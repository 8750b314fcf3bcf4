"""Investigation rooms on screens: what a person does there is what their calls do."""

import re

import httpx
import pytest_asyncio

from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tutela.domain.vocabulary import Role

PLACE = "/console/main/rooms"
HOSTILE = (
    "<script>alert(1)</script>\u202e \u0645\u0631\u062d\u0628\u0627 \u4f60\u597d " + "x" * 1900
)


@pytest_asyncio.fixture
async def lead(web: Site) -> httpx.AsyncClient:
    return await logged_in(web, role=Role.LEAD, name="lead-1")


async def opened(client: httpx.AsyncClient) -> str:
    """The address of a room that was opened by the form, sent twice."""
    (key,) = re.findall(r'name="key" value="([^"]+)"', (await client.get(PLACE)).text)
    form = {"title": "<b>ring</b>", "reason": "three reports", "key": key}
    sent = [await client.post(PLACE, data=form) for _ in range(2)]
    (address,) = {each.headers["location"] for each in sent}
    return str(address)


async def test_a_room_is_opened_written_in_and_closed_and_hostile_words_stay_words(
    lead: httpx.AsyncClient,
) -> None:
    room = await opened(lead)
    note = {"kind": "note", "text": HOSTILE, "key": "form-1"}
    for _ in range(2):
        given = await lead.post(f"{room}/entries", data=note)
        assert (given.status_code, given.headers["location"]) == (303, room)
    told = (await lead.get(room)).text
    assert told.count("&lt;script&gt;alert(1)") == 1
    assert "<script>alert" not in told
    assert "<b>ring" not in told
    blank = await lead.post(f"{room}/entries", data={"kind": "note"}, headers={"hx-request": "1"})
    assert (blank.status_code, blank.headers["hx-retarget"]) == (422, "#fault")
    assert (await lead.post(f"{room}/close", data={"reason": "over"})).status_code == 303
    closed = (await lead.get(room)).text
    assert "Write it down" not in closed
    assert "Open it again" in closed
    assert (await lead.post(f"{room}/entries", data=note | {"key": "k"})).status_code == 409


async def test_a_room_is_shown_to_its_people_alone_and_its_pack_is_a_file(
    web: Site, lead: httpx.AsyncClient
) -> None:
    room = await opened(lead)
    other = await logged_in(web, role=Role.LEAD, name="lead-2")
    assert (await other.get(room)).status_code == 404
    assert room not in (await other.get(PLACE)).text
    assert (await lead.post(f"{room}/people", data={"person": "lead-2"})).status_code == 303
    assert (await other.get(room)).status_code == 200
    await web.house.sequencer.sequence_all()
    taken = await lead.post(f"{room}/export", data={"reason": "x", "contents": "whole"})
    assert taken.status_code == 200
    assert "attachment" in taken.headers["content-disposition"]
    assert taken.content.startswith(b"pack\t")
    left = await other.post(f"{room}/people/remove", data={"person": "lead-2"})
    assert left.headers["location"] == PLACE
    assert (await other.get(room)).status_code == 404
