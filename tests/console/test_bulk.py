"""Decisions about many on screens: drafted, looked at, agreed to, run and taken back."""

import os
import re

import httpx
import pytest_asyncio

from tests.fixtures.bulk import account, head, room_of, send
from tests.fixtures.governing import person
from tests.fixtures.networking import RING, SEEDS, edges, platform_told
from tests.fixtures.networking import room_of as network_room_of
from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tutela.decisions.bulk.running import run_due
from tutela.domain.vocabulary import Role
from tutela.networks.stored.running import work_off

PLACE = "/console/main/bulk"
NETWORKS = "/console/main/networks"
HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 1900
DRAFT = {
    "reason": "seen by two",
    "facts": "It sold token 9b07.",
    "explanation": "why",
    "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    "ground": "illegal",
    "legal_ground": "a law",
    "measure": "account_suspended",
    "application_date": "2026-11-21",
    "content_date": "2026-11-20",
    "guideline_version": "2026-10",
    "automated_detection": "yes",
    "automated_decision": "partial",
}


@pytest_asyncio.fixture
async def lead(web: Site) -> httpx.AsyncClient:
    return await logged_in(web, role=Role.LEAD, name="lead-1")


async def drafted(web: Site, *, count: int) -> str:
    """The address of a draft that lead-1 sent, about so many accounts."""
    caller = await person(web.house, name="lead-1")
    lines = [head(), *(account(f"hostile-{number}", facts=HOSTILE) for number in range(count))]
    sent = await send(room_of(web.house), caller=caller, lines=lines, key=os.urandom(4).hex())
    return f"{PLACE}/{sent.id}"


async def test_a_large_one_is_agreed_to_by_another_person_and_taken_back_whole(
    web: Site, lead: httpx.AsyncClient
) -> None:
    at = await drafted(web, count=120)
    told = (await lead.get(at)).text
    assert "somebody else than" in told
    assert "Decide about" not in told
    assert "&lt;script&gt;" in told
    assert "<script>alert" not in told
    assert (await lead.post(f"{at}/approve")).status_code == 403
    assert (await lead.post(f"{at}/run")).status_code == 409
    other = await logged_in(web, role=Role.LEAD, name="lead-2")
    assert (await other.post(f"{at}/approve")).status_code == 303
    assert (await lead.post(f"{at}/run", data={"rate_per_second": "no"})).status_code == 422
    assert (await lead.post(f"{at}/run")).headers["location"] == at
    assert 'hx-trigger="every 2s"' in (await lead.get(f"{at}/progress")).text
    assert (await lead.post(f"{at}/pause")).status_code == 303
    assert "Let it go on" in (await lead.get(at)).text
    assert (await lead.post(f"{at}/run")).status_code == 303
    await run_due(room_of(web.house))
    assert (await lead.post(f"{at}/undo", data={"reason": " "})).status_code == 422
    assert (await lead.post(f"{at}/undo", data={"reason": "wrong"})).status_code == 303
    await run_due(room_of(web.house))
    assert (await lead.post(f"{at}/undo", data={"reason": "wrong"})).status_code == 409
    states = await web.house.rows("SELECT DISTINCT state FROM bulk_subject")
    assert states == [("undone",)]
    assert "Undone" in (await lead.get(PLACE)).text


async def test_chosen_members_of_a_group_become_a_draft_by_the_form(
    web: Site, lead: httpx.AsyncClient
) -> None:
    await platform_told(web, pairs=edges())
    asked = {"reason": "x", "seeds": "\n".join(SEEDS)}
    run = (await lead.post(f"{NETWORKS}/runs", data=asked)).headers["location"]
    assert await work_off(network_room_of(web)) == 1
    (case,) = set(re.findall(rf"{NETWORKS}/cases/[0-9a-f-]+", (await lead.get(run)).text))
    form = (await lead.get(f"{case}/hand-over")).text
    members = re.findall(r'name="member" value="([^"]+)"', form)
    assert len(members) == len(RING)
    assert not any(f">{name}<" in form for name in RING)
    chosen = members[:5]
    none = await lead.post(f"{case}/hand-over", data=DRAFT)
    assert none.status_code == 422
    unfounded = {**DRAFT, "legal_ground": "", "member": chosen}
    wrong = await lead.post(f"{case}/hand-over", data=unfounded, headers={"hx-request": "true"})
    assert (wrong.status_code, "/bulk/legal_ground" in wrong.text) == (422, True)
    assert await web.house.rows("SELECT 1 FROM bulk") == []
    given = [
        await lead.post(f"{case}/hand-over", data={**DRAFT, "member": chosen}) for _ in range(2)
    ]
    (draft,) = {each.headers["location"] for each in given}
    assert "A decision about 5 subjects" in (await lead.get(draft)).text
    assert draft in (await lead.get(case)).text
    assert draft in (await lead.get(PLACE)).text
    investigator = await logged_in(web, role=Role.INVESTIGATOR)
    assert (await investigator.get(f"{case}/hand-over")).status_code == 403
